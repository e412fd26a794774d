"""What the doctor says about signing in, before Slack is asked anything."""

from typing import Any

import pytest

from bot.cli.checks import FAIL, OK
from bot.cli.checks_sign_in import _address, _client, _proxies
from bot.config import Settings

BOT = "xox" + "b-none"


def settings(**given: Any) -> Settings:
    return Settings.model_validate(given)


@pytest.mark.parametrize(
    ("slack", "sign_in", "state", "says"),
    [
        ({}, "link", OK, "practice"),
        ({}, "required", OK, "only its own person"),
        ({"bot_token": BOT}, "link", OK, "whoever holds a sealed link can open it"),
        ({"bot_token": BOT}, "required", FAIL, "slack.client_id is not set"),
        ({"bot_token": BOT, "client_id": "1"}, "link", FAIL, "slack.client_secret"),
        (
            {"bot_token": BOT, "client_id": "1", "client_secret": "s"},
            "required",
            OK,
            "only its own person",
        ),
    ],
)
def test_who_must_sign_in_also_can(
    slack: dict[str, str], sign_in: str, state: str, says: str
) -> None:
    found = _client(settings(slack=slack, web={"sign_in": sign_in}))
    assert found.state == state
    assert says in found.says
    assert bool(found.next_move) is (state == FAIL)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("", FAIL),
        ("http://tocsin.test", FAIL),
        ("https://tocsin.test/", OK),
        ("http://127.0.0.1:8080", OK),
    ],
)
def test_slack_needs_an_address_to_send_people_back_to(url: str, state: str) -> None:
    assert _address(settings(web={"public_url": url})).state == state


def test_who_is_believed_about_addresses_is_said() -> None:
    assert _proxies(settings()).says == "none is believed"
    named = _proxies(settings(web={"trusted_proxies": ["10.0.0.5"]}))
    assert named.says == "believed: 10.0.0.5"
