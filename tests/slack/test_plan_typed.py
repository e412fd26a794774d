"""Verbs that name a plan, and what a shut form leaves behind, through Bolt."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.action_table import Stage as At
from bot.domain.untrusted import Untrusted
from bot.slack import plan_words
from tests.fakes.slack import FakeSlack
from tests.slack import payloads
from tests.slack.plan_states import BROKEN, OFFER, T2, TOKEN
from tests.slack.test_plan_app import PLAN, Stage, _press, _submit

pytestmark = pytest.mark.slow
FIELDS = {"param.user_name": "ci-bot-2", "param.key_number": "2", "reason": "the other"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


async def test_a_waiting_plan_is_edited_in_a_form_that_is_filled_in(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash(f"edit {PLAN}"))
    form = stage.opened()
    assert form["callback_id"] == "plan.edit"
    filled = {
        one["block_id"]: one["element"].get("initial_value")
        for one in form["blocks"]
        if one["type"] == "input"
    }
    assert filled["param.user_name"] == dict(T2.plan.draft.params)["user_name"]
    assert filled["reason"] == T2.plan.reason
    said = await stage.do(_submit("plan.edit", FIELDS))
    assert said.endswith("proposed in its place. People must agree to the new plan.")
    (given,) = stage.gate.named("edit")
    assert given["params"] == {"user_name": "ci-bot-2", "key_number": "2"}
    assert given["reason"] == Untrusted("the other")
    assert given["item"].startswith("sl_")


async def test_an_edit_needs_its_fields_and_a_reason(stage: Stage) -> None:
    empty = {"param.user_name": " ", "param.key_number": "2", "reason": ""}
    answer = await stage.send(_submit("plan.edit", empty))
    assert set(answer["errors"]) == {"param.user_name", "reason"}
    assert stage.kept() == {}


async def test_what_is_decided_or_not_on_offer_is_not_edited(stage: Stage) -> None:
    stage.gate.put(replace(T2, stage=At.DENIED, moved_by=("U0SECOND",)))
    await stage.send(payloads.slash(f"edit {PLAN}"))
    stage.gate.put(T2)
    stage.gate.offered = (replace(OFFER, action="aws.other"),)
    await stage.send(payloads.slash(f"edit {PLAN}"))
    first, second = stage.whispers()
    assert "It stands at: rejected by <@U0SECOND>" in first
    assert second == plan_words.NOT_OFFERED
    assert stage.slack.counts["views.open"] == 0


async def test_a_broken_glass_is_reviewed_in_a_form_of_its_own(stage: Stage) -> None:
    stage.gate.put(BROKEN)
    await stage.send(payloads.slash(f"review {PLAN}"))
    assert stage.opened()["callback_id"] == "plan.look_back"
    said = await stage.do(
        _submit("plan.look_back", {"reason": "It was right."}, view=BROKEN)
    )
    assert said == f"{PLAN}: your review of the broken glass is recorded."
    (given,) = stage.gate.named("review")
    assert given["finding"] == Untrusted("It was right.")


async def test_where_no_review_is_owed_it_is_said(stage: Stage) -> None:
    await stage.send(payloads.slash(f"review {PLAN}"))
    assert stage.whispers() == [plan_words.NO_GLASS]


@pytest.mark.parametrize("verb", ["edit", "review", "break-glass"])
async def test_a_plan_that_does_not_exist_opens_no_form(
    stage: Stage, verb: str
) -> None:
    await stage.send(payloads.slash(f"{verb} pl_01HX00000000000000000000ZZ"))
    assert stage.whispers() == [plan_words.NO_PLAN]


async def test_a_form_that_stays_shut_is_in_the_plan_s_record(stage: Stage) -> None:
    await stage.send(_press("plan.review", person="U0GUEST"))
    await stage.send(_press("plan.reject", f"{PLAN}.forged"))
    await stage.send(_press("plan.review"))
    assert stage.gate.turned == [
        (TOKEN, "U0GUEST", "review", "refused.not_allowed"),
        (f"{PLAN}.forged", "U0SECOND", "review", "refused.forged"),
    ]


async def test_a_form_with_a_foreign_token_is_in_the_plan_s_record(
    stage: Stage,
) -> None:
    values = {"typed_name": "ci-bot"}
    await stage.do(_submit("plan.review", values, token=f"{PLAN}.forged"))
    assert stage.gate.turned == [
        (f"{PLAN}.forged", "U0SECOND", "approve", "refused.forged")
    ]
