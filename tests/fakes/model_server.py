"""A server on loopback that speaks as OpenAI, Anthropic and Bedrock's Converse do.

It says what a test tells it to, for each model by name, and keeps every byte it was
sent. Sources of the shapes: the public API references of the three.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Value = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Says:
    """What a model answers.

    Attributes:
        value: The structured answer; None sends `text` instead.
        end: Why it ended, in OpenAI's words.
        used: Tokens read and written; None says nothing about it.
        hangs: Says nothing until the test is over.
        drips: A byte of the body now and then, for ever.
    """

    value: Value | None = None
    text: str = ""
    status: int = 200
    end: str = "stop"
    used: tuple[int, int] | None = (100, 20)
    refusal: str = ""
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    drips: bool = False


Script = Callable[[int, Any], Says]
"""How often this model was asked before, and what it was sent → what it says."""


@dataclass
class ModelServer:
    """What was asked.

    Attributes:
        asked: Model name and body of every request, in order.
        heard: Every byte of every request: line, headers and body.
        anything: What is said to whatever is asked, by nobody's name.
    """

    port: int
    models: dict[str, Script]
    asked: list[tuple[str, Any]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    anything: "Says | None" = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]

    def everything(self) -> bytes:
        return b"\n".join(self.heard)


def always(says: Says) -> Script:
    return lambda _n, _sent: says


@contextlib.contextmanager
def model_server(**models: Script | Says) -> Iterator[ModelServer]:
    """Serve for as long as the block lasts; names are those of the models."""
    scripts = {
        name: always(one) if isinstance(one, Says) else one
        for name, one in models.items()
    }
    made = ModelServer(0, scripts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    server.daemon_threads = True
    made.port = server.server_port
    # Found quickly when it is over: the default looks twice a second.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(of: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        made = of

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    made: ModelServer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        made = self.made
        made.heard.append(f"{self.requestline}\n{self.headers}".encode() + raw)
        if made.anything is not None:
            self._answer(made.anything, {"model": ""})
            return
        sent = json.loads(raw)
        name = _name(self.path, sent)
        before = made.names().count(name)
        made.asked.append((name, sent))
        self._answer(made.models[name](before, sent), sent)

    do_GET = do_POST  # noqa: N815 - its name

    def _answer(self, says: Says, sent: Any) -> None:
        if says.hangs:
            self.made.over.wait()
            return
        body = says.raw
        if body is None:
            body = json.dumps(_body(self.path, says, sent)).encode()
        self.send_response(says.status)
        told = {"content-type": "application/json", **says.headers}
        length = 1 << 20 if says.drips else len(body)
        for key, text in {**told, "content-length": str(length)}.items():
            self.send_header(key, text)
        self.end_headers()
        with contextlib.suppress(OSError):
            while says.drips and not self.made.over.wait(0.02):
                self.wfile.write(b" ")
            self.wfile.write(body)


def _name(path: str, sent: Any) -> str:
    if path.startswith("/model/"):
        return unquote(path.split("/")[2])
    return str(sent["model"])


def _body(path: str, says: Says, sent: Any) -> Any:
    if says.status != 200:
        return {"error": {"message": says.text, "type": "x"}, "message": says.text}
    if path.endswith("/messages"):
        return _anthropic(says, sent)
    if path.startswith("/model/"):
        return _converse(says, sent)
    return _openai(says, sent)


def _openai(says: Says, sent: Any) -> Any:
    text = says.text if says.value is None else json.dumps(says.value)
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if says.refusal:
        message |= {"content": None, "refusal": says.refusal}
    if says.value is not None and "tools" in sent:
        function = sent["tools"][0]["function"]["name"]
        call = {"name": function, "arguments": text}
        message["content"] = None
        message["tool_calls"] = [{"id": "c1", "type": "function", "function": call}]
    answer: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": sent["model"],
        "choices": [{"index": 0, "finish_reason": says.end, "message": message}],
    }
    if says.used:
        read, written = says.used
        answer["usage"] = {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        }
    return answer


def _anthropic(says: Says, sent: Any) -> Any:
    content: list[Any] = [{"type": "text", "text": says.text}]
    if says.value is not None:
        name = sent["tools"][0]["name"]
        content = [{"type": "tool_use", "id": "t1", "name": name, "input": says.value}]
    read, written = says.used or (0, 0)
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": sent["model"],
        "content": content,
        "stop_reason": says.end,
        "stop_sequence": None,
        "usage": {"input_tokens": read, "output_tokens": written},
    }


def _converse(says: Says, sent: Any) -> Any:
    content: list[Any] = [{"text": says.text}]
    if says.value is not None:
        name = sent["toolConfig"]["tools"][0]["toolSpec"]["name"]
        content = [{"toolUse": {"toolUseId": "t1", "name": name, "input": says.value}}]
    read, written = says.used or (0, 0)
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": says.end,
        "usage": {
            "inputTokens": read,
            "outputTokens": written,
            "totalTokens": read + written,
        },
        "metrics": {"latencyMs": 1},
    }
