"""One of our connections to Slack, kept up: the next one before the last one ends.

    ask for an address → connect → hello → live → asked to leave, silent or cut → …

Slack asks to leave now and then (``refresh_requested``, ``warning``) and keeps the
connection for some seconds: in that time the next one is made, and only then the
old one is closed. How an envelope is answered is not decided here.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.socket_address import NotOpened, new_address
from bot.slack.socket_session import Session
from bot.slack.waiting import first_of

# The old connection must go first: it is one of the ten that an app may have.
_CLOSE_FIRST = ("too_many_websockets", "link_disabled")
_REFUSED = (
    *("invalid_auth", "not_authed", "account_inactive", "token_revoked"),
    *("not_allowed_token_type", "missing_scope", "link_disabled"),
)
_MOST_ASKED_S = 300.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient a line is, in seconds.

    Attributes:
        ping_s: Between two pings; silence of four is the end of a connection.
        hello_s: How long connecting may take, hello included.
        look_s: How often a connection is looked at.
        first_wait_s: After the first failure; doubled with each further one.
        longest_wait_s: Where the doubling ends.
        refused_wait_s: After a refusal that only a person can end.
        short_life_s: After one that lived shorter, the next one waits as well.
        finish_s: How long an old connection may still answer.
    """

    ping_s: float = 10.0
    hello_s: float = 8.0
    look_s: float = 0.5
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0
    refused_wait_s: float = 60.0
    short_life_s: float = 10.0
    finish_s: float = 3.0


Take = Callable[[Session, SocketModeRequest], Awaitable[None]]


class Line:
    """One connection at a time, two while one replaces the other."""

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        take: Take,
        pace: Pace,
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._take = take
        self._pace = pace
        self._monotonic = monotonic
        self._short_lives = 0
        self.session: Session | None = None

    def is_live(self) -> bool:
        """Tell whether Slack can reach us over this line."""
        return self.session is not None and self.session.is_live()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop` is set, then answer what came, and close."""
        old: Session | None = None
        try:
            while (new := await self._connected(stop)) is not None:
                old, before = new, old
                self.session = new
                if before is not None:
                    await before.finish(within_s=self._pace.finish_s)
                reason = await self._lived(new, stop)
                if reason in _CLOSE_FIRST or not new.is_live():
                    await new.finish(within_s=self._pace.finish_s)
                    old = None
                await self._pause(stop, reason)
        finally:
            if old is not None:
                await old.finish(within_s=self._pace.finish_s)

    async def _connected(self, stop: asyncio.Event) -> Session | None:
        """Return a connection that was greeted; None when it is time to stop."""
        failures = 0
        while not stop.is_set():
            try:
                return await self._before(stop)
            except NotOpened as no:
                failures += 1
                asked_s = min(no.wait_s, _MOST_ASKED_S)
                wait_s = max(asked_s, self._wait_s(no.reason, failures))
                _log.warning(
                    "no connection to Slack: %s; next try in %.1f s", no.reason, wait_s
                )
                await first_of(stop, timeout_s=wait_s)
        return None

    async def _before(self, stop: asyncio.Event) -> Session | None:
        """Connect, unless it is time to stop before that succeeds."""
        connecting = asyncio.create_task(self._connect())
        stopping = asyncio.create_task(stop.wait())
        both = {connecting, stopping}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return await connecting if connecting.done() else None
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _connect(self) -> Session:
        address = await new_address(self._client)
        session = Session(
            address,
            take=self._take,
            client=self._client,
            ping_s=self._pace.ping_s,
            monotonic=self._monotonic,
        )
        try:
            async with asyncio.timeout(self._pace.hello_s):
                await session.connect()
                await first_of(
                    session.greeted, session.woken, timeout_s=self._pace.hello_s
                )
        except BaseException as failed:
            await session.close()
            if isinstance(failed, aiohttp.ClientError | OSError):  # and TimeoutError
                raise NotOpened(type(failed).__name__) from None
            raise
        if session.greeted.is_set():
            return session
        await session.close()
        raise NotOpened(_known(session.reason) or "no_hello")

    async def _lived(self, session: Session, stop: asyncio.Event) -> str:
        """Wait until a connection should end; return why."""
        began_at = self._monotonic()
        while not stop.is_set() and not session.reason and session.is_live():
            await first_of(stop, session.woken, timeout_s=self._pace.look_s)
            session.woken.clear()
        lived_s = self._monotonic() - began_at
        self._short_lives = (
            self._short_lives + 1 if lived_s < self._pace.short_life_s else 0
        )
        if stop.is_set():
            return "stop"
        return _known(session.reason) or "silent_or_cut"

    async def _pause(self, stop: asyncio.Event, reason: str) -> None:
        """Wait before the next connection, if the last one lived too short."""
        if stop.is_set():
            return
        _log.info("a connection to Slack ends: %s", reason)
        if self._short_lives:
            wait_s = self._wait_s(reason, self._short_lives)
            await first_of(stop, timeout_s=wait_s)

    def _wait_s(self, reason: str, failures: int) -> float:
        """Return how long to wait: doubled each time, and never all lines at once."""
        doubled: float = self._pace.first_wait_s * 2 ** min(failures - 1, 16)
        most = min(doubled, self._pace.longest_wait_s)
        if reason in _REFUSED:
            most = self._pace.refused_wait_s
        return most * (0.5 + secrets.randbelow(501) / 1000)


def _known(reason: str) -> str:
    """Return a reason as it may be logged."""
    return reason if reason.isascii() and reason.replace("_", "").isalpha() else ""
