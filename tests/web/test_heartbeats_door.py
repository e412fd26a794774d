"""Who may call, what is refused, and that a call is on disk before its answer."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.domain.heartbeat import Promise
from bot.web.alerts import Sender
from bot.web.app import web_app
from bot.web.heartbeats import HeartbeatsDoor
from bot.web.tokens import Guesses
from tests.fakes.clock import FakeClock
from tests.serving import Answer, Door, serving
from tests.spec import NOON
from tests.watch.stage import FIVE

TOKEN, PATH_SECRET = "t" * 32, "p" * 32
MINE = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class Kept:
    """Who called; a call is kept when the test says so."""

    calls: list[str] = field(default_factory=list)

    def beat(self, source: str) -> "Future[datetime]":
        self.calls.append(source)
        done: Future[datetime] = Future()
        done.set_result(NOON)
        return done


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def door(kept: Kept) -> Iterator[Door]:
    promises: dict[str, Promise] = {FIVE.source: FIVE}
    made = HeartbeatsDoor(
        clock=FakeClock(),
        senders={
            "alertmanager": Sender(token=TOKEN, path_secret=PATH_SECRET),
            "webhook": Sender(token=TOKEN),
            "pagerduty": Sender(token=""),
        },
        promises=promises,
        beat=kept.beat,
        guesses=Guesses(),
    )
    app = web_app(made.routes(), is_ready=lambda: True, metrics=bytes, home=lambda: "")
    with serving(app) as served:
        yield served


def call(
    door: Door, path: str = "alertmanager", headers: dict[str, str] | None = None
) -> Answer:
    return door.ask(
        "POST", f"/heartbeats/{path}", b"", MINE if headers is None else headers
    )


def test_a_call_is_kept_and_says_until_when_the_next_is_awaited(
    door: Door, kept: Kept
) -> None:
    answer = call(door)
    assert answer.status == 202
    assert answer.json == {
        "source": "alertmanager",
        "at": NOON.isoformat(),
        "next_within_s": 360.0,
    }
    assert kept.calls == ["alertmanager"]


def test_the_secret_in_the_path_opens_too(door: Door, kept: Kept) -> None:
    assert call(door, f"alertmanager/{PATH_SECRET}", {}).status == 202
    assert kept.calls == ["alertmanager"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("alertmanager", {}),
        ("alertmanager", {"Authorization": "Bearer wrong"}),
        ("alertmanager/wrong", {}),
    ],
)
def test_nobody_else_may_call(
    door: Door, kept: Kept, path: str, headers: dict[str, str]
) -> None:
    assert call(door, path, headers).status == 401
    assert kept.calls == []


def test_who_signs_alerts_and_has_no_token_is_told_how_to_call(
    door: Door, kept: Kept
) -> None:
    for headers in ({}, MINE):
        answer = call(door, "pagerduty", headers)
        assert (answer.status, answer.json["error"]) == (401, "unauthorized")
        assert "no token of its own" in answer.json["because"]
        assert "token or path_secret" in answer.json["next_move"]
    assert kept.calls == []


def test_guessing_is_slowed_down(door: Door) -> None:
    answers = [call(door, headers={}).status for _ in range(31)]
    assert answers == [401] * 30 + [429]


def test_who_promised_nothing_is_told_how_to(door: Door, kept: Kept) -> None:
    answer = call(door, "webhook")
    assert (answer.status, answer.json["error"]) == (404, "nothing_promised")
    assert answer.json["next_move"] == "Set heartbeat_min in [sources.webhook]."
    assert call(door, "nobody").json["error"] == "unknown_source"
    assert kept.calls == []


def test_a_large_body_is_not_read(door: Door, kept: Kept) -> None:
    answer = door.ask("POST", "/heartbeats/alertmanager", b"x" * 100_000, MINE)
    assert answer.status == 202
