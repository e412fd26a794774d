"""The app manifest: only what exists, each scope for a call we make."""

import json

from click.testing import CliRunner

from bot.cli.slack import slack
from bot.slack.listeners import COMMANDS, SHORTCUT
from bot.slack.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES, manifest
from bot.slack.text_door import SHORTCUT as SHARE_SHORTCUT
from bot.web.slack_sign_in import BACK


def test_every_request_goes_to_the_one_door() -> None:
    made = json.dumps(manifest(url="https://tocsin.example.com/"))
    assert made.count("https://tocsin.example.com/slack/events") == 4


def test_it_fits_slack_s_limits() -> None:
    made = manifest(url=None)
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    for command in made["features"]["slash_commands"]:
        assert command["should_escape"] is True
        assert len(command["usage_hint"]) <= 1000
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_it_names_the_commands_shortcuts_and_events_that_are_listened_to() -> None:
    made = manifest(url=None)
    commands = made["features"]["slash_commands"]
    assert (
        tuple(one["command"] for one in commands) == COMMANDS == ("/incident", "/inc")
    )
    assert [one["callback_id"] for one in made["features"]["shortcuts"]] == [
        SHORTCUT,
        SHARE_SHORTCUT,
    ]
    assert EVENTS == ("app_home_opened", "app_mention")


def test_it_asks_for_no_more_than_it_uses() -> None:
    assert set(SCOPES) == {
        "app_mentions:read",
        "channels:read",
        "chat:write",
        "commands",
        "groups:read",
        "usergroups:read",
        "users:read",
    }
    assert set(OPTIONAL_SCOPES) == {"channels:history", "groups:history"}


def test_the_command_line_prints_it() -> None:
    found = CliRunner().invoke(slack, ["manifest", "--url", "https://t.example.com"])
    assert found.exit_code == 0
    assert json.loads(found.output) == manifest(url="https://t.example.com")


def test_over_sockets_nothing_has_an_address() -> None:
    made = manifest(url=None, socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    text = json.dumps(made)
    assert "http" not in text
    assert "url" not in text
    over_http = manifest(url="https://tocsin.example.com")
    assert over_http["settings"]["socket_mode_enabled"] is False
    assert made["oauth_config"]["scopes"] == over_http["oauth_config"]["scopes"]


def test_slack_sends_people_back_to_one_address_of_ours() -> None:
    made = manifest(url="https://tocsin.example.com/")
    back = "https://tocsin.example.com" + BACK
    assert made["oauth_config"]["redirect_urls"] == [back]
    assert made["oauth_config"]["scopes"]["user"] == ["openid"]


def test_the_command_line_prints_it_for_sockets_too() -> None:
    found = CliRunner().invoke(slack, ["manifest", "--socket-mode"])
    assert json.loads(found.output) == manifest(url=None, socket_mode=True)
    both = ["manifest", "--socket-mode", "--url", "https://t.example.com"]
    refused = CliRunner().invoke(slack, both)
    assert refused.exit_code == 2
    assert "leave out --url" in refused.output
