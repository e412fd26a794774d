"""A plan's session makes its requests, once, for 15 minutes, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.action_effects import Outcome
from bot.domain.errors import BadRequest, TooLate, Unreachable
from bot.domain.plan import Draft
from bot.gateways.litellm import LitellmDoor
from bot.gateways.sessions import LIFE, PlanSession
from bot.ports.send import Request
from bot.web.sending import HttpSend
from integrations.litellm_keys import BlockKey, UnblockKey
from integrations.litellm_limits import SetBudget
from tests.actions.promises import ran
from tests.cloud import APPROVERS, plan_of
from tests.fakes.clock import FakeClock
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm

BLOCK = BlockKey()
CALL = "litellm.BlockKey"


class Place:
    def __init__(self) -> None:
        self.proxy, self.clock = FakeLitellm(), FakeClock()
        self.door = LitellmDoor(
            url=self.proxy.url,
            read_key=READ_KEY,
            act_key=ACT_KEY,
            send=self.proxy,
            clock=self.clock,
        )

    def draft(self, key: str = "") -> Draft:
        params = {"key": key or self.proxy.key()}
        return BLOCK.plan(params, reader=self.door.reader())

    def session(self, draft: Draft) -> PlanSession:
        return self.door.for_plan(plan_of(draft), BLOCK, APPROVERS)

    def writes(self) -> list[str]:
        return [path for method, path, _ in self.proxy.asked if method != "GET"]


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_plan_runs_with_the_key_that_acts_and_was_read_with_the_other(
    place: Place,
) -> None:
    draft = place.draft()
    assert {key for *_, key in place.proxy.asked} == {READ_KEY}
    place.proxy.asked.clear()
    assert ran(BLOCK, draft, place.session(draft)).outcome is Outcome.OK
    assert {key for *_, key in place.proxy.asked} == {ACT_KEY}


def test_it_says_for_which_plan_it_writes_and_nothing_of_it_when_it_reads(
    place: Place,
) -> None:
    draft = place.draft()
    assert "Idempotency-Key" not in place.proxy.headers[-1]
    plan = plan_of(draft)
    ran(BLOCK, draft, place.door.for_plan(plan, BLOCK, APPROVERS))
    assert place.proxy.headers[-1]["litellm-changed-by"] == f"tocsin {plan.id}"
    assert len(place.proxy.headers[-1]["Idempotency-Key"]) == 64


def test_a_request_is_made_once_by_one_session(place: Place) -> None:
    draft = place.draft()
    session = place.session(draft)
    assert ran(BLOCK, draft, session).outcome is Outcome.OK
    place.proxy.keys[dict(draft.params)["key"]]["blocked"] = None
    again = ran(BLOCK, draft, session)
    assert again.outcome is Outcome.FAILED
    assert "this session has made it already" in again.says
    assert place.writes() == ["/key/block"]


def test_what_may_have_happened_is_not_made_again_either(place: Place) -> None:
    def broken(request: Request) -> Any:
        raise RuntimeError(request.method)

    place.proxy.faults.append(broken)
    draft = place.draft()
    session = place.session(draft)
    assert ran(BLOCK, draft, session).outcome is Outcome.UNKNOWN
    assert ran(BLOCK, draft, session).outcome is Outcome.FAILED


def test_a_session_is_over_after_a_quarter_of_an_hour(place: Place) -> None:
    draft = place.draft()
    session = place.session(draft)
    place.clock.go_on(LIFE.total_seconds())
    assert ran(BLOCK, draft, session).outcome is Outcome.FAILED
    with pytest.raises(TooLate):
        session.make(next(iter(session.writes)), CALL, idempotency_key="x")
    assert place.writes() == []


def test_another_plan_on_the_same_key_has_another_session(place: Place) -> None:
    key = place.proxy.key()
    budget = SetBudget()
    mine = place.draft(key)
    other = budget.plan({"key": key, "limit": "0"}, reader=place.door.reader())
    assert ran(budget, other, place.session(mine)).outcome is Outcome.FAILED
    assert ran(UnblockKey(), mine, place.session(mine)).outcome is Outcome.FAILED
    assert place.writes() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"url": "http://127.0.0.1:4000/key/delete"},
        {"url": "http://127.0.0.1:4000/key/block?x=1"},
        {"body": b'{"key":"another"}'},
        {"body": b""},
    ],
)
def test_a_request_that_differs_in_anything_is_not_made(
    place: Place, changed: dict[str, Any]
) -> None:
    session = place.session(place.draft())
    (planned,) = session.writes
    with pytest.raises(BadRequest, match="it is no request of the session's plan"):
        session.make(replace(planned, **changed), CALL, idempotency_key="x")
    assert place.writes() == []


def test_a_plans_session_reads_only_what_its_plan_compares(place: Place) -> None:
    session = place.session(place.draft())
    foreign = Request(method="GET", url=f"{place.proxy.url}/key/info?key=x")
    with pytest.raises(BadRequest):
        session.get(foreign, "litellm.GetKey", action="litellm.key.block")
    (planned,) = session.reads
    with pytest.raises(BadRequest, match="another action"):
        session.get(planned, "litellm.GetKey", action="litellm.key.unblock")


def test_who_reads_cannot_write(place: Place) -> None:
    post = Request(method="POST", url=f"{place.proxy.url}/key/block", body=b"{}")
    with pytest.raises(BadRequest, match="it is no read"):
        place.door.reader().get(post, CALL, action="litellm.key.block")
    assert not hasattr(place.door.reader(), "make")


def test_neither_a_drill_nor_a_plan_without_approvers_gets_a_session(
    place: Place,
) -> None:
    draft = place.draft()
    with pytest.raises(BadRequest, match="it is a drill"):
        place.door.for_plan(plan_of(draft, drill=True), BLOCK, APPROVERS)
    with pytest.raises(BadRequest, match="nobody has agreed"):
        place.door.for_plan(plan_of(draft), BLOCK, ())
    with pytest.raises(BadRequest, match="no action of this service"):
        place.door.for_plan(plan_of(draft), UnblockKey(), APPROVERS)


def test_without_a_key_that_acts_plans_are_made_and_none_runs(place: Place) -> None:
    door = replace(place.door, act_key="")
    draft = BLOCK.plan({"key": place.proxy.key()}, reader=door.reader())
    assert door.is_configured
    with pytest.raises(Unreachable, match="litellm_act_key"):
        door.for_plan(plan_of(draft), BLOCK, APPROVERS)


def test_without_an_address_nothing_is_offered_or_read(place: Place) -> None:
    door = replace(place.door, url="")
    assert not door.is_configured
    with pytest.raises(Unreachable, match="litellm_url"):
        door.reader()


def test_keys_do_not_show_when_a_door_is_printed(place: Place) -> None:
    draft, door = place.draft(), replace(place.door, send=HttpSend())
    session = door.for_plan(plan_of(draft), BLOCK, APPROVERS)
    for shown in map(repr, (door, door.reader(), session)):
        assert READ_KEY not in shown
        assert ACT_KEY not in shown
