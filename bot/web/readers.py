"""Who may read the pages: a session, and a person who still is a full member.

Asked again at every request, and it fails closed: when Slack does not say who
somebody is, nothing is shown. Sessions themselves are in `sessions.py`.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.domain.commands import Person, PersonKind
from bot.web.sessions import SESSION_LIVES, Session, Sessions

_log = logging.getLogger(__name__)


class NotReading(Exception):
    """Somebody may not read now.

    Attributes:
        kind: What Slack says they are; None if they are not signed in.
    """

    def __init__(self, kind: PersonKind | None) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Tells who reads, and keeps the cookie.

    Attributes:
        person: Looks somebody up in Slack by id, at most a minute old.
        base_url: Where browsers reach us.
    """

    sessions: Sessions
    person: Callable[[str], Awaitable[Person]]
    base_url: str

    async def of(self, request: Request) -> Session:
        """Return the session of who asks.

        Raises:
            NotReading: There is none, or the person may not read now.
        """
        cookie = request.cookies.get(self._cookie, "")
        found = await asyncio.to_thread(self.sessions.find, cookie) if cookie else None
        if found is None:
            raise NotReading(None)
        await self.must_read(found.person)
        return found

    async def must_read(self, person: str) -> None:
        """Let a full member pass; end the sessions of whoever is none any more.

        Raises:
            NotReading: They are no member, or Slack did not say.
        """
        kind = (await self.person(person)).kind
        if kind is PersonKind.MEMBER:
            return
        if kind is not PersonKind.UNKNOWN:
            _log.warning("%s may not read the pages: %s", person, kind)
            await asyncio.wrap_future(self.sessions.end_all(person))
        raise NotReading(kind)

    async def forget(self, request: Request) -> None:
        """End the session this browser came with, if it has one."""
        cookie = request.cookies.get(self._cookie, "")
        found = await asyncio.to_thread(self.sessions.find, cookie) if cookie else None
        if found is not None:
            await asyncio.wrap_future(self.sessions.end(found))

    def put_cookie(self, response: Response, value: str) -> None:
        """Keep a session in the browser."""
        response.set_cookie(
            self._cookie,
            value,
            max_age=int(SESSION_LIVES.total_seconds()),
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="strict",
        )

    def drop_cookie(self, response: Response) -> None:
        """Take the session out of the browser."""
        response.delete_cookie(
            self._cookie,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="strict",
        )

    def put_try(self, response: Response, value: str, *, lives: timedelta) -> None:
        """Keep in the browser what binds a sign-in with Slack to it.

        Lax, because it comes back by a link from Slack's pages.
        """
        response.set_cookie(
            self._try_cookie,
            value,
            max_age=int(lives.total_seconds()),
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )

    def try_of(self, request: Request) -> str:
        """Return what binds a sign-in to this browser, "" if nothing does."""
        return request.cookies.get(self._try_cookie, "")

    def drop_try(self, response: Response) -> None:
        """Take it out of the browser."""
        response.delete_cookie(
            self._try_cookie,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )

    def is_own(self, request: Request) -> bool:
        """Tell whether a page of ours sent this form.

        Browsers say so in Sec-Fetch-Site, which a page cannot forge; those that do
        not, say at least from where. `Origin` alone would not do: with our referrer
        policy browsers send ``null`` for our own forms.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin")
        return origin is None or origin.rstrip("/") == _origin(self.base_url)

    @property
    def _is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def _cookie(self) -> str:
        # Browsers take the prefix only with Secure, which plain HTTP cannot have.
        return "__Host-tocsin" if self._is_https else "tocsin"

    @property
    def _try_cookie(self) -> str:
        return f"{self._cookie}-sign-in"


def is_safe_to_sign_in(base_url: str) -> bool:
    """Tell whether a cookie for this address stays between browser and bot."""
    parts = urlsplit(base_url)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
