"""One request: no redirect, no other name, no flood, no answer that never ends."""

import ssl
import threading
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.web.asking import HttpAsk
from tests.rawserver import ok, saying
from tests.web.conftest import HOST

AWAY = ok(b"", "Location: http://127.0.0.1:1/", status="302 Found")


def because(ask: HttpAsk, url: str, *, most_bytes: int = 65_536) -> str:
    with pytest.raises(Unreachable) as refused:
        ask(url, most_bytes=most_bytes)
    return refused.value.because


def test_an_answer_comes_with_its_status_and_headers() -> None:
    with saying(ok(b"hello", 'ETag: "a"', status="203 Fine")) as server:
        answer = HttpAsk()(f"{server.url}/a?b=c", headers={"If-None-Match": "x"})
    assert (answer.status, answer.body, answer.headers["etag"]) == (
        203,
        b"hello",
        '"a"',
    )
    assert server.lines() == ["GET /a?b=c HTTP/1.1"]
    assert "If-None-Match: x" in server.asked[0]
    assert f"Host: 127.0.0.1:{server.port}" in server.asked[0]


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with saying(AWAY) as server:
        assert HttpAsk()(server.url).status == 302
    assert len(server.asked) == 1


def test_it_can_post_nothing() -> None:
    with saying(ok(b"")) as server:
        HttpAsk()(server.url, method="POST")
    assert server.lines() == ["POST / HTTP/1.1"]
    assert "Content-Length: 0" in server.asked[0]


def test_what_is_too_large_or_cut_short_is_no_answer() -> None:
    with saying(ok(b"x" * 100)) as server:
        assert because(HttpAsk(), server.url, most_bytes=99) == (
            "its answer is too large"
        )
    with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") as server:
        assert because(HttpAsk(), server.url) == "IncompleteRead"


def test_an_answer_that_never_comes_ends_at_the_deadline() -> None:
    with saying(None) as server:
        found = because(HttpAsk(deadline_s=0.05), server.url)
    assert found in ("TimeoutError", "RemoteDisconnected")


def test_what_was_cut_at_the_deadline_is_not_taken_for_whole() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\nhalf"
    with saying(endless) as server:
        assert HttpAsk()(server.url).body == b"half"
    with saying(endless, stays=True) as server:
        assert because(HttpAsk(deadline_s=0.05), server.url) == "TimeoutError"


def test_the_end_of_the_process_breaks_it_off() -> None:
    ask = HttpAsk()
    found: list[str] = []
    with saying(None) as server:
        asking = threading.Thread(target=lambda: found.append(because(ask, server.url)))
        asking.start()
        assert server.came.wait(10)
        ask.close()
        asking.join(10)
        assert found
        assert because(ask, server.url) == "ConnectionAbortedError"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/", "it is no web address"),
        ("https:///nothing", "it is no web address"),
        ("file:///etc/passwd", "it is no web address"),
        ("http://example.org/", "it does not start with https://"),
        ("http://127.0.0.1.example.org/", "it does not start with https://"),
        ("https://127.0.0.1@example.org/", "it holds a user or a password"),
        ("https://example.org:port/", "it is no web address"),
        ("https://[example.org/", "it is no web address"),
    ],
)
def test_only_https_leaves_this_machine(url: str, says: str) -> None:
    assert because(HttpAsk(), url) == says


def test_a_refusal_never_holds_the_address() -> None:
    with pytest.raises(Unreachable) as refused:
        HttpAsk()("http://127.0.0.1:1/secret-token")
    assert "secret" not in str(refused.value)


def test_over_tls_only_the_named_host_counts(authority: Path) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    trusted = ssl.create_default_context(cafile=str(authority / "cert.pem"))
    with saying(ok(b"yes"), tls=server_side) as server:
        ask = HttpAsk(tls=trusted, at=lambda _, __: ("127.0.0.1", server.port))
        assert ask(f"https://{HOST}/").body == b"yes"
        assert because(ask, "https://other.example/") == "SSLCertVerificationError"
        stranger = HttpAsk(at=lambda _, __: ("127.0.0.1", server.port))
        assert because(stranger, f"https://{HOST}/") == "SSLCertVerificationError"
