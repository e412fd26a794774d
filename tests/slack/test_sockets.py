"""Socket Mode against the practice workspace: bad days lose nothing, repeat nothing.

What was kept is counted in the inbox, what was done in the commands; no log is read.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any

import pytest

from bot.ports import Lane, Received
from bot.practice.settings import SlackError
from bot.slack.clients import write_client
from bot.slack.lines import SlackPresenter
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from bot.slack.socket_line import Pace
from bot.slack.sockets import Sockets
from tests.fakes.clock import FakeClock
from tests.fakes.service import FakeService
from tests.practice.stage import APP_TOKEN, NOON, TOKEN, Json, Stage
from tests.slack.payloads import click, slash

pytestmark = pytest.mark.slow
OPEN, SHOWN = "apps.connections.open", "views.publish"
HERE = {"channel": "C0INCIDENTS"}
FIRST: Json = slash("ack")
QUICK = Pace(
    look_s=0.01,
    first_wait_s=0.01,
    longest_wait_s=0.05,
    refused_wait_s=0.05,
    short_life_s=0.0,
)


class Seconds:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Play:
    """The Slack room, connected with the practice workspace by sockets."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.service = FakeService()
        self.service.clock = FakeClock(NOON)
        self.service.open()
        api_url = f"{stage.url}/practice/api/"
        settings = SlackSettings(
            bot_token=TOKEN, signing_secrets=(), app_token=APP_TOKEN, api_url=api_url
        )
        self.room = SlackRoom(service=self.service, settings=settings)
        self.seconds = Seconds()
        self.sockets = Sockets(
            self.room.bolt,
            client=write_client(APP_TOKEN, base_url=api_url),
            number=2,
            pace=QUICK,
            monotonic=self.seconds,
        )
        self.stop = asyncio.Event()
        self.running = asyncio.create_task(self.sockets.run_until(self.stop))

    async def ready(self) -> None:
        assert await self.sockets.connected(within_s=10)

    async def end(self) -> None:
        self.stop.set()
        await self.running

    async def fault(self, **rule: Any) -> None:
        url = f"{self.stage.url}/practice/faults"
        rules = [{"method": "socket", **rule}] if rule else []
        async with self.stage.http.post(url, json=rules) as answer:
            assert answer.status == 200

    def kept(self) -> int:
        """Return how many requests lie in the inbox."""
        return sum(self.service.store.inbox.counts(Lane.SLACK).values())

    async def calls(self, method: str) -> int:
        """Return how often a method of the Web API was called."""
        calls = (await self.stage.get("/faults"))["calls"]
        return int(calls.get(method, 0))

    async def called(self, method: str, times: int) -> None:
        """Wait until a method was called so often."""
        async with asyncio.timeout(10):
            while await self.calls(method) < times:  # noqa: ASYNC110 - no bell for this
                await asyncio.sleep(0.01)

    async def card(self) -> str:
        """Post the incident's card; return its timestamp."""
        view = self.service.view("INC-0001")
        assert view is not None
        card = SlackPresenter().card(view)
        return await self.stage.say(card.text, blocks=list(card.blocks))

    async def ack(self) -> Json:
        """Let a person acknowledge: a command, which Slack does not send again."""
        return await self.stage.do("U0ONCALL", "command", **HERE, text="/incident ack")

    async def home(self) -> Json:
        """Let a person open the Home tab: an event, which Slack sends again."""
        return await self.stage.do("U0ONCALL", "home")

    async def shown_after_a_minute(self) -> int:
        """Let the retry of a minute later come; return how often Home was shown."""
        self.stage.clock.pass_s(61)
        await self.called(SHOWN, 1)
        return await self.calls(SHOWN)


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    settings = {"transport": "socket", "ack_timeout_s": 1.0}
    async with Stage(settings=settings) as stage:
        play = Play(stage)
        await play.ready()
        try:
            yield play
        finally:
            await play.end()


