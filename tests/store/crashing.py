"""A process that writes as fast as it can and says what it was promised.

Run by `test_crash.py`, which kills it. Each piece of work appends two entries; the
number of a piece is printed once its future is done, never before.
"""

import os
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from bot.store.sqlite import SqliteStore
from tests.store.making import fact

_AHEAD = 64


def write_for_ever(store: SqliteStore, thread: int) -> None:
    """Keep some work waiting all the time; print each piece that is durable."""
    waiting: list[tuple[int, Future[object]]] = []
    number = 0
    while True:
        name = f"piece/{thread}/{number}"
        future: Future[object] = store.write(
            lambda tx, name=name: tx.log.append(  # type: ignore[misc]
                name, expected_version=0, entries=[fact(1, text=name), fact(2)]
            )
        )
        waiting.append((number, future))
        number += 1
        if len(waiting) == _AHEAD:
            done, first = waiting.pop(0)
            first.result()
            os.write(1, f"piece/{thread}/{done}\n".encode())


def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    for thread in range(4):
        threading.Thread(
            target=write_for_ever, args=(store, thread), daemon=True
        ).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
