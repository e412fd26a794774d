"""From the menu to the last yes in the practice workspace, by people who press.

The workspace checks blocks, views, scopes and signatures as Slack does. The gate is
a fake; what it refuses and what it runs is tested elsewhere.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.responses import Response

from bot.slack import plan_words
from bot.slack.answerers import Answerers
from bot.slack.lines import SlackPresenter
from bot.slack.manifest import manifest
from bot.slack.plan_forms import GLASS_PREFIX
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate
from tests.fakes.service import FakeService
from tests.practice.stage import NOON, SECRET, TOKEN, Json, Stage
from tests.slack.plan_states import OFFER, OTHER_OFFER, T1, T2, VIEWS

pytestmark = pytest.mark.slow
PLAN = T2.plan.id
HERE = "C0INCIDENTS"
DRAW = SlackPresenter(proposing=True)


class Play:
    """The Slack room and the practice workspace, connected with each other."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.service = FakeService()
        self.service.clock = self.clock = FakeClock(NOON)
        self.gate = FakeGate(T2, offers=(OFFER, OTHER_OFFER))
        settings = SlackSettings(
            bot_token=TOKEN,
            signing_secrets=(SECRET,),
            api_url=f"{stage.url}/practice/api/",
        )
        self.room = SlackRoom(
            service=self.service, settings=settings, answerers=Answerers(gate=self.gate)
        )
        stage.answer = self._answer
        self.service.open()
        view = self.service.view("INC-0001")
        assert view is not None
        self.put(DRAW.card(view))

    async def _answer(self, _payload: Json) -> Response:
        got = self.stage.got[-1]
        headers: dict[str, Any] = dict(got.headers)
        request = AsyncBoltRequest(body=got.body, headers=headers)
        said = await self.room.bolt.async_dispatch(request)
        kind = said.first_headers().get("content-type", "text/plain")
        return Response(said.body, status_code=said.status, media_type=kind)

    def put(self, post: Any) -> None:
        """Let a message stand, or change it."""
        self.service.store.outbox.post(post, now=self.clock.now())

    def draw(self, plan: str = PLAN) -> None:
        """Draw a plan's card as it stands now, as the gate does."""
        view = self.gate.plans[plan]
        self.put(DRAW.plan(view, token=self.gate.token(plan)))

    async def settle(self) -> None:
        """Let the room read what came in and send what waits."""
        for _ in range(4):
            await self.room.worker.step()
            await self.room.sender.step()
            self.clock.go_on(2)
            self.stage.clock.pass_s(2)

    async def press(self, who: str, button: str, key: str) -> Json:
        """Let somebody press a button of the message under a key."""
        ts = self.service.store.outbox.ts_of(key)
        return await self.stage.do(who, "click", channel=HERE, ts=ts, button=button)

    async def told(self, who: str) -> str:
        """Return the last thing that only this person was told."""
        await self.settle()
        found = await self.stage.get(f"/people/{who}/ephemerals")
        return str(found["ephemerals"][-1]["text"])


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with Stage(settings={"manifest": manifest(url=None)}) as stage:
        made = Play(stage)
        made.draw()
        await made.settle()
        yield made


@pytest.mark.parametrize("name", VIEWS)
async def test_the_workspace_takes_every_plan_s_card(play: Play, name: str) -> None:
    view = replace(VIEWS[name], plan=replace(VIEWS[name].plan, id="pl_OTHER"))
    play.put(DRAW.plan(view, token="t"))  # noqa: S106 - of no plan
    await play.settle()
    assert play.service.store.outbox.rows["plan/pl_OTHER"].ts


async def test_an_action_is_proposed_from_the_incident_s_card(play: Play) -> None:
    menu = await play.press("U0ONCALL", "Propose action…", "card/INC-0001")
    assert menu["ok"], menu
    fields = await play.stage.do("U0ONCALL", "submit", values={"action": OFFER.title})
    assert fields["ok"], fields
    values = {"Which of the keys": "1", "reason": "the key leaked"}
    sent = await play.stage.do("U0ONCALL", "submit", values=values)
    assert sent["view"]["callback_id"] == "plan.recorded"
    assert (await play.told("U0ONCALL")).endswith("Its card is in the channel.")
    (given,) = play.gate.named("propose")
    assert given["params"] == {"user_name": "ci-bot", "key_number": "1"}
    assert given["by"].groups >= {"oncall", "approvers"}


