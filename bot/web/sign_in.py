"""Signing in by a link from Slack, and out again.

Opening a link does nothing, because chat programs fetch links to preview them; a
press on the page's button uses it up. Whatever is wrong with a link, the answer is
the same.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.ports import Clock
from bot.web import html, rendering
from bot.web.body import NotReadable, TooLarge, read_body
from bot.web.callers import caller
from bot.web.pace import Pace
from bot.web.readers import NotReading, Readers
from bot.web.sessions import Sessions
from bot.web.tokens import Guesses

PATH = "/sign-in"
_OUT = "/sign-out"
PER_MINUTE = 60
_FORM_BYTES = 4096
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDoor:
    """The way in to the pages, and out.

    Attributes:
        slack: Path at which Slack is asked who somebody is, "" for none.
        pace: How many links one address may press in a minute, whatever came of it.
    """

    sessions: Sessions
    readers: Readers
    clock: Clock
    guesses: Guesses
    slack: str = ""
    pace: Pace = field(default_factory=lambda: Pace(PER_MINUTE))

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            Route(PATH, self._ask, methods=["GET"]),
            Route(PATH, self._use, methods=["POST"]),
            Route(PATH + "/{token}", self._show, methods=["GET"]),
            Route(_OUT, self._leave, methods=["POST"]),
        ]

    async def _ask(self, _: Request) -> Response:
        return html.not_reading(None, sign_in=self.slack)

    async def _show(self, request: Request) -> Response:
        """Show the button. The link is not even looked up."""
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            return html.dead_link()
        return html.page(rendering.sign_in_page(token))

    async def _use(self, request: Request) -> Response:
        if not self.readers.is_own(request):
            return html.not_ours()
        address = caller(request)
        now = self.clock.now()
        if not self.pace.may(address, now) or self.guesses.too_many(address, now):
            return html.slow_down()
        token = (await _form(request)).get("token", "")
        try:
            signed_in = await self._signed_in(request, token)
        except NotReading as no:
            return html.not_reading(no.kind, again=f"{PATH}/{token}")
        if signed_in is None:
            self.guesses.wrong(address, self.clock.now())
            return html.dead_link()
        return signed_in

    async def _signed_in(self, request: Request, token: str) -> Response | None:
        """Use a link up and answer with the page it leads to; None if it is dead.

        Raises:
            NotReading: Its person may not read now; the link is not used up.
        """
        if not _TOKEN.fullmatch(token):
            return None
        found = await asyncio.to_thread(self.sessions.look, token)
        if found is None:
            return None
        await self.readers.must_read(found.person)
        used = await asyncio.wrap_future(self.sessions.use(token))
        if used is None:
            return None
        cookie, link = used
        await self.readers.forget(request)
        _log.info("%s signed in to the pages", link.person)
        answer = RedirectResponse(link.page, status_code=303)
        self.readers.put_cookie(answer, cookie)
        return answer

    async def _leave(self, request: Request) -> Response:
        if not self.readers.is_own(request):
            return html.not_ours()
        everywhere = (await _form(request)).get("where") == "everywhere"
        try:
            session = await self.readers.of(request)
        except NotReading:
            await self.readers.forget(request)
        else:
            ended = (
                self.sessions.end_all(session.person)
                if everywhere
                else self.sessions.end(session)
            )
            await asyncio.wrap_future(ended)
        answer = html.signed_out()
        self.readers.drop_cookie(answer)
        return answer


async def _form(request: Request) -> dict[str, str]:
    """Return what a form of ours sent; empty if it is none or too large."""
    try:
        body = await read_body(request, limit=_FORM_BYTES)
        fields = parse_qs(body.decode("ascii"), max_num_fields=4)
    except (TooLarge, NotReadable, ValueError):
        return {}
    return {name: values[0] for name, values in fields.items()}
