"""What was sent may have happened; what never left this machine did not."""

import socket

import pytest

from bot.domain.errors import OutcomeUnknown, Unreachable
from bot.ports.send import Request
from bot.web.asking import HttpAsk
from bot.web.sending import HttpSend
from tests.rawserver import ok, saying

AWAY = ok(b"", "Location: http://127.0.0.1:1/", status="303 See Other")


def post(url: str) -> Request:
    return Request(method="POST", url=f"{url}/key/block", body=b'{"key":"x"}')


def test_a_body_goes_out_as_it_is_and_once() -> None:
    with saying(ok(b"{}", status="201 Created")) as server:
        headers = {"Content-Type": "application/json"}
        answer = HttpSend()(post(server.url), headers=headers)
    assert (answer.status, answer.body) == (201, b"{}")
    (asked,) = server.asked
    assert asked.startswith("POST /key/block HTTP/1.1\r\n")
    assert "Content-Length: 11" in asked
    assert asked.endswith('\r\n\r\n{"key":"x"}')


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with saying(AWAY) as server:
        assert HttpSend()(post(server.url), headers={}).status == 303
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"rubbish"]
)
def test_no_whole_answer_may_have_happened(broken: bytes) -> None:
    with saying(broken) as server, pytest.raises(OutcomeUnknown) as lost:
        HttpSend()(post(server.url), headers={})
    assert not lost.value.retry_is_safe
    assert server.url not in str(lost.value)


def test_silence_may_have_happened() -> None:
    with saying(None) as server, pytest.raises(OutcomeUnknown, match="TimeoutError"):
        HttpSend(ask=HttpAsk(deadline_s=0.05))(post(server.url), headers={})


def test_an_answer_without_end_may_have_happened() -> None:
    with saying(ok(b"x" * 100)) as server, pytest.raises(OutcomeUnknown):
        HttpSend()(post(server.url), headers={}, most_bytes=99)


def test_where_nothing_answers_nothing_happened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable):
        HttpSend()(post(f"http://127.0.0.1:{port}"), headers={})


@pytest.mark.parametrize("url", ["http://example.org", "ftp://x", "https://a:b@x"])
def test_an_address_that_may_not_be_used_is_not(url: str) -> None:
    with pytest.raises(Unreachable):
        HttpSend()(post(url), headers={})