async def test_a_command_is_kept_before_its_envelope_is_acked(play: Play) -> None:
    done = await play.ack()
    assert done["ok"]
    assert done["ack_ms"] is not None
    assert play.kept() == 1


async def test_an_event_is_taken_once(play: Play) -> None:
    assert (await play.home())["ok"]
    assert await play.calls(SHOWN) == 1


async def test_a_command_is_answered_in_the_ack(play: Play) -> None:
    done = await play.stage.do("U0LEAD", "command", **HERE, text="/incident help")
    assert "/incident list" in done["ack"]["text"]
    assert [one["text"] for one in done["ephemerals"]] == [done["ack"]["text"]]


async def test_a_person_of_another_workspace_is_refused_as_over_http(
    play: Play,
) -> None:
    forged = {"forge": True, "payload": {"team_id": "T0OTHER"}}
    done = await play.stage.do(
        "U0EXTERNAL", "command", **HERE, text="/incident ack", **forged
    )
    assert "workspace" in done["ack"]["text"]
    assert play.kept() == 0


async def test_a_copy_on_the_other_connection_is_acked_and_handled_once(
    play: Play,
) -> None:
    await play.fault(kind="duplicate", times=2)
    assert (await play.home())["ok"]
    assert (await play.ack())["ok"]
    await play.room.worker.step()
    assert await play.calls(SHOWN) == 1
    assert play.kept() == 1
    assert len(play.service.commands) == 1


async def test_what_slack_sends_again_is_acked_and_kept_once(play: Play) -> None:
    await play.ack()
    deliver = play.stage.space.deliver
    payload = {**FIRST, "trigger_id": "1.2"}
    for attempt in range(3):
        retry = {"num": attempt, "reason": "timeout"} if attempt else {}
        await deliver("slash_commands", payload, retry)
    assert play.kept() == 2


async def test_a_copy_of_a_press_opens_its_form_once(play: Play) -> None:
    ts = await play.card()
    await play.fault(kind="duplicate")
    press = {"action_id": "incident.more", "value": "note|INC-0001"}
    done = await play.stage.do("U0ONCALL", "click", **HERE, ts=ts, **press)
    assert done["ok"], done
    assert "view" in done
    assert await play.calls("views.open") == 1


async def test_an_event_whose_ack_was_lost_comes_again_and_counts_once(
    play: Play,
) -> None:
    await play.fault(kind="cut_after")
    await play.home()
    assert await play.shown_after_a_minute() == 1
    await play.ready()
    assert (await play.home())["ok"]
    assert await play.calls(SHOWN) == 2


async def test_a_press_cut_in_the_middle_takes_effect_once_or_not_at_all(
    play: Play,
) -> None:
    await play.fault(kind="cut_after")
    assert (await play.ack())["error"] == "dispatch_failed"
    await play.ready()
    await play.room.worker.step()
    assert play.kept() <= 1
    assert len(play.service.commands) == play.kept()


async def test_both_connections_cut_at_once_lose_no_event(play: Play) -> None:
    await play.fault(kind="cut")
    await play.home()
    await play.called(OPEN, 4)
    await play.ready()
    assert await play.shown_after_a_minute() == 1


async def test_server_errors_of_connections_open_are_waited_out(play: Play) -> None:
    url = f"{play.stage.url}/practice/faults"
    rules = [
        {"method": "socket", "kind": "cut"},
        {
            "method": "apps.connections.open",
            "kind": "error",
            "status": 500,
            "times": 12,
        },
    ]
    async with play.stage.http.post(url, json=rules) as answer:
        assert answer.status == 200
    await play.home()
    await play.called(OPEN, 2 + 12 + 2)
    await play.ready()
    assert await play.shown_after_a_minute() == 1


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_refresh_makes_the_new_connection_before_the_old_one_ends(
    play: Play, reason: str
) -> None:
    await play.fault(kind="disconnect", error=reason)
    links, before = play.stage.space.sockets.links, set(play.stage.space.sockets.links)
    assert (await play.home())["ok"]
    async with asyncio.timeout(10):
        while before & set(links):
            assert len(links) >= 2
            await asyncio.sleep(0)
    await play.ready()
    assert (await play.home())["ok"]
    assert await play.calls(SHOWN) == 2
    assert await play.calls(OPEN) == 4


