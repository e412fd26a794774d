"""The alert worker: from kept payloads to incidents, many in one transaction.

Reads the inbox, asks `bot/reading/` what the payloads mean, the next few
while the last are placed, and hands the alerts to
`bot/placing.py`, each kind of repeat once with its count. One payload that cannot be
placed neither takes others with it nor is repeated for their sake: then each of them
is tried alone. What a payload means and where an alert belongs is not decided here.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.assistant.suggest import Suggestion
from bot.domain.envelope import Alert
from bot.domain.errors import Unreachable
from bot.placing import Placed, Placing
from bot.ports import InboxItem, Lane, Transaction
from bot.reading.recall import Arrived, Recall
from bot.readmodels import drills
from bot.repeats import Run, Runs
from bot.sealing import unseal_payload
from bot.service import Service, gives_up
from bot.triage import Triaged, unparsed

_LEASE_S = 30
_BATCH = 256
# About so many alerts are placed in one transaction; a payload is never divided.
_BITE = 256
# So many payloads, or bytes of them, are read while those before are placed.
_FEW = 32
_FEW_BYTES = 128 * 1024
# While alerts are coming in: nobody's 202 waits long for a transaction of ours.
_SMALL_BITE = 1
_SMALL_BATCH = 6
_BUSY_S = 0.05
# A flood comes in waves: soon after one, the next must not wait long either.
_MIDDLE_BITE = 4
_LULL_S = 5.0
_log = logging.getLogger(__name__)

# What the runbooks suggest for an alert, best first.
Suggest = Callable[[Alert], Sequence[Suggestion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A payload that was read, and what it means."""

    item: InboxItem
    found: Triaged


_End = Callable[[], Sequence[_Read]]
_Opened = tuple[InboxItem, Arrived]


