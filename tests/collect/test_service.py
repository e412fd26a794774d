"""Asking a service: its refusals in our words, its time and its bytes bounded."""

import json

import pytest

from bot.domain.errors import NotFound, TocsinError, Unreachable
from bot.outside.service import BUDGET_S, Service, told
from bot.ports.ask import Answer
from bot.ports.collect import Collected
from bot.web.asking import HttpAsk
from bot.web.fenced import ConditionalAsk, FencedAsk
from tests.fakes.ask import FakeAsk, answer, silence
from tests.loopback import Loopback, said, serving
from tests.rawserver import ok, saying

URL = "https://svc.example"


def service(found: Answer | Unreachable, **more: object) -> Service:
    ask = FakeAsk({f"{URL}/x": [found]})
    return Service(ask=ask, title="Svc", url=URL, right="Read", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "because"),
    [
        (answer(status=401), "it asks for a token, or for another one"),
        (answer(status=403), "the token lacks a right: it needs Read"),
        (answer(status=404), "it knows no such thing, or not for this token"),
        (answer(status=429), "it takes no more requests for now"),
        (
            answer(status=429, retry_after="30"),
            "it takes no more requests for now, for 30 s",
        ),
        (
            answer(
                status=403, x_ratelimit_remaining="0", x_ratelimit_reset="1777896000"
            ),
            "it takes no more requests for now, until 12:00 UTC",
        ),
        (
            answer(status=429, x_ratelimit_reset="9" * 40, retry_after="soon"),
            "it takes no more requests for now",
        ),
        (answer(status=400), "it does not understand the question"),
        (
            answer(status=302, location="http://169.254.169.254/"),
            "it answered 302, a redirect, which is not followed",
        ),
        (answer(status=503), "it answered 503: it has troubles of its own"),
        (answer(b"<html>"), "its answer is no JSON"),
        (answer(b"[" * 100_000), "its answer is no JSON"),
        (answer(b"\xff\xfe"), "its answer is no JSON"),
        (silence("TimeoutError"), "it did not answer in time"),
        (silence("gaierror"), "the name of its host is not known here"),
        (silence("its answer is too large"), "its answer is too large"),
    ],
)
def test_a_refusal_is_said_in_our_own_words(
    found: Answer | Unreachable, because: str
) -> None:
    with pytest.raises(TocsinError) as caught:
        service(found).get("/x")
    assert isinstance(caught.value, NotFound | Unreachable)
    assert caught.value.because == because


def test_who_asks_for_a_rest_is_asked_no_more() -> None:
    one = service(answer(status=429))
    for _ in range(3):
        with pytest.raises(Unreachable, match="no more requests"):
            one.get("/x")
    assert isinstance(one.ask, FakeAsk)
    assert len(one.ask.asked) == 1


def test_who_is_not_there_is_asked_once_and_who_is_slow_again() -> None:
    for trouble, times in (("gaierror", 1), ("TimeoutError", 3)):
        one = service(silence(trouble))
        for _ in range(3):
            with pytest.raises(Unreachable):
                one.get("/x")
        assert isinstance(one.ask, FakeAsk)
        assert len(one.ask.asked) == times


def test_a_used_up_budget_asks_nobody() -> None:
    now = [0.0]
    one = service(answer(b"{}"), clock=lambda: now[0])
    one.get("/x")
    now[0] = BUDGET_S + 1
    with pytest.raises(Unreachable, match="time for asking"):
        one.get("/x")


def test_its_token_is_in_no_words_of_it() -> None:
    assert "s3cret" not in repr(service(answer(), token="s3cret" * 3))


def test_an_answer_that_nests_deeper_than_it_can_be_written_costs_only_its_file() -> (
    None
):
    deep = answer(b'{"a":' * 1_000 + b"1" + b"}" * 1_000)

    def read() -> Collected:
        held = json.dumps(service(deep).get("/x"), indent=1)
        return Collected(name="f.json", content=held, says="")

    assert told("f.json", "svc GET /x", read).content == ""


def test_an_answer_of_another_shape_costs_only_its_file() -> None:
    def read() -> Collected:
        raise KeyError("data")

    found = told("f.json", "svc GET /x", read)
    assert found.content == ""
    assert found.says == "It answered something that is not built like its answers."


def fenced(server: Loopback, *more: str) -> FencedAsk:
    ask = ConditionalAsk(ask=HttpAsk(deadline_s=0.3))
    return FencedAsk(ask=ask, urls=(f"{server.url}/api/v3", *more))


@pytest.mark.slow
def test_only_the_hosts_of_the_settings_are_asked() -> None:
    with serving({"/x": said(1)}) as named, serving({"/x": said(2)}) as other:
        ask = fenced(named, "", "no address")
        assert ask(f"{named.url}/x").body == b"1"
        for url in (
            f"{other.url}/x",
            f"https://127.0.0.1:{named.port}/x",
            "http://169.254.169.254/latest/meta-data/",
            f"http://127.0.0.1:{named.port}@evil.example/x",
            "file:///etc/passwd",
            "http://[",
        ):
            with pytest.raises(Unreachable, match="do not name its host"):
                ask(url)
        with pytest.raises(Unreachable, match="do not name its host"):
            ask(f"{named.url}/x", method="POST")
        assert other.asked == []


@pytest.mark.slow
def test_what_did_not_change_is_not_sent_again() -> None:
    def tell(_query: object) -> object:
        last = server.asked[-1].headers.get("if-none-match")
        return said(None, status=304) if last == '"1"' else said([1], ETag='"1"')

    with serving({}) as server:
        server.answers["/x"] = tell  # type: ignore[assignment]
        ask = fenced(server)
        mine = {"Authorization": "Bearer a"}
        assert ask(f"{server.url}/x", headers=mine).body == b"[1]"
        again = ask(f"{server.url}/x", headers=mine)
        assert (again.status, again.body) == (200, b"[1]")
        # Another token is another reader: it gets nothing that the first one read.
        ask(f"{server.url}/x", headers={"Authorization": "Bearer b"})
        tags = [one.headers.get("if-none-match") for one in server.asked]
        assert tags == [None, '"1"', None]


@pytest.mark.slow
def test_a_redirect_is_not_followed() -> None:
    with (
        serving({"/x": said(1)}) as other,
        saying(ok(b"", f"Location: {other.url}/x", status="302 Found")) as server,
    ):
        ask = FencedAsk(ask=HttpAsk(), urls=(server.url, other.url))
        one = Service(ask=ask, title="Svc", url=server.url, token="t" * 20)
        with pytest.raises(Unreachable, match="not followed"):
            one.get("/x")
        assert other.asked == []


@pytest.mark.slow
def test_silence_dripping_and_floods_are_cut() -> None:
    for told_as, because in (
        (None, "it did not answer in time"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[", "it did not answer in time"),
        (ok(b"x" * 5_000), "its answer is too large"),
        (b"SSH-2.0-x\r\n", "what answers there speaks no HTTP"),
    ):
        with saying(told_as, stays=told_as is not None) as server:
            ask = FencedAsk(ask=HttpAsk(deadline_s=0.1), urls=(server.url,))
            one = Service(ask=ask, title="Svc", url=server.url)
            with pytest.raises(Unreachable) as caught:
                one.get("/x", most=1_000)
            assert caught.value.because == because
