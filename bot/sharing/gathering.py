"""Asking every collector that an incident concerns, at the same time and in bounds.

Who is asked is decided by the alerts' categories and entities before anything is
read. One that fails, hangs or is late costs only its own files, and what it had
brought until then is kept; the rest is named as missing. Nothing is redacted here.
"""

import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.errors import OutOfTurn
from bot.ports import Clock, Collected, Collector, Window
from bot.sharing.asking import Ask, Gap
from bot.sharing.crew import Crew

MOST_ALERTS = 8
"""How many alerts of an incident collectors are asked about."""
_LOOK_UP_S = 0.5
"""So often it is asked whether the bot ends."""
_EXERCISE = "An exercise: nothing outside was read."
_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many collectors are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long collecting may take, in seconds.

    Attributes:
        each_s: One collector, for all alerts together.
        whole_s: All of them.
    """

    each_s: float = 20.0
    whole_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file that a collector brought; `by` is the integration's name."""

    by: str
    file: Collected
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What collectors brought.

    Attributes:
        alerts: Ids of the alerts they were asked about.
        asked: Who was asked.
    """

    found: tuple[Found, ...] = ()
    gaps: tuple[Gap, ...] = ()
    alerts: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Asks collectors.

    Attributes:
        collectors: By name of the integration.
        reader: Makes a session that can only read AWS; asked for when one is needed.
    """

    collectors: Mapping[str, Collector]
    reader: Callable[[], Any]
    clock: Clock
    crew: Crew
    limits: Limits = Limits()

    def gather(
        self,
        alerts: Sequence[Alert],
        window: Window,
        *,
        exercise: bool,
        progress: Progress,
        stopping: Callable[[], bool] = bool,
    ) -> Gathered:
        """Return what collectors have to say; takes as long as `limits` allow.

        Args:
            stopping: The bot is about to end.

        Raises:
            OutOfTurn: The bot ends; nothing was collected.
        """
        if exercise:
            return Gathered(gaps=(Gap(by="", code="exercise", why=_EXERCISE),))
        different = representative(alerts)
        chosen = different[:MOST_ALERTS]
        asks = self._asks(chosen, window)
        self._run(asks, progress, stopping)
        found = [
            Found(by=ask.name, file=file, at=at)
            for ask in asks
            for file, at in ask.files()
        ]
        return Gathered(
            found=tuple(found),
            gaps=(*_left_out(different), *(gap for ask in asks for gap in ask.gaps())),
            alerts=tuple(one.id for one in chosen),
            asked=tuple(ask.name for ask in asks),
        )

    def _asks(self, alerts: Sequence[Alert], window: Window) -> list[Ask]:
        asks = []
        for collector in (self.collectors[name] for name in sorted(self.collectors)):
            theirs = tuple(one for one in alerts if _is_theirs(collector, one))
            if theirs:
                reader = self.reader if collector.reads else None
                asks.append(Ask(collector, theirs, window, reader, self.clock))
        names = {ask.name for ask in asks}
        others = sorted(self.collectors.keys() - names)
        _log.info("collecting with %s; not the matter of %s", sorted(names), others)
        return asks

    def _run(
        self, asks: Sequence[Ask], progress: Progress, stopping: Callable[[], bool]
    ) -> None:
        """Have all of them asked, and give up on who is late."""
        over_at = time.monotonic() + self.limits.whole_s
        back: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        waiting, running = deque(asks), dict[str, float]()
        progress(0, len(asks))
        while waiting or running:
            if stopping():
                raise _stopped()
            self._send(waiting, running, back)
            done = self._next(asks, running, back, over_at)
            if done or not running:
                progress(len(asks) - len(running) - len(waiting), len(asks))

    def _send(
        self,
        waiting: deque[Ask],
        running: dict[str, float],
        back: "queue.SimpleQueue[Ask]",
    ) -> None:
        """Begin with as many as there are threads for."""
        for ask in tuple(waiting):
            if self.crew.is_out(ask.name):
                ask.give_up("still_busy", _STILL_BUSY)
                waiting.remove(ask)
            elif self.crew.send(ask.name, lambda ask=ask: ask.run(back)):  # type: ignore[misc]
                running[ask.name] = time.monotonic() + self.limits.each_s
                waiting.remove(ask)
        if waiting and not running:
            # Every thread hangs in an earlier bundle; none will come back to us.
            for ask in waiting:
                ask.give_up("still_busy", _NO_PLACE)
            waiting.clear()

    def _next(
        self,
        asks: Sequence[Ask],
        running: dict[str, float],
        back: "queue.SimpleQueue[Ask]",
        over_at: float,
    ) -> bool:
        """Wait for one to come back or to be late; tell whether that happened."""
        if not running:
            return False
        due_at, now = min(*running.values(), over_at), time.monotonic()
        try:
            ask = back.get(timeout=min(max(due_at - now, 0), _LOOK_UP_S))
        except queue.Empty:
            if time.monotonic() < due_at:
                return False
            late = {name for name, at in running.items() if at <= due_at}
            late = set(running) if due_at >= over_at else late
            for one in (one for one in asks if one.name in late):
                one.give_up("too_slow", _too_slow(self.limits.each_s))
                del running[one.name]
            return True
        return running.pop(ask.name, None) is not None


_STILL_BUSY = "It still hangs since an earlier bundle, so it was not asked again."
_NO_PLACE = "Too many collectors hang since earlier bundles; it was not asked."


def _stopped() -> OutOfTurn:
    return OutOfTurn(
        "The diagnostics were not collected",
        because="the bot ends",
        next_move="Wait: it begins with them again when it runs.",
    )


def representative(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Return the first alert of each source, category and set of things named."""
    first: dict[object, Alert] = {}
    for one in alerts:
        named = frozenset(one.envelope.entities)
        first.setdefault((one.envelope.source, one.assessment.category, named), one)
    return tuple(first.values())


def _left_out(different: Sequence[Alert]) -> tuple[Gap, ...]:
    if len(different) <= MOST_ALERTS:
        return ()
    why = f"Collectors were asked about {MOST_ALERTS} of {len(different)} alerts only."
    return (Gap(by="", code="too_many", why=why),)


def _is_theirs(collector: Collector, alert: Alert) -> bool:
    try:
        return collector.concerns(alert)
    except Exception:  # noqa: BLE001 - a foreign part; asked in vain it harms less
        _log.exception("%s could not say what concerns it", collector.name)
        return True


def _too_slow(seconds: float) -> str:
    return f"It took longer than {seconds:g} s; what it had by then is here."
