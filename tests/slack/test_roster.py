"""Who is in the workspace by name: every page of it, whoever left, and no answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.registry import Registry
from bot.roster import Roster
from bot.slack.clients import read_client
from bot.slack.roster import RosterReader, people_of
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack
from tests.spec import NOON

LONG_AGO = int((NOON - timedelta(days=91)).timestamp())
LATELY = int((NOON - timedelta(days=89)).timestamp())


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"id": "U1", "name": "x", "profile": {"real_name": name}, **more}


def names(*users: Any) -> list[str]:
    return [name for one in people_of(users, now=NOON) for name in one.names]


def test_bots_have_no_names_of_people() -> None:
    bots = (
        user("Build Bot", is_bot=True),
        user("Flow Bot", is_workflow_bot=True),
        user("Slack Bot", id="USLACKBOT"),
    )
    assert names(*bots) == []


def test_who_left_is_known_for_a_while() -> None:
    left = user("Gina Gone", deleted=True, updated=LATELY)
    assert names(left) == ["Gina Gone"]
    assert names({**left, "updated": LONG_AGO}) == []
    assert names({**left, "updated": 0}) == ["Gina Gone"]


def test_every_way_to_write_somebody_is_read() -> None:
    profile = {
        "real_name": "Zo\u00eb M\u00fcller",
        "real_name_normalized": "Zoe Muller",
        "display_name": "zo",
        "first_name": "Zo\u00eb",
        "last_name": "M\u00fcller",
    }
    (one,) = people_of([{"id": "U1", "name": "zmuller", "profile": profile}], now=NOON)
    assert one.names == ("Zo\u00eb M\u00fcller", "Zoe Muller", "zo")
    assert set(one.parts) == {"Zo\u00eb", "M\u00fcller", "zo", "Zoe", "Muller"}
    assert one.handles == ("zo", "zmuller")


@pytest.mark.parametrize(
    "strange", [None, 7, "U1", {}, {"profile": "x"}, {"profile": {"real_name": 7}}]
)
def test_what_is_no_user_names_nobody(strange: Any) -> None:
    assert names(strange) == []


class Stage:
    """A roster that is read from a fake Slack."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.roster = Roster(Registry())
        self.reader = RosterReader(
            reader=read_client("xox" + "b-fake", base_url=slack.url),
            clock=FakeClock(),
            roster=self.roster,
        )


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        slack.users = [user("Dana Ruiz"), user("Olu Adeyemi"), user("Lee Novak")]
        yield Stage(slack)


@pytest.mark.slow
async def test_every_page_is_read(stage: Stage) -> None:
    stage.slack.page_size = 1
    assert await stage.reader.look()
    assert stage.roster.told.workspace == 3
    assert stage.slack.counts["users.list"] == 3
    assert {"dana ruiz", "olu adeyemi", "lee novak"} <= stage.roster.known.whole


@pytest.mark.slow
async def test_a_refusal_is_told_in_slack_s_word_and_loses_nobody(stage: Stage) -> None:
    await stage.reader.look()
    stage.slack.faults["users.list"] = ["missing_scope"]
    assert not await stage.reader.look()
    assert stage.roster.told.problem == "missing_scope"
    assert stage.roster.told.workspace == 3


@pytest.mark.slow
async def test_words_that_are_no_code_are_not_repeated(stage: Stage) -> None:
    stage.slack.faults["users.list"] = ["no, Dana Ruiz!"]
    await stage.reader.look()
    assert stage.roster.told.problem == "SlackApiError"


@pytest.mark.slow
async def test_half_a_list_takes_nobody_s_place(stage: Stage) -> None:
    stage.slack.page_size = 2
    await stage.reader.look()
    stage.slack.faults["users.list"] = ["", "fatal_error"]
    assert not await stage.reader.look()
    assert stage.roster.told.workspace == 3


@pytest.mark.slow
async def test_a_short_wait_is_waited(stage: Stage) -> None:
    stage.slack.faults["users.list"] = ["429:1", "429:1"]
    assert await stage.reader.look()
    assert stage.roster.told.workspace == 3
