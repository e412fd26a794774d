"""How fast kept alerts become incidents, when nothing else runs.

The worker of a bot that serves nobody: payloads lie in its inbox, and each step reads,
places and commits. While alerts are coming in the worker gives way and is slower.
"""

import gc
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

from bot.cli import garbage
from bot.cli.bench_alerts import BATCH, groups
from bot.cli.serving import built
from bot.config import load
from bot.house import House
from bot.ports import Lane, Payload, Received
from bot.sealing import seal_payload

# First number, how many, how many in one payload, how many problems.
_LOADS = {
    "distinct": (300, 2700, BATCH, 3000),
    "repeats in batches": (10_000, 30_000, BATCH, 100),
    "repeats singly": (50_000, 5000, 1, 20),
}
_NOWHERE = "http://127.0.0.1:9"


def rates() -> dict[str, float]:
    """Return alerts a second by kind of load."""
    thresholds = gc.get_threshold()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as home:
        house = _house(Path(home))
        try:
            # Once through everything, so that nothing is done for the first time.
            _drain(house, groups(3, size=BATCH, problems=3 * BATCH))
            garbage.settle()  # as the bot does once it stands
            return {name: _rate(house, *given) for name, given in _LOADS.items()}
        finally:
            gc.set_threshold(*thresholds)
            house.reader.close()
            house.store.close()


def _rate(house: House, first: int, count: int, size: int, problems: int) -> float:
    bodies = groups(count // size, size=size, first=first, problems=problems)
    return count / _drain(house, bodies)


def _house(home: Path) -> House:
    settings = load({"TOCSIN_HOME": str(home), "TOCSIN_CONFIG": f"{home}/none.toml"})
    house, _ = built(settings, _NOWHERE)
    return house


def _drain(house: House, bodies: Iterable[bytes]) -> float:
    """Keep payloads as the door does, then read them; return the seconds of that."""
    now = house.service.clock.now()
    waiting: list[Future[tuple[str, bool]]] = []
    for body in bodies:
        item = house.door.new_id(now + timedelta(milliseconds=len(waiting)))
        sealed = seal_payload(
            house.service.keys,
            Payload(body=body, headers={}, received_at=now),
            item=item,
        )
        received = Received(
            id=item,
            lane=Lane.ALERTS,
            source="alertmanager",
            key=item,
            received_at=now,
            sealed=sealed,
        )
        waiting.append(house.service.accept(received))
    for one in waiting:
        one.result()
    began = time.perf_counter()
    while house.intake.step():
        pass
    return time.perf_counter() - began
