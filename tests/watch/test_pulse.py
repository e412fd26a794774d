"""Our own heartbeat stops when we are stuck, whatever it is that is stuck."""

import logging
from concurrent.futures import Future
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.ports import Post
from bot.ports.ask import Answer
from bot.watch import rows
from bot.watch.pulse import KEY, Pulse
from bot.web.asking import HttpAsk
from tests.fakes.ask import FakeAsk, answer, silence
from tests.rawserver import ok, saying
from tests.watch.stage import Watched

URL = "https://beats.example.org/" + "token" * 4


def pulse(watched: Watched, *answers: Answer | Unreachable, **given: Any) -> Pulse:
    usual = {
        "store": watched.core.store,
        "clock": watched.core.clock,
        "ask": FakeAsk({URL: list(answers or (answer(),))}),
        "url": URL,
        "every": timedelta(minutes=1),
        "at_work": lambda: True,
    }
    return Pulse(**{**usual, **given})


def beats(watched: Watched, one: Pulse, *, after_s: float = 60) -> bool:
    watched.core.clock.go_on(after_s)
    return one.beat(Event())


def test_it_is_sent_once_a_period_and_remembered(watched: Watched) -> None:
    one = pulse(watched)
    assert one.beat(Event())
    assert not beats(watched, one, after_s=59)
    assert beats(watched, one, after_s=1)
    assert isinstance(one.ask, FakeAsk)
    assert [(method, url) for method, url, _ in one.ask.asked] == [("POST", URL)] * 2
    kept = watched.row(rows.PULSE, KEY)["sent_at"]
    assert kept == watched.core.clock.now().isoformat()


def test_it_stops_while_alerts_are_not_read(watched: Watched) -> None:
    one = pulse(watched)
    watched.core.keep({"title": "nobody reads me"})
    assert beats(watched, one, after_s=299)
    assert not beats(watched, one, after_s=61)
    watched.read()
    assert beats(watched, one)


def test_it_stops_while_messages_do_not_reach_slack(watched: Watched) -> None:
    one = pulse(watched)
    now = watched.core.clock.now()
    post = Post(key="k", channel="C0INCIDENTS", text="waits", blocks=())
    watched.core.store.write(lambda tx: tx.outbox.post(post, now=now)).result()
    assert beats(watched, one, after_s=599)
    assert not beats(watched, one, after_s=61)


def test_it_stops_when_a_worker_has_ended(watched: Watched) -> None:
    assert not pulse(watched, at_work=lambda: False).beat(Event())


def test_it_stops_when_the_store_does_not_write(watched: Watched) -> None:
    class Stuck:
        def write(self, _: Any) -> "Future[Any]":
            done: Future[Any] = Future()
            done.set_exception(TimeoutError())
            return done

    assert not pulse(watched, store=Stuck()).beat(Event())


@pytest.mark.parametrize(
    "said", [answer(status=302, location="https://x"), answer(status=500), silence()]
)
def test_a_redirect_or_a_refusal_is_no_beat(watched: Watched, said: Any) -> None:
    assert not pulse(watched, said).beat(Event())
    assert "sent_at" not in watched.row(rows.PULSE, KEY)


def test_what_is_wrong_is_said_once_and_never_with_the_address(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one = pulse(watched, silence(), silence(), answer())
    for _ in range(4):
        beats(watched, one)
    assert caplog.messages == [
        "our own heartbeat is not sent: its address is not reached: TimeoutError",
        "our own heartbeat is sent again",
    ]
    assert "token" not in caplog.text + repr(pulse(watched, ask=HttpAsk()))


def test_without_an_address_nothing_is_sent(watched: Watched) -> None:
    assert not pulse(watched, url="").beat(Event())


def test_at_the_end_of_the_process_nothing_is_sent(watched: Watched) -> None:
    stop = Event()
    stop.set()
    assert not pulse(watched).beat(stop)


def test_a_real_address_is_called(watched: Watched) -> None:
    with saying(ok(b"OK")) as server:
        assert pulse(watched, ask=HttpAsk(), url=f"{server.url}/ping/1").beat(Event())
    assert server.lines() == ["POST /ping/1 HTTP/1.1"]
