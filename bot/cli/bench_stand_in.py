"""A model on loopback that says what it is told to, as OpenAI's protocol has it.

For measuring only. Source of the shape: "Create chat completion" in OpenAI's reference.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Tokens are told as a provider does, about four characters each.
_CHARACTERS = 4


@dataclass(slots=True)
class StandIn:
    """What the model says next.

    Attributes:
        content: Text of its message; a JSON object where it keeps the shape.
        refusal: What it says where it declines.
        hangs: It says nothing until the end.
    """

    port: int = 0
    content: str = ""
    refusal: str = ""
    hangs: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return the address for ``model.base_url``."""
        return f"http://127.0.0.1:{self.port}/v1"


@contextlib.contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serve for as long as the block lasts."""
    made = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    server.daemon_threads = True
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(made: StandIn) -> type[BaseHTTPRequestHandler]:
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda one: _post(one, made)  # noqa: E731
    body = {"do_POST": answer, "log_message": _quiet, "protocol_version": "HTTP/1.1"}
    return type("Handler", (BaseHTTPRequestHandler,), body)


def _quiet(*_: Any) -> None:
    """Print no line for each question."""


def _post(one: BaseHTTPRequestHandler, made: StandIn) -> None:
    sent = json.loads(one.rfile.read(int(one.headers.get("content-length", 0))))
    if made.hangs:
        made.over.wait()
        return
    body = json.dumps(_completion(sent, made)).encode()
    one.send_response(200)
    one.send_header("content-type", "application/json")
    one.send_header("content-length", str(len(body)))
    one.end_headers()
    one.wfile.write(body)


def _completion(sent: Any, made: StandIn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": made.content}
    if made.refusal:
        message |= {"content": None, "refusal": made.refusal}
    read = len(json.dumps(sent)) // _CHARACTERS
    written = len(made.content or made.refusal) // _CHARACTERS
    return {
        "id": "stand-in",
        "object": "chat.completion",
        "created": 1,
        "model": sent["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        },
    }
