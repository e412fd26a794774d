"""Presses on a checklist through Bolt: which form opens, and who is told why not."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.checklist import ChecklistView
from bot.domain.runbook import Way
from bot.ports.checklists import Offered
from bot.slack import plan_words
from bot.slack.answerers import Answerers
from bot.slack.checklist_door import CLOSED, MEMBERS_ONLY, NO_CHECKLIST
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from tests.fakes.gate import FakeGate
from tests.fakes.service import FakeService
from tests.fakes.slack import FakeSlack
from tests.slack import payloads
from tests.slack.checklist_states import CLOSED as CLOSED_VIEW
from tests.slack.checklist_states import GOING
from tests.slack.payloads import SECRET, Json, signed
from tests.slack.plan_states import OFFER, OTHER_OFFER
from tests.slack.validity import assert_view_valid

pytestmark = pytest.mark.slow
TOKEN = "xox" + "b-of-a-fake-workspace"
STEP_3 = "INC-0001|RB-07|3"
LAMBDA = replace(
    OTHER_OFFER,
    action="aws.lambda.set_reserved_concurrency",
    params={"function_name": "Function", "reserved_concurrency": "How many"},
    known={"function_name": "answer-writer"},
)


class FakeChecklists:
    """Keeps `bot.ports.checklists.Checklists` with one checklist."""

    def __init__(self) -> None:
        self.stands: ChecklistView | None = GOING
        self.found: tuple[Offered, ...] = ()

    def view(self, incident: str, runbook: str) -> ChecklistView | None:
        """Return the checklist where it is asked for by its ids."""
        known = (GOING.incident, GOING.runbook)
        return self.stands if (incident, runbook) == known else None

    def others(self, incident: str) -> tuple[Offered, ...]:
        """Return what fits."""
        return (Offered(runbook="RB-12", title="Weights", why=f"near {incident}"),)

    def search(self, incident: str, text: str) -> tuple[Offered, ...]:
        """Return what a test says was found."""
        return self.found


class Stage:
    """The Slack room with a checklist and a gate."""

    def __init__(self, slack: FakeSlack, *, with_gate: bool = True) -> None:
        self.slack, self.service = slack, FakeService()
        self.checklists, self.gate = FakeChecklists(), FakeGate(offers=(OFFER, LAMBDA))
        self.room = SlackRoom(
            service=self.service,
            settings=SlackSettings(
                bot_token=TOKEN, signing_secrets=(SECRET,), api_url=slack.url
            ),
            answerers=Answerers(
                gate=self.gate if with_gate else None, checklists=self.checklists
            ),
        )

    async def send(self, payload: Json) -> Any:
        """Deliver a payload and return the answer, read as JSON where it is some."""
        request = signed(payload, self.service.clock)
        answer = await self.room.bolt.async_dispatch(request)
        assert answer.status == 200
        return json.loads(answer.body) if answer.body else None

    def forms(self) -> list[Json]:
        """Return the forms that were opened."""
        return [dict(call["view"]) for call in self.slack.calls["views.open"]]

    def whispers(self) -> list[str]:
        """Return what was said to single people."""
        rows = self.service.store.outbox.rows.values()
        return [row.text for row in rows if row.kind == "whisper"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        made = Stage(slack)
        made.service.open()
        yield made


async def test_each_button_opens_its_form(stage: Stage) -> None:
    await stage.send(payloads.click("step.skip", STEP_3))
    await stage.send(payloads.click("step.choose", STEP_3))
    await stage.send(payloads.click("step.propose", STEP_3))
    await stage.send(payloads.click("runbook.others", "INC-0001"))
    names = ["step.skip", "step.mark", "action.propose", "runbook.others"]
    assert [form["callback_id"] for form in stage.forms()] == names
    for form in stage.forms():
        assert_view_valid(form)
    proposed = {
        block["block_id"]: block["element"].get("initial_value")
        for block in stage.forms()[2]["blocks"]
        if block["type"] == "input"
    }
    assert proposed["param.function_name"] == "answer-writer"
    assert proposed["param.reserved_concurrency"] == "0"
    assert stage.whispers() == []


async def test_of_several_actions_one_is_chosen_and_filled_in(stage: Stage) -> None:
    stage.checklists.stands = with_two_ways()
    await stage.send(payloads.click("step.propose", STEP_3))
    (menu,) = stage.forms()
    assert_view_valid(menu)
    groups = menu["blocks"][0]["element"]["option_groups"]
    offered = [one["value"] for group in groups for one in group["options"]]
    assert sorted(offered) == sorted([LAMBDA.action, OFFER.action])

    picked = {"action": {"selected_option": {"value": LAMBDA.action}}}
    chosen = payloads.submit("action.choose", menu["private_metadata"], picked)
    fields = (await stage.send(chosen))["view"]
    assert_view_valid(fields)
    filled = {
        block["block_id"]: block["element"].get("initial_value")
        for block in fields["blocks"]
        if block["type"] == "input"
    }
    assert filled["param.function_name"] == "answer-writer"
    assert filled["param.reserved_concurrency"] == "0"


def with_two_ways() -> ChecklistView:
    """Return the checklist whose step 3 can be done by two actions."""
    assert GOING.edition is not None
    names = tuple((name, "entity.key") for name in OFFER.params)
    steps = tuple(
        replace(one, otherwise=(Way(OFFER.action, names),)) if one.number == 3 else one
        for one in GOING.edition.steps
    )
    return replace(GOING, edition=replace(GOING.edition, steps=steps))


async def test_an_action_that_is_not_offered_leads_to_the_menu_of_all(
    stage: Stage,
) -> None:
    stage.gate.offered = (OFFER,)
    await stage.send(payloads.click("step.propose", STEP_3))
    assert [form["callback_id"] for form in stage.forms()] == ["action.choose"]
    stage.gate.offered = ()
    await stage.send(payloads.click("step.propose", STEP_3))
    assert stage.whispers() == [plan_words.NO_OFFERS]


async def test_nobody_but_members_sees_a_form(stage: Stage) -> None:
    for action in ("step.skip", "step.choose", "step.propose"):
        await stage.send(payloads.click(action, STEP_3, person="U0GUEST"))
    assert stage.forms() == []
    assert stage.whispers() == [MEMBERS_ONLY] * 3


@pytest.mark.parametrize(
    ("value", "stands", "said"),
    [
        (STEP_3, None, NO_CHECKLIST),
        (STEP_3, CLOSED_VIEW, CLOSED),
        (STEP_3, replace(GOING, edition=None), NO_CHECKLIST),
        ("INC-0001|RB-07|77", GOING, NO_CHECKLIST),
        ("INC-0001|RB-99|3", GOING, NO_CHECKLIST),
    ],
)
async def test_what_is_not_there_is_told_and_opens_nothing(
    stage: Stage, value: str, stands: ChecklistView | None, said: str
) -> None:
    stage.checklists.stands = stands
    await stage.send(payloads.click("step.skip", value))
    assert stage.forms() == []
    assert stage.whispers() == [said]


async def test_a_forged_value_is_out_of_date(stage: Stage) -> None:
    await stage.send(payloads.click("step.skip", "INC-0001|<!channel>|3"))
    assert stage.forms() == []
    assert "this button is out of date" in stage.whispers()[0]


async def test_a_search_shows_what_was_found_in_the_same_form(stage: Stage) -> None:
    stage.checklists.found = (Offered(runbook="RB-01", title="Leaked key", why="key"),)
    values = {"runbook": {"type": "radio_buttons", "selected_option": None}}
    sent = payloads.submit("runbook.others", "INC-0001", {"search": "key", **values})
    answer = await stage.send(sent)
    assert answer["response_action"] == "update"
    assert_view_valid(answer["view"])
    assert "RB-01 Leaked key" in json.dumps(answer["view"])
    blank = payloads.submit("runbook.others", "INC-0001", {"search": "", **values})
    assert "search" in (await stage.send(blank))["errors"]
