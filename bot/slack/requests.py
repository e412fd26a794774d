"""What comes in from Slack, as small typed values, and their form in the inbox.

Ids plus the text a person wrote: a `response_url` posts as the app for whoever holds
it, so it is never kept; names and e-mail addresses, which their owners can edit, are
not looked at. What a request means is not decided here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from bot.domain.errors import Unparsed


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """A person typed `/incident` and `text`.

    Attributes:
        key: Equal for redeliveries, see `dedupe_key`.
        team: The person's own workspace as the payload names it.
        trigger: Lives three seconds, to open a form; never stored.
    """

    key: str
    team: str
    person: str
    channel: str
    text: str
    trigger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A person pressed a button or chose from a menu of a message.

    Attributes:
        value: Ids the button carried: whatever the client sent.
        message: ``ts`` of the message it stands on, "" for a form.
        trigger: Lives three seconds, to open a form; never stored.
    """

    key: str
    team: str
    person: str
    channel: str
    action: str
    value: str
    message: str = ""
    trigger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A person sent a form.

    Attributes:
        form: The view's callback id.
        incident: What the view's `private_metadata` says.
        values: Block id to what was entered, several with commas; "" for nothing.
    """

    key: str
    team: str
    person: str
    form: str
    incident: str
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A person used a shortcut on a message.

    Attributes:
        ts: The message.
        thread: Its thread, or the message itself where it is in none.
        text: What the message says.
        trigger: Lives three seconds, to open a form; never stored.
    """

    key: str
    team: str
    person: str
    channel: str
    shortcut: str
    ts: str
    thread: str
    text: str
    trigger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened:
    """A person opened the app's Home tab."""

    key: str
    team: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A person said something to the bot.

    Attributes:
        team: The person's own workspace as the payload names it.
        ts: The message.
        thread: Root of its thread, "" where it is in none.
        text: What the message says, as Slack writes it.
    """

    key: str
    team: str
    person: str
    channel: str
    ts: str
    thread: str
    text: str = field(repr=False)


Request = SlashCommand | Click | Submission | Shortcut | HomeOpened | Mention
_KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in get_args(Request)}
_NOT_STORED = frozenset({"trigger"})


def parse(body: Mapping[str, Any]) -> Request:
    """Read a payload of Slack.

    Args:
        body: As Bolt parsed it.

    Raises:
        Unparsed: It is of a kind we do not know, or a field is missing.
    """
    try:
        return _parse(body)
    except (KeyError, IndexError, TypeError, AttributeError) as missing:
        raise _unknown("a field that Slack always sends is missing") from missing


def _parse(body: Mapping[str, Any]) -> Request:
    if "command" in body:
        return _command(body)
    match body.get("type"):
        case "block_actions":
            return _click(body)
        case "view_submission":
            return _submission(body)
        case "message_action":
            return _shortcut(body)
        case "event_callback" if body["event"]["type"] == "app_home_opened":
            key, person = dedupe_key(body), body["event"]["user"]
            return HomeOpened(key=key, team=body["team_id"], person=person)
        case "event_callback" if body["event"]["type"] == "app_mention":
            return _mention(body)
        case _:
            raise _unknown("Slack sent something of an unknown kind")


def _command(body: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        key=dedupe_key(body),
        team=body["team_id"],
        person=body["user_id"],
        channel=body["channel_id"],
        text=body.get("text") or "",
        trigger=body.get("trigger_id") or "",
    )


def _click(body: Mapping[str, Any]) -> Click:
    action = body["actions"][0]
    chosen = action.get("selected_option") or action
    return Click(
        key=dedupe_key(body),
        team=_team(body),
        person=body["user"]["id"],
        channel=(body.get("channel") or {}).get("id", ""),
        action=action["action_id"],
        value=chosen.get("value") or "",
        message=(body.get("container") or {}).get("message_ts") or "",
        trigger=body.get("trigger_id") or "",
    )


def _submission(body: Mapping[str, Any]) -> Submission:
    view = body["view"]
    states = view["state"]["values"]
    return Submission(
        key=dedupe_key(body),
        team=_team(body),
        person=body["user"]["id"],
        form=view["callback_id"],
        incident=view.get("private_metadata") or "",
        values={block: _entered(state) for block, state in states.items()},
    )


def _entered(state: Mapping[str, Any]) -> str:
    """Return what stands in the one element of an input block."""
    for element in state.values():
        chosen = element.get("selected_option") or {}
        several = ",".join(
            element.get("selected_users")
            or [str(one["value"]) for one in element.get("selected_options") or ()]
        )
        found = element.get("value") or element.get("selected_user") or several
        return str(found or chosen.get("value") or "")
    return ""


def _shortcut(body: Mapping[str, Any]) -> Shortcut:
    message = body["message"]
    ts = body.get("message_ts") or message["ts"]
    return Shortcut(
        key=dedupe_key(body),
        team=_team(body),
        person=body["user"]["id"],
        channel=body["channel"]["id"],
        shortcut=body["callback_id"],
        ts=ts,
        thread=message.get("thread_ts") or ts,
        text=message.get("text") or "",
        trigger=body.get("trigger_id") or "",
    )


def _mention(body: Mapping[str, Any]) -> Mention:
    event = body["event"]
    return Mention(
        key=dedupe_key(body),
        team=event.get("user_team") or event.get("team") or body["team_id"],
        person=event["user"],
        channel=event["channel"],
        ts=event["ts"],
        thread=event.get("thread_ts") or "",
        text=event.get("text") or "",
    )


def _team(body: Mapping[str, Any]) -> str:
    """Return the person's own workspace, which may not be ours."""
    return str(body["user"].get("team_id") or (body.get("team") or {}).get("id") or "")


def dedupe_key(body: Mapping[str, Any]) -> str:
    """Return a key that is equal for redeliveries of one thing.

    Events have an id of their own. Everything else is told apart by who did it
    and by the trigger Slack made for it; a second press has another trigger.
    """
    if body.get("event_id"):
        return f"event/{body['event_id']}"
    actions = body.get("actions") or [{}]
    person = body.get("user_id") or (body.get("user") or {}).get("id", "")
    team = body.get("team_id") or (body.get("team") or {}).get("id", "")
    parts = (
        body.get("type") or body.get("command") or "",
        team,
        person,
        body.get("trigger_id") or "",
        actions[0].get("action_ts") or body.get("action_ts") or "",
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def to_bytes(request: Request) -> bytes:
    """Return a request as the inbox keeps it."""
    kept = {
        name: value
        for name, value in asdict(request).items()
        if name not in _NOT_STORED
    }
    kind = type(request).__name__
    return json.dumps({"kind": kind, **kept}, sort_keys=True).encode()


def from_bytes(raw: bytes) -> Request:
    """Read what `to_bytes` wrote.

    Raises:
        Unparsed: It is not that.
    """
    try:
        found = json.loads(raw)
        request: Request = _KINDS[found.pop("kind")](**found)
    except (ValueError, KeyError, TypeError, AttributeError) as bad:
        raise _unknown("this version did not write it") from bad
    return request


def _unknown(because: str) -> Unparsed:
    return Unparsed(
        "The request was not understood",
        because=because,
        next_move="Look at its item in the inbox.",
    )
