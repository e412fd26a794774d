"""Every sentence the Slack room says, in one place.

Calm and factual: what is, what did not happen, the next move. Refusals bring their
own words (`bot/domain`). Ids and typed fields go into a sentence; text from outside
only as `Foreign`. Which event deserves a sentence is decided in `lines.py`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import assert_never

from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    JudgeSuggestion,
    JudgeText,
    Move,
    Note,
    PersonCommand,
    Reopen,
    ReopenStep,
    Rerank,
    Resolve,
    Snooze,
    StartChecklist,
    TakeStep,
    Wake,
)
from bot.domain.errors import Refusal
from bot.domain.events import (
    AlertCleared,
    Nagged,
    Noted,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.grouping import BECAUSE, because_of
from bot.domain.responding import DRILL_OVER
from bot.redact import masked_words
from bot.slack import (
    drill_wishes,
    freeze_wishes,
    judging_words,
    maintenance_wishes,
    step_words,
)
from bot.slack.sentences import Code, Foreign, Piece, Strong, When, Who

USAGE: Mapping[str, str] = {
    "help": "help",
    "list": "list",
    "status": "status [INC-0001]",
    "page": "page [INC-0001]",
    "ask": "ask [INC-0001] QUESTION",
    "runbook": "runbook [INC-0001]",
    "note": "note [INC-0001] TEXT",
    "ack": "ack [INC-0001]",
    "resolve": "resolve [INC-0001] [fixed|false_alarm|duplicate] [TEXT]",
    "reopen": "reopen [INC-0001]",
    "role": "role [INC-0001] commander|scribe|comms @who|me",
    "severity": "severity [INC-0001] SEV2 REASON",
    "phase": "phase [INC-0001] investigating|mitigating|monitoring",
    "step": "step [INC-0001] take|done|skip|undo RB-07 2 [REASON]",
    "steps": "steps [INC-0001] [RB-07]",
    "runbooks": "runbooks [INC-0001]",
    "propose": "propose [INC-0001]",
    "plans": "plans",
    "edit": "edit PLAN",
    "cancel": "cancel PLAN [REASON]",
    "break-glass": "break-glass PLAN",
    "review": "review PLAN",
    "stop-all": "stop-all",
    "release": "release",
    "freeze": freeze_wishes.USAGE,
    "unfreeze": freeze_wishes.BACK,
    "diagnostics": "diagnostics [INC-0001]",
    "share": "share [INC-0001]",
    "original": "original [INC-0001] [al_…]",
    "revoke": "revoke [INC-0001]",
    "drill": drill_wishes.USAGE,
    "snooze": maintenance_wishes.SNOOZE_USAGE,
    "maintenance": maintenance_wishes.USAGE,
    "catch-up": "catch-up [INC-0001]",
    "update": "update [INC-0001]",
    "handover": "handover [INC-0001] [@who]",
    "postmortem": "postmortem [INC-0001]",
}
_HELP = (
    (
        ("list", "status", "page", "ask", "catch-up"),
        "what is open; all about one; an answer from evidence; if you come late",
    ),
    (("ack", "note", "role"), "I am on it; add to the timeline; who does what"),
    (
        ("update", "handover", "postmortem"),
        "tell others: drafted for you, posted by you",
    ),
    (("severity", "phase"), "change it with a reason; say where the response stands"),
    (
        ("steps", "step", "runbooks", "runbook"),
        "work through one; see what was considered; draft one from what was done",
    ),
    (("resolve", "reopen"), "end it, or open it again"),
    (("propose", "plans", "edit", "cancel"), "plans: ask, see, change, take back"),
    (
        ("break-glass", "review", "stop-all", "release", "freeze", "unfreeze"),
        "go on alone, look at that later; stop all, take that back; no changes now",
    ),
    (
        ("diagnostics", "share", "original", "revoke"),
        "a link to the evidence; seal a text for people; an alert unmasked; end links",
    ),
    (("snooze", "maintenance"), "let one rest; keep alerts quiet in a planned time"),
    (("drill",), "practise: nothing real is touched"),
)

DRILL = "EXERCISE: this is a drill. Nothing here touches the world."
NO_OPEN_HERE = (
    "Nothing was changed: no incident is open in this channel. "
    "Name one, for example `/incident status INC-0001`; see `/incident list`."
)
NONE_OPEN = "No incident is open."
NOT_OPENED = (
    "The form did not open: Slack did not take it in time. Nothing was changed. "
    "Press the button again."
)
OUT_OF_DATE = (
    "Nothing was changed: this button is out of date. "
    "Use the newest card, or see `/incident help`."
)
OTHER_WORKSPACE = (
    "Nothing was changed: this command belongs to another workspace. "
    "Use it in the workspace where Tocsin is installed."
)
MAY_NOT_READ = (
    "Nothing is shown: only people of this workspace may read the incidents. "
    "Ask a colleague there."
)
NO_TEXT_IN_MESSAGE = (
    "Nothing was added to the timeline: the message has no text. "
    "Add what matters with `/incident note`."
)
BLANK = "Say it in a few words; it goes to the timeline."
NOBODY_CHOSEN = "Choose a person."


def failed(reference: str) -> str:
    """Say that something of ours failed, with an id the person can quote."""
    return (
        "Nothing was changed: Tocsin could not keep the request. "
        f"Try again; if it fails again, quote `{reference}`."
    )


def no_such_incident(incident: str) -> str:
    """Say that an id names nothing."""
    return (
        f"Nothing is shown: there is no incident {incident}. "
        "See the open ones with `/incident list`."
    )


def help_lines() -> list[list[Piece]]:
    """Return what `/incident help` says: at most twelve lines."""
    rows: list[list[Piece]] = [[Strong("What Tocsin understands here")]]
    for verbs, does in _HELP:
        row: list[Piece] = []
        for verb in verbs:
            row += [Code(f"/incident {USAGE[verb]}"), " "]
        rows.append([*row, does])
    return rows


def refused(refusal: Refusal) -> str:
    """Return what a person reads who was refused."""
    return str(refusal)


def done(incident: str, command: PersonCommand, *, changed: bool) -> str:
    """Say what a command did, to the person who gave it."""
    if not changed and not isinstance(command, StartChecklist):
        return f"{incident}: nothing to change, it is so already."
    return f"{incident}: {_done(command)}{_masked(command)}"


def _masked(command: PersonCommand) -> str:
    """Say what was masked in what a person typed, so that they need not guess."""
    typed = (getattr(command, name, None) for name in ("text", "reason", "summary"))
    told = masked_words(*(one.for_redaction() for one in typed if one))
    return f" In your words, {told}." if told else ""


def _done(  # noqa: C901, PLR0912 - one case per command, so that mypy finds a gap
    command: PersonCommand,
) -> str:
    match command:
        case Acknowledge():
            return "acknowledged. It is yours now."
        case Assign(role=role, to=to):
            return f"<@{to.id}> is {role} now."
        case Note():
            return "your note is on the timeline."
        case Move(phase=phase):
            return f"the response is at {phase} now."
        case Rerank(severity=severity):
            return f"the severity is {severity} now."
        case StartChecklist() | TakeStep() | FinishStep() | ReopenStep():
            return step_words.done(command)
        case Resolve(outcome=outcome):
            return f"resolved as {said(outcome)}."
        case Reopen():
            return "open again."
        case Snooze():
            return "at rest. `/incident snooze off` wakes it before its time."
        case Wake():
            return "awake again."
        case JudgeSuggestion(verdict=verdict, runbook=runbook):
            return judging_words.said(verdict, runbook)
        case JudgeText(vote=vote):
            return judging_words.thanked(vote)
        case _:
            assert_never(command)


def said(code: str) -> str:
    """Return a stored code as people say it."""
    return code.replace("_", " ").replace(".", " ")


def cleared(event: AlertCleared) -> list[Piece]:
    """A sender took an alert back."""
    return [f"{event.source} says that one of the problems is over."]


def severity(event: SeverityChanged, reasons: Mapping[str, str]) -> list[Piece]:
    """The severity moved, and why."""
    moved = f"Severity {event.was} → {event.severity}"
    if event.reason is not None:
        return [f"{moved} by ", Who(event.by), ": ", Foreign(event.reason)]
    codes = [code for code in event.reasons if code != "person"]
    why = "; ".join(reasons.get(code, said(code)) for code in codes)
    by: list[Piece] = [] if event.by == "tocsin" else [" by ", Who(event.by)]
    return [moved, *by, f": {why}." if why else "."]


def role(event: RoleAssigned) -> list[Piece]:
    """Somebody has a role now."""
    if event.by == event.to:
        return [Who(event.by), f" took the role of {event.role}."]
    return [Who(event.by), " made ", Who(event.to), f" {event.role}."]


def noted(event: Noted) -> list[Piece]:
    """Somebody wrote to the timeline."""
    return [Who(event.by), " noted: ", Foreign(event.text, limit=1500)]


def resolved(event: Resolved) -> list[Piece]:
    """The incident is over."""
    if event.outcome == DRILL_OVER:
        return ["The drill is over, and with it this incident."]
    if event.by == "tocsin":
        return ["Resolved: every sender says its problem is over; nobody had begun."]
    start: list[Piece] = [Who(event.by), f" resolved this as {said(event.outcome)}."]
    if event.summary is None:
        return start
    return [*start, " ", Foreign(event.summary, limit=1500)]


def reopened(event: Reopened) -> list[Piece]:
    """The incident is open again."""
    if event.because in BECAUSE:
        return [f"Open again: {because_of(event.because)}."]
    if event.by == "tocsin":
        return ["Open again."]
    return [Who(event.by), " opened this again."]


def nagged(incident: str, event: Nagged) -> list[Piece]:
    """Nobody acknowledged in time."""
    start: list[Piece] = [
        f"Nobody has acknowledged {incident}. It was due by ",
        When(event.due_at),
        ".",
    ]
    if event.late_s < timedelta(minutes=1).total_seconds():
        return start
    minutes = event.late_s // 60
    return [*start, f" This reminder comes {minutes} min late."]
