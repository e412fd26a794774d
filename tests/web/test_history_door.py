"""What was learned is forgotten for the administrator alone, with a reason."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.errors import BadRequest
from bot.web.app import web_app
from bot.web.history import PATH, HistoryDoor
from bot.web.tokens import Guesses
from tests.fakes.clock import FakeClock
from tests.serving import Answer, serving

ASKED = b'{"runbook": "RB-02", "because": "written anew"}'


def asked(body: bytes, token: str, told: list[tuple[str, ...]]) -> Answer:
    def forget(runbook: str, because: str, by: str) -> Mapping[str, Any]:
        if not because:
            raise BadRequest("Not forgotten", because="no reason", next_move="Say.")
        told.append((runbook, because, by))
        return {"seq": 3}

    door = HistoryDoor(
        forget=forget,
        clock=FakeClock(),
        admin_token="right",  # noqa: S106 - of this test
        guesses=Guesses(),
    )
    app = web_app(
        door.routes(), is_ready=lambda: True, metrics=lambda: b"", home=lambda: ""
    )
    with serving(app) as opened:
        headers = {"Authorization": f"Bearer {token}"}
        return opened.ask("POST", PATH, body, headers)


def test_only_the_administrator_has_it_forgotten() -> None:
    told: list[tuple[str, ...]] = []
    assert asked(ASKED, "wrong", told).status == 401
    assert told == []
    answer = asked(ASKED, "right", told)
    assert (answer.status, answer.json) == (200, {"seq": 3})
    assert told == [("RB-02", "written anew", "admin")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"runbook": "RB-02"}',
        b'{"runbook": 2, "because": "x"}',
        b'{"runbook": "RB-02", "because": ""}',
        json.dumps({"runbook": "RB-02", "because": "x" * 20_000}).encode(),
    ],
)
def test_rubbish_forgets_nothing_and_says_why(body: bytes) -> None:
    told: list[tuple[str, ...]] = []
    answer = asked(body, "right", told)
    assert answer.status == 400
    assert {"what", "because", "next_move"} <= answer.json.keys()
    assert told == []
