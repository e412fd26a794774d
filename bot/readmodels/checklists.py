"""The checklists of an incident: which runbooks are followed, and how far they are.

Who marked which step, and when, is read from the log each time. The rows beside it say
only how far a checklist is, for lists of many incidents, and keep the editions of the
runbooks, because a file may change while it is followed.
"""

from dataclasses import dataclass, field

import orjson

from bot.domain.card import NextStep
from bot.domain.checklist import (
    DONE,
    FINISHED,
    SKIPPED,
    TAKEN,
    ChecklistView,
    Edition,
    Mark,
    as_doc,
    from_doc,
    progress,
)
from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.codec import decode
from bot.domain.events import Event, Reopened, Resolved
from bot.domain.incident import Incident
from bot.domain.runbook import Step
from bot.ports import Entry, Transaction
from bot.readmodels.timeline import INCIDENT_STREAM

_KINDS = frozenset(
    one.name
    for one in (
        *(ChecklistStarted, StepTaken, StepFinished, StepReopened),
        *(Resolved, Reopened),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one checklist is."""

    runbook: str
    done: int
    skipped: int
    total: int

    @property
    def far(self) -> str:
        """Return how far it is as people say it, e.g. ``3 of 8 done``."""
        return progress(self.done, self.skipped, self.total)


def keep_edition(tx: Transaction, edition: Edition) -> None:
    """Keep the text of an edition; the same edition is kept once."""
    tx.tables.execute(
        "INSERT INTO runbook_edition (digest, runbook, doc) VALUES (?, ?, ?) "
        "ON CONFLICT (digest) DO NOTHING",
        (edition.digest, edition.runbook, orjson.dumps(as_doc(edition)).decode()),
    )


def edition(tx: Transaction, digest: str) -> Edition | None:
    """Return a kept edition, None where there is none of this digest."""
    found = tx.tables.execute(
        "SELECT doc FROM runbook_edition WHERE digest = ?", (digest,)
    )
    return from_doc(orjson.loads(found[0]["doc"])) if found else None


def of_state(state: Incident) -> tuple[Progress, ...]:
    """Return how far the checklists of an incident are, the first begun first."""
    found = []
    for runbook, started in state.checklists.items():
        became = [one.state for (of, _), one in state.steps.items() if of == runbook]
        done, skipped = became.count(DONE), became.count(SKIPPED)
        found.append(
            Progress(runbook=runbook, done=done, skipped=skipped, total=started.steps)
        )
    return tuple(found)


def project(tx: Transaction, incident: str, state: Incident) -> None:
    """Bring the rows of an incident up to date; they follow from its state alone."""
    for position, one in enumerate(of_state(state)):
        digest = state.checklists[one.runbook].digest
        tx.tables.execute(
            "INSERT INTO checklist (incident, runbook, digest, position, done, "
            "skipped, total) VALUES (?,?,?,?,?,?,?) ON CONFLICT (incident, runbook) "
            "DO UPDATE SET done = excluded.done, skipped = excluded.skipped",
            (incident, one.runbook, digest, position, one.done, one.skipped, one.total),
        )


def of_open(tx: Transaction) -> dict[str, tuple[Progress, ...]]:
    """Return how far the checklists of the open incidents are, by incident."""
    found = tx.tables.execute(
        "SELECT c.* FROM checklist c JOIN board b ON b.id = c.incident "
        "WHERE b.phase <> 'resolved' ORDER BY c.incident, c.position"
    )
    told: dict[str, tuple[Progress, ...]] = {}
    for row in found:
        one = Progress(
            runbook=row["runbook"],
            done=row["done"],
            skipped=row["skipped"],
            total=row["total"],
        )
        told[row["incident"]] = (*told.get(row["incident"], ()), one)
    return told


def of_incident(
    tx: Transaction, incident: str, state: Incident
) -> tuple[ChecklistView, ...]:
    """Return an incident's checklists as they stand, the first begun first."""
    if not state.checklists:
        return ()
    found = _Found()
    for entry in tx.log.load(INCIDENT_STREAM + incident):
        if entry.kind in _KINDS:
            _follow(found, entry, decode(entry.kind, entry.body, entry.words))
    return tuple(
        _view(tx, incident, state, found, started) for started in found.started
    )


def next_step(tx: Transaction, incident: str, state: Incident) -> NextStep | None:
    """Return the step to go on with, of what is followed; None where nothing is.

    The runbook that was begun last comes first: people turned to it. Where every step
    of all of them is over, it is the last step of that one.
    """
    last: Edition | None = None
    for runbook, started in reversed(tuple(state.checklists.items())):
        kept = edition(tx, started.digest)
        if kept is None or not kept.steps:
            continue
        for step in kept.steps:
            became = state.steps.get((runbook, step.number))
            if became is None or became.state not in FINISHED:
                return _offered(tx, incident, state, kept, step)
        last = last or kept
    return _offered(tx, incident, state, last, last.steps[-1]) if last else None


def _offered(
    tx: Transaction, incident: str, state: Incident, kept: Edition, step: Step
) -> NextStep:
    became = state.steps.get((kept.runbook, step.number))
    far = next(one.far for one in of_state(state) if one.runbook == kept.runbook)
    reason = why(tx, incident, kept.runbook)
    return NextStep(
        runbook=kept.runbook,
        title=kept.title,
        number=step.number,
        text=step.text,
        why=reason or "its checklist is in the thread",
        state=became.state if became else "",
        by=became.by if became else "",
        far=far,
    )


def texts(
    tx: Transaction, incident: str, state: Incident
) -> dict[tuple[str, int], tuple[str, str]]:
    """Return title and text of each step that is followed or suggested, in order."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for runbook, started in state.checklists.items():
        kept = edition(tx, started.digest)
        for step in kept.steps if kept else ():
            found[runbook, step.number] = (kept.title if kept else "", step.text)
    suggested_rows = tx.tables.execute(
        "SELECT runbook, title, step, text FROM suggested WHERE incident = ? "
        "ORDER BY position",
        (incident,),
    )
    for row in suggested_rows:
        found.setdefault((row["runbook"], row["step"]), (row["title"], row["text"]))
    return found


def why(tx: Transaction, incident: str, runbook: str) -> str:
    """Return why a runbook was suggested in an incident, "" where it was not."""
    found = tx.tables.execute(
        "SELECT why FROM suggested WHERE incident = ? AND runbook = ? LIMIT 1",
        (incident, runbook),
    )
    return str(found[0]["why"]) if found else ""


def suggested(tx: Transaction, incident: str) -> str:
    """Return the runbook that was suggested, "" where none was."""
    found = tx.tables.execute(
        "SELECT runbook FROM suggested WHERE incident = ? ORDER BY position LIMIT 1",
        (incident,),
    )
    return str(found[0]["runbook"]) if found else ""


@dataclass(slots=True, kw_only=True)
class _Found:
    """What the log says so far: starts, marks by runbook and step, and the end."""

    started: list[tuple[Entry, ChecklistStarted]] = field(default_factory=list)
    marks: dict[str, dict[int, Mark]] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    end: tuple[Entry, Resolved] | None = None


def _follow(found: _Found, entry: Entry, event: Event) -> None:
    if isinstance(event, ChecklistStarted | StepTaken | StepFinished | StepReopened):
        found.moved[event.runbook] = entry.seq
    match event:
        case ChecklistStarted():
            found.started.append((entry, event))
        case StepReopened(runbook=runbook, step=step):
            found.marks.get(runbook, {}).pop(step, None)
        case StepTaken(runbook=runbook) | StepFinished(runbook=runbook):
            marks = found.marks.setdefault(runbook, {})
            marks[event.step] = _mark(entry, event, marks.get(event.step))
        case Resolved():
            found.end = (entry, event)
        case Reopened():
            found.end = None
        case _:
            pass


def _mark(entry: Entry, event: StepTaken | StepFinished, before: Mark | None) -> Mark:
    finished = event if isinstance(event, StepFinished) else None
    return Mark(
        state=finished.outcome if finished else TAKEN,
        by=event.by,
        at=entry.at,
        seq=entry.seq,
        reason=finished.reason if finished else None,
        open_evidence=event.open_evidence or (before.open_evidence if before else ()),
    )


def _view(
    tx: Transaction,
    incident: str,
    state: Incident,
    found: _Found,
    begun: tuple[Entry, ChecklistStarted],
) -> ChecklistView:
    entry, started = begun
    end = found.end
    return ChecklistView(
        incident=incident,
        channel=state.channel,
        runbook=started.runbook,
        version=started.version,
        digest=started.digest,
        total=started.steps,
        started_by=started.by,
        started_at=entry.at,
        edition=edition(tx, started.digest),
        why=why(tx, incident, started.runbook),
        marks=found.marks.get(started.runbook, {}),
        moved=found.moved[started.runbook],
        outcome=end[1].outcome if end else "",
        ended_by=end[1].by if end else "",
        ended_at=end[0].at if end else None,
        drill=state.drill,
    )
