"""Everything the pages show of the incidents, read in one snapshot of the log.

Folds of the log and of the rows beside it; nothing here is written and nothing is
kept. How it looks is in `templates/`, how values become text in `rendering.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import CardView
from bot.domain.errors import NotFound
from bot.domain.incident import Incident
from bot.domain.links import NO_HOSTS, LinkHosts
from bot.domain.registry import Registry
from bot.domain.runbook_history import Mode
from bot.ports import Clock, Keys, Transaction
from bot.ports.gate import MOVING, Standstill
from bot.readmodels import alerts, board, checklists, learned, plan_record, timeline
from bot.readmodels.alerts import Problem
from bot.readmodels.board import BoardRow
from bot.readmodels.checklists import Progress
from bot.readmodels.definitions import definitions
from bot.readmodels.learned import NO_FEEDBACK, Feedback
from bot.readmodels.plan_record import PlanRecord
from bot.readmodels.timeline import Line
from bot.store.checkpoint import parse_note, vkey
from bot.store.export import proof
from bot.store.sqlite import SqliteStore
from bot.store.transaction import SqliteTransaction
from bot.viewing import Viewing

# A storm can join thousands of problems to one incident; the log has them all.
MOST_PROBLEMS = 200
OPEN_SHOWN = 300
RESOLVED_SHOWN = 20
# Rooms of the log whose streams belong to an incident, and how to ask.
_OWNED = {
    "action": "SELECT 1 AS one FROM plan WHERE id = ? AND incident = ?",
    "share": "SELECT 1 AS one FROM share WHERE id = ? AND incident = ?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One runbook step and what became of it.

    Attributes:
        state: "" while nobody has it, else ``taken``, ``done`` or ``skipped``.
        text: Our runbook's words, "" where only the log knows of the step.
    """

    runbook: str
    title: str
    number: int
    text: str
    state: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """What the log's owner signed, and what a reader needs to check it.

    Attributes:
        size: Entries in the log when it was read.
        root: Hex of the tree's root then.
        note: Newest signed checkpoint, "" before the first.
        signed_size: Entries that it covers.
        vkey: Verifier key; compare it with one you got another way.
        definition: Of sensitive data, as it is in force; "" where none is recorded.
    """

    size: int
    root: str
    note: str
    signed_size: int
    vkey: str
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One incident, whole.

    Attributes:
        at: When it was read, aware UTC.
        hidden_problems: Problems beyond those that are shown.
        links: Where addresses that senders gave may lead.
        checklists: How far each runbook is that is followed.
    """

    at: datetime
    card: CardView
    resolved_at: datetime | None
    story: tuple[Line, ...]
    plans: tuple[PlanRecord, ...]
    problems: tuple[Problem, ...]
    hidden_problems: int
    steps: tuple[StepRow, ...]
    log: LogState
    links: LinkHosts = NO_HOSTS
    checklists: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One incident on the board.

    Attributes:
        system: Its title in the registry, else its id, "" for none.
        pending: Plans that wait for people.
        checklists: How far each runbook is that is followed.
    """

    row: BoardRow
    category: str
    system: str
    owner: str
    pending: int
    checklists: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The board: what is open, and what ended last.

    Attributes:
        hidden: Open incidents beyond those that are shown, in a storm.
        feedback: What people think of suggestions and of a model's texts.
        history: What earlier incidents may do to suggestions.
        still: What keeps changes from beginning.
    """

    at: datetime
    open: tuple[BoardLine, ...]
    resolved: tuple[BoardLine, ...]
    hidden: int = 0
    feedback: Feedback = NO_FEEDBACK
    history: Mode = "rank"
    still: Standstill = MOVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads what the pages show. Every method touches the disk."""

    store: SqliteStore
    clock: Clock
    keys: Keys
    viewing: Viewing
    links: LinkHosts = NO_HOSTS
    history: Mode = "rank"

    def board(self) -> BoardView:
        """Return the open incidents, worst first, and the last resolved ones."""

        def work(tx: SqliteTransaction) -> BoardView:
            pending = plan_record.pending(tx)
            followed = checklists.of_open(tx)
            ended = board.resolved_rows(tx, limit=RESOLVED_SHOWN)
            rows = board.open_rows(tx)
            return BoardView(
                at=self.clock.now(),
                open=self._lines(rows[:OPEN_SHOWN], pending, followed),
                resolved=self._lines(ended, pending, {}),
                hidden=len(rows[OPEN_SHOWN:]),
                feedback=learned.feedback(tx),
                history=self.history,
            )

        return self.store.read(work)

    def dossier(self, incident: str) -> Dossier | None:
        """Return one incident, whole; None if there is none of this id."""

        def work(tx: SqliteTransaction) -> Dossier | None:
            card = self.viewing.card(tx, incident)
            return None if card is None else self._dossier(tx, card)

        return self.store.read(work)

    def proved(self, incident: str, seq: int) -> tuple[str, bytes]:
        """Return the proof of one entry of an incident, and the entry's bytes.

        Raises:
            NotFound: The incident has no such entry.
        """

        def work(tx: SqliteTransaction) -> tuple[str, bytes]:
            if not _belongs(tx, incident, seq):
                raise NotFound(
                    "Nothing was proved",
                    because="the incident has no such entry",
                    next_move="Follow a link of its timeline.",
                )
            return proof(tx, seq, keys=self.keys)

        return self.store.read(work)

    def _dossier(self, tx: SqliteTransaction, card: CardView) -> Dossier:
        row = board.row(tx, card.id)
        shown = alerts.problems(tx, card.id, limit=MOST_PROBLEMS)
        return Dossier(
            at=self.clock.now(),
            card=card,
            resolved_at=row.resolved_at if row else None,
            story=timeline.story(tx, card.id),
            plans=plan_record.of_incident(tx, card.id),
            problems=shown,
            hidden_problems=alerts.problem_count(tx, card.id) - len(shown),
            steps=_steps(tx, card.id, card.state),
            checklists=checklists.of_state(card.state),
            log=_log_state(tx, self.keys),
            links=self.links,
        )

    def _lines(
        self,
        rows: Sequence[BoardRow],
        pending: dict[str, int],
        followed: dict[str, tuple[Progress, ...]],
    ) -> tuple[BoardLine, ...]:
        return tuple(
            board_line(
                row,
                registry=self.viewing.registry,
                category=self.viewing.category_titles.get(row.category, row.category),
                pending=pending.get(row.id, 0),
                followed=followed.get(row.id, ()),
            )
            for row in rows
        )


