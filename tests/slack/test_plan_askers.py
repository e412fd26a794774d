"""Who asks the gate: groups, channel and person, fresh, and closed on failure."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.commands import PersonKind
from bot.gate.admin_door import is_admin
from bot.ports.gate import People as PeoplePort
from bot.slack.askers import Askers
from bot.slack.clients import read_client
from bot.slack.identity import Identity
from bot.slack.people import People
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.slack import FakeSlack

pytestmark = pytest.mark.slow
HERE = "C0INCIDENTS"


class Stage:
    """Askers between a fake Slack and a test."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.clock = FakeClock()
        reader = read_client("xox" + "b-fake", base_url=slack.url)
        identity = Identity(reader=reader)
        people = People(reader=reader, identity=identity, clock=self.clock)
        self.askers = Askers(reader=reader, people=people, clock=self.clock)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


async def test_somebody_is_known_with_groups_channel_and_time(stage: Stage) -> None:
    found = await stage.askers.now("U0SECOND", HERE, team="T0TEAM")
    assert (found.person.id, found.person.kind) == ("U0SECOND", PersonKind.MEMBER)
    assert found.groups == {"oncall", "approvers", "S0", "S1"}
    assert (found.in_channel, found.channel_shared) == (True, False)
    assert found.read_at == NOON


async def test_who_is_in_no_group_and_not_in_the_channel_is_told_apart(
    stage: Stage,
) -> None:
    stage.slack.members[HERE] = ["U0SECOND"]
    found = await stage.askers.now("U0GUEST", HERE)
    assert (found.groups, found.in_channel) == (frozenset(), False)
    assert found.groups_read
    assert found.person.kind is PersonKind.GUEST


async def test_a_foreign_team_in_the_payload_makes_a_member_external(
    stage: Stage,
) -> None:
    found = await stage.askers.now("U0SECOND", HERE, team="T0OTHER")
    assert found.person.kind is PersonKind.EXTERNAL


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
async def test_a_channel_shared_with_others_is_seen(stage: Stage, flag: str) -> None:
    stage.slack.channels[HERE] = {"is_member": True, flag: True}
    assert (await stage.askers.now("U0SECOND", HERE)).channel_shared


async def test_a_large_channel_is_read_to_the_end(stage: Stage) -> None:
    stage.slack.page_size = 2
    assert (await stage.askers.now("U0BOT2", HERE)).in_channel
    assert stage.slack.counts["conversations.members"] > 1


async def test_answers_are_kept_for_twenty_seconds_and_say_how_old_they_are(
    stage: Stage,
) -> None:
    await stage.askers.now("U0SECOND", HERE)
    stage.slack.groups["approvers"] = []
    stage.clock.go_on(19)
    kept = await stage.askers.now("U0SECOND", HERE)
    assert ("approvers" in kept.groups, kept.read_at) == (True, NOON)
    stage.clock.go_on(1)
    anew = await stage.askers.now("U0SECOND", HERE)
    assert ("approvers" in anew.groups, anew.read_at) == (
        False,
        NOON + timedelta(seconds=20),
    )


@pytest.mark.parametrize("fault", ["missing_scope", "text", "429:3600"])
async def test_what_slack_does_not_answer_counts_as_the_worst(
    stage: Stage, fault: str
) -> None:
    methods = ["users.info", "usergroups.list"]
    methods += ["conversations.members", "conversations.info"]
    for method in methods:
        stage.slack.faults[method] += [fault] * 3
    found = await stage.askers.now("U0SECOND", HERE)
    assert found.person.kind is PersonKind.UNKNOWN
    assert (found.groups, found.groups_read) == (frozenset(), False)
    assert not found.in_channel
    assert found.channel_shared
    for method in methods:
        stage.slack.faults[method].clear()
    stage.clock.go_on(6)
    assert (await stage.askers.now("U0SECOND", HERE)).in_channel


async def test_an_unknown_channel_has_nobody_in_it(stage: Stage) -> None:
    found = await stage.askers.now("U0SECOND", "C0NOWHERE")
    assert (found.in_channel, found.channel_shared) == (False, True)


async def test_for_a_claim_everything_is_read_again(stage: Stage) -> None:
    port: PeoplePort = stage.askers
    stage.askers.bind(asyncio.get_running_loop())
    before = await asyncio.to_thread(port.asker, "U0SECOND", HERE)
    stage.slack.groups["approvers"] = []
    after = await asyncio.to_thread(port.asker, "U0SECOND", HERE)
    assert ("approvers" in before.groups, "approvers" in after.groups) == (True, False)
    assert stage.slack.counts["users.info"] == 2


async def test_what_was_read_while_the_clock_was_ahead_is_read_again(
    stage: Stage,
) -> None:
    """Otherwise a right that was lost meanwhile lives on until the clock is there."""
    stage.clock.go_on(3600)
    await stage.askers.now("U0SECOND", HERE)
    stage.clock.go_on(-3600)
    stage.slack.groups["approvers"] = []
    stage.slack.members[HERE] = []
    for within in (timedelta(0), timedelta(seconds=20)):
        found = await stage.askers.now("U0SECOND", HERE, within=within)
        assert ("approvers" in found.groups, found.in_channel) == (False, False)
    assert stage.slack.counts["users.info"] == 2


@pytest.mark.parametrize("name", ["admin", "tocsin", "", "U0ONCALL "])
async def test_whoever_is_called_like_nobody_of_slack_is_nobody(
    stage: Stage, name: str
) -> None:
    found = await stage.askers.now(name, HERE, team="T0TEAM")
    assert (found.person.id, found.person.kind) == ("", PersonKind.UNKNOWN)
    assert not is_admin(found)


async def test_when_the_room_does_not_run_nobody_is_known(stage: Stage) -> None:
    found = await asyncio.to_thread(stage.askers.asker, "U0SECOND", HERE)
    assert found.person.kind is PersonKind.UNKNOWN
    assert (found.groups, found.groups_read) == (frozenset(), False)
    assert not found.in_channel
    assert found.channel_shared
