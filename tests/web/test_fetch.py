"""One GET over real TLS on this machine: no redirect, no other name, no flood."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.web.fetch import MOST_BYTES, HttpsFetch

HOST = "sns.eu-central-1.amazonaws.com"
FAR = datetime(2099, 1, 1, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\npem"
AWAY = (
    b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n"
    b"Content-Length: 0\r\n\r\n"
)


@contextlib.contextmanager
def answering(authority: Path, answer: bytes) -> Iterator[tuple[HttpsFetch, list[str]]]:
    """Answer every request with the same bytes; note the request lines."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[str] = []

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with (
                contextlib.suppress(OSError),
                plain,
                tls.wrap_socket(plain, server_side=True) as secured,
            ):
                asked.append(secured.recv(65536).decode().partition("\r\n")[0])
                secured.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    trust = ssl.create_default_context(cafile=str(authority / "cert.pem"))
    port: int = listener.getsockname()[1]
    try:
        yield HttpsFetch(tls=trust, at=lambda _: ("127.0.0.1", port)), asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def test_a_plain_200_is_returned(authority: Path) -> None:
    with answering(authority, OK) as (fetch, asked):
        assert fetch(f"https://{HOST}/a.pem?x=1") == b"pem"
    assert asked == ["GET /a.pem?x=1 HTTP/1.1"]


def test_a_redirect_is_not_followed(authority: Path) -> None:
    with (
        answering(authority, AWAY) as (fetch, asked),
        pytest.raises(Unreachable, match="it answered 302"),
    ):
        fetch(f"https://{HOST}/a.pem")
    assert len(asked) == 1


def test_a_host_without_the_right_name_is_not_believed(authority: Path) -> None:
    with (
        answering(authority, OK) as (fetch, asked),
        pytest.raises(Unreachable, match="SSLCertVerificationError"),
    ):
        fetch("https://sns.us-east-1.amazonaws.com/a.pem")
    assert asked == []


def test_an_authority_of_ours_counts_only_where_it_is_given(authority: Path) -> None:
    with answering(authority, OK) as (fetch, asked):
        usual = replace(fetch, tls=None)
        with pytest.raises(Unreachable, match="SSLCertVerificationError"):
            usual(f"https://{HOST}/a.pem")
    assert asked == []


def test_too_much_is_not_taken(authority: Path) -> None:
    flood = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MOST_BYTES + 1)
    with (
        answering(authority, flood) as (fetch, _),
        pytest.raises(Unreachable, match="too large"),
    ):
        fetch(f"https://{HOST}/a.pem")


@pytest.mark.parametrize("url", ["http://x/", "https:///a.pem", "file:///etc/passwd"])
def test_only_https_is_spoken(url: str) -> None:
    with pytest.raises(Unreachable, match="no https address"):
        HttpsFetch()(url)
