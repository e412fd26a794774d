"""The admin door to the drills: the token decides, and rubbish is told what it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.web.app import web_app
from bot.web.drills import DrillDoor
from bot.web.tokens import Guesses
from tests.drills.stage import DrillStage
from tests.gate.stage import TEAM
from tests.serving import Answer, Door, serving

ADMIN = "a" * 32
PARTS = {"error", "what", "because", "next_move"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DrillStage]:
    made = DrillStage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def door(stage: DrillStage) -> Iterator[Door]:
    made = DrillDoor(
        drills=stage.master,
        clock=stage.clock,
        team=TEAM,
        admin_token=ADMIN,
        guesses=Guesses(),
    )
    app = web_app(made.routes(), is_ready=lambda: True, metrics=bytes, home=lambda: "")
    with serving(app) as opened:
        yield opened


def get(door: Door, path: str, token: str = ADMIN) -> Answer:
    asked = {"Authorization": f"Bearer {token}"}
    return door.ask("GET", f"/admin/drills{path}", headers=asked)


def post(door: Door, path: str, body: Any, token: str = ADMIN) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return door.ask("POST", f"/admin/drills{path}", raw, asked)


def test_a_drill_is_started_steered_and_read(door: Door, stage: DrillStage) -> None:
    started = post(door, "", {"scenario": "first-hour", "speed": 60})
    assert started.status == 200
    drill = started.json["drill"]
    for order, state in (
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
    ):
        assert post(door, f"/{order}", {}).json == {"drill": drill, "state": state}
    stage.tick()
    report = get(door, f"/{drill}?wait=1").json
    assert (report["state"], report["started_by"]) == ("ended", "admin")


def test_without_the_token_nothing_is_started_or_read(
    door: Door, stage: DrillStage
) -> None:
    for answer in (
        post(door, "", {"scenario": "first-hour"}, token="wrong"),  # noqa: S106 - it is wrong
        get(door, "/dr_1", token=""),
        post(door, "/stop", {}, token="a" * 31),
    ):
        assert answer.status == 401
        assert set(answer.json) == PARTS
    assert stage.master.newest() is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'"first-hour"', b"\xff", b"[" * 2000),
        *({}, {"scenario": 1}, {"scenario": None}),
        *({"scenario": "first-hour", "speed": s} for s in ("60", 1.5, True, 0, 10**9)),
    ],
)
def test_rubbish_starts_nothing_and_is_told_why(
    door: Door, stage: DrillStage, body: Any
) -> None:
    answer = post(door, "", body)
    assert answer.status in (400, 409)
    assert set(answer.json) == PARTS
    assert stage.master.newest() is None


def test_what_is_not_there_is_not_found(door: Door) -> None:
    for answer in (
        post(door, "", {"scenario": "../../etc/passwd"}),
        post(door, "/dance", {}),
        get(door, "/dr_unknown"),
        get(door, "/..%2f..%2fetc"),
    ):
        assert answer.status == 404
        assert set(answer.json) == PARTS


def test_a_body_that_is_too_large_is_refused(door: Door) -> None:
    answer = post(door, "", b"{" + b" " * 5000 + b"}")
    assert answer.status == 400


def test_a_second_drill_is_refused_with_the_first_ones_name(door: Door) -> None:
    drill = post(door, "", {"scenario": "first-hour"}).json["drill"]
    again = post(door, "", {"scenario": "first-hour"})
    assert again.status == 409
    assert drill in again.json["because"]


@pytest.mark.parametrize("wait", ["", "-1", "x", "1e9", "\u0663"])
def test_a_wait_that_is_no_number_waits_for_nothing(door: Door, wait: str) -> None:
    from urllib.parse import quote

    drill = post(door, "", {"scenario": "first-hour"}).json["drill"]
    assert get(door, f"/{drill}?wait={quote(wait)}").json["state"] == "running"