@pytest.mark.parametrize("reason", ["too_many_websockets", "link_disabled"])
async def test_a_connection_that_must_go_goes_before_the_next_one(
    play: Play, reason: str
) -> None:
    await play.fault(kind="disconnect", error=reason)
    links, before = play.stage.space.sockets.links, set(play.stage.space.sockets.links)
    await play.home()
    async with asyncio.timeout(10):
        while before & set(links) or len(links) < 2:
            assert len(links) <= 2
            await asyncio.sleep(0)
    await play.ready()


async def test_a_connection_that_goes_silent_is_replaced(play: Play) -> None:
    before = set(play.stage.space.sockets.links)
    async with asyncio.timeout(10):
        while before & set(play.stage.space.sockets.links):
            play.seconds.now += 4 * QUICK.ping_s + 1
            await asyncio.sleep(0.02)
    await play.ready()
    assert (await play.home())["ok"]


async def test_what_could_not_be_kept_is_not_acked(play: Play) -> None:
    kept = play.service.accept
    full: Future[tuple[str, bool]] = Future()
    full.set_exception(OSError("the disk is full"))
    play.service.accept = lambda received: full  # type: ignore[method-assign]
    press = {**HERE, "ts": await play.card(), "action_id": "incident.ack"}
    done = await play.stage.do("U0ONCALL", "click", **press)
    assert done["error"] == "operation_timeout"
    assert play.kept() == 0
    play.service.accept = kept  # type: ignore[method-assign]
    assert (await play.stage.do("U0ONCALL", "click", **press))["ok"]
    assert play.kept() == 1


async def test_what_failed_is_tried_again_when_slack_sends_it_again(
    play: Play,
) -> None:
    kept = play.service.accept
    full: Future[tuple[str, bool]] = Future()
    full.set_exception(OSError("the disk is full"))
    play.service.accept = lambda received: full  # type: ignore[method-assign]
    payload = click("incident.ack", "INC-0001")
    with pytest.raises(SlackError, match="operation_timeout"):
        await play.stage.space.deliver("interactive", payload, {})
    play.service.accept = kept  # type: ignore[method-assign]
    again = {"num": 1, "reason": "timeout"}
    await play.stage.space.deliver("interactive", payload, again)
    assert play.kept() == 1


async def test_what_has_arrived_is_answered_before_the_end(play: Play) -> None:
    asked = asyncio.Event()
    begun: Future[tuple[str, bool]] = Future()
    real = play.service.accept
    items: list[Received] = []

    def slow(received: Received) -> Future[tuple[str, bool]]:
        items.append(received)
        asked.set()
        return begun

    play.service.accept = slow  # type: ignore[method-assign]
    pressed = asyncio.create_task(play.ack())
    await asked.wait()
    play.stop.set()
    await asyncio.sleep(0)
    begun.set_result(real(items[0]).result())
    assert (await pressed)["ok"]
    await play.running
    assert play.stage.space.sockets.links == {}
    assert play.kept() == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "no json",
        "[1]",
        "{",
        '{"type": "hello"}',
        '{"type": "events_api", "envelope_id": "1", "payload": 7}',
        '{"type": "events_api", "envelope_id": "2", "payload": {}}',
        '{"type": "interactive", "envelope_id": "3", "payload": {"type": "x"}}',
        '{"type": "options", "envelope_id": "4", "payload": {"type": "x"}}',
        '{"type": "disconnect"}',
        "x" * 2_000_000,
    ],
)
async def test_rubbish_on_a_connection_ends_nothing(play: Play, rubbish: str) -> None:
    for link in list(play.stage.space.sockets.links):
        await link.send_text(rubbish)
    await play.ready()
    assert (await play.ack())["ok"]
    assert play.kept() == 1
