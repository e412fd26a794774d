"""Heartbeats: who promised to call, who called, and who is silent.

A call is any alert that was accepted, or an explicit one at the door. Beats of alerts
are noted in memory, where they cost the door nothing, and written once a second; an
explicit call is on disk before it is answered. Silence is a timer, so that a promise
outlives a crash. After we were away ourselves every source gets one full period: our
own absence is not its silence. What counts as silent is `bot/domain/heartbeat.py`.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from bot.domain.heartbeat import Listening, Promise
from bot.ports import Clock, Lane, Received, Store, Timer, Transaction
from bot.watch import rows
from bot.watch.notices import Notices

SILENCE = "watch.silence"
_SOURCE = "heartbeat"
_log = logging.getLogger(__name__)


class Heartbeats:
    """Keeps beats, and the promises that they come."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        notices: Notices,
        promises: Mapping[str, Promise],
    ) -> None:
        self._store = store
        self._clock = clock
        self._notices = notices
        self.promises = promises
        self._noted: dict[str, datetime] = {}
        self._noting = threading.Lock()

    def begin(self) -> None:
        """Count every silence from now on; to be called once, before any timer fires.

        A source that is known to be silent stays so. One that promises nothing any
        more is forgotten, and what was told of its silence is taken back.
        """

        def work(tx: Transaction) -> None:
            now = self._clock.now()
            for source in set(rows.every(tx, rows.HEARTBEATS)) - set(self.promises):
                self._forget(tx, source, now)
            for promise in self.promises.values():
                listening = self._of(tx, promise.source, now).recounted(now)
                self._keep(tx, promise, listening)

        self._store.write(work).result()
        self._notices.told()

    def note(self, received: Received) -> None:
        """Note that an alert was accepted; may be called from any thread."""
        if received.source in self.promises and received.lane is Lane.ALERTS:
            with self._noting:
                self._noted[received.source] = received.received_at

    def beat(self, source: str) -> Future[datetime]:
        """Keep an explicit call; done, with its time, once it is on disk."""

        def work(tx: Transaction) -> datetime:
            now = self._clock.now()
            self._heard(tx, self.promises[source], now)
            return now

        done = self._store.write(work)
        done.add_done_callback(lambda _: self._notices.told())
        return done

    def write_noted(self) -> int:
        """Write the beats that were noted; return how many sources had one."""
        return self._written() if self._noted else 0

    def fire(self, timer: Timer) -> None:
        """Look whether a source has called in time; tell people if it has not."""

        def judge(tx: Transaction) -> None:
            tx.timers.done(timer.key, due_at=timer.due_at)
            if (promise := self.promises.get(timer.about)) is not None:
                self._judge(tx, promise, timer.due_at)

        self._written(judge)

    def _written(self, then: Callable[[Transaction], None] | None = None) -> int:
        """Write what was noted, and something more; nothing is lost if that fails."""
        with self._noting:
            noted, self._noted = self._noted, {}

        def work(tx: Transaction) -> None:
            for source, at in noted.items():
                self._heard(tx, self.promises[source], at)
            if then is not None:
                then(tx)

        try:
            self._store.write(work).result()
        except BaseException:
            with self._noting:
                self._noted = {**noted, **self._noted}
            raise
        self._notices.told()
        return len(noted)

    # --- inside a transaction ---

    def _judge(self, tx: Transaction, promise: Promise, due_at: datetime) -> None:
        now = self._clock.now()
        listening = self._of(tx, promise.source, now)
        if listening.silent_since is not None:
            return
        if now - due_at > promise.too_late:
            _log.warning("%s is given a full period: we were away", promise.source)
            listening = listening.recounted(now)
        if listening.due(promise) > now:
            self._keep(tx, promise, listening)
            return
        said = {**_facts(promise, listening), "event": "source_silent"}
        self._notices.tell(tx, _SOURCE, {**said, "at": now.isoformat()})
        self._keep(tx, promise, listening.silenced())

    def _heard(self, tx: Transaction, promise: Promise, at: datetime) -> None:
        before = self._of(tx, promise.source, at)
        listening = before.heard(at)
        if before.silent_since is None:
            # The timer stands; when it fires it looks for this beat and moves on.
            rows.keep(tx, rows.HEARTBEATS, promise.source, _row(listening))
            return
        if listening.silent_since is None:
            said = {**_facts(promise, before), "event": "source_heard"}
            self._notices.tell(tx, _SOURCE, {**said, "at": at.isoformat()})
            self._keep(tx, promise, listening)

    def _keep(self, tx: Transaction, promise: Promise, listening: Listening) -> None:
        rows.keep(tx, rows.HEARTBEATS, promise.source, _row(listening))
        key = _key(promise.source)
        if listening.silent_since is not None:
            tx.timers.cancel(key)
            return
        due = listening.due(promise)
        tx.timers.set(Timer(key=key, kind=SILENCE, about=promise.source, due_at=due))

    def _forget(self, tx: Transaction, source: str, now: datetime) -> None:
        if self._of(tx, source, now).silent_since is not None:
            said = {"tocsin": _SOURCE, "about": source, "event": "source_heard"}
            taken = {**said, "promise": "taken back", "at": now.isoformat()}
            self._notices.tell(tx, _SOURCE, taken)
        rows.forget(tx, rows.HEARTBEATS, source)
        tx.timers.cancel(_key(source))

    def _of(self, tx: Transaction, source: str, now: datetime) -> Listening:
        return listening_of(rows.of(tx, rows.HEARTBEATS, source), now)


def listening_of(row: Mapping[str, Any], now: datetime) -> Listening:
    """Return what a row knows of a source; of an unknown one, that we listen now."""
    return Listening(
        last_beat=rows.to_time(row.get("last_beat")),
        counted_from=rows.to_time(row.get("counted_from")) or now,
        silent_since=rows.to_time(row.get("silent_since")),
    )


def _row(listening: Listening) -> Mapping[str, Any]:
    return {
        "last_beat": rows.to_text(listening.last_beat),
        "counted_from": rows.to_text(listening.counted_from),
        "silent_since": rows.to_text(listening.silent_since),
    }


def _facts(promise: Promise, listening: Listening) -> Mapping[str, Any]:
    return {
        "tocsin": _SOURCE,
        "about": promise.source,
        "every_s": promise.every.total_seconds(),
        "grace_s": promise.grace.total_seconds(),
        "last_beat_at": rows.to_text(listening.last_beat),
        "counted_from": rows.to_text(listening.counted_from),
        "was_away": listening.was_away,
    }


def _key(source: str) -> str:
    return f"silence/{source}"
