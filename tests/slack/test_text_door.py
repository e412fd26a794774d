"""What the form of a text is told when sealing fails, and when it takes long."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.domain.errors import Unreachable
from bot.slack import text_door
from bot.slack.requests import parse
from bot.slack.text_door import TextDoor

BODY: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T0"},
    "user": {"id": "U0ONCALL"},
    "view": {
        "id": "V1",
        "callback_id": "share.text",
        "private_metadata": "INC-0001",
        "state": {
            "values": {
                "text": {"text": {"type": "plain_text_input", "value": "Wombat"}},
                "people": {
                    "people": {"type": "multi_users_select", "selected_users": ["U1"]}
                },
                "life": {
                    "life": {
                        "type": "static_select",
                        "selected_option": {"value": "4 hours"},
                    }
                },
                "each": {
                    "each": {"type": "static_select", "selected_option": {"value": "1"}}
                },
            }
        },
    },
}


@dataclass
class Sealing:
    """Texts that are sealed when the test lets them be, or not at all."""

    fault: Exception | None = None
    go: threading.Event = field(default_factory=threading.Event)

    def seal(self, *_: Any) -> None:
        self.go.wait(20)
        if self.fault is not None:
            raise self.fault


@dataclass
class Kept:
    """Notes that somebody was woken."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.woken.set()


class Answers:
    """Notes what Slack is told."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    async def __call__(self, **said: Any) -> None:
        self.said = said


def door(asks: Sealing, keeping: Kept) -> TextDoor:
    nothing = cast("Any", None)
    return TextDoor(
        asks=cast("Any", asks),
        askers=None,
        service=nothing,
        keeping=cast("Any", keeping),
        whispers=nothing,
        open_form=nothing,
    )


def submitted(asks: Sealing, keeping: Kept) -> Any:
    ack = Answers()

    async def submit() -> dict[str, Any]:
        await door(asks, keeping).submit(cast("Any", ack), BODY)
        return ack.said

    return submit()


def test_a_form_in_a_message_of_ours_does_not_say_what_was_entered() -> None:
    assert "Wombat" not in repr(parse(BODY))


def test_a_disk_or_key_service_that_fails_is_said_beside_the_text() -> None:
    gone = Unreachable("No", because="the disk is full: /secret", next_move="Wait.")
    asks = Sealing(fault=gone)
    asks.go.set()
    said = asyncio.run(submitted(asks, Kept()))
    assert said["response_action"] == "errors"
    assert "could not be sealed right now" in said["errors"]["text"]
    assert "/secret" not in str(said)


def test_what_is_sealed_late_is_offered_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_door, "_SEAL_TIMEOUT_S", 0.01)

    async def late() -> dict[str, Any]:
        asks, keeping = Sealing(), Kept()
        said = await submitted(asks, keeping)
        assert not keeping.woken.is_set()
        asks.go.set()
        await asyncio.wait_for(keeping.woken.wait(), 20)
        return cast("dict[str, Any]", said)

    assert "Sealing takes long" in asyncio.run(late())["errors"]["text"]


def test_what_fails_late_is_in_the_log_without_the_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(text_door, "_SEAL_TIMEOUT_S", 0.01)

    async def late() -> None:
        asks = Sealing(fault=Unreachable("No", because="disk", next_move="Wait."))
        await submitted(asks, Kept())
        ended = asyncio.Event()
        monkeypatch.setattr(text_door._log, "error", lambda *_: ended.set())
        asks.go.set()
        await asyncio.wait_for(ended.wait(), 20)

    asyncio.run(late())
    assert "Wombat" not in caplog.text
