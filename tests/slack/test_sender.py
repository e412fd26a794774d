"""From the outbox to Slack: paced, in order, and never blindly twice.

Slack is a very small one on loopback that can drop a connection before or after
it has done what was asked; the clock is ours.
"""

from collections.abc import AsyncIterator

import pytest

from bot.ports import Post, Whisper
from bot.slack.calls import Calls, message_id
from bot.slack.clients import read_client, write_client
from bot.slack.identity import Identity
from bot.slack.reconcile import Reconciler
from bot.slack.rich import BROADCAST, rich_text, section
from bot.slack.sender import Sender
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import Row
from tests.fakes.redactor import FakeRedactor
from tests.fakes.slack import FakeSlack
from tests.fakes.store import FakeStore

pytestmark = pytest.mark.slow
BLOCKS = (rich_text("facts", section(["It happened."])),)


class Stage:
    """A sender between an outbox in memory and a fake Slack."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.clock = FakeClock()
        self.store = FakeStore()
        self.sender = self.restarted()

    def restarted(self) -> Sender:
        """Return a sender that remembers nothing."""
        token = "xox" + "b-of-a-fake-workspace"
        reader = read_client(token, base_url=self.slack.url)
        identity = Identity(reader=reader)
        self.sender = Sender(
            store=self.store,
            clock=self.clock,
            calls=Calls(write_client(token, base_url=self.slack.url), FakeRedactor()),
            reconciler=Reconciler(reader=reader, identity=identity),
        )
        return self.sender

    def post(
        self, key: str, text: str = "said", *, channel: str = "C1", thread: str = ""
    ) -> None:
        """Put a message into the outbox."""
        post = Post(key=key, channel=channel, text=text, blocks=BLOCKS, thread=thread)
        self.store.outbox.post(post, now=self.clock.now())

    def whisper(self, key: str, *, channel: str = "C1") -> None:
        """Put a message for one person into the outbox."""
        until = self.clock.now()
        self.clock.go_on(-600)
        whisper = Whisper(
            key=key, channel=channel, person="U0ONCALL", text="psst", expires_at=until
        )
        self.store.outbox.whisper(whisper, now=self.clock.now())

    async def steps(self, count: int, *, each_s: float = 1) -> None:
        """Let the sender work for a while."""
        for _ in range(count):
            await self.sender.step()
            self.clock.go_on(each_s)

    def row(self, key: str) -> Row:
        """Return a row of the outbox."""
        return self.store.outbox.rows[key]

    def said(self) -> list[str]:
        """Return the texts that stand in Slack, in order."""
        return [str(message["text"]) for message in self.slack.messages]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


async def test_a_message_is_sent_with_everything_that_keeps_it_safe(
    stage: Stage,
) -> None:
    stage.post("card/INC-0001")
    await stage.sender.step()
    (sent,) = stage.slack.calls["chat.postMessage"]
    assert sent["blocks"] == [dict(BLOCKS[0])]
    assert (sent["parse"], sent["link_names"]) == ("none", False)
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    hung = {"id": message_id("card/INC-0001"), "v": 1}
    assert sent["metadata"] == {"event_type": "tocsin_message", "event_payload": hung}
    assert stage.row("card/INC-0001").ts == stage.slack.messages[0]["ts"]
    assert stage.store.outbox.waiting() == 0


async def test_an_edit_brings_text_and_blocks(stage: Stage) -> None:
    stage.post("card/1", "first")
    await stage.sender.step()
    stage.post("card/1", "second")
    await stage.steps(3)
    (edit,) = stage.slack.calls["chat.update"]
    assert (edit["text"], edit["blocks"]) == ("second", [dict(BLOCKS[0])])
    assert edit["metadata"]["event_payload"]["v"] == 2
    assert stage.said() == ["second"]


async def test_a_thread_waits_for_its_parent(stage: Stage) -> None:
    stage.post("line/1", "reply", thread="card/1")
    await stage.steps(2)
    assert stage.slack.counts["chat.postMessage"] == 0
    stage.post("card/1", "card")
    await stage.steps(3)
    assert stage.said() == ["card", "reply"]
    assert stage.slack.messages[1]["thread_ts"] == stage.slack.messages[0]["ts"]
    assert stage.slack.messages[1]["reply_broadcast"] is False


async def test_a_line_for_everybody_is_shown_in_the_channel_too(stage: Stage) -> None:
    stage.post("card/1", "card")
    await stage.sender.step()
    loud = Post(
        key="line/1",
        channel="C1",
        text="nobody has acknowledged",
        blocks=(rich_text(BROADCAST, section(["x"])),),
        thread="card/1",
    )
    stage.store.outbox.post(loud, now=stage.clock.now())
    await stage.steps(2)
    assert stage.slack.messages[1]["reply_broadcast"] is True


async def test_a_channel_gets_one_message_a_second_in_order(stage: Stage) -> None:
    for n in range(6):
        stage.post(f"line/{n}", str(n))
    await stage.sender.step()
    assert stage.said() == ["0", "1"]
    for n in range(2, 6):
        stage.clock.go_on(1)
        await stage.sender.step()
        assert len(stage.said()) == n + 1
    assert stage.said() == ["0", "1", "2", "3", "4", "5"]


async def test_channels_do_not_wait_for_each_other(stage: Stage) -> None:
    for n in range(8):
        stage.post(f"line/{n}", channel=f"C{n}")
    await stage.sender.step()
    assert len(stage.said()) == 8


async def test_edits_of_one_message_are_two_seconds_apart_and_the_last_wins(
    stage: Stage,
) -> None:
    stage.post("card/1", "0")
    await stage.sender.step()
    for n in range(1, 9):
        stage.post("card/1", str(n))
        await stage.sender.step()
        stage.clock.go_on(0.5)
    await stage.steps(3)
    assert stage.said() == ["8"]
    assert stage.slack.counts["chat.update"] <= 3


async def test_the_workspace_sees_at_most_fifty_edits_a_minute(stage: Stage) -> None:
    for n in range(30):
        stage.post(f"card/{n}", channel=f"C{n}")
    await stage.steps(3)
    stage.clock.go_on(60)
    for second in range(60):
        for n in range(30):
            stage.post(f"card/{n}", f"{second}", channel=f"C{n}")
        await stage.steps(2, each_s=0.5)
    assert 40 <= stage.slack.counts["chat.update"] <= 50


async def test_a_connection_dropped_after_the_post_does_not_repeat_it(
    stage: Stage,
) -> None:
    stage.slack.faults["chat.postMessage"].append("drop_after")
    stage.post("card/1")
    await stage.sender.step()
    assert stage.row("card/1").in_doubt
    assert stage.slack.counts["chat.postMessage"] == 1
    await stage.steps(3)
    assert stage.slack.counts["chat.postMessage"] == 1
    assert stage.row("card/1").ts == stage.slack.messages[0]["ts"]


async def test_a_reply_in_doubt_is_looked_for_in_its_thread(stage: Stage) -> None:
    stage.post("card/1")
    await stage.sender.step()
    stage.slack.faults["chat.postMessage"].append("drop_after")
    stage.post("line/1", "reply", thread="card/1")
    await stage.steps(5)
    assert stage.said() == ["said", "reply"]
    assert stage.slack.counts["conversations.replies"] == 1
    assert stage.store.outbox.waiting() == 0


async def test_a_connection_dropped_before_the_post_is_looked_into_and_repeated(
    stage: Stage,
) -> None:
    stage.slack.faults["chat.postMessage"].append("drop_before")
    stage.post("card/1")
    await stage.steps(4)
    assert stage.said() == ["said"]
    assert stage.slack.counts["conversations.history"] == 1


async def test_what_changed_while_in_doubt_becomes_an_edit(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"].append("drop_after")
    stage.post("card/1", "old")
    await stage.sender.step()
    stage.post("card/1", "new")
    await stage.steps(6)
    assert stage.said() == ["new"]
    assert stage.slack.counts["chat.postMessage"] == 1


async def test_a_sender_that_died_after_the_post_finds_its_message(
    stage: Stage,
) -> None:
    stage.post("card/1")
    row = stage.row("card/1")
    await stage.sender.step()
    # As if it had been killed before it could tell the outbox.
    row.sent_rev, row.ts, row.leased_until = 0, "", stage.clock.now()
    stage.restarted()
    await stage.steps(2)
    assert stage.said() == ["said"]
    assert row.ts == stage.slack.messages[0]["ts"]


async def test_a_message_of_somebody_else_is_not_taken_for_ours(stage: Stage) -> None:
    forged = {
        "event_type": "tocsin_message",
        "event_payload": {"id": message_id("card/1"), "v": 1},
    }
    stage.slack.messages.append(
        {"ts": "1777896000.9", "channel": "C1", "bot_id": "B0OTHER", "metadata": forged}
    )
    stage.slack.faults["chat.postMessage"].append("drop_before")
    stage.post("card/1")
    await stage.steps(4)
    assert stage.row("card/1").ts != "1777896000.9"


async def test_without_the_history_scope_a_message_may_stand_twice(
    stage: Stage,
) -> None:
    stage.slack.missing_scope = True
    stage.slack.faults["chat.postMessage"].append("drop_after")
    stage.post("card/1")
    await stage.steps(4)
    assert stage.said() == ["said", "said"]
    stage.slack.faults["chat.postMessage"].append("drop_after")
    stage.post("card/2")
    await stage.steps(4)
    assert stage.slack.counts["conversations.history"] == 1


async def test_slack_s_wish_to_wait_is_obeyed(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"].append("429:7")
    stage.post("card/1")
    stage.post("card/2")
    await stage.sender.step()
    stage.post("card/3")
    stage.post("card/4", channel="C2")
    await stage.sender.step()
    stage.clock.go_on(6)
    await stage.sender.step()
    assert [one["channel"] for one in stage.slack.messages] == ["C2"]
    stage.clock.go_on(1)
    await stage.steps(5)
    assert len(stage.said()) == 4


async def test_a_wish_to_wait_long_is_obeyed_for_thirty_seconds(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"].append("429:3600")
    stage.post("card/1")
    await stage.sender.step()
    assert stage.row("card/1").because == "ratelimited"
    stage.clock.go_on(30)
    await stage.sender.step()
    assert stage.said() == ["said"]


@pytest.mark.parametrize("fault", ["500", "text", "fatal_error", "internal_error"])
async def test_an_answer_that_says_nothing_leaves_the_message_in_doubt(
    stage: Stage, fault: str
) -> None:
    stage.slack.faults["chat.postMessage"].append(fault)
    stage.post("card/1")
    await stage.sender.step()
    assert stage.row("card/1").in_doubt
    await stage.steps(4)
    assert stage.said() == ["said"]


async def test_an_unreachable_slack_leaves_no_doubt(stage: Stage) -> None:
    right, stage.slack.url = stage.slack.url, "http://127.0.0.1:9/api/"
    stage.restarted()
    stage.post("card/1")
    await stage.sender.step()
    assert stage.row("card/1").because == "unreachable"
    assert not stage.row("card/1").in_doubt
    stage.slack.url = right
    stage.restarted()
    await stage.steps(3)
    assert stage.said() == ["said"]


async def test_blocks_that_slack_refuses_are_left_out_once(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"].append("invalid_blocks")
    stage.post("card/1")
    await stage.sender.step()
    assert "blocks" not in stage.slack.messages[0]
    assert stage.said() == ["said"]


async def test_text_that_slack_refuses_too_is_given_up(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"] += ["invalid_blocks", "invalid_blocks"]
    stage.post("card/1")
    await stage.steps(3)
    assert stage.row("card/1").given_up
    assert stage.slack.counts["chat.postMessage"] == 2


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "msg_too_long"])
async def test_what_can_never_be_sent_is_given_up_with_its_reason(
    stage: Stage, code: str
) -> None:
    stage.slack.faults["chat.postMessage"].append(code)
    stage.post("card/1")
    stage.post("card/2", "other")
    await stage.steps(3)
    assert (stage.row("card/1").given_up, stage.row("card/1").because) == (True, code)
    assert stage.said() == ["other"]


async def test_an_error_nobody_knows_is_given_up_after_five_tries(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"] += ["brand_new_error"] * 9
    stage.post("card/1")
    await stage.steps(9, each_s=31)
    assert stage.row("card/1").given_up
    assert stage.slack.counts["chat.postMessage"] == 5


async def test_a_revoked_token_keeps_the_messages_for_later(stage: Stage) -> None:
    stage.slack.faults["chat.postMessage"] += ["token_revoked"] * 8
    stage.post("card/1")
    await stage.steps(9, each_s=31)
    assert stage.said() == ["said"]


async def test_a_message_that_was_deleted_is_posted_anew(stage: Stage) -> None:
    stage.post("card/1", "first")
    await stage.sender.step()
    stage.slack.messages.clear()
    stage.post("card/1", "second")
    await stage.steps(3)
    assert stage.said() == ["second"]
    assert stage.row("card/1").ts == stage.slack.messages[0]["ts"]


async def test_a_whisper_goes_to_its_person(stage: Stage) -> None:
    stage.whisper("whisper/1")
    await stage.sender.step()
    (sent,) = stage.slack.calls["chat.postEphemeral"]
    assert (sent["channel"], sent["user"], sent["text"]) == ("C1", "U0ONCALL", "psst")
    assert (sent["parse"], sent["link_names"]) == ("none", False)


@pytest.mark.parametrize("code", ["user_not_in_channel", "not_in_channel"])
async def test_a_whisper_with_no_place_in_the_channel_becomes_a_direct_message(
    stage: Stage, code: str
) -> None:
    stage.slack.faults["chat.postEphemeral"].append(code)
    stage.whisper("whisper/1")
    await stage.sender.step()
    assert stage.slack.messages[0]["channel"] == "U0ONCALL"


async def test_a_whisper_that_is_too_late_is_not_sent(stage: Stage) -> None:
    stage.whisper("whisper/1")
    stage.clock.go_on(601)
    await stage.sender.step()
    assert stage.slack.counts["chat.postEphemeral"] == 0
    assert stage.row("whisper/1").because == "expired"


async def test_whispers_do_not_wait_behind_a_busy_channel(stage: Stage) -> None:
    for n in range(5):
        stage.post(f"line/{n}")
    stage.whisper("whisper/1")
    await stage.sender.step()
    assert stage.slack.counts["chat.postEphemeral"] == 1


async def test_an_empty_outbox_costs_no_call(stage: Stage) -> None:
    assert await stage.sender.step() == 0
    assert stage.slack.calls == {}
