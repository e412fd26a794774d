"""A door that lets a request through and then breaks, for tests of silence."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

Way = Literal["drop", "silence"]


@contextlib.contextmanager
def dropping(url: str, way: Way) -> Iterator[str]:
    """Forward what is sent to `url`; then close without an answer, or keep still."""
    goal = urlsplit(url)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(
            target=_serve, args=(door, (goal.hostname, goal.port), way, ended)
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            ended.set()
            # A shut listener wakes the accept that waits in the thread.
            door.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(
    door: socket.socket,
    goal: tuple[str | None, int | None],
    way: Way,
    ended: threading.Event,
) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = door.accept()
            with caller, socket.create_connection(goal, timeout=10) as behind:
                behind.sendall(_request(caller))
                behind.recv(65536)  # it was carried out; nobody hears of it
                if way == "silence":
                    ended.wait(10)


def _request(caller: socket.socket) -> bytes:
    """Return one whole HTTP request with its body."""
    caller.settimeout(10)
    got = b""
    while b"\r\n\r\n" not in got:
        got += caller.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += caller.recv(65536)
    return head + b"\r\n\r\n" + body
