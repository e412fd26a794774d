"""Diagnostics in Slack: the button, the words, and a link only where it may be."""

import json
from dataclasses import replace

import pytest

from bot.domain.share_events import LeaseLapsed, ShareOpened, ShareRevoked
from bot.ports import Sending
from bot.slack import cards
from bot.slack.calls import Calls
from bot.slack.clients import write_client
from bot.slack.lines import SlackPresenter
from bot.slack.links import NOT_HERE, filled, has_link
from bot.slack.share_voice import SlackShareVoice
from bot.slack.share_wishes import ShareVerb, ShareWish
from bot.slack.verbs import parse
from tests.fakes.redactor import FakeRedactor
from tests.fakes.slack import FakeSlack
from tests.slack.card_states import ACKED
from tests.slack.validity import assert_slack_valid, assert_text_safe
from tests.spec import NOON

URL = "https://t.example/d/sh_1#tttt.AGE-SECRET-KEY-1SECRET-x"
VOICE = SlackShareVoice()


def row(**changed: object) -> Sending:
    whisper = VOICE.link(
        "sh_1/tk_1",
        incident="INC-0001",
        channel="C0INCIDENTS",
        person="U0ONCALL",
        until=NOON,
    )
    made = Sending(
        key=whisper.key,
        kind="whisper",
        channel=whisper.channel,
        person=whisper.person,
        text=whisper.text,
        blocks=whisper.blocks,
        ts="",
        thread_ts="",
        rev=1,
        attempts=0,
        in_doubt=False,
        created_at=NOON,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def test_a_card_offers_diagnostics_where_they_can_be_sealed() -> None:
    plain, offering = cards.card(ACKED), cards.card(ACKED, sharing=True)
    assert "diag.open" not in json.dumps(plain.blocks)
    assert "diag.open" in json.dumps(offering.blocks)
    assert SlackPresenter(sharing=True).card(ACKED) == offering
    assert_slack_valid(offering.blocks)


def test_the_message_that_waits_holds_no_address() -> None:
    assert "http" not in json.dumps(row().blocks)
    assert has_link(row())
    assert_text_safe(row().text)


def test_the_link_is_filled_in_and_slack_takes_it() -> None:
    sent = filled(row(), lambda place: f"{URL}&{place}")
    assert f"{URL}&sh_1/tk_1" in json.dumps(sent.blocks)
    assert_slack_valid(sent.blocks)


def test_a_ticket_that_is_dead_leaves_a_sentence() -> None:
    sent = filled(row(), lambda _: "")
    assert NOT_HERE in json.dumps(sent.blocks)
    assert "tocsin-share" not in json.dumps(sent.blocks)
    assert_slack_valid(sent.blocks)


async def test_only_the_person_s_own_message_gets_the_address() -> None:
    async with FakeSlack().standing() as fake:
        client = write_client("xox" + "b-fake", base_url=fake.url)
        calls = Calls(client, FakeRedactor(), link=lambda _: URL)
        await calls.write(row())
        await calls.directly(row())
        await calls.write(row(kind="post"))
    (whispered,) = fake.calls["chat.postEphemeral"]
    assert URL in json.dumps(whispered["blocks"])
    assert URL not in whispered["text"]
    posted = json.dumps(fake.calls["chat.postMessage"])
    assert "AGE-SECRET" not in posted
    assert "tocsin-share" not in posted
    assert fake.calls["chat.postMessage"][0]["unfurl_links"] is False


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            ShareOpened(lease="l", ticket="t", person="U0SECOND", at=NOON),
            "The diagnostics were opened with <@U0SECOND>'s ticket",
        ),
        (
            LeaseLapsed(lease="l", ticket="t", person="U0SECOND", at=NOON),
            "The diagnostics were fetched with <@U0SECOND>'s ticket, and nobody said",
        ),
        (
            ShareRevoked(by="U0SECOND", because="person", at=NOON),
            "<@U0SECOND> took every link to the diagnostics back.",
        ),
    ],
)
def test_the_thread_hears_what_people_should_know(event: object, said: str) -> None:
    line = VOICE.line("INC-0001", "C0INCIDENTS", 7, event)  # type: ignore[arg-type]
    assert line is not None
    assert line.text.startswith(said)
    assert (line.key, line.thread) == ("line/7", "card/INC-0001")
    assert_slack_valid(line.blocks)


def test_what_is_nobody_s_business_makes_no_line() -> None:
    over = ShareRevoked(by="tocsin", because="incident_over", at=NOON)
    assert VOICE.line("INC-0001", "C0INCIDENTS", 7, over) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("diagnostics", ShareWish(verb=ShareVerb.DIAGNOSTICS)),
        ("revoke inc-0002", ShareWish(verb=ShareVerb.REVOKE, incident="INC-0002")),
    ],
)
def test_it_can_be_typed_too(text: str, wish: ShareWish) -> None:
    assert parse(text, asker="U0ME") == wish


def test_everything_about_an_exercise_says_so() -> None:
    link = VOICE.link(
        "sh_1/tk_1",
        incident="INC-0001",
        channel="C1",
        person="U1",
        until=NOON,
        drill=True,
    )
    told = VOICE.tell(
        "k", channel="C1", person="U1", text="Hello.", until=NOON, drill=True
    )
    assert link.text.startswith("EXERCISE · ")
    assert told.text == "EXERCISE · Hello."
