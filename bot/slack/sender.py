"""From the outbox to Slack: each row is sent by one task, and never blindly twice.

A row is claimed, paced, sent, and answered to the outbox. What may have been sent
comes back in doubt and is looked for first (`reconcile.py`). What an error means
stands in `verdicts.py`, how fast we may write in `pacing.py`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import Clock, Outbox, Sending, Store
from bot.slack import verdicts
from bot.slack.calls import Calls
from bot.slack.clients import CALL_FAILED
from bot.slack.pacing import Pacing
from bot.slack.reconcile import Reconciler
from bot.slack.traces import where
from bot.slack.verdicts import Verdict
from bot.slack.waiting import first_of

_LEASE_S = 120
_AT_ONCE = 20
_POLL_S = 0.25
_LONGEST_BACKOFF_S = 30
_BETWEEN_POSTS = timedelta(seconds=1)
_log = logging.getLogger(__name__)


class Sender:
    """Sends what is in the outbox.

    Args:
        calls: Writes to Slack.
        reconciler: Looks for what may have been sent.
        posted: Told key and ``ts`` of each message that newly stands in Slack; it
            must not raise.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        calls: Calls,
        reconciler: Reconciler,
        posted: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls
        self._reconciler = reconciler
        self._posted = posted
        self._pacing = Pacing()
        self._failures: dict[str, int] = {}
        self._woken = asyncio.Event()
        self.sent = 0

    def wake(self) -> None:
        """Look into the outbox now; to be called on the event loop."""
        self._woken.set()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what was begun is finished."""
        while not stop.is_set():
            self._woken.clear()
            claimed = await self._safe_step()
            if claimed < _AT_ONCE:
                await first_of(self._woken, stop, timeout_s=_POLL_S)

    async def step(self) -> int:
        """Send what is due now; return how many rows were claimed."""
        if (
            await asyncio.to_thread(self._store.read, lambda tx: tx.outbox.waiting())
            == 0
        ):
            return 0
        now = self._clock.now()
        rows = await asyncio.wrap_future(
            self._store.write(
                lambda tx: tx.outbox.claim(now=now, lease_s=_LEASE_S, limit=_AT_ONCE)
            )
        )
        lanes: dict[tuple[str, str], list[Sending]] = {}
        for row in rows:
            lanes.setdefault(_lane(row), []).append(row)
        done = await asyncio.gather(
            *map(self._work, lanes.values()), return_exceptions=True
        )
        for failed in (one for one in done if isinstance(one, Exception)):
            _log.error("a message was not answered for: %s", where(failed))
        return len(rows)

    async def _safe_step(self) -> int:
        try:
            return await self.step()
        except Exception as failed:  # noqa: BLE001 - the loop's outermost door
            _log.error("the outbox could not be read: %s", where(failed))
            return 0

    async def _work(self, rows: Sequence[Sending]) -> None:
        """Send the rows of one lane in order, as long as the next may fare better."""
        for n, row in enumerate(rows):
            ready_at = self._ready_at(row)
            if ready_at > self._clock.now():
                await self._put_off(rows[n:], ready_at)
                return
            go_on_at = await self._send(row)
            if go_on_at is not None:
                await self._put_off(rows[n + 1 :], go_on_at)
                return

    async def _put_off(self, rows: Sequence[Sending], start: datetime) -> None:
        """Give rows back in the order in which they may go."""
        for n, row in enumerate(rows):
            at = start + n * _BETWEEN_POSTS
            await self._not_sent(row, "paced", at, in_doubt=row.in_doubt)

    def _ready_at(self, row: Sending) -> datetime:
        now = self._clock.now()
        if row.kind == "whisper":
            return self._pacing.whisper(now)
        if row.ts:
            return self._pacing.edit(row.key, now)
        return self._pacing.post(row.channel, now)

    async def _send(self, row: Sending) -> datetime | None:
        """Send one row; return when to go on with its lane, None for at once."""
        try:
            if row.in_doubt and row.kind == "post" and not row.ts:
                standing = await self._reconciler.find(row)
                if standing is not None:
                    await self._sent(replace(row, rev=standing.rev), standing.ts)
                    return None
        except CALL_FAILED as failed:
            verdict = verdicts.of(failed)
            return await self._later(row, verdict, in_doubt=True)
        return await self._attempt(row, lambda: self._calls.write(row))

    async def _attempt(
        self, row: Sending, call: Callable[[], Awaitable[str]], *, last: bool = False
    ) -> datetime | None:
        try:
            ts = await call()
        except CALL_FAILED as failed:
            return await self._failed(row, verdicts.of(failed), last=last)
        await self._sent(row, ts)
        return None

    async def _failed(
        self, row: Sending, verdict: Verdict, *, last: bool
    ) -> datetime | None:
        match verdict.means:
            case "without_blocks" if not last:
                return await self._attempt(
                    row, lambda: self._calls.write(row, with_blocks=False), last=True
                )
            case "anew" if row.ts and not last:
                fresh = replace(row, ts="")
                return await self._attempt(
                    fresh, lambda: self._calls.write(fresh), last=True
                )
            case "elsewhere" if row.kind == "whisper" and not last:
                return await self._attempt(
                    row, lambda: self._calls.directly(row), last=True
                )
            case "later" | "doubt":
                return await self._later(
                    row, verdict, in_doubt=verdict.means == "doubt"
                )
            case _:
                await self._give_up(row, verdict.because)
                return None

    async def _later(
        self, row: Sending, verdict: Verdict, *, in_doubt: bool
    ) -> datetime | None:
        failures = self._failures.get(row.key, 0) + 1
        if 0 < verdict.at_most <= failures:
            await self._give_up(row, verdict.because)
            return None
        self._failures[row.key] = failures
        wait_s = max(verdict.wait_s, min(2 ** (failures - 1), _LONGEST_BACKOFF_S))
        if verdict.limited:
            wait_s = verdict.wait_s
        not_before = self._clock.now() + timedelta(seconds=wait_s)
        if verdict.limited:
            self._pacing.pause(_kind(row), row.channel, not_before)
        await self._not_sent(row, verdict.because, not_before, in_doubt=in_doubt)
        return not_before if verdict.concerns_all else None

    async def _sent(self, row: Sending, ts: str) -> None:
        self._failures.pop(row.key, None)
        self._pacing.written(row.key, self._clock.now())
        self.sent += 1
        await self._tell(lambda outbox: outbox.sent(row.key, rev=row.rev, ts=ts))
        if self._posted is not None and row.kind == "post" and row.ts != ts:
            await self._posted(row.key, ts)

    async def _give_up(self, row: Sending, because: str) -> None:
        self._failures.pop(row.key, None)
        _log.warning("gave up sending %s: %s", row.key, because)
        await self._tell(lambda outbox: outbox.give_up(row.key, because=because))

    async def _not_sent(
        self, row: Sending, because: str, not_before: datetime, *, in_doubt: bool
    ) -> None:
        await self._tell(
            lambda outbox: outbox.not_sent(
                row.key, because=because, not_before=not_before, in_doubt=in_doubt
            )
        )

    async def _tell(self, say: Callable[[Outbox], None]) -> None:
        await asyncio.wrap_future(self._store.write(lambda tx: say(tx.outbox)))


def _kind(row: Sending) -> str:
    if row.kind == "whisper":
        return "whisper"
    return "edit" if row.ts else "post"


def _lane(row: Sending) -> tuple[str, str]:
    """Return what must stay in order: a channel's posts, the edits of a message."""
    kind = _kind(row)
    return kind, {"post": row.channel, "edit": row.key}.get(kind, row.person)
