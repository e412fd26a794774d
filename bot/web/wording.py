"""How values become words on a page: stages, moments, ages, people in sentences.

Pure. What a template does with them is markup; what the sentences of the timeline
say is in `bot/readmodels`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.domain.action_table import Stage
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Piece
from bot.readmodels.timeline import Line

_PEOPLE_IN_TEXT = re.compile(r"<@([UW][A-Z0-9]{2,30})>")
_MARKED = re.compile(r"<@([UW][A-Z0-9]{2,30})>|\b(pl_[0-9A-Z]{26})\b")
_SLACK_ID = re.compile(r"[UWS][A-Z0-9]{2,30}")
_NAMES_MAX = 60
_SECOND = timedelta(seconds=1)
_STEPS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
    (_SECOND, "s"),
)

STANDS: Mapping[Stage, str] = {
    Stage.NONE: "No plan",
    Stage.DRAFT: "Draft",
    Stage.PENDING: "Waits for people",
    Stage.APPROVED: "Approved, not run yet",
    Stage.APPLYING: "Running",
    Stage.APPLIED: "Ran, not verified yet",
    Stage.VERIFIED: "Ran and verified",
    Stage.DENIED: "Rejected, nothing ran",
    Stage.EXPIRED: "Expired, nothing ran",
    Stage.SUPERSEDED: "Replaced, nothing ran",
    Stage.STALE: "Out of date, nothing ran",
    Stage.REVOKED: "Approval revoked, nothing ran",
    Stage.CANCELLED: "Taken back, nothing ran",
    Stage.FAILED: "Failed",
    Stage.INDETERMINATE: "Not known whether it happened",
    Stage.VERIFY_FAILED: "Ran, but not as promised",
    Stage.ROLLING_BACK: "Being undone",
    Stage.ROLLED_BACK: "Undone",
    Stage.ROLLBACK_FAILED: "Undoing it failed",
}
_GOOD = frozenset({Stage.VERIFIED, Stage.ROLLED_BACK})
_BAD = frozenset(
    {
        Stage.FAILED,
        Stage.INDETERMINATE,
        Stage.VERIFY_FAILED,
        Stage.ROLLBACK_FAILED,
    }
)
_WAITS = frozenset({Stage.PENDING, Stage.APPROVED, Stage.APPLYING, Stage.APPLIED})


def stands(stage: Stage) -> str:
    """Return where a plan stands, in words."""
    return STANDS[stage]


def tone(stage: Stage) -> str:
    """Return how a stage is tinted: ``good``, ``bad``, ``waits`` or ``quiet``."""
    if stage in _GOOD:
        return "good"
    if stage in _BAD:
        return "bad"
    return "waits" if stage in _WAITS else "quiet"


def said(code: str) -> str:
    """Return a stored code as people say it."""
    return code.replace("_", " ").replace(".", " ")


def iso(at: datetime) -> str:
    """Return a moment for the `datetime` attribute: ISO 8601, UTC, milliseconds."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def stamp(at: datetime) -> str:
    """Return a moment to the second, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def short(at: datetime) -> str:
    """Return a moment to the minute, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def clock(at: datetime) -> str:
    """Return the time of day to the second, UTC; the day stands above it."""
    return at.astimezone(UTC).strftime("%H:%M:%S")


def day(at: datetime) -> str:
    """Return the day, UTC: ``Friday, 20 November 2026``."""
    moment = at.astimezone(UTC)
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day} {_MONTHS[moment.month - 1]} "
        + str(moment.year)
    )


_DAYS = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def by_day(story: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return the lines of a timeline, those of one day under its name."""
    return [
        (name, list(lines)) for name, lines in groupby(story, lambda line: day(line.at))
    ]


def lasted(start: datetime, end: datetime) -> str:
    """Return a length of time in its two greatest units: ``2 h 5 min``."""
    left = max(end - start, timedelta(0))
    parts: list[str] = []
    for size, unit in _STEPS:
        count, rest = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
            left = rest
        if len(parts) == len(("first", "second")):
            break
    return " ".join(part for part in parts if part) or "0 s"


def differs(one: datetime | None, other: datetime | None) -> bool:
    """Tell whether two moments are apart enough to show both: a second."""
    return one is not None and other is not None and abs(one - other) >= _SECOND


def pieces(text: str) -> list[tuple[str, str]]:
    """Split a sentence of ours into ``text``, ``who`` and ``plan`` parts."""
    kinds = ("text", "who", "plan")
    parts = enumerate(_MARKED.split(text))
    return [(kinds[n % len(kinds)], part) for n, part in parts if part]


def named(person: str, names: Mapping[str, Untrusted]) -> str:
    """Return what a person calls themselves, "" if Slack did not say.

    People edit their names, so the id always stands beside it.
    """
    name = names.get(person)
    return name.for_html_line(limit=_NAMES_MAX) if name else ""


def is_slack_id(one: str) -> bool:
    """Tell whether it is the id of a person or a group, not the name of a team."""
    return _SLACK_ID.fullmatch(one) is not None


def kind_of(piece: Piece) -> str:
    """Return what a piece of a writing is: ``text``, ``whom``, ``at`` or ``said``."""
    return "text" if isinstance(piece, str) else type(piece).__name__.lower()


def is_entry(evidence: str) -> bool:
    """Tell whether evidence is an entry of the log, ``t17``, and no alert."""
    return evidence[:1] == "t" and evidence[1:].isdecimal()


def people_of(text: str) -> list[str]:
    """Return the ids of people who stand in a sentence of ours."""
    return _PEOPLE_IN_TEXT.findall(text)
