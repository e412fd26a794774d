"""The story of an incident: one line per event, in the order of the log.

The lines are computed from the stream each time; there is no table that could
drift from the log. How a line looks in Slack lives in `bot/slack/lines.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.checklist_events import ChecklistEvent
from bot.domain.codec import decode, decode_action, decode_share
from bot.domain.events import (
    Acknowledged,
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    CommandRefused,
    Event,
    IncidentOpened,
    Nagged,
    Noted,
    PhaseChanged,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.grouping import BECAUSE, because_of
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    Snoozed,
    Woken,
)
from bot.domain.judging_events import Suggested, SuggestionJudged, TextJudged
from bot.domain.question_events import QuestionAnswered
from bot.domain.responding import DRILL_OVER
from bot.domain.share_events import OriginalSealed
from bot.domain.telling_events import TellingEvent
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from bot.ports import Entry, Transaction
from bot.readmodels import (
    alerts,
    grouping_lines,
    judging_lines,
    step_lines,
    telling_lines,
    writing_lines,
)
from bot.readmodels.plan_lines import plan_sentence, plan_words
from bot.readmodels.share_lines import Sealed, sealed_in
from bot.redact import masked_words

INCIDENT_STREAM = "incident/"
ACTION_STREAM = "action/"
AlertTimes = Mapping[str, tuple[datetime | None, datetime | None]]
SHARE_STREAM = "share/"
EXERCISE = "EXERCISE"
_TOCSIN = "tocsin"
# What an event calls the words of somebody; none has two of them.
_WORDS = ("title", "text", "summary", "reason", "thing")
_PersonEvent = (
    Acknowledged
    | RoleAssigned
    | PhaseChanged
    | Noted
    | ChecklistEvent
    | Resolved
    | Reopened
    | Snoozed
    | Woken
    | CommandRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened.

    Attributes:
        at: When it was recorded, aware UTC.
        occurred_at: When it happened, where that is known to differ.
        observed_at: When it reached us, where that is known: for alerts.
        actor: Slack id, ``tocsin`` or ``source:<name>``.
        text: Our own sentence; people stand in it as ``<@U…>``.
        words: What somebody wrote; None if nothing, or if it was erased.
        drill: The incident is a drill's; then `text` begins with EXERCISE.
    """

    seq: int
    at: datetime
    occurred_at: datetime | None
    kind: str
    actor: str
    text: str
    words: Untrusted | None
    observed_at: datetime | None = None
    drill: bool = False

    @property
    def masked(self) -> str:
        """What is masked in the words: "masked: 1 GitHub token"; "" for nothing."""
        return "" if self.words is None else masked_words(self.words.for_redaction())


def story(tx: Transaction, incident: str) -> tuple[Line, ...]:
    """Return an incident's timeline, with its plans and shares, in the log's order."""
    found = list(tx.log.load(INCIDENT_STREAM + incident))
    plans = tx.tables.execute("SELECT id FROM plan WHERE incident = ?", (incident,))
    for row in plans:
        found += tx.log.load(ACTION_STREAM + row["id"])
    shares = tx.tables.execute("SELECT id FROM share WHERE incident = ?", (incident,))
    for row in shares:
        found += tx.log.load(SHARE_STREAM + row["id"])
    known = alerts.times(tx, incident)
    told = lines(sorted(found, key=lambda entry: entry.seq), known)
    is_drill = any(entry.body.get("drill") is True for entry in found)
    return tuple(map(_exercise, told)) if is_drill else told


def _exercise(line: Line) -> Line:
    return replace(line, text=f"{EXERCISE} · {line.text}", drill=True)


def lines(
    entries: Iterable[Entry], alert_times: AlertTimes | None = None
) -> tuple[Line, ...]:
    """Return the timeline of entries of incidents, plans and shares, in their order.

    Args:
        alert_times: By alert, when its sender says it happened and when we got it.
    """
    entries = tuple(entries)
    about = sealed_in(entries)
    return tuple(_any_line(one, alert_times or {}, about) for one in entries)


def _any_line(entry: Entry, alert_times: AlertTimes, about: Sealed) -> Line:
    if entry.stream.startswith(ACTION_STREAM):
        return _plan_line(entry)
    if entry.stream.startswith(SHARE_STREAM):
        return _share_line(entry, about)
    return _line(entry, alert_times)


def _share_line(entry: Entry, about: Sealed) -> Line:
    event = decode_share(entry.kind, entry.body, entry.words)
    return Line(
        seq=entry.seq,
        at=entry.at,
        occurred_at=None,
        kind=entry.kind,
        actor=entry.actor,
        text=about.sentence(entry.stream, event),
        words=event.reason if isinstance(event, OriginalSealed) else None,
    )