class Intake:
    """Turns kept payloads into incidents, in the order in which they came.

    Args:
        quiet_s: Tells how long no alert has come in.
        give_way: Waits after work that took so many seconds, if others need it.
    """

    def __init__(
        self,
        *,
        service: Service,
        understanding: Recall,
        suggest: Suggest,
        placing: Placing,
        quiet_s: Callable[[], float] = lambda: math.inf,
        give_way: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._service = service
        self._understanding = understanding
        self._suggest = suggest
        self._placing = placing
        self._quiet_s = quiet_s
        self._give_way = give_way

    def step(self) -> int:
        """Read one batch; return how many items it had."""
        now = self._service.clock.now()
        limit = _SMALL_BATCH if self._bite() == _SMALL_BITE else _BATCH
        items = self._service.store.write(
            lambda tx: tuple(
                item
                for lane in (Lane.ALERTS, Lane.DRILLS)
                for item in tx.inbox.claim(lane, now=now, lease_s=_LEASE_S, limit=limit)
            )
        ).result()
        began_s = time.monotonic()
        for bite in self._bites(items):
            self._settle(bite, self._placed(bite))
            self._give_way(time.monotonic() - began_s)
            began_s = time.monotonic()
        return len(items)

    def _bites(self, items: Sequence[InboxItem]) -> Iterator[list[_Read]]:
        """Yield what was read, in pieces for one transaction each."""
        bite: list[_Read] = []
        size = 0
        for read in self._ahead(items):
            bite.append(read)
            size += len(read.found.alerts)
            if size >= self._bite():
                yield bite
                bite, size = [], 0
        if bite:
            yield bite

    def _bite(self) -> int:
        """Return about how many alerts are placed in one transaction now."""
        quiet_s = self._quiet_s()
        if quiet_s < _BUSY_S:
            return _SMALL_BITE
        return _MIDDLE_BITE if quiet_s < _LULL_S else _BITE

    def _ahead(self, items: Sequence[InboxItem]) -> Iterator[_Read]:
        """Yield what was read; the next few are read while these are placed."""
        end: _End = tuple
        for few in _fews(items):
            read = end()
            end = self._begin(few)
            yield from read
        yield from end()

    def _begin(self, few: Sequence[InboxItem]) -> _End:
        """Begin to read a few."""
        opened = [(one, it) for one in few if (it := self._opened(one)) is not None]
        return self._begun(opened)

    def _begun(self, opened: Sequence[_Opened]) -> _End:
        try:
            end = self._understanding.begin([arrived for _, arrived in opened])
        except Unreachable as error:
            return partial(self._put_off, opened, error)
        except Exception as error:  # noqa: BLE001 - one payload must not stop the others
            return partial(self._one_by_one, opened, error)
        return partial(self._ended, opened, end)

    def _ended(
        self, opened: Sequence[_Opened], end: Callable[[], Sequence[Triaged]]
    ) -> Sequence[_Read]:
        try:
            found = end()
        except Unreachable as error:
            return self._put_off(opened, error)
        except Exception as error:  # noqa: BLE001 - one payload must not stop the others
            return self._one_by_one(opened, error)
        pairs = zip(opened, found, strict=True)
        return [_Read(item=item, found=one) for (item, _), one in pairs]

    def _put_off(
        self, opened: Sequence[_Opened], error: Unreachable
    ) -> Sequence[_Read]:
        """Nobody is there to read: no payload has failed, however long it lasts."""
        _log.error("%s alerts wait: %s", len(opened), error.because)
        items = [item.id for item, _ in opened]
        self._service.put_off(items, because=error.code).result()
        return ()

    def _one_by_one(
        self, opened: Sequence[_Opened], error: BaseException
    ) -> Sequence[_Read]:
        """Read all but the payload over which reading failed."""
        if len(opened) == 1:
            self._give_back(opened[0][0], error)
            return ()
        return [read for one in opened for read in self._begun([one])()]

    def _opened(self, item: InboxItem) -> Arrived | None:
        try:
            payload = unseal_payload(
                self._service.keys, item.sealed, item=item.id, at=item.received_at
            )
        except Exception as error:  # noqa: BLE001 - one payload must not stop the others
            self._give_back(item, error)
            return None
        return Arrived(payload=payload, source=item.source, alert_id=item.id)

    def _placed(self, bite: Sequence[_Read]) -> "Future[None]":
        return self._service.store.write(lambda tx: self._absorb(tx, bite))

    def _settle(self, bite: Sequence[_Read], done: "Future[None]") -> None:
        """Wait for a transaction; where it failed, find out for whom."""
        error = done.exception()
        if error is None:
            return
        if len(bite) == 1:
            self._give_back(bite[0].item, error)
            return
        for one in bite:
            self._settle([one], self._placed([one]))

    def _give_back(self, item: InboxItem, error: BaseException) -> None:
        _log.error("alert %s was not read: %s", item.id, type(error).__name__)
        because = getattr(error, "code", type(error).__name__)
        if gives_up(item.attempts) and self._is_told(item, because):
            return
        self._service.give_back(item.id, because=because).result()

    def _is_told(self, item: InboxItem, because: str) -> bool:
        """Have an incident say that an alert was given up, so that people look at it.

        False where even that fails: then the item is left, and the figures count it.
        """
        problem = f"It was given up after {item.attempts} attempts ({because})."
        found = unparsed(item.source, problem, item.id, item.received_at)
        told = self._placed([_Read(item=item, found=found)])
        return told.exception() is None

    # --- inside the transaction ---

    def _absorb(self, tx: Transaction, bite: Sequence[_Read]) -> None:
        runs = Runs()
        gathered = [self._gather(tx, one, runs) for one in bite]
        became = {id(run): self._take(tx, run) for run in runs}
        outcomes: dict[str, Mapping[str, Any]] = {}
        for one, alerts in zip(bite, gathered, strict=True):
            if alerts is None:
                over = {"outcome": "ignored", "problem": "drill_over"}
                outcomes[one.item.id] = over
                continue
            placed = {
                alert.id: became[id(run)][alert is not run.first]
                for alert, run in alerts
            }
            outcomes[one.item.id] = _outcome(one.found, placed)
        tx.inbox.done_all(outcomes)

    def _gather(
        self, tx: Transaction, read: _Read, runs: Runs
    ) -> tuple[tuple[Alert, Run], ...] | None:
        """Return each alert with its run; None where its drill is over."""
        if read.item.lane is not Lane.DRILLS:
            return runs.add(read.found)
        drill = drills.owner(tx, read.item.id)
        return runs.add(read.found, drill=drill) if drill else None

    def _take(self, tx: Transaction, run: Run) -> tuple[Placed, Placed]:
        """Place a run; return what became of its first alert and of the others."""
        suggested = partial(self._suggest, run.first)
        first = self._placing.take(tx, run.first, suggested, drill=run.drill)
        if run.times == 1:
            return first, first
        rest = self._placing.take(
            tx, run.last, suggested, drill=run.drill, times=run.times - 1
        )
        return first, rest


def _fews(items: Sequence[InboxItem]) -> Iterator[Sequence[InboxItem]]:
    """Yield as many at a time as are worth asking about together."""
    few: list[InboxItem] = []
    size = 0
    for item in items:
        few.append(item)
        size += len(item.sealed)
        if len(few) == _FEW or size >= _FEW_BYTES:
            yield few
            few, size = [], 0
    if few:
        yield few


def _outcome(found: Triaged, placed: dict[str, Placed]) -> dict[str, Any]:
    incidents = [one.incident for one in placed.values() if one.incident]
    worst = found.worst
    return {
        "outcome": found.outcome,
        "incident": incidents[0] if incidents else "",
        "problem": found.problem,
        "alerts": {
            alert: f"{one.outcome} {one.incident}".strip()
            for alert, one in placed.items()
        },
        "severity": worst.assessment.severity if worst else "NONE",
    }
