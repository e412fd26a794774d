"""What a person wants, whichever way they said it.

A verb typed, a button pressed and a form sent become the same `Wish`; `wished.py` makes
a command of the domain of it. Values of buttons are read here: they carry ids, and
everything else is read back from the log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.errors import BadRequest
from bot.domain.events import Phase, Role
from bot.domain.severity import Severity

INCIDENT = re.compile(r"INC-\d{4,9}")
_RUNBOOK = re.compile(r"RB-\d{2,6}")
_STEP = re.compile(r"\d{1,3}")


class Verb(StrEnum):
    """What can be asked; the names are what people type."""

    HELP = "help"
    LIST = "list"
    STATUS = "status"
    NOTE = "note"
    ACK = "ack"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    ROLE = "role"
    SEVERITY = "severity"
    PHASE = "phase"
    TAKE = "take"
    DONE = "done"
    SKIP = "skip"
    UNDO = "undo"
    STEPS = "steps"
    PAGE = "page"
    SNOOZE = "snooze"
    WAKE = "wake"
    RUNBOOKS = "runbooks"
    RUNBOOK = "runbook"
    JUDGE = "judge"
    VOTE = "vote"


READING = frozenset(
    {
        *(Verb.HELP, Verb.LIST, Verb.STATUS, Verb.PAGE),
        *(Verb.RUNBOOKS, Verb.RUNBOOK),
    }
)
PAGE_BUTTON = "page.open"
"""Asks for a link to an incident's page, or to the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants. Fields that a verb does not need stay empty.

    Attributes:
        incident: ``INC-0001``; "" for the newest open one of the channel.
        person: Slack id for a role.
        text: Note, reason or summary as it was typed: not yet redacted.
        message: ``channel/ts`` a note was taken from.
        lasts: How long a snooze lasts.
        was: State of a step as the person saw it who takes it back.
        subject: Kind and id of a text that a model wrote.
    """

    verb: Verb
    incident: str = ""
    text: str = ""
    outcome: str = "fixed"
    role: Role = Role.COMMANDER
    person: str = ""
    severity: Severity = Severity.NONE
    phase: Phase = Phase.INVESTIGATING
    runbook: str = ""
    step: int = 0
    message: str = ""
    lasts: timedelta = timedelta(0)
    was: str = ""
    subject: str = ""


def value(*ids: str | int) -> str:
    """Return what a button carries: ids joined by a bar."""
    return "|".join(map(str, ids))


_CLICKS = {
    "incident.ack": Verb.ACK,
    "incident.reopen": Verb.REOPEN,
    "step.take": Verb.TAKE,
    "step.done": Verb.DONE,
}
UNDO_BUTTONS = ("step.undo", "step.back")
"""Take back that a step is finished, or that it is taken: two may stand in a row."""
_WAS = ("taken", "done", "skipped")
CHOICES: Mapping[str, Phase] = {
    "investigating": Phase.INVESTIGATING,
    "mitigating": Phase.MITIGATING,
    "monitoring": Phase.MONITORING,
}
"""Choices of the card's menu that need no form."""


def of_click(action: str, carried: str) -> Wish:
    """Return what a button or a choice of the card's menu asks for.

    Raises:
        BadRequest: No card of this version has such a button.
    """
    if action == "incident.more":
        return _of_choice(carried)
    match action, carried.split("|"):
        case (("incident.ack" | "incident.reopen"), [incident]):
            return Wish(verb=_CLICKS[action], incident=known_incident(incident))
        case (("step.take" | "step.done"), [incident, runbook, step]):
            return Wish(
                verb=_CLICKS[action],
                incident=known_incident(incident),
                runbook=known_runbook(runbook),
                step=known_step(step),
            )
        case (("step.undo" | "step.back"), [incident, runbook, step, was]) if (
            was in _WAS
        ):
            return Wish(
                verb=Verb.UNDO,
                incident=known_incident(incident),
                runbook=known_runbook(runbook),
                step=known_step(step),
                was=was,
            )
        case _:
            raise out_of_date()


def _of_choice(carried: str) -> Wish:
    choice, _, incident = carried.partition("|")
    if choice not in CHOICES:
        raise out_of_date()
    found = known_incident(incident)
    return Wish(verb=Verb.PHASE, incident=found, phase=CHOICES[choice])


def known_incident(text: str) -> str:
    """Return an incident id in its one spelling.

    Raises:
        BadRequest: It is none.
    """
    found = text.upper()
    if not INCIDENT.fullmatch(found):
        raise out_of_date()
    return found


def known_runbook(text: str) -> str:
    """Return a runbook id in its one spelling.

    Raises:
        BadRequest: It is none.
    """
    found = text.upper()
    if not _RUNBOOK.fullmatch(found):
        raise out_of_date()
    return found


def known_step(text: str) -> int:
    """Return the number of a step, from 1.

    Raises:
        BadRequest: It is none.
    """
    if not (_STEP.fullmatch(text) and text.isascii() and int(text) > 0):
        raise out_of_date()
    return int(text)


def out_of_date() -> BadRequest:
    """Return the refusal of something this version does not offer."""
    return BadRequest(
        "Nothing was changed",
        because="this button is out of date",
        next_move="Use the newest card, or see `/incident help`.",
    )
