"""A runbook: what to do about one kind of trouble, readable by both of us.

The YAML front matter of the Markdown file is the part that rules and the gate
read; the body is the part that a person reads at 3 a.m. Reading the text is the
business of `runbook_reading.py`, whether it is good enough to ship that of
`runbook_lint.py`; finding one is the business of `bot/assistant`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.envelope import EntityKind

MANUAL = "manual"
"""The action of a step that a person does with their own hands."""

FIXED, FROM_ENTITY, FROM_STEP = "fixed.", "entity.", "step."
"""Where a value comes from: the runbook, what the alert names, what a person read."""

DRAFT = "draft"
"""The status of a runbook that is not finished: nobody is offered it."""


class StepKind(StrEnum):
    """What a step does to the world."""

    READ = "read"
    """Looks, changes nothing."""
    GATED = "gated"
    """Changes a system; people confirm it first."""
    MANUAL = "manual"
    """A person calls, decides or writes; no system is changed."""


class Level(StrEnum):
    """Gate level: how many people must agree (T1 the most)."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"


@dataclass(frozen=True, slots=True)
class Way:
    """One registered action that does what a step says.

    Attributes:
        params_from: Parameter of the action to the place its value comes from,
            e.g. ``access_key_id`` to ``entity.key``, ``version`` to ``step.releases``.
    """

    action: str
    params_from: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Attributes:
        number: Position in the runbook, from 1. People say "step 2".
        id: Stable name within the runbook, e.g. ``deactivate-key``.
        text: One sentence for the card.
        kind: What it does to the world.
        action: Registered action, e.g. ``aws.iam.deactivate_access_key``;
            ``manual`` when a person does it by hand; "" for a step that needs none.
        params_from: As in `Way`.
        otherwise: Other actions that do the same, where the system is another one.
        level: Least gate level of a gated step; None for the others. The gate
            derives the real one and may only be stricter.
        verify: Figure and window that show it worked; "" when nothing is changed.
        rollback: How to undo it; "" when it cannot be undone or changes nothing.
        irreversible: Why it cannot be undone; "" when it can.
        stop_if: When not to do it, or to stop; "" when nothing is known.
    """

    number: int
    id: str
    text: str
    kind: StepKind
    action: str = ""
    params_from: tuple[tuple[str, str], ...] = ()
    otherwise: tuple[Way, ...] = ()
    level: Level | None = None
    verify: str = ""
    rollback: str = ""
    irreversible: str = ""
    stop_if: str = ""

    @property
    def is_gated(self) -> bool:
        """Tell whether people must confirm it first."""
        return self.kind is StepKind.GATED

    @property
    def ways(self) -> tuple[Way, ...]:
        """The registered actions that do it, the usual one first; none by hand."""
        if not self.is_gated or self.action in ("", MANUAL):
            return ()
        return (Way(self.action, self.params_from), *self.otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Somebody outside who may have to be told.

    Attributes:
        regime: Law or contract, e.g. ``GDPR Art. 33``.
        within: As the text says it, e.g. ``72 h`` or ``without undue delay``.
        when: What makes the duty apply.
    """

    regime: str
    within: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a claim or a number comes from."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the body: its heading and its Markdown."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """One runbook as its file says it.

    Attributes:
        id: ``RB-`` and two or more digits.
        name: File name without ``.md``, e.g. ``rb-01-leaked-model-key``.
        title: Shown on cards and in search.
        version: Counts up with each change of a step, from 1.
        owner: Who answers for it.
        review_by: The last day on which it may be trusted unread.
        categories: Ids of our taxonomy, the best fit first.
        signals: Alert names, metric names and error words that lead here.
        entities: Kinds of things such an alert names.
        atlas: MITRE ATLAS ids.
        owasp: OWASP LLM 2025 and Agentic ids.
        nist_phase: Functions of NIST SP 800-61r3, e.g. ``RS.MI``.
        evidence: What to keep before anything is changed.
        steps: In the order in which to take them.
        notify: Who outside may have to be told.
        sources: Where it comes from.
        body: The sections for people, in order.
        digest: First 16 hex digits of the SHA-256 of the file, with plain line ends.
        status: ``draft`` while it is not finished; else "".
    """

    id: str
    name: str
    title: str
    version: int
    owner: str
    review_by: date
    categories: tuple[str, ...]
    signals: tuple[str, ...]
    entities: tuple[EntityKind, ...]
    atlas: tuple[str, ...]
    owasp: tuple[str, ...]
    nist_phase: tuple[str, ...]
    evidence: tuple[str, ...]
    steps: tuple[Step, ...]
    notify: tuple[Duty, ...]
    sources: tuple[Source, ...]
    body: tuple[Section, ...]
    digest: str = ""
    status: str = ""

    @property
    def is_draft(self) -> bool:
        """Tell whether it is not finished, so that nobody is to be offered it."""
        return self.status == DRAFT

    def section(self, title: str) -> str:
        """Return the Markdown under `title`; "" when there is no such section."""
        return next((part.text for part in self.body if part.title == title), "")

    def step(self, number: int) -> Step | None:
        """Return the step with this number, counted from 1; None when absent."""
        return next((step for step in self.steps if step.number == number), None)
