"""The checklists of the incidents: which edition is meant, and when they are drawn.

A runbook's checklist begins with the first step that somebody takes of it and stands
in the incident's thread, edited in place. It keeps the edition it was started with.
How steps move is decided in `bot/domain/stepping.py`; how it looks is the drawer's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.assistant.search import RunbookIndex
from bot.assistant.suggest import Suggestion
from bot.domain.checklist import ChecklistView, Edition, edition_of
from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.commands import PersonCommand
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound
from bot.domain.events import Event, Reopened, Resolved
from bot.domain.incident import Incident
from bot.domain.runbook import Runbook
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    TakeStep,
)
from bot.ports import Clock, Post, Store, Transaction
from bot.ports.checklists import Offered
from bot.readmodels import alerts, board, checklists

Draw = Callable[[ChecklistView], Post]
_MOST_OFFERED = 8
# So many alerts of an incident are asked about: a form opens within three seconds.
_MOST_ASKED = 5
_MOVES = ChecklistStarted | StepTaken | StepFinished | StepReopened


class Checklists:
    """Keeps `bot.ports.checklists.Checklists`, and follows what happens.

    Args:
        advise: Says which runbooks fit an alert, the best first.
        draw: Makes a message of a checklist.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        runbooks: Iterable[Runbook],
        index: RunbookIndex,
        advise: Callable[[Alert], Sequence[Suggestion]],
        draw: Draw,
    ) -> None:
        self._store = store
        self._clock = clock
        self._index = index
        self._advise = advise
        self._draw = draw
        self._shelf: Mapping[str, Edition] = {
            one.id: edition_of(one) for one in runbooks
        }

    # --- inside a transaction ---

    def inform(
        self, tx: Transaction, incident: str, command: PersonCommand
    ) -> PersonCommand:
        """Return a command about steps with the edition that its numbers are of.

        Raises:
            NotFound: There is no such runbook.
        """
        match command:
            case StartChecklist():
                return self._which(tx, incident, command)
            case TakeStep() | FinishStep() | ReopenStep():
                state = board.load(tx, incident)[0]
                found = self._edition(tx, state, command.runbook)
                return replace(command, edition=found)
            case _:
                return command

    def follow(
        self, tx: Transaction, incident: str, state: Incident, events: Sequence[Event]
    ) -> None:
        """Draw the checklists that something happened to."""
        touched = {one.runbook for one in events if isinstance(one, _MOVES)}
        if any(isinstance(one, Resolved | Reopened) for one in events):
            touched |= set(state.checklists)
        if not touched:
            return
        for one in events:
            if isinstance(one, ChecklistStarted):
                checklists.keep_edition(tx, self._shelf[one.runbook])
        checklists.project(tx, incident, state)
        for view in checklists.of_incident(tx, incident, state):
            if view.runbook in touched:
                post = self._draw(self._against_shelf(view))
                tx.outbox.post(post, now=self._clock.now())

    # --- what can be seen ---

    def view(self, incident: str, runbook: str) -> ChecklistView | None:
        """Return a checklist as it stands, None where there is none."""

        def work(tx: Transaction) -> ChecklistView | None:
            state = board.load(tx, incident)[0]
            for one in checklists.of_incident(tx, incident, state):
                if one.runbook == runbook:
                    return self._against_shelf(one)
            return None

        return self._store.read(work)

    def others(self, incident: str) -> tuple[Offered, ...]:
        """Return the runbooks that fit an incident, the best first."""

        def work(tx: Transaction) -> tuple[Offered, ...]:
            state = board.load(tx, incident)[0]
            found: dict[str, Offered] = {}
            for alert in alerts.of_incident(tx, incident)[:_MOST_ASKED]:
                for one in self._advise(alert):
                    offered = self._offered(state, one.runbook_id, one.why)
                    found.setdefault(one.runbook_id, offered)
            return tuple(found.values())[:_MOST_OFFERED]

        return self._store.read(work)

    def search(self, incident: str, text: str) -> tuple[Offered, ...]:
        """Return the runbooks whose words are near to a text, the nearest first."""
        # A person judges what is near, so nothing is held back as too far.
        hits = self._index.search(text, _MOST_OFFERED, floor=0)
        state = self._store.read(lambda tx: board.load(tx, incident)[0])
        return tuple(self._offered(state, one.id, one.why) for one in hits)

    def _offered(self, state: Incident, runbook: str, why: str) -> Offered:
        return Offered(
            runbook=runbook,
            title=self._shelf[runbook].title,
            why=why,
            started=runbook in state.checklists,
        )

    def _which(
        self, tx: Transaction, incident: str, command: StartChecklist
    ) -> StartChecklist:
        """Return a start that names its runbook: the last followed, or suggested."""
        state = board.load(tx, incident)[0]
        followed = next(reversed(tuple(state.checklists)), "")
        runbook = command.runbook or followed or checklists.suggested(tx, incident)
        if not runbook:
            return command
        found = self._edition(tx, state, runbook)
        return replace(command, runbook=runbook, edition=found)

    def _edition(
        self, tx: Transaction, state: Incident, runbook: str
    ) -> Edition | None:
        """Return the edition that is followed, else the one on the shelf.

        None where the followed one is not kept any more: then nobody knows better
        than the people who read it.
        """
        started = state.checklists.get(runbook)
        if started is not None:
            return checklists.edition(tx, started.digest)
        if runbook in self._shelf or not state.exists:
            return self._shelf.get(runbook)
        raise NotFound(
            "Nothing was changed",
            because=f"there is no runbook {runbook}",
            next_move="Start with the one that fits: `/incident steps`.",
        )

    def _against_shelf(self, view: ChecklistView) -> ChecklistView:
        """Say where the shelf has another edition than the one that is followed."""
        now = self._shelf.get(view.runbook)
        if now is None:
            return replace(view, standing="gone")
        return replace(view, standing="changed" if now.digest != view.digest else "")
