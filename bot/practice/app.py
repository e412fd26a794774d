"""The ASGI app of the practice workspace, to be mounted at ``/practice``.

It has no accounts and must be served on loopback only: it answers requests to
a loopback name (DNS rebinding) and no browser request from another site.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.practice.calls import WebApi
from bot.practice.issuer import Issuer
from bot.practice.methods import Messages, Views
from bot.practice.person import Client
from bot.practice.settings import Json, NotOffered, PracticeSettings, SlackError
from bot.practice.workspace import SHAPES, Workspace

LOOPBACK = ("localhost", "127.0.0.1", "::1")
Door = Callable[[Request], Awaitable[Json | Response]]


def practice_app(settings: PracticeSettings) -> Starlette:
    """Return the workspace's app; ``app.state.workspace`` is the ``Workspace``."""
    space = Workspace(settings)
    page = StaticFiles(directory=str(files("bot.practice") / "page"), html=True)
    link = WebSocketRoute("/link", space.sockets)
    routes = [*Doors(space).routes(), link, Mount("/", page)]
    app = Starlette(middleware=[Middleware(Guard)], routes=routes)
    app.state.workspace = space
    return app


class Guard:
    """Refuses strangers with 403 and puts strict headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is no HTTP."""

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SHAPES["headers"])
            await send(message)

        error = self._refusal(scope) if scope["type"] == "http" else ""
        refused = JSONResponse({"ok": False, "error": error}, 403)
        await (refused if error else self._app)(scope, receive, strict)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if urlsplit(f"//{host}").hostname not in LOOPBACK:
            return "foreign_host"
        same = origin is None or urlsplit(origin).netloc == host
        own = headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        safe = scope["method"] in ("GET", "HEAD")
        return "" if safe or (same and own) else "cross_site"


class Doors:
    """The endpoints beside the page, in the words of the person driver."""

    def __init__(self, space: Workspace) -> None:
        self._space, self._records = space, space.records
        self._calls = WebApi(space, Messages, Views)
        self._api, signs = self._calls.answer, Issuer(space)
        self._token, self._user_info = signs.token, signs.user_info
        self._authorize, self._keys = signs.authorize, signs.keys

    def routes(self) -> list[Route]:
        """Return the endpoints with the methods they take."""
        doors = [(way, *spec.split()) for way, spec in SHAPES["routes"].items()]
        return [Route(w, self._json(getattr(self, d)), methods=m) for w, d, *m in doors]

    def _json(self, door: Door) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            host, port = request.scope["server"]
            host = f"[{host}]" if ":" in host else host
            self._space.base_url = f"http://{host}:{port}{request.scope['root_path']}"
            try:
                found = await door(request)
            except (SlackError, NotOffered) as no:
                refused = {"ok": False, "error": no.code, **no.details}
                return JSONResponse(refused, 409 if "offered" in refused else 400)
            except ValueError:  # what was sent is no number, or no JSON
                return JSONResponse({"ok": False, "error": "invalid_json"}, 400)
            base = {"ok": True, "seq": self._records.seq}
            return found if isinstance(found, Response) else JSONResponse(base | found)

        return answer

    async def _after(self, request: Request, changed: Callable[[int], object]) -> int:
        after = int(request.query_params.get("after", 0))
        wait_s = float(request.query_params.get("wait", 0))
        # A number from the future is from another life of the workspace.
        after = after if 0 <= after <= self._records.seq else 0
        await self._records.wait(lambda: changed(after), min(wait_s, 60.0))
        return after

    def _key(self, request: Request, kind: str) -> str:
        key = str(request.path_params["key"])
        if self._records.get(kind, key) is None:
            raise SlackError("not_found")
        return key

    async def _do(self, request: Request) -> Json:
        return await Client(self._space, await _body(request, dict)).act()

    async def _channels(self, _: Request) -> Json:
        return {"channels": self._records.since("channels")}

    async def _messages(self, request: Request) -> Json:
        key, since = self._key(request, "channels"), self._records.since
        after = await self._after(request, lambda n: since("messages", n, channel=key))
        found = since("messages", after, channel=key)
        return {"messages": sorted(found, key=lambda message: str(message["ts"]))}

    async def _people(self, _: Request) -> Json:
        groups, people = self._records.since("groups"), self._records.since("people")
        for one in people:
            one["groups"] = [row["id"] for row in groups if one["id"] in row["users"]]
        settings = self._space.settings
        start = {"bot": self._space.bot, "channel": settings.incidents_channel}
        start |= {"commands": settings.features("slash_commands", "command")}
        start |= {"shortcuts": settings.features("shortcuts", "callback_id")}
        return {"people": people, "groups": groups, **start}

    async def _change(self, request: Request) -> Json:
        """Let somebody be of another kind, or leave a channel."""
        key, wish = self._key(request, "people"), await _body(request, dict)
        place = self._records.get("channels", str(wish.get("leaves", "")))
        if place is not None:
            stay = [one for one in place["members"] if one != key]
            self._records.put("channels", place["id"], place | {"members": stay})
        person = self._records.get("people", key) or {}
        kind = {"kind": wish.get("kind", person["kind"])}
        return {"person": self._records.put("people", key, person | kind)}

    async def _person(self, request: Request) -> Json:
        key, since = self._key(request, "people"), self._records.since
        waits = {"ephemerals": lambda n: since("ephemerals", n, to=key)}
        part = waits.get(request.path_params["part"], lambda n: self._records.seq > n)
        after = await self._after(request, part)
        screen, places = self._space.screen(key), since("channels")
        mine = {place["id"]: place for place in places if key in place["members"]}
        seen = {"view": (screen["stack"] or [None])[-1], "home": screen["home"]}
        news = [one for one in since("messages", after) if one["channel"] in mine]
        seen |= {"after": after, "channels": list(mine.values()), "messages": news}
        seen["ephemerals"] = since("ephemerals", after, to=key)
        return {**seen, "notices": since("notices", after, person=key)}

    async def _faults(self, request: Request) -> Json:
        plan, calls = self._space.faults, self._calls
        if request.method != "GET":
            plan.replace(await _body(request, list) if request.method == "POST" else [])
        counts = {"calls": calls.counts, "ratelimited": calls.limited}
        return {
            "rules": plan.rules,
            "sockets": len(self._space.sockets.links),
            **counts,
        }


async def _body(request: Request, kind: type[Any]) -> Any:
    found = await request.json()
    if not isinstance(found, kind):
        raise SlackError("invalid_json")
    return found
