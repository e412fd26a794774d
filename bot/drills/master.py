"""What people ask of a drill: start, pause, resume, stop, look, report.

Keeps `bot/ports/drills.py`. The rules are in `bot/domain/drill_decisions.py`, and
what the clock brings is `bot/drills/clock.py`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain import drill_decisions, drill_report
from bot.domain.commands import Person
from bot.domain.drill import Scenario
from bot.domain.drill_events import DrillEvent, DrillStarted
from bot.domain.drill_state import DrillState
from bot.domain.errors import NotFound, Refusal
from bot.domain.quoting import named
from bot.domain.untrusted import Untrusted
from bot.drills.book import DrillBook, scenario_of
from bot.drills.shelf import DrillShelf
from bot.ports import Transaction
from bot.ports.drills import DrillView
from bot.readmodels import board, drill_export, drill_seen, drills
from bot.rules.drill_file import to_text

Decide = Callable[[Transaction, DrillState], tuple[DrillEvent, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillMaster:
    """The only way to a drill.

    Attributes:
        new_id: Makes a ``dr_`` id; the same for the same inbox item.
        channel: Slack channel id that drills are played in.
    """

    book: DrillBook
    shelf: DrillShelf
    new_id: Callable[[str], str]
    channel: str

    def start(
        self, scenario: str, *, by: Person, speed: int | None = None, item: str = ""
    ) -> DrillView:
        """Start a run; the first inject follows within a second.

        Raises:
            Refusal: Not by this person, not this scenario, or not now.
        """
        drill = self.new_id(item)
        found = self.shelf.read(scenario)
        fast = found.speed if speed is None else speed

        def work(tx: Transaction) -> Refusal | DrillView:
            if self.book.load(tx, drill)[0].exists:
                return self.book.view(tx, drill)
            running = drills.open_id(tx)
            try:
                drill_decisions.may_start(by, fast, running=running)
            except Refusal as no:
                self.book.refused(tx, running, "start", no, actor=by.id)
                return no
            event = self._started(found, fast, by)
            self.book.append(tx, drill, (event,), actor=by.id)
            self.book.wake(tx, drill)
            return self.book.view(tx, drill)

        return self._written(work)

    def pause(self, *, by: Person) -> DrillView:
        """Stand the clock still."""

        def decide(_: Transaction, state: DrillState) -> tuple[DrillEvent, ...]:
            return drill_decisions.pause(state, by, now=self.book.clock.now())

        return self._told("pause", by, decide)

    def resume(self, *, by: Person) -> DrillView:
        """Let the clock go on."""

        def decide(tx: Transaction, state: DrillState) -> tuple[DrillEvent, ...]:
            opened = drill_seen.opened(tx, state)
            commanders = {board.load(tx, one)[0].commander for one in opened} - {""}
            now = self.book.clock.now()
            return drill_decisions.resume(state, by, commanders=commanders, now=now)

        return self._told("resume", by, decide)

    def stop(self, *, by: Person) -> DrillView:
        """Tell nothing more; what is open is put away within a second."""

        def decide(_: Transaction, state: DrillState) -> tuple[DrillEvent, ...]:
            return drill_decisions.stop(state, by, now=self.book.clock.now())

        return self._told("stop", by, decide)

    def newest(self) -> DrillView | None:
        """Return the run that was started last, None if there was none."""

        def read(tx: Transaction) -> DrillView | None:
            found = drills.newest_id(tx)
            return self.book.view(tx, found) if found else None

        return self.book.store.read(read)

    def report(self, drill: str) -> Mapping[str, Any]:
        """Return what came of a run; see `report_of`."""
        return self.book.store.read(lambda tx: report_of(tx, self.book, drill))

    def _started(self, scenario: Scenario, speed: int, by: Person) -> DrillStarted:
        text = to_text(scenario)
        return DrillStarted(
            scenario=scenario.id,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            speed=speed,
            channel=self.channel,
            by=by.id,
            at=self.book.clock.now(),
            text=Untrusted(text),
        )

    def _told(self, command: str, by: Person, decide: Decide) -> DrillView:
        def work(tx: Transaction) -> Refusal | DrillView:
            drill = drills.open_id(tx)
            state, _ = self.book.load(tx, drill)
            try:
                events = decide(tx, state)
            except Refusal as no:
                self.book.refused(tx, drill, command, no, actor=by.id)
                return no
            self.book.append(tx, drill, events, actor=by.id)
            self.book.wake(tx, drill)
            return self.book.view(tx, drill)

        return self._written(work)

    def _written(self, work: Callable[[Transaction], Refusal | DrillView]) -> DrillView:
        """Write; raise a refusal only now, so that what was written stays."""
        if isinstance(answer := self.book.store.write(work).result(), Refusal):
            raise answer
        return answer


def report_of(tx: Transaction, book: DrillBook, drill: str) -> Mapping[str, Any]:
    """Return what came of a run, as JSON values.

    Raises:
        NotFound: There is no such run, or its scenario was erased.
    """
    state, _ = book.load(tx, drill)
    scenario = scenario_of(state)
    if scenario is None:
        raise NotFound(
            "No report was made",
            because=f"there is no drill {named(drill)} that can be read",
            next_move="See them with `tocsin drill list`.",
        )
    found = drill_report.report(state, scenario, drill_seen.look(tx, state))
    return drill_export.as_plain(drill, state, scenario, found, now=book.clock.now())
