"""Tocsin's own heartbeat: it calls an address as long as it really works.

A dead man's switch for others to watch. It is not sent while alerts are not read, the
store does not write, messages do not reach Slack, or a worker has ended: then silence
tells what Tocsin itself cannot tell any more. The address may hold a token, so it
stands in no log line.
"""

import logging
from collections.abc import Callable
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from bot.domain.errors import TocsinError, Unreachable
from bot.domain.instants import from_us, to_us
from bot.ports import Clock, Lane, Store, Transaction
from bot.ports.ask import Ask
from bot.watch import rows

KEY = "tocsin"
# What is older than this is stuck: the inbox tries for less than three minutes before
# it gives an alert up, and a storm of messages leaves Slack at one a second.
UNREAD = timedelta(minutes=5)
UNSENT = timedelta(minutes=10)
_WRITTEN_WITHIN_S = 10
_FINE = range(200, 300)
_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Pulse:
    """Sends the heartbeat while everything works.

    Attributes:
        url: Where it goes; "" sends nothing.
        at_work: Tells whether every worker still runs.
    """

    store: Store
    clock: Clock
    ask: Ask
    url: str = field(repr=False)
    every: timedelta
    at_work: Callable[[], bool]
    _said: str = field(default="", init=False)
    _next_at: datetime | None = field(default=None, init=False)

    def beat(self, stop: Event) -> bool:
        """Send it when it is due and all is well; tell whether it was sent."""
        now = self.clock.now()
        is_early = self._next_at is not None and now < self._next_at
        if not self.url or stop.is_set() or is_early:
            return False
        self._next_at = now + self.every
        why = self._trouble(now) or self._refusal()
        self._say(why)
        if not why:
            self._write("sent_at", now)
        return not why

    def _trouble(self, now: datetime) -> str:
        """Return what does not work, "" if everything does."""
        if not self.at_work():
            return "a worker has ended"
        try:
            self._write("tried_at", now)
        except (TooSlow, TocsinError):
            return "the store does not write"
        return self.store.read(lambda tx: stuck(tx, now))

    def _refusal(self) -> str:
        try:
            answer = self.ask(self.url, method="POST")
        except Unreachable as error:
            return f"its address is not reached: {error.because}"
        if answer.status in _FINE:
            return ""
        return f"its address answered {answer.status}"

    def _write(self, name: str, now: datetime) -> None:
        def work(tx: Transaction) -> None:
            known = rows.of(tx, rows.PULSE, KEY)
            rows.keep(tx, rows.PULSE, KEY, {**known, name: rows.to_text(now)})

        self.store.write(work).result(_WRITTEN_WITHIN_S)

    def _say(self, why: str) -> None:
        """Log a change, once."""
        if why and why != self._said:
            _log.error("our own heartbeat is not sent: %s", why)
        if self._said and not why:
            _log.info("our own heartbeat is sent again")
        self._said = why


def stuck(tx: Transaction, now: datetime) -> str:
    """Return which work has waited too long, "" if none has."""
    unread = tx.tables.execute(
        "SELECT received_us AS us FROM inbox WHERE lane = ? AND state = 'new' "
        "ORDER BY n LIMIT 1",
        (Lane.ALERTS.value,),
    )
    if unread and now - from_us(unread[0]["us"]) > UNREAD:
        return "alerts are not read"
    unsent = tx.tables.execute(
        "SELECT min(queued_us) AS us FROM outbox WHERE state = 'waiting' "
        "AND not_before_us <= ?",
        (to_us(now),),
    )
    oldest = unsent[0]["us"]
    if oldest is not None and now - from_us(oldest) > UNSENT:
        return "messages do not reach Slack"
    return ""
