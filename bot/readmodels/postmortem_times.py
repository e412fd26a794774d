"""How long things took: between moments, in each phase, and without a word. Pure.

Means are not told: of one incident there are none.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.events import (
    Acknowledged,
    IncidentOpened,
    PhaseChanged,
    Reopened,
    Resolved,
)
from bot.domain.writing import At, Row, row
from bot.readmodels import account_rows as rows
from bot.readmodels.account import QUIET, Account, Happened
from bot.readmodels.plan_record import PlanRecord

SILENT = timedelta(minutes=30)
"""A span without an entry that is worth a question."""
_MOST_GAPS = 5


def times(account: Account) -> list[Row]:
    """Return the moments and the times between them; what is not known is said."""
    opened = _first(account, IncidentOpened)
    acked, ended = _first(account, Acknowledged), _last(account, Resolved)
    detected = account.state.detected_at or account.card.since
    found = [
        row("Began: not recorded. When did it first hurt somebody?"),
        row("Detected: ", At(detected), " (the sender's time where believable)"),
    ]
    if opened is not None:
        found.append(_after("Opened", opened, detected, "detection"))
    if acked is None:
        found.append(row("Acknowledged: never."))
    else:
        start = opened.at if opened else detected
        found.append(_after("Acknowledged", acked, start, "opening"))
    if ended is not None and account.resolved_at:
        found.append(_after("Resolved", ended, detected, "detection"))
    else:
        found.append(row("Resolved: not yet."))
    return [*found, *_phases(account)]


def _phases(account: Account) -> list[Row]:
    """Return how long each phase lasted; they add up to the whole."""
    spent, phase, start = dict[str, timedelta](), "triage", account.state.detected_at
    if start is None:
        return []
    for one in account.happened:
        match one.event:
            case PhaseChanged(phase=to):
                name = to.value
            case Resolved():
                name = "resolved"
            case Reopened():
                name = "investigating"
            case _:
                continue
        spent[phase] = spent.get(phase, timedelta(0)) + max(
            one.at - start, timedelta(0)
        )
        phase, start = name, one.at
    if phase != "resolved":
        spent[phase] = spent.get(phase, timedelta(0)) + (account.now - start)
    said = "; ".join(
        f"{name} {lasted(time)}" for name, time in spent.items() if name != "resolved"
    )
    return [row(f"Time in each phase: {said}.")] if said else []


def gaps(account: Account) -> list[Row]:
    """Return a question for each long span in which nothing was recorded."""
    told = [one for one in account.story if one.kind not in QUIET]
    until = account.resolved_at or account.now
    spans = [
        row(
            "Nothing is recorded between ",
            At(a.at),
            " and ",
            At(b.at),
            ". What happened?",
            seqs=(a.seq, b.seq),
        )
        for a, b in pairwise(told)
        if b.at - a.at > SILENT and b.at <= until
    ]
    return spans[:_MOST_GAPS]


def approval(one: PlanRecord) -> Row:
    """Return a plan, where it stands, and how long people took to answer."""
    found = rows.plan(one)
    answers = [x for x in one.answers if not x.said.startswith("was refused")]
    if not answers:
        return found
    first = answers[0]
    took = f"; {first.said} after {lasted(first.at - one.asked_at)}"
    return row(*found.pieces, took, seqs=found.seqs)


def lasted(time: timedelta) -> str:
    """Return a length of time in its two greatest units: ``2 h 5 min``."""
    minutes, seconds = divmod(int(max(time, timedelta(0)).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    said = [f"{n} {unit}" for n, unit in units if n]
    return " ".join(said[:2]) or "0 s"


def _after(name: str, one: Happened, start: datetime, since: str) -> Row:
    time = lasted(one.at - start)
    return row(f"{name}: ", At(one.at), f", {time} after {since}", seqs=(one.seq,))


def _first(account: Account, kind: type) -> Happened | None:
    return next((one for one in account.happened if isinstance(one.event, kind)), None)


def _last(account: Account, kind: type) -> Happened | None:
    found = [one for one in account.happened if isinstance(one.event, kind)]
    return found[-1] if found else None
