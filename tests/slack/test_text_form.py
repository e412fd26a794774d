"""Sealing a text in Slack: the form, what it asks for, and what the thread says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import BadRequest
from bot.domain.share_events import LeaseLapsed, ShareOpened, ShareRevoked
from bot.slack import text_form
from bot.slack.egress import view_masked
from bot.slack.requests import Submission, parse, to_bytes
from bot.slack.share_voice import SlackShareVoice
from bot.slack.share_wishes import ShareVerb, ShareWish, of_click, of_text_form
from bot.slack.text_voice import message
from bot.slack.verbs import parse as typed
from tests.slack.payloads import interaction
from tests.slack.text_states import (
    FORMS,
    GOLDEN,
    MESSAGES,
    OFFERED,
    SHARE,
    drawn,
)
from tests.slack.validity import (
    assert_slack_valid,
    assert_text_safe,
    assert_view_valid,
)
from tests.spec import NOON

FILLED = {"text": "hello", "people": "U1,U2", "life": "1 hour", "each": "2"}


def sent(**values: str) -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form="share.text",
        incident="INC-0001",
        values={**FILLED, **values},
    )


@pytest.mark.parametrize("name", drawn())
def test_it_looks_as_it_was_reviewed(name: str) -> None:
    reviewed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert json.loads(json.dumps(drawn()[name])) == reviewed


def test_every_reviewed_picture_belongs_to_a_form_or_message() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(drawn())


@pytest.mark.parametrize("name", FORMS)
def test_slack_takes_every_form(name: str) -> None:
    assert_view_valid(FORMS[name])


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_every_message(name: str) -> None:
    assert_slack_valid(MESSAGES[name].blocks)
    assert_text_safe(MESSAGES[name].text)


def test_what_is_over_has_no_buttons() -> None:
    assert "share.open" in json.dumps(MESSAGES["offered"].blocks)
    assert "share.open" not in json.dumps(MESSAGES["taken-back"].blocks)


def test_a_form_asks_for_what_was_entered() -> None:
    asked = text_form.pasted(sent())
    assert (asked.by, asked.people) == ("U0ONCALL", ("U1", "U2"))
    assert (asked.life, asked.each) == (timedelta(hours=1), 2)
    assert asked.text == "hello"
    assert "hello" not in repr(asked)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"people": ""}, "people"),
        ({"people": ",".join(f"U{n}" for n in range(11))}, "people"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    values: dict[str, str], field: str
) -> None:
    assert list(text_form.errors(sent(**values))) == [field]
    assert not text_form.errors(sent())


@pytest.mark.parametrize(
    "values", [{"life": "for ever"}, {"each": "0"}, {"each": "100"}, {"life": ""}]
)
def test_what_is_not_on_offer_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        text_form.pasted(sent(**values))


def test_people_who_may_not_are_told_by_their_place() -> None:
    assert text_form.not_for(["is a guest"]) == "Who you chose is a guest."
    assert text_form.not_for(["", "is an app"]) == "No. 2 is an app."
    assert text_form.not_for(["", ""]) == ""


def test_what_is_kept_of_a_form_is_not_the_text() -> None:
    values = text_form.without_text(sent(text="Wombat"), SHARE)
    kept = Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form="share.text",
        incident="INC-0001",
        values=values,
    )
    assert b"Wombat" not in to_bytes(kept)
    assert of_text_form(kept) == ShareWish(
        verb=ShareVerb.SHARE, incident="INC-0001", share=SHARE, people=("U1", "U2")
    )


def test_a_form_that_names_no_share_is_refused() -> None:
    with pytest.raises(BadRequest):
        of_text_form(sent())


def test_several_people_are_read_from_a_form() -> None:
    people = {"type": "multi_users_select", "selected_users": ["U1", "U2"]}
    view: Any = {
        "callback_id": "share.text",
        "private_metadata": "INC-0001",
        "state": {"values": {"people": {"entered": people}}},
    }
    found = parse(interaction(type="view_submission", view=view))
    assert isinstance(found, Submission)
    assert found.values["people"] == "U1,U2"


@pytest.mark.parametrize(
    ("action", "verb"),
    [("share.open", ShareVerb.OPEN), ("share.revoke", ShareVerb.TAKE_BACK)],
)
def test_a_button_names_the_share(action: str, verb: ShareVerb) -> None:
    found = of_click(action, f"INC-0001|{SHARE}")
    assert found == ShareWish(verb=verb, incident="INC-0001", share=SHARE)


@pytest.mark.parametrize("value", ["", "INC-0001", "INC-0001|x", f"x|{SHARE}"])
def test_a_forged_button_is_refused(value: str) -> None:
    with pytest.raises(BadRequest):
        of_click("share.open", value)


def test_it_can_be_typed() -> None:
    wish = ShareWish(verb=ShareVerb.SHARE, incident="INC-0002")
    assert typed("share inc-0002", asker="U1") == wish


def test_the_form_is_not_masked_on_its_way_back_to_its_reader() -> None:
    class Blind:
        def text(self, text: str) -> str:
            return "x" * len(text)

    form = text_form.form("INC-0001", known="what I want to share", is_message=True)
    assert view_masked(form, Blind()) == form  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            ShareOpened(lease="l", ticket="t", person="U0SECOND", at=NOON),
            "What <@U0ONCALL> sealed was opened with <@U0SECOND>'s ticket",
        ),
        (
            LeaseLapsed(lease="l", ticket="t", person="U0SECOND", at=NOON),
            "What <@U0ONCALL> sealed was fetched with <@U0SECOND>'s ticket",
        ),
        (
            ShareRevoked(by="U0LEAD", because="person", at=NOON),
            "<@U0LEAD> took back what <@U0ONCALL> sealed.",
        ),
    ],
)
def test_the_thread_hears_who_opened_it(event: Any, said: str) -> None:
    line = SlackShareVoice().line(
        "INC-0001", "C0INCIDENTS", 7, event, text_by="U0ONCALL"
    )
    assert line is not None
    assert line.text.startswith(said)


def test_the_message_with_the_link_says_who_sealed_it() -> None:
    whisper = SlackShareVoice().link(
        f"{SHARE}/tk_1",
        incident="INC-0001",
        channel="C1",
        person="U0SECOND",
        until=NOON,
        text_by="U0ONCALL",
    )
    shown = json.dumps(whisper.blocks)
    assert '"user_id": "U0ONCALL"' in shown
    assert "sealed text" in whisper.text


def test_a_drill_s_text_says_that_it_is_one() -> None:
    voice = SlackShareVoice()
    marked = voice.text("INC-0001", "C1", SHARE, OFFERED, drill=True)
    plain = message("INC-0001", "C1", SHARE, OFFERED)
    assert marked.text == f"EXERCISE · {plain.text}"
