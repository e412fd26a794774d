"""Asks Slack who we are, what we may do and what time it is. Changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Unreachable
from bot.slack.clients import SLACK
from bot.slack.manifest import manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFacts:
    """What Slack says.

    Attributes:
        missing_scopes: Needed by us and not granted.
        date: Slack's clock as an RFC 9110 date; "" if it did not say.
    """

    team: str
    missing_scopes: tuple[str, ...]
    date: str


def examine_slack(bot_token: str) -> SlackFacts:
    """Return what Slack says about a token.

    Raises:
        Unreachable: Slack does not answer, or does not know the token.
    """
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    try:
        answer = WebClient(token=bot_token, timeout=10).auth_test()
    except SlackApiError as error:
        raise _not_examined(f"auth.test says {error.response['error']}") from None
    except OSError:
        raise _not_examined("there is no answer") from None
    headers = {name.lower(): text for name, text in answer.headers.items()}
    granted = {one.strip() for one in headers.get("x-oauth-scopes", "").split(",")}
    wanted = set(manifest(url=None)["oauth_config"]["scopes"]["bot"])
    return SlackFacts(
        team=str(answer["team_id"]),
        missing_scopes=tuple(sorted(wanted - granted)),
        date=headers.get("date", ""),
    )


def unknown_groups(
    bot_token: str, wanted: Collection[str], *, base_url: str = SLACK
) -> tuple[str, ...]:
    """Return the user groups among ids and handles that Slack does not have, in order.

    Raises:
        Unreachable: Slack does not answer, or does not say.
    """
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    client = WebClient(token=bot_token, timeout=10, base_url=base_url)
    try:
        answer = client.usergroups_list(include_disabled=False)
    except SlackApiError as error:
        code = error.response["error"]
        raise _not_examined(f"usergroups.list says {code}") from None
    except OSError:
        raise _not_examined("there is no answer") from None
    groups: list[dict[str, Any]] = answer.get("usergroups") or []
    known = {str(one.get(key)) for one in groups for key in ("id", "handle")}
    return tuple(one for one in wanted if one not in known)


def examine_app_token(app_token: str, *, base_url: str = SLACK) -> None:
    """Ask Slack for the address of a connection, and do not connect.

    Raises:
        Unreachable: Slack does not answer, or the token opens no connection.
    """
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    client = WebClient(token=app_token, timeout=10, base_url=base_url)
    try:
        client.api_call("apps.connections.open")
    except SlackApiError as error:
        raise _no_socket(str(error.response["error"])) from None
    except OSError:
        raise _not_examined("there is no answer") from None


_APP_TOKEN = {
    "missing_scope": "Give the app-level token the scope connections:write.",
    "not_allowed_token_type": "Set slack.app_token to an app-level token, xapp-…, not "
    "to the bot token.",
}


def _no_socket(code: str) -> Unreachable:
    default = "Make a new app-level token on Slack's page of the app, and check that "
    return Unreachable(
        "Socket Mode was not opened",
        because=f"apps.connections.open says {code}",
        next_move=_APP_TOKEN.get(code, default + "Socket Mode is on."),
    )


def _not_examined(because: str) -> Unreachable:
    return Unreachable(
        "Slack was not examined",
        because=because,
        next_move="Check slack.bot_token and the way out to slack.com.",
    )
