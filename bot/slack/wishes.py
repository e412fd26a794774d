"""What a person wants, whichever way they said it, and the command that asks it.

A verb typed, a button pressed and a form sent become the same `Wish`; a wish with
the people it names becomes a domain command. Values of buttons are read here:
they carry ids, everything else is read back from the log.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    Move,
    Note,
    Person,
    PersonCommand,
    Reopen,
    Rerank,
    Resolve,
    Snooze,
    TakeStep,
    Wake,
)
from bot.domain.errors import BadRequest
from bot.domain.events import Phase, Role
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted

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
    PAGE = "page"
    SNOOZE = "snooze"
    WAKE = "wake"
    RUNBOOK = "runbook"


READING = frozenset({Verb.HELP, Verb.LIST, Verb.STATUS, Verb.PAGE, Verb.RUNBOOK})
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


def value(*ids: str | int) -> str:
    """Return what a button carries: ids joined by a bar."""
    return "|".join(map(str, ids))


_CLICKS = {
    "incident.ack": Verb.ACK,
    "incident.reopen": Verb.REOPEN,
    "step.take": Verb.TAKE,
    "step.done": Verb.DONE,
}
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
        case _:
            raise out_of_date()


def _of_choice(carried: str) -> Wish:
    choice, _, incident = carried.partition("|")
    if choice not in CHOICES:
        raise out_of_date()
    found = known_incident(incident)
    return Wish(verb=Verb.PHASE, incident=found, phase=CHOICES[choice])


def command_of(  # noqa: C901 - one case per verb, so that mypy finds a gap
    wish: Wish,
    *,
    by: Person,
    to: Person | None = None,
    clean: Callable[[str], Untrusted],
) -> PersonCommand:
    """Return the domain command of a wish.

    Args:
        to: The person a role is given to, as Slack knows them now.
        clean: Redacts what a person typed.

    Raises:
        BadRequest: The wish only reads, or lacks the person it needs.
    """
    words = clean(wish.text) if wish.text else None
    match wish.verb:
        case Verb.NOTE:
            return Note(by=by, text=words or Untrusted(""), message=wish.message)
        case Verb.ACK:
            return Acknowledge(by=by)
        case Verb.RESOLVE:
            return Resolve(by=by, outcome=wish.outcome, summary=words)
        case Verb.REOPEN:
            return Reopen(by=by)
        case Verb.ROLE if to is not None:
            return Assign(by=by, role=wish.role, to=to)
        case Verb.SEVERITY:
            reason = words or Untrusted("")
            return Rerank(by=by, severity=wish.severity, reason=reason)
        case Verb.PHASE:
            return Move(by=by, phase=wish.phase)
        case Verb.TAKE:
            return TakeStep(by=by, runbook=wish.runbook, step=wish.step)
        case Verb.DONE | Verb.SKIP:
            return _finish(wish, by=by, reason=words)
        case Verb.SNOOZE | Verb.WAKE:
            return _rest(wish, by=by, reason=words)
        case Verb.HELP | Verb.LIST | Verb.STATUS | Verb.PAGE | Verb.RUNBOOK | Verb.ROLE:
            raise out_of_date()
        case _:
            assert_never(wish.verb)


def _finish(wish: Wish, *, by: Person, reason: Untrusted | None) -> PersonCommand:
    return FinishStep(
        by=by,
        runbook=wish.runbook,
        step=wish.step,
        skipped=wish.verb is Verb.SKIP,
        reason=reason,
    )


def _rest(wish: Wish, *, by: Person, reason: Untrusted | None) -> PersonCommand:
    if wish.verb is Verb.WAKE:
        return Wake(by=by)
    return Snooze(by=by, lasts=wish.lasts, reason=reason or Untrusted(""))


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