def _plan_line(entry: Entry) -> Line:
    event = decode_action(entry.kind, entry.body, entry.words)
    plan = entry.stream.removeprefix(ACTION_STREAM)
    return Line(
        seq=entry.seq,
        at=entry.at,
        occurred_at=None,
        kind=entry.kind,
        actor=entry.actor,
        text=plan_sentence(plan, event),
        words=plan_words(event),
    )


def _line(entry: Entry, alert_times: AlertTimes) -> Line:
    event = decode(entry.kind, entry.body, entry.words)
    occurred_at, observed_at = _alert_times(event, alert_times)
    return Line(
        seq=entry.seq,
        at=entry.at,
        occurred_at=occurred_at,
        observed_at=observed_at,
        kind=entry.kind,
        actor=entry.actor,
        text=sentence(event),
        words=_words(event),
    )


def sentence(event: Event) -> str:  # noqa: C901 - one case per event
    """Say what happened, without the words that people or senders wrote."""
    match event:
        case IncidentOpened():
            return _opened(event)
        case AlertCleared(source=source):
            return f"{source} says that one of its alerts is over."
        case AlertsCounted(count=count):
            return f"The incident stands for {count} alerts so far."
        case SeverityChanged():
            return _severity(event)
        case Nagged(late_s=late_s):
            late = f" (the reminder came {late_s} s late)" if late_s > 1 else ""
            return f"Nobody had acknowledged in time{late}."
        case Correlated() | CategoryChanged() | AlertJoined():
            return grouping_lines.sentence(event)
        case Flapping() | FlappingEnded():
            return grouping_lines.sentence(event)
        case Summarized():
            return writing_lines.summarized(event)
        case QuestionAnswered():
            return writing_lines.answered(event)
        case Suggested() | SuggestionJudged() | TextJudged():
            return judging_lines.sentence(event)
        case _ if isinstance(event, TellingEvent):
            return telling_lines.sentence(event)
        case _:
            return _by_a_person(event)


def _opened(event: IncidentOpened) -> str:
    earlier = f" Same problem as {event.earlier}." if event.earlier else ""
    return (
        f"Opened as {event.severity}, {event.category}, by an alert "
        f"from {event.source} (rule {event.rule}).{earlier}"
    )


def _by_a_person(event: _PersonEvent) -> str:  # noqa: C901 - one case per event
    match event:
        case Acknowledged(by=by):
            return f"{_who(by)} acknowledged."
        case RoleAssigned(role=role, to=to, by=by):
            given = "" if to == by else f", named by {_who(by)}"
            return f"{_who(to)} is {role}{given}."
        case PhaseChanged(was=was, phase=phase, by=by):
            return f"{_who(by)} moved it from {was} to {phase}."
        case Noted(by=by):
            return f"{_who(by)} noted:"
        case Resolved():
            return _resolved(event)
        case Reopened(because=because, by=by):
            why = because_of(because) if because in BECAUSE else ""
            return f"Reopened by {_who(by)}" + (f": {why}." if why else ".")
        case Snoozed(by=by, until=until):
            return f"{_who(by)} snoozed it until {until:%H:%M} UTC:"
        case Woken():
            return grouping_lines.woken(event)
        case CommandRefused(command=command, code=code, by=by):
            return f"Refused {_who(by)}: {command} ({code})."
        case _:
            return step_lines.sentence(event)


def _severity(event: SeverityChanged) -> str:
    why = "" if event.by != _TOCSIN else f" by the rules ({', '.join(event.reasons)})"
    who = "" if event.by == _TOCSIN else f" by {_who(event.by)}"
    return f"Severity {event.was} → {event.severity}{who}{why}."


def _resolved(event: Resolved) -> str:
    if event.outcome == DRILL_OVER:
        return "The drill is over, and with it the incident."
    if event.by == _TOCSIN:
        return "Resolved: every source cleared its alerts and nobody had taken it."
    return f"Resolved by {_who(event.by)} as {event.outcome.replace('_', ' ')}."


def _who(by: str) -> str:
    return "Tocsin" if by in (_TOCSIN, "") else f"<@{by}>"


def _alert_times(
    event: Event, known: AlertTimes
) -> tuple[datetime | None, datetime | None]:
    """Return when what an alert tells of happened, and when the alert reached us."""
    match event:
        case IncidentOpened(alert=alert, detected_at=detected_at):
            return detected_at, known.get(alert, (None, None))[1]
        case AlertJoined(alert=alert) | AlertCleared(alert=alert):
            return known.get(alert, (None, None))
        case _:
            return None, None


def _words(event: Event) -> Untrusted | None:
    if isinstance(event, TellingEvent):
        return telling_lines.words(event)
    if isinstance(event, QuestionAnswered):
        return writing_lines.question(event)
    found = (getattr(event, name, None) for name in _WORDS)
    return next((one for one in found if isinstance(one, Untrusted)), None)
