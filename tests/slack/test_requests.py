"""What comes in: parsed to ids and text, kept without what is dangerous to keep."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Unparsed
from bot.slack.requests import (
    Click,
    HomeOpened,
    Mention,
    Request,
    Shortcut,
    SlashCommand,
    Submission,
    from_bytes,
    parse,
    to_bytes,
)
from tests.slack import payloads
from tests.slack.payloads import Json

EVERY = {
    SlashCommand: payloads.slash("ack INC-0001"),
    Click: payloads.click("incident.ack", "INC-0001"),
    Submission: payloads.submit("incident.note", "INC-0001", {"note": "x"}),
    Shortcut: payloads.keep("it began at noon"),
    HomeOpened: payloads.home(),
    Mention: payloads.mention("who owns it?"),
}


@pytest.mark.parametrize("kind", EVERY)
def test_every_payload_is_read_kept_and_read_again(kind: type[Request]) -> None:
    request = parse(EVERY[kind])
    assert type(request) is kind
    again = from_bytes(to_bytes(request))
    assert to_bytes(again) == to_bytes(request)


def test_every_kind_of_request_was_thought_of() -> None:
    assert set(EVERY) == set(get_args(Request))


@pytest.mark.parametrize("body", EVERY.values())
def test_what_posts_as_the_app_is_never_kept(body: Json) -> None:
    kept = to_bytes(parse(body)).decode()
    assert "hooks.slack" not in kept
    assert "trigger" not in kept.replace(parse(body).key, "")
    assert "olu" not in kept


@pytest.mark.parametrize("body", EVERY.values())
def test_a_redelivery_has_the_same_key(body: Json) -> None:
    assert parse(json.loads(json.dumps(body))).key == parse(body).key


@pytest.mark.parametrize(
    "make",
    [
        lambda: payloads.slash("ack"),
        lambda: payloads.click("incident.ack", "INC-0001"),
        lambda: payloads.submit("incident.note", "INC-0001", {"note": "x"}),
        payloads.home,
    ],
)
def test_doing_it_again_has_another_key(make: "st.SearchStrategy[Json]") -> None:
    assert parse(make()).key != parse(make()).key  # type: ignore[operator]


def test_a_menu_choice_carries_its_option() -> None:
    found = parse(payloads.choose("note|INC-0001"))
    assert isinstance(found, Click)
    assert (found.action, found.value) == ("incident.more", "note|INC-0001")


def test_what_was_entered_is_read_from_every_kind_of_field() -> None:
    found = parse(
        payloads.submit(
            "incident.role",
            "INC-0001",
            {
                "role": {
                    "type": "static_select",
                    "selected_option": {"value": "scribe"},
                },
                "person": {"type": "users_select", "selected_user": "U0SECOND"},
                "blank": {"type": "plain_text_input", "value": None},
                "nothing": {"type": "static_select", "selected_option": None},
            },
        )
    )
    assert isinstance(found, Submission)
    assert found.values == {
        "role": "scribe",
        "person": "U0SECOND",
        "blank": "",
        "nothing": "",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "nonsense"},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "view_submission", "view": None},
        {"type": "event_callback", "event": {"type": "message"}},
        {"command": "/incident"},
    ],
)
def test_what_slack_never_sends_is_not_understood(body: Json) -> None:
    with pytest.raises(Unparsed):
        parse(body)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"kind":"Click"}', b'{"kind":"Nothing"}', b"\xff"]
)
def test_what_this_version_did_not_write_is_not_understood(raw: bytes) -> None:
    with pytest.raises(Unparsed):
        from_bytes(raw)


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "user", "view", "actions", "id", "event"]),
                inner,
            )
        ),
    ),
    st.sampled_from(["block_actions", "view_submission", "message_action"]),
)
def test_no_payload_breaks_the_reader(inner: object, kind: str) -> None:
    body = {"user": inner, "view": inner, "actions": inner, "message": inner}
    with pytest.raises(Unparsed):
        parse({**body, "type": kind})