async def test_a_second_person_reviews_types_and_confirms(play: Play) -> None:
    form = await play.press("U0SECOND", "Review and confirm", f"plan/{PLAN}")
    assert form["view"]["callback_id"] == "plan.review"
    wrong = await play.stage.do("U0SECOND", "submit", values={"typed_name": "ci"})
    assert wrong["ack"]["errors"] == {"typed_name": plan_words.TYPE_EXACTLY}
    right = await play.stage.do("U0SECOND", "submit", values={"typed_name": "ci-bot"})
    assert right["ack"]["response_action"] == "update"
    assert "your yes is recorded" in await play.told("U0SECOND")
    (given,) = play.gate.named("approve")
    ts = play.service.store.outbox.ts_of(f"plan/{PLAN}")
    assert (given["click"].message, given["click"].channel) == (ts, HERE)
    assert given["click"].mac_ok
    assert play.gate.messages == [(PLAN, ts)]
    assert (given["by"].in_channel, given["by"].channel_shared) == (True, False)


async def test_the_edited_card_offers_what_the_next_stage_allows(play: Play) -> None:
    await play.press("U0SECOND", "Review and confirm", f"plan/{PLAN}")
    await play.stage.do("U0SECOND", "submit", values={"typed_name": "ci-bot"})
    await play.settle()
    play.draw()
    await play.settle()
    late = await play.press("U0LEAD", "Review and confirm", f"plan/{PLAN}")
    assert (late["status"], late["offered"]) == (409, ["Stop"])
    assert (await play.press("U0LEAD", "Stop", f"plan/{PLAN}"))["ok"]
    assert "stopped" in await play.told("U0LEAD")


async def test_a_no_needs_a_reason(play: Play) -> None:
    await play.press("U0SECOND", "Reject", f"plan/{PLAN}")
    none = await play.stage.do("U0SECOND", "submit", values={})
    assert none["error"] == "missing_value"
    await play.stage.do("U0SECOND", "submit", values={"reason": "it serves people"})
    assert (await play.told("U0SECOND")).endswith("rejected.")


@pytest.mark.parametrize("who", ["U0GUEST", "U0EXTERNAL"])
async def test_a_visitor_s_press_opens_nothing_and_says_why(
    play: Play, who: str
) -> None:
    done = await play.press(who, "Review and confirm", f"plan/{PLAN}")
    assert "view" not in done
    assert "do not decide" in await play.told(who)


async def test_a_forged_value_opens_nothing(play: Play) -> None:
    ts = play.service.store.outbox.ts_of(f"plan/{PLAN}")
    forged = {"channel": HERE, "ts": ts, "action_id": "plan.review"}
    done = await play.stage.do("U0SECOND", "click", **forged, raw_value=f"{PLAN}.x")
    assert "view" not in done
    assert await play.told("U0SECOND") == plan_words.NOT_OURS


async def test_the_glass_is_broken_from_the_command(play: Play) -> None:
    play.gate.put(T1)
    text = f"/incident break-glass {PLAN}"
    form = await play.stage.do("U0ONCALL", "command", channel=HERE, text=text)
    assert form["view"]["callback_id"] == "plan.break_glass"
    phrase = f"{GLASS_PREFIX} {T1.plan.phrase}"
    values = {"typed_name": phrase, "reason": "nobody else is awake right now"}
    await play.stage.do("U0ONCALL", "submit", values=values)
    assert "the glass is broken" in await play.told("U0ONCALL")


async def test_what_happened_is_said_with_a_choice(play: Play) -> None:
    play.gate.put(VIEWS["indeterminate"])
    play.draw()
    await play.settle()
    await play.press("U0LEAD", "Say what happened", f"plan/{PLAN}")
    values = {"happened": "It did not happen", "reason": "CloudTrail shows no call"}
    await play.stage.do("U0LEAD", "submit", values=values)
    assert "recorded" in await play.told("U0LEAD")
    assert play.gate.named("reconcile")[0]["committed"] is False


async def test_everything_is_stopped_with_one_line(play: Play) -> None:
    await play.stage.do("U0LEAD", "command", channel=HERE, text="/incident stop-all")
    assert (await play.told("U0LEAD")).startswith("Everything is stopped")
    plans = await play.stage.do("U0LEAD", "command", channel=HERE, text="/inc plans")
    assert PLAN in str(plans["ack"])
