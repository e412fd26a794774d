"""The Starlette app: routes, and what holds for every answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.guards import Guards
from bot.web import html
from bot.web.answers import refused
from bot.web.headers import STRICT, StrictHeaders
from bot.web.lane import AlertsLane
from bot.web.masked_errors import MaskedErrors

PostAlert = Callable[[Request], Awaitable[Response]]
# The answer to somebody who may not read, None to whoever may.
Refusal = Callable[[Request], Response | None]


def web_app(
    routes: Sequence[BaseRoute],
    *,
    is_ready: Callable[[], bool],
    metrics: Callable[[], bytes],
    home: Callable[[], str],
    health: Callable[[], Mapping[str, object]] = dict,
    post_alert: PostAlert | None = None,
    no_figures: Refusal = lambda _: None,
    guard: Guards | None = None,
) -> Starlette:
    """Return the app with `routes`, health and figures.

    Args:
        is_ready: False while workers start or drain.
        home: Where `/` leads.
        health: What else `/readyz` tells; it does not decide.
        post_alert: The alerts door, where it has a short way of its own.
        no_figures: Refuses the figures to strangers; `Scrapers.refusal`.
        guard: Masks what refusals quote.
    """

    async def healthz(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_: Request) -> Response:
        ready = is_ready()
        told = {"ready": ready, **health()}
        return JSONResponse(told, status_code=200 if ready else 503)

    async def figures(request: Request) -> Response:
        if (no := no_figures(request)) is not None:
            return no
        return Response(metrics(), media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[
            Route("/", _front(home)),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", figures),
            *routes,
        ],
        middleware=_around(post_alert, guard),
        exception_handlers={404: _not_found, 405: _wrong_method, 500: _our_fault},
    )


def _front(home: Callable[[], str]) -> Callable[[Request], Awaitable[Response]]:
    async def front(_: Request) -> Response:
        where = home()
        if not where:
            return JSONResponse({"name": "tocsin"})
        return Response(status_code=302, headers={"Location": where})

    return front


def _around(post_alert: PostAlert | None, guard: Guards | None) -> list[Middleware]:
    masked = [Middleware(MaskedErrors, guard=guard)] if guard else []
    short_way = [Middleware(AlertsLane, post=post_alert)] if post_alert else []
    return [Middleware(StrictHeaders), *masked, *short_way]


async def _not_found(request: Request, _: Exception) -> Response:
    if html.wants_page(request):
        return html.nothing_here()
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


async def _our_fault(request: Request, _: Exception) -> Response:
    answer = html.our_fault() if html.wants_page(request) else _failed()
    # Starlette gives this answer outside of every middleware.
    answer.raw_headers += [
        pair for pair in STRICT if pair[0] not in dict(answer.raw_headers)
    ]
    return answer


def _failed() -> Response:
    return refused(
        500,
        "our_fault",
        what="It may not have been done",
        because="something failed on our side",
        next_move="Send it again; the log of the bot has the details.",
    )
