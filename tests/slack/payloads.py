"""Payloads as Slack sends them, and how it signs them. Shapes: Slack's docs."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from slack_bolt.request.async_request import AsyncBoltRequest

from tests.fakes.clock import FakeClock

Json = dict[str, Any]
SECRET = "shhh"  # noqa: S105 - of a fake workspace
_last = [0]


def _trigger() -> str:
    _last[0] += 1
    return f"{_last[0]}.trigger"


def slash(
    text: str,
    *,
    person: str = "U0ONCALL",
    channel: str = "C0INCIDENTS",
    team: str = "T0TEAM",
    command: str = "/incident",
) -> Json:
    """Return a slash command."""
    return {
        "token": "t",
        "team_id": team,
        "channel_id": channel,
        "user_id": person,
        "user_name": "olu",
        "command": command,
        "text": text,
        "response_url": "https://hooks.slack.example/commands/1/2/3",
        "trigger_id": _trigger(),
        "api_app_id": "A0TOCSIN",
    }


def interaction(person: str = "U0ONCALL", team: str = "T0TEAM", **more: Any) -> Json:
    """Return what all interactive payloads have."""
    return {
        "team": {"id": team, "domain": "d"},
        "user": {"id": person, "username": "olu", "team_id": team},
        "api_app_id": "A0TOCSIN",
        "trigger_id": _trigger(),
        **more,
    }


def click(action: str, value: str, **more: Any) -> Json:
    """Return the press of a button."""
    pressed = {
        "type": "button",
        "action_id": action,
        "block_id": "do",
        "value": value,
        "action_ts": "1777896000.1",
    }
    return interaction(
        **more,
        type="block_actions",
        channel={"id": "C0INCIDENTS", "name": "incidents"},
        container={"type": "message", "message_ts": "1.1", "channel_id": "C0INCIDENTS"},
        response_url="https://hooks.slack.example/actions/1/2/3",
        actions=[pressed],
    )


def choose(value: str, **more: Any) -> Json:
    """Return a choice from the card's menu."""
    body = click("incident.more", "", **more)
    del body["actions"][0]["value"]
    chosen = {"text": {"type": "plain_text", "text": "…"}, "value": value}
    body["actions"][0] |= {"type": "overflow", "selected_option": chosen}
    return body


def submit(form: str, incident: str, values: Json, **more: Any) -> Json:
    """Return a sent form; `values` by block id, a dict for anything but text."""
    states = {
        block: {"entered": one if isinstance(one, dict) else {"value": one}}
        for block, one in values.items()
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": form,
        "private_metadata": incident,
        "app_installed_team_id": "T0TEAM",
        "state": {"values": states},
    }
    return interaction(**more, type="view_submission", view=view)


def keep(text: str, *, ts: str = "1777896000.5", thread: str = "", **more: Any) -> Json:
    """Return the use of the message shortcut."""
    message = {"type": "message", "user": "U0SECOND", "ts": ts, "text": text}
    if thread:
        message["thread_ts"] = thread
    return interaction(
        **more,
        type="message_action",
        callback_id="timeline_add",
        channel={"id": "C0INCIDENTS", "name": "incidents"},
        message=message,
        message_ts=ts,
        response_url="https://hooks.slack.example/app/1/2/3",
    )


def home(person: str = "U0ONCALL", team: str = "T0TEAM") -> Json:
    """Return the event of somebody opening the Home tab."""
    event = {"type": "app_home_opened", "user": person, "tab": "home", "channel": "D1"}
    return {
        "type": "event_callback",
        "event_id": f"Ev{_trigger()}",
        "team_id": team,
        "api_app_id": "A0TOCSIN",
        "authorizations": [{"team_id": team, "user_id": "U0TOCSIN", "is_bot": True}],
        "event": event,
    }


def mention(
    text: str, *, ts: str = "1777896000.7", thread: str = "", **more: Any
) -> Json:
    """Return the event of somebody who speaks to the bot."""
    event = {
        "type": "app_mention",
        "user": "U0ONCALL",
        "text": f"<@U0TOCSIN> {text}",
        "ts": ts,
        "channel": "C0INCIDENTS",
        "event_ts": ts,
        **({"thread_ts": thread} if thread else {}),
        **more,
    }
    return {**home(), "event": event}


def encoded(payload: Json) -> tuple[str, str]:
    """Return content type and body as Slack sends a payload."""
    form = "application/x-www-form-urlencoded"
    if "command" in payload:
        return form, urlencode(payload)
    if payload["type"] in ("event_callback", "url_verification"):
        return "application/json", json.dumps(payload)
    return form, urlencode({"payload": json.dumps(payload)})


def signed(
    payload: Json, clock: FakeClock, *, secret: str = SECRET
) -> AsyncBoltRequest:
    """Return a payload as Bolt gets it from Slack."""
    content_type, body = encoded(payload)
    sent_at = str(int(clock.now().timestamp()))
    base = f"v0:{sent_at}:{body}".encode()
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    headers: dict[str, str | Sequence[str]] = {
        "content-type": content_type,
        "x-slack-request-timestamp": sent_at,
        "x-slack-signature": f"v0={digest}",
    }
    return AsyncBoltRequest(body=body, headers=headers)
