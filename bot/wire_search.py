"""Opens the local model of runbook search while the bot starts, beside everything else.

Where it is not installed or switched off, nothing happens. How it counts is told in
`bot/assistant/nearness.py`.
"""

import threading

from bot.house import House, Worker
from bot.wire_ground import Ground


def join_search(house: House, ground: Ground) -> None:
    """Have a thread open the model, so that no alert waits for it."""
    if ground.settings.runbooks.semantic == "off":
        return

    def warm(stop: threading.Event) -> None:
        ground.rulings.index.warm()
        stop.wait()  # a thread that ends counts as one that died

    house.workers = (*house.workers, Worker(name="search", run_until=warm))
