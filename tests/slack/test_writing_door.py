"""From Slack to a draft: what is shown at once, and what a model brings later."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.domain.commands import Person
from bot.domain.errors import OutOfTurn
from bot.domain.writing import Composed, Part, Writing
from bot.ports.writings import Asked, Draft
from bot.readmodels import updating
from bot.readmodels.catching_up import catch_up
from bot.slack.answerers import Answerers
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from bot.slack.writing_wishes import CATCH_UP_BUTTON, HANDOVER_FORM, UPDATE_FORM
from tests.fakes.service import FakeService
from tests.fakes.slack import FakeSlack
from tests.readmodels.account_states import account
from tests.slack import payloads
from tests.slack.payloads import SECRET, Json, signed
from tests.slack.test_writings import AI, NO_AI
from tests.slack.validity import assert_slack_valid, assert_view_valid

pytestmark = pytest.mark.slow
TOKEN = "xox" + "b-of-a-fake-workspace"


class FakeWritings:
    """Keeps `bot.ports.writings.Writings`; a model answers when the test says so."""

    def __init__(self) -> None:
        self.added: Part = NO_AI
        self.refuses = False
        self.waits: list[Callable[[bool], object]] = []
        self.asked: list[Asked] = []

    def may(self, incident: str, by: Person, writing: Writing) -> None:
        if self.refuses:
            raise OutOfTurn("Nothing was done", because="it is over", next_move="Rest.")

    def catch_up(self, incident: str, person: str) -> Composed | None:
        return catch_up(account()) if incident == "INC-0001" else None

    def draft(self, incident: str, writing: Writing) -> Draft | None:
        made = account()
        return Draft(
            writing=writing,
            fields=updating.fields(made, writing),
            facts=updating.facts(made, writing),
            extra=self.added,
            entry=9,
            asks=True,
        )

    def improve(
        self, incident: str, writing: Writing, then: Callable[[bool], object]
    ) -> bool:
        self.waits.append(then)
        return True

    def post_update(self, asked: Asked) -> None:
        self.asked.append(asked)

    hand_over = take_over = post_update


class Stage:
    """The Slack room with writings."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.service, self.writings = FakeService(), FakeWritings()
        self.service.open()
        self.room = SlackRoom(
            service=self.service,
            settings=SlackSettings(
                bot_token=TOKEN, signing_secrets=(SECRET,), api_url=slack.url
            ),
            answerers=Answerers(writings=self.writings),
        )

    async def send(self, payload: Json) -> Any:
        request = signed(payload, self.service.clock)
        answer = await self.room.bolt.async_dispatch(request)
        return json.loads(answer.body) if answer.body else {}

    async def answered(self, added: Part) -> None:
        """Let the model answer, and what follows from it be done."""
        self.writings.added = added
        others = asyncio.all_tasks()
        for then in self.writings.waits:
            then(bool(added.rows))
        await asyncio.sleep(0)
        await asyncio.gather(*(asyncio.all_tasks() - others))

    def views(self, method: str) -> list[Json]:
        return [json.loads(json.dumps(one["view"])) for one in self.slack.calls[method]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


async def test_a_catch_up_is_there_at_once_and_what_a_model_adds_follows(
    stage: Stage,
) -> None:
    said = await stage.send(payloads.slash("catch-up"))
    assert said["response_type"] == "ephemeral"
    assert "what can be checked follows, if anything" in json.dumps(said)
    assert_slack_valid(said["blocks"])
    await stage.answered(AI)
    rows = list(stage.service.store.outbox.rows.values())
    assert "It ran 12 times" in json.dumps(rows[-1].blocks)


async def test_nothing_follows_when_a_model_has_nothing_to_add(stage: Stage) -> None:
    await stage.send(payloads.slash("catch-up"))
    await stage.answered(NO_AI)
    rows = stage.service.store.outbox.rows.values()
    assert not [one for one in rows if one.kind == "whisper"]


async def test_a_press_on_the_home_tab_opens_a_catch_up_and_it_grows(
    stage: Stage,
) -> None:
    await stage.send(payloads.click(CATCH_UP_BUTTON, "INC-0001"))
    (first,) = stage.views("views.open")
    assert_view_valid(first)
    assert "Who has what" in json.dumps(first)
    await stage.answered(AI)
    (second,) = stage.views("views.update")
    assert_view_valid(second)
    assert "It ran 12 times" in json.dumps(second)


async def test_a_form_keeps_its_draft_when_a_model_brings_something(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash("handover <@U0SECOND>"))
    (first,) = stage.views("views.open")
    await stage.answered(AI)
    (second,) = stage.views("views.update")
    blocks = [one for one in first["blocks"] if one["type"] == "input"]
    again = [one for one in second["blocks"] if one["type"] == "input"]
    assert again[: len(blocks)] == blocks
    assert again[-1]["block_id"] == "ai"
    assert second["private_metadata"].startswith("INC-0001|9|note:")


async def test_the_hint_goes_when_a_model_has_nothing_to_add(stage: Stage) -> None:
    await stage.send(payloads.slash("update"))
    await stage.answered(NO_AI)
    before, after = stage.views("views.open")[0], stage.views("views.update")[0]
    assert "A model is asked" in json.dumps(before)
    assert "A model is asked" not in json.dumps(after)


async def test_who_may_not_tell_is_told_why_and_sees_no_form(stage: Stage) -> None:
    stage.writings.refuses = True
    said = await stage.send(payloads.slash("update"))
    assert said["text"] == "Nothing was done: it is over. Rest."
    assert "views.open" not in stage.slack.calls


async def test_a_form_and_a_press_reach_the_service(stage: Stage) -> None:
    blank = await stage.send(payloads.submit(UPDATE_FORM, "INC-0001|-1|", {}))
    assert blank["response_action"] == "errors"
    to = {"selected_user": "U0SECOND"}
    values = {"note": "Watch it.", "person": to}
    await stage.send(payloads.submit(HANDOVER_FORM, "INC-0001|-1|", values))
    await stage.send(payloads.click("handover.take", "INC-0001", person="U0SECOND"))
    await stage.room.worker.step()
    form, press = stage.writings.asked
    assert form.to is not None
    assert (form.incident, form.to.id, form.fields) == (
        "INC-0001",
        "U0SECOND",
        {"note": "Watch it."},
    )
    assert (press.by.id, press.channel) == ("U0SECOND", "C0INCIDENTS")


async def test_without_writings_it_says_so(stage: Stage) -> None:
    settings = SlackSettings(
        bot_token=TOKEN, signing_secrets=(SECRET,), api_url=stage.slack.url
    )
    stage.room = SlackRoom(service=stage.service, settings=settings)
    said = await stage.send(payloads.slash("catch-up"))
    assert said["text"] == "Nothing was drafted: this bot drafts nothing."
