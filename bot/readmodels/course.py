"""Reads the course of an incident: what was tried, and what became of it.

Who did it is left out: a runbook is for whoever comes next. What a runbook looks like
is `bot/domain/runbook_draft.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from bot.domain.action_table import Stage
from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.codec import decode
from bot.domain.course import Course, PlanRan, StepRan
from bot.domain.envelope import Alert, Entity
from bot.domain.events import Event, Noted, Resolved, SeverityChanged
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.readmodels import alerts, board, plan_record, timeline
from bot.readmodels.plan_record import PlanRecord

T = TypeVar("T")
_MOST_SIGNALS = 8
_MOST_PROBLEMS = 100
_NOT_RUN = frozenset(
    {
        *(Stage.NONE, Stage.DRAFT, Stage.PENDING, Stage.APPROVED, Stage.DENIED),
        *(Stage.EXPIRED, Stage.SUPERSEDED, Stage.STALE, Stage.REVOKED),
        Stage.CANCELLED,
    }
)


def course(
    tx: Transaction, incident: str, *, titles: Mapping[str, str]
) -> Course | None:
    """Return an incident's course, None if there is no such incident.

    Args:
        titles: Category to what it is called.
    """
    state = board.load(tx, incident)[0]
    if not state.exists:
        return None
    entries = tx.log.load(timeline.INCIDENT_STREAM + incident)
    story = [(one.at, decode(one.kind, one.body, one.words)) for one in entries]
    known = [one.alert for one in alerts.problems(tx, incident, limit=_MOST_PROBLEMS)]
    head = tx.log.head()
    return Course(
        incident=incident,
        category=state.category,
        category_title=titles.get(state.category, state.category),
        severity=state.severity,
        signals=_signals(known),
        entities=_once((one.kind.value, one.id) for one in _entities(known)),
        owasp=_once(one for alert in known for one in alert.assessment.owasp),
        atlas=_once(one for alert in known for one in alert.assessment.atlas),
        steps=tuple(_steps(story)),
        plans=tuple(_plans(tx, incident)),
        notes=tuple(_notes(story)),
        suggested=_suggested(tx, incident),
        outcome=state.outcome,
        summary=_summary(story),
        drill=state.drill,
        size=head.size,
        root=head.root.hex(),
    )


def _signals(known: Iterable[Alert]) -> tuple[Untrusted, ...]:
    titles = _once(one.envelope.title.for_slack(limit=120) for one in known)
    return tuple(Untrusted(one) for one in titles[:_MOST_SIGNALS])


def _entities(known: Iterable[Alert]) -> Iterator[Entity]:
    for one in known:
        yield from one.envelope.entities


def _steps(story: Iterable[tuple[datetime, Event]]) -> Iterator[StepRan]:
    """Yield what became of each step at last, in the order of the last word on it."""
    ran: dict[tuple[str, int], StepRan] = {}
    for at, event in story:
        match event:
            case StepTaken(runbook=runbook, step=number):
                made = StepRan(runbook=runbook, number=number, outcome="taken", at=at)
            case StepFinished(runbook=runbook, step=number):
                made = StepRan(
                    runbook=runbook,
                    number=number,
                    outcome=event.outcome,
                    at=at,
                    reason=event.reason,
                )
            case _:
                continue
        ran.pop((runbook, number), None)
        ran[runbook, number] = made
    yield from ran.values()


def _plans(tx: Transaction, incident: str) -> Iterator[PlanRan]:
    records = plan_record.of_incident(tx, incident)
    undoing = {one.rollback for one in records if one.rollback}
    for one in records:
        if one.stage not in _NOT_RUN and one.plan.id not in undoing:
            yield _plan(one)


def _plan(record: PlanRecord) -> PlanRan:
    began = record.calls[0].began_at if record.calls else record.asked_at
    return PlanRan(
        plan=record.plan,
        stage=record.stage,
        at=began,
        seen=record.looks[-1].verdict if record.looks else "",
        undone_by=record.rollback,
        snapshot=bool(record.evidence),
    )


def _notes(
    story: Iterable[tuple[datetime, Event]],
) -> Iterator[tuple[datetime, Untrusted]]:
    for at, event in story:
        match event:
            case Noted(text=Untrusted() as words):
                yield at, words
            case SeverityChanged(reason=Untrusted() as words):
                yield at, words
            case _:
                pass


def _summary(story: Iterable[tuple[datetime, Event]]) -> Untrusted | None:
    found = [event.summary for _, event in story if isinstance(event, Resolved)]
    return found[-1] if found else None


def _suggested(tx: Transaction, incident: str) -> tuple[str, ...]:
    rows = tx.tables.execute(
        "SELECT runbook FROM suggested WHERE incident = ? ORDER BY position",
        (incident,),
    )
    return _once(str(one["runbook"]) for one in rows)


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
