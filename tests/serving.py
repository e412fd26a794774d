"""A real server on loopback for tests at the doors."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Door:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; an iterable body is sent in chunks."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            found = {name.lower(): text for name, text in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp) -> None:
        self.up = threading.Event()
        self._over = asyncio.Event()
        super().__init__(
            uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.up.set()

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own looks for it ten times a second."""
        await self.on_tick(0)  # sets the headers that every answer has
        await self._over.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests end, then hang up; uvicorn's own waits a tenth of a second."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        while tasks := self.server_state.tasks:
            await asyncio.wait(tasks)
            await asyncio.sleep(0)  # what is over takes itself out of the set
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)

    def end(self) -> None:
        """Called from the test's thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._over.set)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[Door]:
    """Serve an app from a thread for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(app)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
    )
    thread.start()
    assert server.up.wait(10)
    try:
        yield Door(*listener.getsockname()[:2])
    finally:
        server.end()
        thread.join(10)
        listener.close()
