"""Lays out the runbooks and opens the local model of their search, beside the rest.

It begins once alerts are read, so that neither the start waits for it nor, but for a
moment, the first alert. Where there is no model, or it is switched off, only the words
are laid out. How it counts is told in `bot/assistant/nearness.py`.
"""

import threading

from bot.house import House, Worker
from bot.wire_ground import Ground


def join_search(house: House, ground: Ground) -> None:
    """Have a thread make the search ready."""

    def warm(stop: threading.Event) -> None:
        house.reads.wait()
        ground.rulings.index.warm()
        stop.wait()  # a thread that ends counts as one that died

    waits = Worker(name="search", run_until=warm, wake=house.reads.set)
    house.workers = (*house.workers, waits)
