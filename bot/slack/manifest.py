"""The app manifest: only what exists, each scope for a call we make. Pure.

Why each scope is asked for stands in `docs/guides/connect-slack.md`; what Slack
checks is its manifest schema, version 2.
"""

from typing import Any

from bot.slack.guard import PATH
from bot.slack.listeners import COMMANDS, SHORTCUT
from bot.slack.text_door import SHORTCUT as SHARE_SHORTCUT

SCOPES = (
    *("app_mentions:read", "channels:read", "chat:write", "commands"),
    *("groups:read", "usergroups:read", "users:read"),
)
USER_SCOPES = ("openid",)
OPTIONAL_SCOPES = ("channels:history", "groups:history")
EVENTS = ("app_home_opened", "app_mention")
SIGN_IN_BACK = "/sign-in/slack/back"
_ABOUT = (
    "Tocsin helps people who are on call for AI systems. It turns alerts about model "
    "drift, guardrail blocks, prompt injection, leaked keys and costs into one card "
    "per incident, says why it is as severe as it is, and suggests the next runbook "
    "step. People acknowledge, take steps and add notes with buttons or with "
    "/incident. Text from alerts is masked and never becomes a link or a mention. "
    "Every decision is written to a tamper-evident log. Type /incident help to start."
)
_HINT = (
    "list | status | page | ask QUESTION | ack | note TEXT | role | severity | phase | "
    "step | resolve | propose | plans | break-glass PLAN | stop-all"
)


def manifest(*, url: str | None, socket_mode: bool = False) -> dict[str, Any]:
    """Return the manifest to create the app from.

    Args:
        url: Public address of Tocsin, e.g. ``https://tocsin.example.com``; None
            leaves a place to fill in.
        socket_mode: Slack calls no address; we connect to Slack.
    """
    host = (url or "https://REPLACE-WITH-YOUR-HOST").rstrip("/")
    door = "" if socket_mode else host + PATH
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Tocsin",
            "description": "Turns alerts about AI systems into incidents people can "
            "answer, and keeps the record.",
            "long_description": _ABOUT,
            "background_color": "#1D2A3A",
        },
        "features": _features(door),
        "oauth_config": {
            # Slack sends people back here after Sign in with Slack, and nowhere else.
            **(
                {}
                if socket_mode and not url
                else {"redirect_urls": [host + SIGN_IN_BACK]}
            ),
            "scopes": {
                "bot": list(SCOPES),
                "bot_optional": list(OPTIONAL_SCOPES),
                "user": list(USER_SCOPES),
            },
        },
        "settings": _settings(door),
    }


def _settings(door: str) -> dict[str, Any]:
    address = {"request_url": door} if door else {}
    return {
        "event_subscriptions": {**address, "bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True, **address},
        "org_deploy_enabled": False,
        "socket_mode_enabled": not door,
        "token_rotation_enabled": False,
    }


def _features(door: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "tocsin", "always_online": True},
        "slash_commands": [
            {
                "command": command,
                **({"url": door} if door else {}),
                "description": "AI incident response: list, status, ack, note, help",
                "usage_hint": _HINT,
                "should_escape": True,
            }
            for command in COMMANDS
        ],
        "shortcuts": [
            {
                "name": "Add to timeline",
                "type": "message",
                "callback_id": SHORTCUT,
                "description": "Add this message to the incident's timeline",
            },
            {
                "name": "Share sealed",
                "type": "message",
                "callback_id": SHARE_SHORTCUT,
                "description": "Share this message sealed, for people you name",
            },
        ],
    }