def board_line(
    row: BoardRow,
    *,
    registry: Registry,
    category: str,
    pending: int,
    followed: tuple[Progress, ...] = (),
) -> BoardLine:
    """Return a row of the board with what the registry knows of its system."""
    system = registry.get(row.system)
    return BoardLine(
        row=row,
        category=category,
        system=system.title if system else row.system,
        owner=system.owner if system else "",
        pending=pending,
        checklists=followed,
    )


def _log_state(tx: SqliteTransaction, keys: Keys) -> LogState:
    head, note = tx.log.head(), tx.log.newest_checkpoint() or ""
    known = definitions(tx)
    return LogState(
        size=head.size,
        root=head.root.hex(),
        note=note,
        signed_size=parse_note(note).size if note else 0,
        vkey=vkey(tx.origin, keys.public_key()),
        definition=known[-1].told() if known else "",
    )


def _belongs(tx: Transaction, incident: str, seq: int) -> bool:
    """Tell whether an entry is of an incident, or of a plan or a share of it."""
    found = tx.log.read(after=seq - 1, limit=1)
    if not found or found[0].seq != seq:
        return False
    room, _, name = found[0].stream.partition("/")
    if room not in _OWNED:
        return found[0].stream == timeline.INCIDENT_STREAM + incident
    owned = tx.tables.execute(_OWNED[room], (name, incident))
    return bool(owned)


def _steps(tx: Transaction, incident: str, state: Incident) -> tuple[StepRow, ...]:
    """Return the steps that are followed or suggested, and those taken beside them."""
    texts = checklists.texts(tx, incident, state)
    beside = sorted(one for one in state.steps if one not in texts)
    return tuple(
        _step_row(one, texts.get(one, ("", "")), state) for one in (*texts, *beside)
    )


def _step_row(step: tuple[str, int], said: tuple[str, str], state: Incident) -> StepRow:
    became = state.steps.get(step)
    return StepRow(
        runbook=step[0],
        number=step[1],
        title=said[0],
        text=said[1],
        state=became.state if became else "",
        by=became.by if became else "",
    )
