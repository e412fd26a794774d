"""Signed payloads about plans through Bolt to the gate: every button and form.

The gate is a fake that remembers what it was asked; Slack is a very small one on
loopback. What the gate may refuse is pinned in `tests/domain`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.domain.action_facts import Click
from bot.domain.action_table import Stage as At
from bot.domain.commands import PersonKind
from bot.domain.errors import (
    NotAllowed,
    OutcomeUnknown,
    OutOfTurn,
    Refusal,
    SelfApproval,
)
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.ports import Lane
from bot.slack import plan_card, plan_words
from bot.slack.answerers import Answerers
from bot.slack.cards import card
from bot.slack.lines import SlackPresenter
from bot.slack.plan_forms import About
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from tests.fakes.gate import FREEZE, FakeGate
from tests.fakes.service import FakeService
from tests.fakes.slack import FakeSlack
from tests.slack import payloads
from tests.slack.payloads import SECRET, Json, signed
from tests.slack.plan_states import (
    APPROVED,
    OFFER,
    OTHER_OFFER,
    T1,
    T2,
    T3,
    TOKEN,
    VIEWS,
    about,
)
from tests.slack.validity import assert_slack_valid, assert_text_safe, assert_view_valid

pytestmark = pytest.mark.slow
PLAN = T2.plan.id
HERE = Click(channel="C0INCIDENTS", message="1.1", mac_ok=True)
OWN = SelfApproval(
    "aws.iam.deactivate_access_key was not approved",
    because="who asked for it cannot also approve it",
    next_move="Ask another approver.",
)


class Stage:
    """The Slack room between a fake Slack and a fake gate."""

    def __init__(self, slack: FakeSlack, *, gate: bool = True) -> None:
        self.slack = slack
        self.service = FakeService()
        self.gate = FakeGate(T2, offers=(OFFER, OTHER_OFFER))
        settings = SlackSettings(
            bot_token="xox" + "b-of-a-fake-workspace",
            signing_secrets=(SECRET,),
            api_url=slack.url,
            channel="C0INCIDENTS",
        )
        self.room = SlackRoom(
            service=self.service,
            settings=settings,
            answerers=Answerers(gate=self.gate if gate else None),
        )
        self.service.open()

    async def send(self, payload: Json) -> Json:
        """Deliver a payload; return what Slack is answered."""
        request = signed(payload, self.service.clock)
        answer: BoltResponse = await self.room.bolt.async_dispatch(request)
        assert answer.status == 200
        return dict(json.loads(answer.body)) if answer.body else {}

    async def do(self, payload: Json) -> str:
        """Deliver a payload, let the inbox be read, return what was whispered."""
        before = len(self.whispers())
        await self.send(payload)
        await self.room.worker.step()
        assert self.kept().keys() <= {"done"}
        (said,) = self.whispers()[before:]
        assert_text_safe(said, limit=600)
        return said

    def whispers(self) -> list[str]:
        """Return what was said to single people, in order."""
        rows = self.service.store.outbox.rows.values()
        assert all(row.channel for row in rows)
        return [row.text for row in rows if row.kind == "whisper"]

    def kept(self) -> dict[str, int]:
        """Return how many requests are in each state."""
        return dict(self.service.store.inbox.counts(Lane.SLACK))

    def opened(self) -> Json:
        """Return the one form that was opened."""
        (call,) = self.slack.calls["views.open"]
        assert_view_valid(call["view"])
        return dict(call["view"])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


def _press(action: str, value: str = TOKEN, person: str = "U0SECOND") -> Json:
    return payloads.click(action, value, person=person)


def _submit(
    form: str,
    values: Json,
    *,
    view: PlanView = T2,
    person: str = "U0SECOND",
    **meta: str,
) -> Json:
    packed = replace(about(view), **meta).packed()
    return payloads.submit(form, packed, values, person=person)


def _chosen(value: str) -> Json:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


async def test_reviewing_opens_the_frozen_plan_before_the_ack(stage: Stage) -> None:
    await stage.send(_press("plan.review"))
    form = stage.opened()
    assert form["callback_id"] == "plan.review"
    carried = json.loads(form["private_metadata"])
    assert carried["digest"] == T2.digest
    assert (carried["token"], carried["message"]) == (TOKEN, "1.1")
    assert stage.kept() == {}
    assert stage.gate.calls == []


@pytest.mark.parametrize(
    ("button", "view", "form"),
    [
        ("plan.reject", T2, "plan.reject"),
        ("plan.reconcile", VIEWS["indeterminate"], "plan.reconcile"),
        ("plan.rollback", VIEWS["verified"], "plan.rollback"),
        ("plan.review", T1, "plan.review"),
        ("plan.review", T3, "plan.review"),
    ],
)
async def test_a_button_opens_its_form(
    stage: Stage, button: str, view: PlanView, form: str
) -> None:
    stage.gate.put(view)
    await stage.send(_press(button))
    assert stage.opened()["callback_id"] == form


@pytest.mark.parametrize("button", ["plan.review", "plan.reject", "plan.reconcile"])
async def test_a_late_press_is_told_what_became_of_it(
    stage: Stage, button: str
) -> None:
    stage.gate.put(VIEWS["denied"])
    await stage.send(_press(button))
    (said,) = stage.whispers()
    assert said == (
        f"Nothing was done: {PLAN} is not waiting for anybody. It stands at: rejected "
        "by <@U0SECOND>. Look at its card for the newest state."
    )
    assert stage.slack.counts["views.open"] == 0


@pytest.mark.parametrize("token", ["", PLAN, f"{PLAN}.forged", "pl_x.mac", "<!here>"])
@pytest.mark.parametrize("button", ["plan.review", "plan.reject", "plan.rollback"])
async def test_a_button_that_is_not_ours_opens_nothing(
    stage: Stage, button: str, token: str
) -> None:
    await stage.send(_press(button, token))
    assert stage.whispers() == [plan_words.NOT_OURS]
    assert stage.slack.counts["views.open"] == 0


@pytest.mark.parametrize(
    ("person", "because"),
    [
        ("U0GUEST", "guests do not decide"),
        ("U0EXTERNAL", "people from another organization do not decide"),
        ("U0BOT2", "bots do not decide"),
        ("U0GONE", "the account is deactivated"),
        ("U0NOBODY", "Slack did not say who is asking"),
    ],
)
async def test_a_form_stays_shut_for_who_is_no_member(
    stage: Stage, person: str, because: str
) -> None:
    await stage.send(_press("plan.review", person=person))
    assert stage.whispers() == [
        f"Nothing was done: {because}. Ask a full member of this workspace to do it."
    ]
    assert stage.slack.counts["views.open"] == 0


async def test_a_form_that_slack_does_not_take_is_explained(stage: Stage) -> None:
    stage.slack.faults["views.open"].append("expired_trigger_id")
    await stage.send(_press("plan.review"))
    assert stage.whispers()[0].startswith("The form did not open")


async def test_a_confirmation_asks_the_gate_with_everything_that_was_seen(
    stage: Stage,
) -> None:
    answer = await stage.send(_submit("plan.review", {"typed_name": " ci-bot "}))
    assert answer["response_action"] == "update"
    assert_view_valid(answer["view"])
    assert stage.kept() == {"new": 1}
    await stage.room.worker.step()
    (given,) = stage.gate.named("approve")
    by = given.pop("by")
    assert given == {
        "plan": PLAN,
        "digest": T2.digest,
        "typed": "ci-bot",
        "reason": None,
        "click": HERE,
    }
    assert (by.person.id, by.person.kind) == ("U0SECOND", PersonKind.MEMBER)
    assert by.groups >= {"oncall", "approvers"}
    assert (by.in_channel, by.channel_shared) == (True, False)
    assert stage.whispers() == [
        f"{PLAN}: your yes is recorded. It stands at: approved."
    ]


async def test_the_first_of_two_is_told_how_many_are_missing(stage: Stage) -> None:
    stage.gate.put(replace(T1, agreed=()))
    values = {"typed_name": T1.plan.phrase, "reason": "the secret leaked"}
    said = await stage.do(_submit("plan.review", values, view=T1))
    assert said == f"{PLAN}: your yes is recorded. 1 of 2 have agreed."
    (given,) = stage.gate.named("approve")
    assert given["reason"] == Untrusted("the [masked] leaked")


async def test_where_nothing_runs_a_yes_says_so(stage: Stage) -> None:
    stage.gate.put(replace(T2, mode="suggest"))
    said = await stage.do(_submit("plan.review", {"typed_name": "ci-bot"}))
    assert said.endswith("nothing will run.")


REFUSALS: list[Refusal] = [
    OWN,
    NotAllowed("It was not approved", because="x", next_move="Ask."),
    OutOfTurn("It was not approved", because="already approved", next_move="Look."),
]


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_refusal_of_the_gate_is_read_as_it_stands(
    stage: Stage, refusal: Refusal
) -> None:
    stage.gate.refuses.append(refusal)
    values = {"typed_name": "ci-bot"}
    said = await stage.do(_submit("plan.review", values, person="U0ONCALL"))
    assert said == str(refusal)


async def test_what_may_have_happened_is_told_and_not_tried_again(
    stage: Stage,
) -> None:
    doubt = OutcomeUnknown("It is not known", because="no answer", next_move="Look.")
    stage.gate.refuses.append(doubt)
    said = await stage.do(_submit("plan.review", {"typed_name": "ci-bot"}))
    assert said == str(doubt)
    stage.service.clock.go_on(100)
    await stage.room.worker.step()
    assert len(stage.gate.named("approve")) == 1


async def test_who_may_not_decide_is_refused_by_the_gate_and_not_before_it(
    stage: Stage,
) -> None:
    for person in ("U0GUEST", "U0EXTERNAL", "U0BOT2", "U0GONE"):
        await stage.do(_submit("plan.review", {"typed_name": "ci-bot"}, person=person))
    kinds = [given["by"].person.kind for given in stage.gate.named("approve")]
    assert kinds == ["guest", "external", "bot", "deactivated"]


WRONG = [
    ("plan.review", {"typed_name": "ci-bot2"}, {"typed_name"}),
    ("plan.review", {"typed_name": None}, {"typed_name"}),
    ("plan.reject", {"reason": " "}, {"reason"}),
    (
        "plan.break_glass",
        {"typed_name": "ci-bot", "reason": "now"},
        {"typed_name", "reason"},
    ),
    ("plan.reconcile", {"happened": None, "reason": "x"}, {"happened"}),
]


@pytest.mark.parametrize(("form", "values", "fields"), WRONG)
async def test_a_wrong_field_is_named_and_the_form_keeps_its_input(
    stage: Stage, form: str, values: Json, fields: set[str]
) -> None:
    answer = await stage.send(_submit(form, values))
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == fields
    assert stage.kept() == {}


@pytest.mark.parametrize("token", ["", f"{PLAN}.forged", "pl_x.mac"])
@pytest.mark.parametrize("form", ["plan.review", "plan.reject", "plan.rollback"])
async def test_a_form_with_a_foreign_token_never_reaches_the_gate(
    stage: Stage, form: str, token: str
) -> None:
    values = {"typed_name": "ci-bot", "reason": "because"}
    assert await stage.do(_submit(form, values, token=token)) == plan_words.NOT_OURS
    assert stage.gate.calls == []


async def test_a_forged_form_is_out_of_date(stage: Stage) -> None:
    forged = payloads.submit("plan.review", "INC-0001", {"typed_name": "x"})
    request = signed(forged, stage.service.clock)
    answer = await stage.room.bolt.async_dispatch(request)
    assert "Out of date" in answer.body
    assert stage.kept() == {}


async def test_a_no_carries_its_reason(stage: Stage) -> None:
    said = await stage.do(_submit("plan.reject", {"reason": "it serves the secret"}))
    assert said == f"{PLAN}: rejected."
    (given,) = stage.gate.named("deny")
    assert given["reason"] == Untrusted("it serves the [masked]")
    assert given["click"] == HERE


async def test_a_late_no_takes_an_approved_plan_back_at_once(stage: Stage) -> None:
    stage.gate.put(APPROVED)
    said = await stage.do(_press("plan.stop"))
    assert said == f"{PLAN}: stopped before it began."
    (given,) = stage.gate.named("deny")
    assert given["reason"] == Untrusted("stopped with the button on its card")
    assert stage.gate.named("stop_all") == []


async def test_what_runs_is_stopped_by_the_kill_switch_and_it_is_said(
    stage: Stage,
) -> None:
    stage.gate.put(VIEWS["applying"])
    said = await stage.do(_press("plan.stop"))
    assert said.startswith("Everything is stopped: 2 plans reached")
    assert [name for name, _ in stage.gate.calls] == ["stop_all"]


async def test_a_late_no_that_comes_too_late_stops_what_has_begun(
    stage: Stage,
) -> None:
    stage.gate.put(APPROVED)
    began = OutOfTurn("It was not rejected", because="it runs", next_move="Stop it.")
    stage.gate.refuses.append(began)
    stage.gate.before = lambda: (
        stage.gate.put(VIEWS["applying"]) if stage.gate.calls else None
    )
    assert (await stage.do(_press("plan.stop"))).startswith("Everything is stopped")
    assert [name for name, _ in stage.gate.calls] == ["deny", "stop_all"]


async def test_a_stop_of_what_is_over_stops_nothing_else(stage: Stage) -> None:
    stage.gate.put(VIEWS["verified"])
    said = await stage.do(_press("plan.stop"))
    assert "is not waiting for anybody" in said
    assert stage.gate.calls == []


async def test_a_stop_with_a_foreign_token_stops_nothing(stage: Stage) -> None:
    said = await stage.do(_press("plan.stop", f"{PLAN}.forged"))
    assert (said, stage.gate.calls) == (plan_words.NOT_OURS, [])


@pytest.mark.parametrize(
    ("found", "committed"), [("committed", True), ("not_committed", False)]
)
async def test_what_a_person_found_is_said_to_the_gate(
    stage: Stage,
    found: str,
    committed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    stage.gate.put(VIEWS["indeterminate"])
    values = {"happened": _chosen(found), "reason": "CloudTrail"}
    await stage.do(_submit("plan.reconcile", values))
    (given,) = stage.gate.named("reconcile")
    assert (given["committed"], given["reason"]) == (committed, Untrusted("CloudTrail"))


async def test_a_rollback_is_a_proposal_of_its_own(stage: Stage) -> None:
    stage.gate.put(VIEWS["verified"])
    said = await stage.do(_submit("plan.rollback", {"reason": "it was wrong"}))
    assert said.endswith("proposed. Its card is in the channel.")
    (given,) = stage.gate.named("propose")
    assert given["action"] == "aws.iam.activate_access_key"
    assert (given["parent"], given["incident"]) == (PLAN, "INC-0001")
    assert given["params"] == {"user_name": "ci-bot"}
    assert given["item"].startswith("sl_")


async def test_a_proposal_goes_from_the_menu_to_the_fields_to_the_gate(
    stage: Stage,
) -> None:
    await stage.send(_press("action.propose", "INC-0001", "U0ONCALL"))
    menu = stage.opened()
    assert menu["callback_id"] == "action.choose"
    picked = {"action": {"selected_option": {"value": OFFER.action}}}
    chosen = payloads.submit("action.choose", menu["private_metadata"], picked)
    answer = await stage.send(chosen)
    assert answer["response_action"] == "update"
    assert_view_valid(answer["view"])
    meta = answer["view"]["private_metadata"]
    values = {"param.user_name": "ci-bot", "param.key_number": "1", "reason": "leak"}
    await stage.do(payloads.submit("action.propose", meta, values))
    (given,) = stage.gate.named("propose")
    assert given["params"] == {"user_name": "ci-bot", "key_number": "1"}
    assert (given["incident"], given["action"]) == ("INC-0001", OFFER.action)
    assert given["reason"] == Untrusted("leak")
    assert given["by"].in_channel
    assert given["item"].startswith("sl_")


async def test_an_action_that_is_not_on_offer_keeps_the_menu(stage: Stage) -> None:
    meta = About(incident="INC-0001", channel="C0INCIDENTS").packed()
    picked = {"action": {"selected_option": {"value": "aws.destroy.everything"}}}
    answer = await stage.send(payloads.submit("action.choose", meta, picked))
    assert set(answer["errors"]) == {"action"}


async def test_where_nothing_can_be_proposed_it_is_said(stage: Stage) -> None:
    stage.gate.offered = ()
    await stage.send(_press("action.propose", "INC-0001"))
    assert stage.whispers() == [plan_words.NO_OFFERS]


async def test_a_forged_incident_opens_no_menu(stage: Stage) -> None:
    await stage.send(_press("action.propose", "INC-0001|x"))
    assert "out of date" in stage.whispers()[0]


async def test_propose_can_be_typed(stage: Stage) -> None:
    await stage.send(payloads.slash("propose"))
    assert json.loads(stage.opened()["private_metadata"])["incident"] == "INC-0001"
    await stage.send(payloads.slash("propose", channel="C0GENERAL"))
    assert stage.whispers()[0].startswith("Nothing was changed: no incident is open")


async def test_open_plans_are_listed_for_members(stage: Stage) -> None:
    answer = await stage.send(payloads.slash("plans"))
    assert_slack_valid(answer["blocks"])
    assert PLAN in json.dumps(answer)
    guest = await stage.send(payloads.slash("plans", person="U0GUEST"))
    assert guest["text"].startswith("Nothing was done: guests do not decide")


async def test_breaking_the_glass_is_typed_confirmed_and_asked_of_the_gate(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash(f"break-glass {PLAN}"))
    form = stage.opened()
    values = {
        "typed_name": f"break glass {T2.plan.phrase}",
        "reason": "nobody answers and the key is in use",
    }
    sent = payloads.submit(form["callback_id"], form["private_metadata"], values)
    said = await stage.do(sent)
    assert said.startswith(f"{PLAN}: the glass is broken.")
    (given,) = stage.gate.named("break_glass")
    assert given["click"] == Click(channel="C0INCIDENTS", message="", mac_ok=True)
    assert (given["digest"], given["by"].person.id) == (T2.digest, "U0ONCALL")


@pytest.mark.parametrize(
    ("view", "said"),
    [(None, "there is no such plan"), (APPROVED, "is not waiting for anybody")],
)
async def test_a_glass_that_cannot_be_broken_says_why(
    stage: Stage, view: PlanView | None, said: str
) -> None:
    stage.gate.plans.clear()
    if view is not None:
        stage.gate.put(view)
    await stage.send(payloads.slash(f"break-glass {PLAN}"))
    assert said in stage.whispers()[0]


async def test_a_plan_is_taken_back_by_its_name(stage: Stage) -> None:
    said = await stage.do(payloads.slash(f"cancel {PLAN} no longer needed"))
    assert said == f"{PLAN}: taken back."
    (given,) = stage.gate.named("cancel")
    assert given["reason"] == Untrusted("no longer needed")
    unknown = PLAN[:-1] + "9"
    assert await stage.do(payloads.slash(f"cancel {unknown}")) == plan_words.NO_PLAN


async def test_everything_is_stopped_and_released_with_one_line_each(
    stage: Stage,
) -> None:
    said = await stage.do(payloads.slash("stop-all"))
    assert said.startswith("Everything is stopped: 2 plans reached")
    assert await stage.do(payloads.slash("release")) == plan_words.RELEASED
    assert [name for name, _ in stage.gate.calls] == ["stop_all", "release"]
    assert stage.gate.named("stop_all")[0]["by"].person.id == "U0ONCALL"


async def test_the_same_confirmation_twice_is_one_yes(stage: Stage) -> None:
    payload = _submit("plan.review", {"typed_name": "ci-bot"})
    await stage.send(payload)
    await stage.send(payload)
    await stage.room.worker.step()
    assert len(stage.gate.named("approve")) == 1


async def test_a_gate_that_broke_is_asked_again_and_holds_nobody_up(
    stage: Stage,
) -> None:
    stage.gate.refuses.append(RuntimeError("busy"))
    await stage.send(_submit("plan.review", {"typed_name": "ci-bot"}))
    await stage.send(payloads.slash("ack"))
    await stage.room.worker.step()
    assert stage.kept() == {"new": 1, "done": 1}
    stage.service.clock.go_on(2)
    await stage.room.worker.step()
    assert len(stage.gate.named("approve")) == 2
    assert stage.kept() == {"done": 2}


async def test_the_gate_learns_which_message_is_a_plan_s_card(stage: Stage) -> None:
    post = plan_card.card(T2, token=TOKEN)
    outbox, now = stage.service.store.outbox, stage.service.clock.now()
    outbox.post(post, now=now)
    await _sent(stage)
    ts = outbox.ts_of(post.key)
    assert stage.gate.messages == [(PLAN, ts)]
    outbox.post(plan_card.card(APPROVED, token=TOKEN), now=now)
    await _sent(stage)
    assert stage.gate.messages == [(PLAN, ts)]


async def test_a_gate_that_could_not_be_told_is_told_before_the_next_press(
    stage: Stage,
) -> None:
    stage.gate.refuses.append(RuntimeError("busy"))
    post = plan_card.card(T2, token=TOKEN)
    stage.service.store.outbox.post(post, now=stage.service.clock.now())
    await _sent(stage)
    assert stage.gate.messages == []
    await stage.do(_submit("plan.review", {"typed_name": "ci-bot"}))
    assert [plan for plan, _ in stage.gate.messages] == [PLAN]


async def test_after_a_crash_the_gate_learns_of_the_cards_that_stand(
    stage: Stage,
) -> None:
    outbox = stage.service.store.outbox
    outbox.post(plan_card.card(T2, token=TOKEN), now=stage.service.clock.now())
    outbox.sent(f"plan/{PLAN}", rev=1, ts="1777896000.7")
    stop = asyncio.Event()
    stop.set()
    async with asyncio.timeout(10):
        await stage.room.run_until(stop)
    assert stage.gate.messages == [(PLAN, "1777896000.7")]


async def test_a_redrawn_card_that_failed_is_posted_anew_and_counts(
    stage: Stage,
) -> None:
    post = plan_card.card(T2, token=TOKEN)
    outbox, now = stage.service.store.outbox, stage.service.clock.now()
    outbox.post(post, now=now)
    await _sent(stage)
    stage.slack.messages.clear()
    outbox.post(post, now=now)
    await _sent(stage)
    assert len(stage.gate.messages) == 2
    assert stage.gate.messages[1] == (PLAN, outbox.ts_of(post.key))


async def test_without_a_gate_the_verbs_say_so_and_the_buttons_are_out_of_date() -> (
    None
):
    async with FakeSlack().standing() as slack:
        stage = Stage(slack, gate=False)
        for text in ("propose", "plans", "stop-all", f"break-glass {PLAN}"):
            assert (await stage.send(payloads.slash(text)))["text"] == (
                plan_words.NO_GATE
            )
        await stage.send(_press("plan.review"))
        assert "out of date" in stage.whispers()[0]


def test_only_with_a_gate_the_incident_s_card_offers_to_propose() -> None:
    service = FakeService()
    service.open()
    view = service.view("INC-0001")
    assert view is not None
    plain, proposing = _actions(card(view).blocks), SlackPresenter(proposing=True)
    answerers = _actions(proposing.card(view).blocks)
    assert_slack_valid(proposing.card(view).blocks)
    assert [one for one in answerers if one not in plain] == ["action.propose"]
    assert SlackPresenter().card(view) == card(view)


@pytest.mark.parametrize("stage_of", [At.PENDING, At.APPROVED])
async def test_the_gate_is_never_asked_on_the_event_loop(
    stage: Stage, stage_of: At
) -> None:
    stage.gate.put(replace(APPROVED, stage=stage_of))
    on_loop: list[bool] = []

    def look() -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        on_loop.append(True)

    stage.gate.before = look
    await stage.send(_press("plan.review"))
    await stage.do(_press("plan.stop"))
    await stage.send(payloads.slash("plans"))
    assert on_loop == []


async def _sent(stage: Stage) -> None:
    """Let the sender send what waits."""
    for _ in range(6):
        await stage.room.sender.step()
        stage.service.clock.go_on(3)


def _actions(blocks: Any) -> list[str]:
    return [one["action_id"] for one in blocks[-1]["elements"]]


def _published(stage: Stage) -> Json:
    view = stage.slack.calls["views.publish"][-1]["view"]
    assert_view_valid(view)
    return dict(view)


async def test_the_home_tab_shows_a_freeze_and_lifts_it(stage: Stage) -> None:
    stage.gate.freezing.now = (FREEZE,)
    await stage.send(payloads.home())
    assert "freeze.lift" in json.dumps(_published(stage))
    await stage.send(_press("freeze.lift", "all", person="U0ONCALL"))
    form = stage.opened()
    packed = form["private_metadata"]
    said = await stage.do(
        payloads.submit("freeze.lift", packed, {"reason": "closed"}, person="U0ONCALL")
    )
    assert said == "Lifted: FZ-0001. Plans can run again."
    (given,) = stage.gate.named("thaw")
    assert given["reason"] == Untrusted("closed")
    assert given["by"].person.id == "U0ONCALL"
    await stage.send(payloads.home())
    assert "frozen" not in json.dumps(_published(stage))


async def test_a_guest_s_home_tab_has_no_plan_and_lifts_nothing(stage: Stage) -> None:
    stage.gate.freezing.now = (FREEZE,)
    await stage.send(payloads.home("U0GUEST"))
    drawn = json.dumps(_published(stage))
    assert "Changes are frozen" in drawn
    assert "freeze.lift" not in drawn
    assert PLAN not in drawn
    await stage.send(_press("freeze.lift", "all", person="U0GUEST"))
    assert "guests do not decide" in json.dumps(stage.opened())
    assert stage.gate.calls == []


async def test_a_freeze_that_is_over_by_then_opens_no_form(stage: Stage) -> None:
    await stage.send(_press("freeze.lift", "all", person="U0ONCALL"))
    assert "no freeze is on" in json.dumps(stage.opened())


async def test_nothing_is_proposed_for_an_incident_that_there_is_not(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash("propose INC-9999"))
    assert stage.whispers() == [plan_words.NO_INCIDENT]


async def test_what_was_not_stopped_is_not_released(stage: Stage) -> None:
    assert await stage.do(payloads.slash("release")) == plan_words.NOT_STOPPED
