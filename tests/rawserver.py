"""A server that says exactly these bytes, however wrong they are."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """Answers each connection with the next answer; the last one stays.

    Attributes:
        answers: Bytes to send; None says nothing until the other side hangs up.
        asked: What came in, a request a text.
        stays: Keep the connection after an answer, as if more were to come.
        came: Set with each request.
    """

    port: int
    answers: list[bytes | None]
    stays: bool = False
    asked: list[str] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[str]:
        """Return the request lines."""
        return [one.partition("\r\n")[0] for one in self.asked]


@contextlib.contextmanager
def saying(
    *answers: bytes | None, tls: ssl.SSLContext | None = None, stays: bool = False
) -> Iterator[RawServer]:
    """Serve for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1], list(answers), stays)

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain, contextlib.suppress(OSError):
                sock = tls.wrap_socket(plain, server_side=True) if tls else plain
                with sock:
                    _answer(server, sock)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _answer(server: RawServer, sock: socket.socket) -> None:
    server.asked.append(_whole(sock))
    server.came.set()
    answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
    sock.sendall(answer or b"")
    if answer is None or server.stays:
        sock.recv(1)


def _whole(sock: socket.socket) -> str:
    """Return a request with its body, which may come a moment later."""
    asked = sock.recv(65536)
    head, _, body = asked.partition(b"\r\n\r\n")
    told = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
    while told and len(body) < int(told[1]) and (more := sock.recv(65536)):
        asked, body = asked + more, body + more
    return asked.decode()


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body
