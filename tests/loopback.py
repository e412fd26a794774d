"""A service on this machine that answers by path, as its public documentation says.

What exactly the bytes of one answer are, however wrong, is `rawserver.py`.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = Mapping[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def said(value: Any, status: int = 200, **headers: str) -> Said:
    """Return an answer in JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Said(body=json.dumps(value).encode(), status=status, headers=named)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that came in; header names in lower case."""

    path: str
    query: Query
    headers: Mapping[str, str]


@dataclass
class Loopback:
    """Answers by path; any other is a 404.

    Attributes:
        answers: An answer, or what makes one of the query.
        otherwise: What is said where no path fits.
    """

    port: int
    answers: dict[str, Said | Callable[[Query], Said]]
    otherwise: Said = field(default_factory=lambda: Said(status=404, body=b"{}"))
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def queries(self, path: str, name: str) -> list[str]:
        """Return the values of one parameter, of each question to a path."""
        return [one.query.get(name, [""])[0] for one in self.asked if one.path == path]

    def answer(self, target: str, headers: Mapping[str, str]) -> Said:
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        self.asked.append(Asked(path=parts.path, query=query, headers=headers))
        found = self.answers.get(parts.path, self.otherwise)
        return found if isinstance(found, Said) else found(query)


@contextlib.contextmanager
def serving(
    answers: Mapping[str, Said | Callable[[Query], Said]],
) -> Iterator[Loopback]:
    """Serve for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            named = {name.lower(): text for name, text in self.headers.items()}
            found = stand.answer(self.path, named)
            with contextlib.suppress(OSError):  # who asked may have had enough
                self.send_response(found.status)
                for name, text in found.headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(found.body)))
                self.end_headers()
                self.wfile.write(found.body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand = Loopback(server.server_address[1], dict(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stand
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
