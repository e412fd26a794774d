"""One exchange with a cluster: bounded, sent once, and honest about what was sent."""

import pytest

from bot.domain.errors import Unreachable
from bot.outside.k8s import wire as room
from bot.outside.k8s.wire import NoAnswer, Wire, route_to
from tests.loopback import Said, serving
from tests.rawserver import ok, saying

pytestmark = pytest.mark.slow
SECRET = "kept-" + "to-itself"


def wire(url: str) -> Wire:
    return Wire(line=route_to(url), token=SECRET)


def test_a_token_is_in_no_words_about_a_wire() -> None:
    assert SECRET not in repr(wire("http://127.0.0.1:1"))


def test_what_nobody_took_was_not_sent() -> None:
    with serving({}) as gone:
        url = gone.url
    with pytest.raises(NoAnswer, match="ConnectionRefusedError") as problem:
        wire(url).send("PATCH", "/x", {})
    assert not problem.value.was_sent


def test_what_was_sent_and_not_answered_may_have_happened() -> None:
    for answer in (b"", b"rubbish\r\n\r\n", ok(b"[1, 2]")[:-2]):
        with saying(answer) as server:
            with pytest.raises(NoAnswer) as problem:
                wire(server.url).send("PATCH", "/x", {})
            assert problem.value.was_sent


def test_a_head_that_drips_does_not_outlast_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "_DEADLINE_S", 0.1)
    with saying(b"HTTP/1.1 200 OK\r\nX-Long: ", stays=True) as server:
        with pytest.raises(NoAnswer, match="TimeoutError") as problem:
            wire(server.url).send("PATCH", "/x", {})
        assert problem.value.was_sent


def test_nothing_follows_a_redirect_reads_a_flood_or_writes_as_a_question() -> None:
    with serving({"/y": Said(body=b"1")}) as other:
        moved = Said(status=307, headers={"Location": f"{other.url}/y"})
        with serving({"/x": moved, "/large": Said(body=b"x" * 9_000)}) as server:
            one = wire(server.url)
            assert one(f"{server.url}/x").status == 307
            with pytest.raises(Unreachable, match="too large"):
                one(f"{server.url}/large", most_bytes=1_000)
            with pytest.raises(Unreachable, match="only reading is allowed"):
                one(f"{server.url}/x", method="POST")
            assert {a.headers["authorization"] for a in server.asked} == {
                f"Bearer {SECRET}"
            }
        assert other.asked == []
