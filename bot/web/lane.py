"""The short way to the alerts door.

In a storm nearly every request is a POST to it. They go there before the router asks
every other route; what is answered, and the headers of it, are the same.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_HERE = "/alerts/"
_NAMES = ("source", "path_secret")


class AlertsLane:
    """Passes ``POST /alerts/{source}`` and ``…/{path_secret}`` on, and nothing else.

    Args:
        app: Takes everything else.
        post: Answers, as a route's endpoint does; finds the names in `path_params`.
    """

    def __init__(
        self, app: ASGIApp, *, post: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._post = post

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is an alert's; pass the rest on."""
        named = _named(scope)
        if not named:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = named
        response = await self._post(Request(scope, receive, send))
        await response(scope, receive, send)


def _named(scope: Scope) -> dict[str, str]:
    if scope["type"] != "http" or scope["method"] != "POST":
        return {}
    if not scope["path"].startswith(_HERE):
        return {}
    rest = scope["path"][len(_HERE) :].split("/")
    is_ours = len(rest) <= len(_NAMES) and all(rest)
    return dict(zip(_NAMES, rest, strict=False)) if is_ours else {}
