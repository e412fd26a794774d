"""Who a person is: asked of Slack, remembered for a minute, closed on failure."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.commands import PersonKind
from bot.slack.channel import complaint
from bot.slack.clients import read_client
from bot.slack.identity import Identity
from bot.slack.people import People, kind_of
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack

pytestmark = pytest.mark.slow


class Stage:
    """People looked up in a fake Slack."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.clock = FakeClock()
        reader = read_client("xox" + "b-fake", base_url=slack.url)
        identity = Identity(reader=reader)
        self.people = People(reader=reader, identity=identity, clock=self.clock)

    async def kind(self, person: str, team: str = "") -> PersonKind:
        """Return what a person is."""
        return (await self.people.person(person, team=team)).kind


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        yield Stage(slack)


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        ("U0ONCALL", PersonKind.MEMBER),
        ("U0GUEST", PersonKind.GUEST),
        ("U0ULTRA", PersonKind.GUEST),
        ("U0EXTERNAL", PersonKind.EXTERNAL),
        ("U0STRANGER", PersonKind.EXTERNAL),
        ("U0GONE", PersonKind.DEACTIVATED),
        ("U0BOT2", PersonKind.BOT),
        ("U0NOBODY", PersonKind.UNKNOWN),
    ],
)
async def test_slack_s_flags_say_what_a_person_is(
    stage: Stage, person: str, kind: PersonKind
) -> None:
    assert await stage.kind(person) is kind


async def test_a_foreign_team_in_the_payload_makes_a_member_external(
    stage: Stage,
) -> None:
    assert await stage.kind("U0ONCALL", "T0OTHER") is PersonKind.EXTERNAL
    assert await stage.kind("U0ONCALL", "T0TEAM") is PersonKind.MEMBER


async def test_an_answer_is_kept_for_a_minute_and_no_longer(stage: Stage) -> None:
    await stage.kind("U0ONCALL")
    stage.clock.go_on(59)
    await stage.kind("U0ONCALL")
    assert stage.slack.counts["users.info"] == 1
    stage.clock.go_on(1)
    await stage.kind("U0ONCALL")
    assert stage.slack.counts["users.info"] == 2


@pytest.mark.parametrize("fault", ["token_revoked", "text", "429:3600"])
async def test_whom_slack_does_not_vouch_for_is_unknown(
    stage: Stage, fault: str
) -> None:
    stage.slack.faults["users.info"] += [fault] * 3
    assert await stage.kind("U0ONCALL") is PersonKind.UNKNOWN
    stage.slack.faults.clear()
    stage.clock.go_on(6)
    assert await stage.kind("U0ONCALL") is PersonKind.MEMBER


async def test_when_we_do_not_know_who_we_are_nobody_is_a_member(stage: Stage) -> None:
    stage.slack.faults["auth.test"] += ["invalid_auth"] * 9
    assert await stage.kind("U0ONCALL") is PersonKind.UNKNOWN


def test_the_strictest_flag_decides() -> None:
    gone = {"id": "U1", "team_id": "T0OTHER", "deleted": True, "is_bot": True}
    assert kind_of(gone, ours="T0TEAM") is PersonKind.DEACTIVATED
    assert kind_of({"id": "U1"}, ours="T0TEAM") is PersonKind.UNKNOWN


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"is_member": True}, ""),
        ({"is_member": False}, "the bot is not in channel C1"),
        ({"is_archived": True}, "channel C1 is archived"),
        ({"is_member": True, "is_ext_shared": True}, "shared with another"),
        (None, "the bot cannot see channel C1"),
    ],
)
async def test_what_is_wrong_with_the_channel_is_said(
    stage: Stage, facts: dict[str, bool] | None, said: str
) -> None:
    stage.slack.channels = {} if facts is None else {"C1": facts}
    reader = read_client("xox" + "b-fake", base_url=stage.slack.url)
    found = await complaint(reader, "C1")
    assert (said in found) if said else found == ""
