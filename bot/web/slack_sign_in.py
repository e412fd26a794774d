"""Sign in with Slack: sent there, coming back, and a session begun.

    GET /sign-in/slack?to=<page>   → Slack
    GET /sign-in/slack/back        ← Slack, with a code
    GET /sign-in/done              where it ends for who came from a sealed link

Whatever is wrong with a way back, the answer is the same; the operator's log has the
reason. Links from Slack stay beside it (`sign_in.py`); they begin the same sessions.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.ports import Clock
from bot.ports.issuer import Issuer, NotSignedIn
from bot.web import html
from bot.web.callers import caller
from bot.web.pace import Pace
from bot.web.pages import BOARD
from bot.web.readers import NotReading, Readers
from bot.web.sessions import Sessions
from bot.web.sign_in_tries import TRY_LIVES, SignInTries

START, BACK, DONE = "/sign-in/slack", "/sign-in/slack/back", "/sign-in/done"
PER_MINUTE = 60
_OUR_PAGES = re.compile(r"/incidents(/INC-\d{4,9})?|/sign-in/done")
_STATE = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_CODE = 512
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSignInDoor:
    """The way in that asks Slack who somebody is.

    Attributes:
        pace: How many requests one address may send, whatever came of them.
    """

    issuer: Issuer
    tries: SignInTries
    sessions: Sessions
    readers: Readers
    clock: Clock
    base_url: str
    pace: Pace = field(default_factory=lambda: Pace(PER_MINUTE))

    def routes(self) -> list[Route]:
        """Return the routes of this door; they stand before those of the links."""
        return [
            Route(START, self._start, methods=["GET"]),
            Route(BACK, self._back, methods=["GET"]),
            Route(DONE, self._done, methods=["GET"]),
        ]

    async def _start(self, request: Request) -> Response:
        if not self.pace.may(caller(request), self.clock.now()):
            return html.slow_down()
        page = own_page(request.query_params.get("to", ""))
        browser, tried = await asyncio.wrap_future(self.tries.begin(page))
        where = await self.issuer.address(tried, back=self.base_url + BACK)
        answer = RedirectResponse(where, status_code=303)
        self.readers.put_try(answer, browser, lives=TRY_LIVES)
        return answer

    async def _back(self, request: Request) -> Response:
        if not self.pace.may(caller(request), self.clock.now()):
            return html.slow_down()
        try:
            answer = await self._signed_in(request)
        except NotSignedIn as no:
            _log.warning("nobody was signed in with Slack: %s", no.reason)
            answer = html.not_signed_in(again=f"{START}?to={BOARD}")
        except NotReading as no:
            answer = html.not_reading(no.kind)
        self.readers.drop_try(answer)
        return answer

    async def _signed_in(self, request: Request) -> Response:
        """Begin a session for who comes back from Slack.

        Raises:
            NotSignedIn: It is no way back of this browser's, or Slack says no.
            NotReading: They are no full member now.
        """
        given = request.query_params
        state, code = given.get("state", ""), given.get("code", "")
        browser = self.readers.try_of(request)
        if not (_STATE.fullmatch(state) and browser):
            raise NotSignedIn("no_try")
        # Used up before Slack is asked: a code is shown once, whatever comes of it.
        used = await asyncio.wrap_future(self.tries.use(state, browser))
        if used is None:
            raise NotSignedIn("dead_try")
        if not 0 < len(code) <= _LONGEST_CODE:
            raise NotSignedIn("no_code")
        page, tried = used
        person = await self.issuer.person(code, tried, back=self.base_url + BACK)
        await self.readers.must_read(person)
        await self.readers.forget(request)
        cookie = await asyncio.wrap_future(self.sessions.begin(person))
        _log.info("%s signed in to the pages with Slack", person)
        answer = html.signed_in(onward=page)
        self.readers.put_cookie(answer, cookie)
        return answer

    async def _done(self, request: Request) -> Response:
        try:
            await self.readers.of(request)
        except NotReading as no:
            return html.not_reading(no.kind, again=DONE)
        return html.back_to_link()


def own_page(path: str) -> str:
    """Return a path that signing in may lead to: one of ours, else the board."""
    return path if _OUR_PAGES.fullmatch(path) else BOARD
