"""A drill's scenario: what people are to practise, and what is told to them when.

The file format is `drill/1`. How a file becomes these values is in
`drill_reading.py`, what must hold of them in `drill_rules.py`, and what happens in
one run of a scenario in `drill_state.py`.

All times of a scenario are in scenario minutes since its start; how fast they pass
is the run's `speed`.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.drill_expect import Expectation

FORMAT = "drill/1"
SLOWEST, FASTEST = 1, 600
"""Scenario minutes a real minute can hold."""


class InjectKind(StrEnum):
    """How an inject reaches people."""

    ALERT = "alert"
    MESSAGE = "message"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the drill is to show.

    Attributes:
        capability: One word, e.g. ``triage``.
        target: What would be good, in words; "" where the text says it.
    """

    id: str
    capability: str
    text: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """When a contingency is told: this had not happened by then.

    Attributes:
        moment: A moment of `drill_expect.py`, e.g. ``open_incident``.
    """

    moment: str
    by_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """One thing that is told to the people of a drill.

    Attributes:
        n: Its number as written; never renumbered.
        at_min: When it is due, in scenario minutes.
        sender: Who seems to say it, e.g. ``CloudWatch``.
        to: Role or group it is for, e.g. ``on_call``.
        source: Integration that reads an alert's payload; "" for other kinds.
        body: The alert's payload as text; "" for other kinds.
        text: What a message says; "" for an alert.
        objectives: Ids of the objectives it serves.
        expects: What people should do about it.
        decision: The question it asks, "" for none.
        unless: Set on a contingency that the machine can decide.
        by_hand: A contingency whose condition only a person can judge.
    """

    n: str
    at_min: int
    kind: InjectKind
    sender: str
    to: str
    source: str = ""
    body: str = ""
    text: str = ""
    objectives: tuple[str, ...] = ()
    expects: tuple[Expectation, ...] = ()
    decision: str = ""
    unless: Unless | None = None
    by_hand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a scripted person of the practice workspace does, and when.

    Attributes:
        who: Practice person, e.g. ``U0ONCALL``.
        does: ``ack``, ``commander``, ``step``, ``note``, ``propose``, ``approve`` or
            ``resolve``.
        says: Note, reason, runbook step or action, as `does` needs it.
        inject: Number of the inject whose incident is meant; "" for the first.
        params: Parameters of a proposed action.
    """

    at_min: int
    who: str
    does: str
    says: str = ""
    inject: str = ""
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario.

    Attributes:
        duration_min: Scenario minutes after which it ends in any case.
        speed: Scenario minutes a real minute holds unless the run says otherwise.
        sources: Where the facts of the scenario come from.
        injects: In the order in which they are due, contingencies among them.
        script: What people of the practice workspace do where nobody plays.
    """

    id: str
    title: str
    duration_min: int
    speed: int
    tlp: str
    audience: tuple[str, ...]
    sources: tuple[str, ...]
    objectives: tuple[Objective, ...]
    injects: tuple[Inject, ...]
    script: tuple[Move, ...] = ()

    def inject(self, n: str) -> Inject:
        """Return the inject of this number.

        Raises:
            KeyError: There is none.
        """
        for one in self.injects:
            if one.n == n:
                return one
        raise KeyError(n)
