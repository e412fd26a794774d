"""The admin door to the gate: it says no, takes back and stops, and never approves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action_effects import Outcome
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate import admin_door
from bot.gate.policy_question import Verb
from bot.ports.gate import Asker
from bot.web.app import web_app
from bot.web.gate import GateDoor
from bot.web.tokens import Guesses
from tests.core import CHANNEL
from tests.gate.stage import TEAM, GateStage
from tests.serving import Answer, Door, serving

ADMIN = "a" * 32
SECRET = "hunter" + "2"
PARTS = {"error", "what", "because", "next_move"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path)
    yield made
    made.core.close()


@pytest.fixture
def door(stage: GateStage) -> Iterator[Door]:
    made = GateDoor(
        gate=stage.gate,
        clock=stage.clock,
        redact=lambda text, scope: text.replace(SECRET, f"[{scope}]"),
        team=TEAM,
        admin_token=ADMIN,
        guesses=Guesses(),
    )
    app = web_app(made.routes(), is_ready=lambda: True, metrics=bytes, home=lambda: "")
    with serving(app) as opened:
        yield opened


def get(door: Door, path: str, token: str = ADMIN) -> Answer:
    asked = {"Authorization": f"Bearer {token}"}
    return door.ask("GET", f"/admin/gate/{path}", headers=asked)


def post(door: Door, path: str, token: str = ADMIN, **given: Any) -> Answer:
    asked = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return door.ask("POST", f"/admin/gate/{path}", json.dumps(given).encode(), asked)


def proposed(stage: GateStage) -> PlanView:
    view = stage.propose()
    stage.shown(view)
    return view


def admin(stage: GateStage) -> Asker:
    return admin_door.admin(team=TEAM, now=stage.clock.now())


def last_entry(stage: GateStage, plan: str) -> tuple[str, str]:
    entry = stage.core.store.read(lambda tx: tx.log.load(f"action/{plan}"))[-1]
    return entry.kind, entry.actor


def test_open_plans_are_listed_and_shown_with_what_they_would_change(
    door: Door, stage: GateStage
) -> None:
    view = proposed(stage)
    listed = get(door, "plans").json["plans"]
    shown = get(door, f"plans/{view.plan.id}").json
    assert listed == [shown]
    assert (shown["stage"], shown["digest"]) == ("pending", view.digest)
    assert (shown["requester"], shown["reason"]) == ("U0ONCALL", "it leaks")
    assert get(door, "plans?incident=INC-0001").json["plans"] == listed
    assert get(door, "plans?incident=INC-0002").json == {"freezes": [], "plans": []}


def test_an_unknown_plan_is_not_found(door: Door) -> None:
    answer = get(door, "plans/pl_none")
    assert (answer.status, set(answer.json)) == (404, PARTS)
    refused = post(door, "plans/pl_none/deny", reason="no")
    assert (refused.status, refused.json["error"]) == (409, "refused.not_found")


@pytest.mark.parametrize(
    ("order", "left"), [("deny", "denied"), ("cancel", "cancelled")]
)
def test_the_token_says_no_and_takes_back(
    door: Door, stage: GateStage, order: str, left: str
) -> None:
    view = proposed(stage)
    answer = post(door, f"plans/{view.plan.id}/{order}", reason="not now")
    assert (answer.status, answer.json["stage"]) == (200, left)
    assert answer.json["moved_by"] == ["admin"]
    assert stage.stage(view) == left
    assert last_entry(stage, view.plan.id)[1] == "admin"


def test_a_late_no_takes_an_approved_plan_back(door: Door, stage: GateStage) -> None:
    view = proposed(stage)
    stage.approve(view)
    answer = post(door, f"plans/{view.plan.id}/deny", reason="too late at night")
    assert answer.json["stage"] == "cancelled"
    assert stage.executor.step() == 0
    assert stage.world.turned == 0


def test_a_reason_is_redacted_before_it_is_kept(door: Door, stage: GateStage) -> None:
    view = proposed(stage)
    post(door, f"plans/{view.plan.id}/deny", reason=f"it says {SECRET}")
    entries = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))
    words = [text for entry in entries for text in entry.words.values()]
    assert "it says [INC-0001]" in words
    assert not any(text and SECRET in text for text in words)


def test_nobody_approves_here_and_it_says_where(door: Door, stage: GateStage) -> None:
    view = proposed(stage)
    for order in ("approve", "break-glass"):
        answer = post(door, f"plans/{view.plan.id}/{order}", digest=view.digest)
        assert (answer.status, answer.json["error"]) == (403, "never_here")
        assert answer.json["because"] == "approvals are given in Slack and nowhere else"
        assert set(answer.json) == PARTS
    assert post(door, f"plans/{view.plan.id}/run").status == 404
    assert stage.stage(view) == "pending"


def test_the_domain_refuses_the_admin_who_approves(stage: GateStage) -> None:
    view = proposed(stage)
    for way in (stage.gate.approve, stage.gate.break_glass):
        with pytest.raises(NotAllowed, match="in Slack and nowhere else"):
            way(
                view.plan.id,
                by=admin(stage),
                digest=view.digest,
                typed=view.plan.draft.target,
                reason=Untrusted("go"),
                click=stage.click(),
            )
    assert stage.stage(view) == "pending"
    assert last_entry(stage, view.plan.id) == ("action.refused.v1", "admin")


def test_the_admin_proposes_nothing(stage: GateStage) -> None:
    with pytest.raises(NotAllowed):
        stage.gate.propose(
            "INC-0001",
            "test.switch.turn_off",
            {"switch": "s1"},
            by=admin(stage),
            reason=Untrusted("go"),
        )
    assert stage.gate.open_plans() == ()


@pytest.mark.parametrize("verb", list(Verb))
def test_the_token_allows_stopping_and_nothing_else(
    stage: GateStage, verb: Verb
) -> None:
    view = proposed(stage)
    facts = stage.core.store.read(
        lambda tx: stage.desk.facts(tx, stage.book, view.plan, admin(stage), verb)
    )
    stops = {Verb.DENY, Verb.CANCEL, Verb.STOP_ALL, Verb.LIFT, Verb.RECONCILE}
    assert facts.asker.policy.allows is (verb in stops)
    assert facts.asker.policy.reasons == ("admin-door",)


def test_everything_stops_and_is_let_go_again(door: Door, stage: GateStage) -> None:
    view = proposed(stage)
    stopped = post(door, "stop-all")
    assert (stopped.status, stopped.json) == (200, {"stopped": True, "reached": 1})
    assert stage.stage(view) == "cancelled"
    with pytest.raises(Refusal, match="was not proposed"):
        stage.propose()
    assert post(door, "release").json == {"stopped": False, "was_stopped": True}
    assert post(door, "release").json == {"stopped": False, "was_stopped": False}
    assert stage.propose().stage.value == "pending"


@pytest.mark.parametrize(("committed", "left"), [(True, "applied"), (False, "failed")])
def test_a_look_at_the_world_settles_what_nobody_knew(
    door: Door, stage: GateStage, left: str, *, committed: bool
) -> None:
    view = proposed(stage)
    stage.world.answer = Outcome.UNKNOWN
    stage.approve(view)
    stage.executor.step()
    assert stage.stage(view) == "indeterminate"
    path = f"plans/{view.plan.id}/reconcile"
    for given in ({}, {"committed": committed}, {"reason": "I looked"}):
        refused = post(door, path, **given)
        assert (refused.status, refused.json["error"]) == (409, "refused.bad_request")
    answer = post(door, path, committed=committed, reason="I looked")
    assert (answer.status, answer.json["stage"]) == (200, left)


def test_a_refusal_says_what_why_and_the_next_move(
    door: Door, stage: GateStage
) -> None:
    view = proposed(stage)
    path = f"plans/{view.plan.id}/deny"
    assert post(door, path).json["because"] == "no reason was given"
    post(door, path, reason="no")
    again = post(door, path, reason="no")
    assert (again.status, again.json["error"]) == (409, "refused.out_of_turn")
    assert set(again.json) == PARTS
    assert "an administrator rejected it" in again.json["because"]


@pytest.mark.parametrize(
    ("status", "error", "body"),
    [
        (400, "not_readable", b"no json"),
        (400, "not_readable", b"[]"),
        (400, "not_readable", b"\xff"),
        (400, "not_readable", b"[" * 10_000),
        (413, "too_large", b'{"reason": "' + b"x" * 20_000 + b'"}'),
        (409, "refused.bad_request", b'{"reason": 7}'),
        (409, "refused.bad_request", b""),
    ],
)
def test_a_body_that_cannot_be_used_changes_nothing(
    door: Door, stage: GateStage, status: int, error: str, body: bytes
) -> None:
    view = proposed(stage)
    asked = {"Authorization": f"Bearer {ADMIN}"}
    answer = door.ask("POST", f"/admin/gate/plans/{view.plan.id}/deny", body, asked)
    assert (answer.status, answer.json["error"]) == (status, error)
    assert stage.stage(view) == "pending"


def test_without_the_admin_token_every_address_is_shut_and_guessing_is_slow(
    door: Door, stage: GateStage
) -> None:
    view = proposed(stage)
    paths = [f"plans/{view.plan.id}/{one}" for one in ("approve", "deny", "cancel")]
    for path in (*paths, "stop-all", "release"):
        assert post(door, path, "wrong", reason="x").status == 401
    for path in ("plans", f"plans/{view.plan.id}"):
        assert get(door, path, "").status == 401
    guesses = [get(door, "plans", "wrong").status for _ in range(24)]
    assert guesses == [401] * 23 + [429]
    assert get(door, "plans").status == 200
    assert stage.stage(view) == "pending"


def test_a_plan_whose_action_is_gone_can_still_be_stopped(
    door: Door, stage: GateStage
) -> None:
    view = proposed(stage)
    stage.catalogue.clear()
    assert post(door, "stop-all").json["reached"] == 1
    assert stage.stage(view) == "cancelled"


def test_a_person_is_still_put_to_the_policies(stage: GateStage) -> None:
    view = proposed(stage)
    somebody = stage.people.asker("U0NOBODY", CHANNEL)
    with pytest.raises(NotAllowed):
        stage.gate.deny(
            view.plan.id, by=somebody, reason=Untrusted("no"), click=stage.click()
        )


def test_the_token_freezes_and_thaws_and_the_list_says_it(door: Door) -> None:
    frozen = post(door, "freeze", minutes=120, reason=f"year end {SECRET}")
    assert (frozen.status, frozen.json["id"]) == (200, "FZ-0001")
    assert SECRET not in frozen.json["reason"]
    (listed,) = get(door, "plans").json["freezes"]
    assert (listed["by"], listed["until"]) == ("admin", frozen.json["until"])
    assert post(door, "thaw").json == {"frozen": False, "lifted": ["FZ-0001"]}
    assert get(door, "plans").json["freezes"] == []
    assert post(door, "thaw").json["because"] == "no freeze is on"


def test_a_freeze_needs_a_length_that_is_one(door: Door) -> None:
    for minutes in (None, True, -1, 1.5, "120", 10**30, 0):
        refused = post(door, "freeze", minutes=minutes, reason="year end")
        assert (refused.status, refused.json["error"]) == (409, "refused.bad_request")
    assert get(door, "plans").json["freezes"] == []
