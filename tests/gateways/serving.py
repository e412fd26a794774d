"""Fakes of services behind a real server on loopback, as a bot meets them."""

import contextlib
from collections.abc import Iterator
from typing import Any

from bot.ports.send import Request, Send
from tests.serving import Door, serving


@contextlib.contextmanager
def served(fake: Send) -> Iterator[Door]:
    """Serve what keeps the port `Send`, for as long as the block lasts."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        headers = {
            name.decode().title(): text.decode() for name, text in scope["headers"]
        }
        query = scope["query_string"].decode()
        path = scope["raw_path"].decode() + (f"?{query}" if query else "")
        url = f"http://{headers['Host']}{path}"
        request = Request(method=scope["method"], url=url, body=body)
        answer = fake(request, headers=headers)
        raw = [(name.encode(), text.encode()) for name, text in answer.headers.items()]
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": raw}
        )
        await send({"type": "http.response.body", "body": answer.body})

    with serving(app) as door:
        yield door
