"""A very small Slack for sockets, which misbehaves on request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web


class FakeSockets:
    """Gives out addresses and takes connections.

    Attributes:
        answers: What the next calls of `apps.connections.open` meet: ``good``,
            ``500``, ``text``, ``429:<seconds>``, ``plain`` (an address that is not
            encrypted) or an error code; ``good`` when it is used up.
        links: What the next connections meet: ``good``, ``no hello``, ``silent``
            (hello, and never a pong), ``closed`` (hello, and then closed) or
            ``refused``; ``good`` when it is used up.
        met: What each connection met, in order.
    """

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.links: list[str] = []
        self.met: list[str] = []
        self.opened = 0
        self.url = ""
        self._over = asyncio.Event()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["FakeSockets"]:
        """Listen on a free port of this machine for as long as the block lasts."""
        app = web.Application()
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        try:
            yield self
        finally:
            self._over.set()
            await runner.cleanup()

    async def _open(self, _: web.Request) -> web.Response:
        self.opened += 1
        kind = self.answers.pop(0) if self.answers else "good"
        address = self.url.replace("http", "ws") + "link?ticket=of-the-fake"
        if kind == "good":
            return web.json_response({"ok": True, "url": address})
        if kind == "plain":
            return web.json_response({"ok": True, "url": "ws://slack.example/link"})
        if kind == "text":
            return web.Response(text="upstream is away", status=502)
        if kind.startswith("429"):
            wait = {"Retry-After": kind.partition(":")[2]}
            error = {"ok": False, "error": "ratelimited"}
            return web.json_response(error, status=429, headers=wait)
        status = 500 if kind == "500" else 200
        code = "internal_error" if kind == "500" else kind
        return web.json_response({"ok": False, "error": code}, status=status)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        kind = self.links.pop(0) if self.links else "good"
        self.met.append(kind)
        if kind == "refused":
            return web.Response(status=403)
        link = web.WebSocketResponse(autoping=kind != "silent")
        await link.prepare(request)
        if kind != "no hello":
            await link.send_json({"type": "hello"})
        if kind == "closed":
            await link.close()
            return link
        async for message in link:  # with `silent` a ping comes and gets no answer
            if message.type is WSMsgType.CLOSE or self._over.is_set():
                break
        return link
