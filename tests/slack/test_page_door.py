"""From Slack to the pages: a link for one member, and a reason for all others."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.domain.errors import NotAllowed
from bot.guards import Guards
from bot.slack.answerers import Answerers
from bot.slack.clients import read_client
from bot.slack.names import Names
from bot.slack.page_door import GO
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from tests.fakes.clock import FakeClock
from tests.fakes.redactor import FakeRedactor
from tests.fakes.service import FakeService
from tests.fakes.slack import FakeSlack
from tests.slack import payloads
from tests.slack.payloads import SECRET, Json, signed
from tests.slack.validity import assert_slack_valid, assert_text_safe, assert_view_valid

pytestmark = pytest.mark.slow
TOKEN = "xox" + "b-of-a-fake-workspace"
URL = "https://tocsin.example/sign-in/abc"


class FakePages:
    """Keeps `bot.slack.needs.Pages`; remembers whom a link was made for."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.closed = False

    async def link(self, person: str, *, incident: str, part: str = "") -> str:
        """Return an address, or the reason why there is none."""
        if self.closed:
            raise NotAllowed(
                "No page was opened", because="it is closed", next_move="Wait."
            )
        self.made.append((person, incident))
        return URL


class Stage:
    """The Slack room with pages."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.service, self.pages = FakeService(), FakePages()
        self.room = SlackRoom(
            service=self.service,
            settings=SlackSettings(
                bot_token=TOKEN, signing_secrets=(SECRET,), api_url=slack.url
            ),
            answerers=Answerers(pages=self.pages),
        )

    async def send(self, payload: Json) -> Any:
        """Deliver a payload and return the answer, read as JSON where it is some."""
        request = signed(payload, self.service.clock)
        answer = await self.room.bolt.async_dispatch(request)
        assert answer.status == 200
        return json.loads(answer.body) if answer.body else None

    def form(self) -> Json:
        """Return the form that was opened last."""
        return dict(self.slack.calls["views.open"][-1]["view"])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().standing() as slack:
        made = Stage(slack)
        made.service.open()
        yield made


def urls(part: Any) -> list[str]:
    """Return every address in an answer that could be followed."""
    if isinstance(part, dict):
        own = [part["url"]] if "url" in part else []
        return own + [one for value in part.values() for one in urls(value)]
    if isinstance(part, list):
        return [one for value in part for one in urls(value)]
    return []


@pytest.mark.parametrize(
    ("text", "incident"),
    [("page", "INC-0001"), ("page inc-0001", "INC-0001")],
)
async def test_a_member_gets_a_link_that_only_they_see(
    stage: Stage, text: str, incident: str
) -> None:
    answer = await stage.send(payloads.slash(text))
    assert answer["response_type"] == "ephemeral"
    assert urls(answer) == [URL]
    assert URL not in answer["text"]
    assert stage.pages.made == [("U0ONCALL", incident)]
    assert_slack_valid(answer["blocks"])
    assert_text_safe(answer["text"])


async def test_nothing_with_a_link_goes_to_the_channel_or_the_disk(
    stage: Stage,
) -> None:
    await stage.send(payloads.slash("page"))
    await stage.send(payloads.click("page.open", "INC-0001"))
    assert URL not in json.dumps([row.text for row in _outbox(stage)])
    assert "chat.postMessage" not in stage.slack.calls
    assert "chat.postEphemeral" not in stage.slack.calls


async def test_where_nothing_is_open_the_page_is_the_board(stage: Stage) -> None:
    stage.service.events.clear()
    answer = await stage.send(payloads.slash("page"))
    assert stage.pages.made == [("U0ONCALL", "")]
    assert "Open the board" in json.dumps(answer)


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("U0GUEST", "guests do not read the pages"),
        ("U0STRANGER", "people from another organization"),
        ("U0BOT2", "bots do not read"),
        ("U0GONE", "deactivated"),
        ("U0NOBODY", "Slack did not say"),
    ],
)
async def test_everybody_else_reads_why_not(
    stage: Stage, person: str, says: str
) -> None:
    answer = await stage.send(payloads.slash("page", person=person))
    assert says in answer["text"]
    await stage.send(payloads.click("page.open", "INC-0001", person=person))
    assert says in json.dumps(stage.form())
    assert urls([answer, stage.form()]) == []
    assert stage.pages.made == []


@pytest.mark.parametrize(
    ("carried", "incident"), [("INC-0001", "INC-0001"), ("board", "")]
)
async def test_a_button_opens_a_form_with_the_link(
    stage: Stage, carried: str, incident: str
) -> None:
    await stage.send(payloads.click("page.open", carried))
    assert urls(stage.form()) == [URL]
    assert_view_valid(stage.form())
    assert stage.pages.made == [("U0ONCALL", incident)]


async def test_a_forged_button_opens_nothing(stage: Stage) -> None:
    await stage.send(payloads.click("page.open", "../../admin"))
    assert stage.pages.made == []


async def test_there_is_no_link_to_what_does_not_exist(stage: Stage) -> None:
    answer = await stage.send(payloads.slash("page INC-0999"))
    assert "there is no incident INC-0999" in answer["text"]
    assert stage.pages.made == []


async def test_why_the_pages_are_closed_is_said(stage: Stage) -> None:
    stage.pages.closed = True
    answer = await stage.send(payloads.slash("page"))
    assert answer["text"] == "No page was opened: it is closed. Wait."


async def test_following_the_link_is_only_acknowledged(stage: Stage) -> None:
    assert await stage.send(payloads.click(GO, "INC-0001")) is None
    assert stage.pages.made == []


async def test_the_home_tab_leads_to_the_board(stage: Stage) -> None:
    await stage.send(payloads.home())
    view = stage.slack.calls["views.publish"][-1]["view"]
    assert_view_valid(view)
    buttons = [
        one for b in view["blocks"] if b["type"] == "actions" for one in b["elements"]
    ]
    assert [(one["action_id"], one["value"]) for one in buttons] == [
        ("catchup.open.1", "INC-0001"),
        ("page.open", "board"),
    ]


def _outbox(stage: Stage) -> list[Any]:
    return list(stage.service.store.outbox.rows.values())


def _names(slack: FakeSlack, clock: FakeClock) -> Names:
    reader = read_client(TOKEN, base_url=slack.url)
    return Names(reader=reader, clock=clock, guard=Guards(FakeRedactor()))


async def test_names_are_kept_for_a_while_and_asked_again() -> None:
    async with FakeSlack().standing() as slack:
        clock = FakeClock()
        names = _names(slack, clock)
        for _ in range(3):
            await names.of(["U0ONCALL", "tocsin", "@ml-platform", "S0ONCALL"])
        assert len(slack.calls["users.info"]) == 1
        clock.go_on(601)
        await names.of(["U0ONCALL"])
        assert len(slack.calls["users.info"]) == 2


async def test_a_name_that_slack_does_not_say_is_left_out() -> None:
    async with FakeSlack().standing() as slack:
        names = _names(slack, FakeClock())
        assert await names.of(["U0NOBODY"]) == {}
        slack.faults["users.info"] = ["500"] * 3
        assert await names.of(["U0SECOND"]) == {}
