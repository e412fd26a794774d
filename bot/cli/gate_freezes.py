"""The freezes that are on, for `tocsin gate list`: also where the calendar is broken.

Whoever looks at night must see what waits all the same, and what is wrong beside it.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.cli.guarded import say
from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.domain.freeze import Freeze, FreezeWindow
    from bot.plans.book import PlanBook
    from bot.ports import Transaction

    Work = Callable[[Transaction, PlanBook], Sequence[Freeze]]


def on_now(read: "Callable[[Work], Sequence[Freeze]]") -> "Sequence[Freeze]":
    """Return the freezes that are on; say on stderr where the planned ones lack.

    Args:
        read: Runs a piece of work on a snapshot of the store.
    """
    from bot.clock import SystemClock
    from bot.wire_limits import frozen_now

    windows, now = _planned(), SystemClock().now()
    return read(lambda tx, _: frozen_now(tx, windows, now))


def _planned() -> "tuple[FreezeWindow, ...]":
    from bot.cli.opening import open_settings
    from bot.wire_limits import planned_windows
    from bot.wire_worlds import actions_of_site

    settings = open_settings()
    try:
        return planned_windows(settings, actions_of_site(settings))
    except BadSettings as broken:
        say(f"Freezes that are planned are not in this list. {broken}", err=True)
        return ()
