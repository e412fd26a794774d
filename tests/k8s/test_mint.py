"""A token is taken only if it is one; whatever else answers, nothing happens."""

import orjson
import pytest

from bot.domain.errors import Unreachable
from bot.outside.k8s.base import Base
from bot.outside.k8s.mint import mint
from bot.outside.k8s.wire import route_to
from tests.rawserver import saying

pytestmark = pytest.mark.slow
ENDS = "2026-05-04T12:10:00Z"


def given(body: bytes, status: bytes = b"201 Created") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, len(body)) + body


def told(token: object = None, ends_at: object = None) -> bytes:
    status = {"token": token, "expirationTimestamp": ends_at}
    return given(orjson.dumps({"status": status}))


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (given(b"<html>"), "the answer holds none"),
        (given(b"[]"), "the answer holds none"),
        (told(), "the answer holds none"),
        (told("x"), "the answer holds none"),
        (told("x", "soon"), "the answer holds none"),
        (told("x", ENDS[:-1]), "the answer holds none"),
        (told(["x"], ENDS), "the answer holds none"),
        (
            told("a\r\nX-Other: b", ENDS),
            "the answer holds none",
        ),
        (given(b"{}", b"401 No"), "the cluster does not know who asks"),
        (given(b"{}", b"404 No"), "there is no account tocsin-read"),
        (given(b"{}", b"500 No"), "the cluster answered 500"),
        (b"", "no answer came"),
    ],
)
def test_what_is_no_token_is_not_used(answer: bytes, because: str) -> None:
    with saying(answer) as server:
        base = Base(line=route_to(server.url), token=because)
        with pytest.raises(Unreachable) as refused:
            mint(base, "tocsin", "tocsin-read", agent="t")
    assert because in refused.value.because
