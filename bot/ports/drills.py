"""How the doors speak with the drills, and how a drill asks to be drawn.

Every method touches the disk and must be called off the event loop. A refusal is a
`Refusal` with its three parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.commands import Person
from bot.domain.drill import Inject, Scenario
from bot.domain.drill_state import DrillState
from bot.ports.outbox import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillView:
    """One run as people see it.

    Attributes:
        scenario: None where its text was erased.
        clock_s: Scenario seconds that have passed.
        incidents: Ids of what it opened, in order.
        met: How many expectations were met, and how many `missed`.
    """

    id: str
    state: DrillState
    scenario: Scenario | None
    clock_s: int
    incidents: tuple[str, ...] = ()
    met: int = 0
    missed: int = 0


class Drills(Protocol):
    """The only way to a drill."""

    def start(
        self, scenario: str, *, by: Person, speed: int | None = None, item: str = ""
    ) -> DrillView:
        """Start a run.

        Args:
            speed: Scenario minutes a real minute holds; None for the scenario's own.
            item: Inbox item it came with; a second try with it starts no second run.
        """
        ...

    def pause(self, *, by: Person) -> DrillView:
        """Stand the clock still."""
        ...

    def resume(self, *, by: Person) -> DrillView:
        """Let the clock go on."""
        ...

    def stop(self, *, by: Person) -> DrillView:
        """Tell nothing more, and put everything away."""
        ...

    def newest(self) -> DrillView | None:
        """Return the run that was started last, None if there was none."""
        ...

    def report(self, drill: str) -> Mapping[str, Any]:
        """Return what came of a run, as JSON values.

        Raises:
            NotFound: There is no such run.
        """
        ...


class DrillPresenter(Protocol):
    """Draws what a drill itself says. Pure."""

    def announcement(self, view: DrillView) -> Post:
        """Return the message that stands for the run; its key is ``drill/<id>``."""
        ...

    def told(self, view: DrillView, inject: Inject) -> Post:
        """Return an inject that is a message, in the thread it belongs to."""
        ...

    def said(self, view: DrillView, key: str, what: str, by: str) -> Post:
        """Return a line below the announcement: ``paused``, ``resumed`` …."""
        ...
