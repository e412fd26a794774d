"""How the doors speak with maintenance windows, and how one asks to be drawn.

Every method touches the disk and must be called off the event loop. A refusal is a
`Refusal` with its three parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.domain.commands import Person
from bot.domain.maintenance import Window
from bot.domain.maintenance_events import What
from bot.ports.outbox import Post

Moment = Literal["planned", "started", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """One window as people see it.

    Attributes:
        silenced: How many alerts it has kept quiet.
    """

    id: str
    window: Window
    silenced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a person plans.

    Attributes:
        starts_at: Aware UTC, or only the time of day with `is_next`; None for now.
        target: As it was typed: not yet redacted.
        reason: As it was typed.
    """

    what: What
    target: str
    lasts: timedelta
    reason: str
    starts_at: datetime | None = None
    hour: int | None = None
    minute: int = 0


class Maintenance(Protocol):
    """The only way to a maintenance window."""

    def plan(self, planned: Planned, *, by: Person, item: str = "") -> WindowView:
        """Plan a window.

        Args:
            item: Inbox item it came with; a second try with it plans no second one.
        """
        ...

    def end(self, window: str, *, by: Person) -> WindowView:
        """End a window before its time, or take back one that has not begun."""
        ...

    def rows(self) -> Sequence[WindowView]:
        """Return the windows that are not over."""
        ...


class MaintenancePresenter(Protocol):
    """Draws what a window says in the channel. Pure."""

    def said(self, view: WindowView, moment: Moment) -> Post:
        """Return the message; its key is ``maintenance/<window>/<moment>``."""
        ...
