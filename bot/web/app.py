"""The Starlette app: routes, and what holds for every answer."""

from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.answers import refused

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class PlainHeaders:
    """Adds the headers that every answer of ours has, unless it set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _HEADERS if pair[0] not in given),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def web_app(
    routes: Sequence[BaseRoute],
    *,
    is_ready: Callable[[], bool],
    metrics: Callable[[], bytes],
    home: Callable[[], str],
    health: Callable[[], Mapping[str, object]] = dict,
) -> Starlette:
    """Return the app with `routes`, health and figures.

    Args:
        is_ready: False while workers start or drain.
        home: Where `/` leads.
        health: What else `/readyz` tells; it does not decide.
    """

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_: Request) -> Response:
        ready = is_ready()
        told = {"ready": ready, **health()}
        return JSONResponse(told, status_code=200 if ready else 503)

    async def figures(_: Request) -> Response:
        return Response(metrics(), media_type="text/plain; version=0.0.4")

    async def front(_: Request) -> Response:
        where = home()
        if not where:
            return JSONResponse({"name": "tocsin"})
        return Response(status_code=302, headers={"Location": where})

    return Starlette(
        routes=[
            Route("/", front),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", figures),
            *routes,
        ],
        middleware=[Middleware(PlainHeaders)],
        exception_handlers={404: _not_found, 405: _wrong_method, 500: _our_fault},
    )


async def _not_found(_: Request, __: Exception) -> Response:
    return refused(
        404,
        "not_found",
        what="Nothing was done",
        because="there is nothing at this address",
        next_move="Look at the address.",
    )


async def _wrong_method(_: Request, __: Exception) -> Response:
    return refused(
        405,
        "method_not_allowed",
        what="Nothing was done",
        because="this address does not take this method",
        next_move="Post alerts, get everything else.",
    )


async def _our_fault(_: Request, __: Exception) -> Response:
    return refused(
        500,
        "our_fault",
        what="It may not have been done",
        because="something failed on our side",
        next_move="Send it again; the log of the bot has the details.",
    )
