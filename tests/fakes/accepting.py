"""What the alerts door needs to keep a payload, over a real store and a roomy disk."""

from collections.abc import Callable
from typing import Any

from bot.ports import Clock
from bot.store.sqlite import SqliteStore
from bot.web.accepting import Accepting
from bot.web.pressure import Pressure
from bot.web.traffic import Traffic

ROOMY_BYTES = 10**12


def keeping(
    store: SqliteStore,
    clock: Clock,
    *,
    waiting: Callable[[], int] = lambda: 0,
    free_bytes: Callable[[], int] = lambda: ROOMY_BYTES,
) -> dict[str, Any]:
    """Return what an `AlertsDoor` takes by these names."""
    accepting = Accepting(
        lambda received: store.write(lambda tx: tx.inbox.put_all(received))
    )
    pressure = Pressure(
        clock=clock,
        waiting=waiting,
        slowest_s=lambda: accepting.oldest_s,
        free_bytes=free_bytes,
    )
    return {"accept": accepting.keep, "pressure": pressure, "traffic": Traffic()}
