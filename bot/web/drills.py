"""The admin door to the drills: start, steer and read them with the admin token.

Used by the command line while the bot runs. The rules are those of the drills; this
door only checks the token and the shape of what was sent.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.commands import Person, PersonKind
from bot.domain.drill_decisions import ADMIN
from bot.domain.errors import BadRequest, NotFound, Refusal
from bot.ports import Clock
from bot.ports.drills import Drills, DrillView
from bot.web.admin import wrong_token
from bot.web.answers import refused
from bot.web.body import NotReadable, TooLarge, read_body
from bot.web.tokens import Guesses

PATH = "/admin/drills"
ORDERS = ("pause", "resume", "stop")
LIMIT_BYTES = 4 * 1024
_LONGEST_WAIT_S = 20
_POLL_S = 0.2
_NOTHING = "Nothing was done"

Serve = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillDoor:
    """What the door needs of the house.

    Attributes:
        team: Slack workspace whose drills they are.
    """

    drills: Drills
    clock: Clock
    team: str
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            Route(PATH, self._guarded(self._start), methods=["POST"]),
            Route(f"{PATH}/{{drill}}", self._guarded(self._show), methods=["GET"]),
            Route(f"{PATH}/{{order}}", self._guarded(self._order), methods=["POST"]),
        ]

    async def _start(self, request: Request) -> Response:
        """Start a run from ``{scenario, speed?}``; answers with its id."""
        try:
            scenario, speed = _asked(await read_body(request, limit=LIMIT_BYTES))
            view = await asyncio.to_thread(
                self.drills.start, scenario, by=self._by(), speed=speed
            )
        except (Refusal, TooLarge, NotReadable) as no:
            return _no(no)
        return JSONResponse({"drill": view.id, "state": view.state.run.value})

    async def _show(self, request: Request) -> Response:
        """Return a report; ``?wait=S`` waits up to S seconds for the end."""
        drill = request.path_params["drill"]
        loop = asyncio.get_running_loop()
        until = loop.time() + _seconds(request.query_params.get("wait", "0"))
        try:
            while True:
                found = await asyncio.to_thread(self.drills.report, drill)
                if found["state"] == "ended" or loop.time() >= until:
                    return JSONResponse(dict(found))
                await asyncio.sleep(_POLL_S)
        except Refusal as no:
            return _no(no)

    async def _order(self, request: Request) -> Response:
        """Pause, resume or stop the one drill that is not over."""
        orders: Mapping[str, Callable[..., DrillView]] = {
            "pause": self.drills.pause,
            "resume": self.drills.resume,
            "stop": self.drills.stop,
        }
        order = orders.get(request.path_params["order"])
        if order is None:
            return _no(
                NotFound(
                    _NOTHING,
                    because="there is no such order",
                    next_move="Use one of: " + ", ".join(ORDERS) + ".",
                )
            )
        try:
            view = await asyncio.to_thread(order, by=self._by())
        except Refusal as no:
            return _no(no)
        return JSONResponse({"drill": view.id, "state": view.state.run.value})

    def _by(self) -> Person:
        return Person(id=ADMIN, team=self.team, kind=PersonKind.UNKNOWN)

    def _guarded(self, serve: Serve) -> Serve:
        async def checked(request: Request) -> Response:
            return self._wrong_token(request) or await serve(request)

        return checked

    def _wrong_token(self, request: Request) -> Response | None:
        return wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what=_NOTHING,
        )


def _asked(body: bytes) -> tuple[str, int | None]:
    """Return the scenario and the speed that were sent.

    Raises:
        BadRequest: It is not that.
    """
    try:
        given: Any = json.loads(body)
        scenario, speed = given["scenario"], given.get("speed")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        scenario, speed = None, None
    is_speed = speed is None or (isinstance(speed, int) and not isinstance(speed, bool))
    if isinstance(scenario, str) and is_speed:
        return scenario, speed
    raise BadRequest(
        "The drill was not started",
        because="the body is not a JSON object with a scenario",
        next_move='Send for example {"scenario": "first-hour", "speed": 60}.',
    )


def _seconds(text: str) -> float:
    is_number = text.isascii() and text.isdecimal()
    return min(int(text[:6]), _LONGEST_WAIT_S) if is_number else 0


def _no(error: Exception) -> Response:
    if isinstance(error, Refusal):
        status = 404 if isinstance(error, NotFound) else 409
        return refused(
            status,
            error.code,
            what=error.what,
            because=error.because,
            next_move=error.next_move,
        )
    return refused(
        400,
        "not_readable",
        what=_NOTHING,
        because="the body cannot be read or is over 4 KiB",
        next_move='Send for example {"scenario": "first-hour"}.',
    )
