"""What became of suggested runbooks, folded from the log in the order of the log.

Applied in the transaction that appends; `rebuild` makes the same rows from the log
alone (a test proves it). Drills do not count. How one runbook's part is counted is
`runbook_uses.py`, thumbs for texts are `votes.py`, and what is read of it `learned.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.codec import decode, decode_history
from bot.domain.events import (
    Event,
    IncidentOpened,
    Reopened,
    Resolved,
)
from bot.domain.grouping_events import CategoryChanged
from bot.domain.judging_events import (
    HistoryForgotten,
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
)
from bot.domain.writing_events import Summarized
from bot.ports import Transaction
from bot.readmodels import runbook_uses, votes
from bot.readmodels.timeline import INCIDENT_STREAM

STREAM = "history/runbooks"
"""Where the log says that something is forgotten."""
NOT_KEPT = "?"
"""Stands for the first suggestion of an incident from before they were kept."""
_NAMES = frozenset(
    one.name
    for one in (
        *(IncidentOpened, Suggested, CategoryChanged, StepTaken, StepFinished),
        *(SuggestionJudged, TextJudged, Summarized, Resolved, Reopened),
    )
)
_FOLDED = (
    *("feedback_case", "runbook_use", "runbook_voice", "runbook_history"),
    *("text_voice", "text_claim"),
)
Row = Mapping[str, Any]


def advance(
    tx: Transaction, incident: str, events: Iterable[Event], *, at: datetime
) -> None:
    """Count what was appended just now to the stream of an incident.

    Args:
        at: When it was recorded.
    """
    for event in events:
        if event.name in _NAMES:
            _apply(tx, incident, event, at=at)


def catch_up(tx: Transaction) -> bool:
    """Count what an older version appended; return whether it was to be done."""
    if tx.tables.execute("SELECT one FROM history_kept"):
        return False
    rebuild(tx)
    tx.tables.execute("INSERT INTO history_kept (one) VALUES (1)")
    return True


def rebuild(tx: Transaction) -> None:
    """Throw the rows away and make them again from the log."""
    for table in _FOLDED:
        tx.tables.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    after = -1
    while page := tx.log.read(after=after):
        for entry in page:
            if entry.stream.startswith(INCIDENT_STREAM):
                incident = entry.stream.removeprefix(INCIDENT_STREAM)
                if entry.kind in _NAMES:
                    event = decode(entry.kind, entry.body, entry.words)
                    advance(tx, incident, (event,), at=entry.at)
            elif entry.stream == STREAM:
                forget(tx, decode_history(entry.kind, entry.body, entry.words))
        after = page[-1].seq


def forget(tx: Transaction, event: HistoryForgotten) -> None:
    """Let what was counted of a runbook count no more; the log keeps it."""
    for table in ("runbook_use", "runbook_voice", "runbook_history"):
        tx.tables.execute(
            f"DELETE FROM {table} WHERE runbook = ?",  # noqa: S608 - our own names
            (event.runbook,),
        )


def _apply(tx: Transaction, incident: str, event: Event, *, at: datetime) -> None:
    if isinstance(event, IncidentOpened):
        _open(tx, incident, event, at=at)
        return
    found = tx.tables.execute(
        "SELECT * FROM feedback_case WHERE incident = ?", (incident,)
    )
    if not found:
        return
    if isinstance(event, Summarized):
        _written(tx, found[0], event)
    elif not found[0]["drill"]:
        _apply_to(tx, found[0], event, at=at)


def _written(tx: Transaction, case: Row, event: Summarized) -> None:
    """Note that a text can be judged: also in a drill, where nothing is counted."""
    if event.kept:
        votes.written(tx, case, event)
        _set(tx, case, writings=case["writings"] + 1)


def _apply_to(  # noqa: C901 - one case per event
    tx: Transaction, case: Row, event: Event, *, at: datetime
) -> None:
    match event:
        case CategoryChanged(category=category):
            _set(tx, case, category=category)
        case Suggested(offered=offered):
            first = offered[0][0] if offered else ""
            known = case["first"] not in ("", NOT_KEPT)
            _set(tx, case, first=case["first"] if known else first)
            _first(tx, case, first, at=at)
        case StepTaken(runbook=runbook, by=by):
            _accept(tx, case, runbook, by, at=at)
        case StepFinished(outcome="done", runbook=runbook, by=by):
            _accept(tx, case, runbook, by, at=at)
            runbook_uses.note(tx, case, runbook, {"done": 1}, at=at)
        case SuggestionJudged():
            _judge(tx, case, event, at=at)
        case Resolved(outcome=outcome):
            _end(tx, case, fixed=int(outcome == "fixed"), at=at)
        case Reopened():
            _end(tx, case, fixed=0, at=at)
        case TextJudged():
            votes.judge(tx, case["incident"], event)
        case _:
            pass


def _open(
    tx: Transaction, incident: str, event: IncidentOpened, *, at: datetime
) -> None:
    first = event.offered[0][0] if event.offered else ""
    noted = NOT_KEPT if event.offered is None else first
    case = {"incident": incident, "category": event.category, "fixed": 0}
    tx.tables.execute(
        "INSERT INTO feedback_case (incident, category, first, drill, fixed, accepted, "
        "rejected, wrong, none, writings) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0)",
        (incident, event.category, noted, int(event.drill)),
    )
    if first and not event.drill:
        flags = {"offered": 1}
        runbook_uses.note(tx, case, first, flags, at=at, is_new=True)


def _first(tx: Transaction, case: Row, runbook: str, *, at: datetime) -> None:
    if runbook:
        runbook_uses.note(tx, case, runbook, {"offered": 1}, at=at)


def _accept(tx: Transaction, case: Row, runbook: str, by: str, *, at: datetime) -> None:
    runbook_uses.say(tx, case, runbook, by, runbook_uses.TAKEN, at=at)
    if runbook == case["first"]:
        _set(tx, case, accepted=1)


def _judge(
    tx: Transaction, case: Row, event: SuggestionJudged, *, at: datetime
) -> None:
    verdict, runbook, by = event.verdict, event.runbook, event.by
    if verdict is Verdict.OFFERED_AGAIN:
        runbook_uses.unsay(tx, case, runbook, by, at=at)
    else:
        runbook_uses.say(tx, case, runbook, by, verdict.value, at=at)
    said = runbook_uses.said_in(tx, case["incident"])
    is_none = verdict is Verdict.NONE_FITS
    keeps = 0 if verdict is Verdict.OFFERED_AGAIN else case["none"]
    _set(
        tx,
        case,
        none=int(is_none) or keeps,
        wrong=int(Verdict.WRONG in said),
        rejected=int(bool(said & runbook_uses.REJECTING)),
    )


def _end(tx: Transaction, case: Row, *, fixed: int, at: datetime) -> None:
    _set(tx, case, fixed=fixed)
    runbook_uses.end(tx, case, fixed=fixed, at=at)


def _set(tx: Transaction, case: Row, **values: object) -> None:
    named = ", ".join(f"{name} = ?" for name in values)
    tx.tables.execute(
        f"UPDATE feedback_case SET {named} WHERE incident = ?",  # noqa: S608 - our own names
        (*values.values(), case["incident"]),
    )
