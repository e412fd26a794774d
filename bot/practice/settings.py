"""What a workspace is started with, its tables, and its two ways to say no.

The refusals are answers of the stage, no part of the bot's own errors.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]


class SlackError(Exception):
    """Slack refuses with ``code``; ``details`` go into its answer."""

    def __init__(self, code: str, messages: Iterable[str] = (), **details: Any) -> None:
        super().__init__(code)
        self.code, found = code, list(messages)
        pointing = {"errors": found, "response_metadata": {"messages": found}}
        self.details = details | (pointing if found else {})


class NotOffered(Exception):
    """Slack's client would not let a person do that, but ``offered`` instead."""

    def __init__(self, code: str, offered: Iterable[str] = ()) -> None:
        super().__init__(code)
        self.code, self.details = code, {"offered": list(offered)}


def shipped(name: str) -> Json:
    """Return one of this room's JSON tables, parsed afresh."""
    table: Json = json.loads(files("bot.practice").joinpath(name).read_text("utf-8"))
    return table


def filled(template: Any, known: Json) -> Any:
    """Return a template with its ``$paths`` looked up; see ``shapes.json``."""
    if isinstance(template, list):
        return [filled(item, known) for item in template]
    if isinstance(template, dict):
        rows = [(key, filled(value, known)) for key, value in template.items()]
        return {k.rstrip("?"): v for k, v in rows if k[-1] != "?" or v is not None}
    if not isinstance(template, str) or not template.startswith("$"):
        return template
    path, asks, wanted = template[1:].partition("=")
    found: Any = known
    for step in path.split("."):
        found = len(found or ()) if step == "#" else (found or {}).get(step)
    return str(found).lower() == wanted if asks else found


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSettings:
    """How one workspace behaves.

    Attributes:
        manifest: The bot's app manifest: scopes, commands, shortcuts, events.
        clock: Answers the present as an aware UTC time.
        app_url: Base URL of the bot.
        state_file: SQLite file that outlives the process; None keeps to memory.
        ack_timeout_s: How long Slack waits for an answer of the app.
        transport: How payloads reach the bot; ``app_token`` opens sockets.
        settle_s: How long the person driver waits for a first effect.
    """

    bot_token: str
    signing_secret: str
    manifest: Mapping[str, Any]
    clock: Callable[[], datetime]
    app_url: str = ""
    client_id: str = "practice"
    client_secret: str = ""
    app_token: str = ""
    app_scopes: tuple[str, ...] = ("connections:write",)
    transport: Literal["http", "socket"] = "http"
    state_file: Path | None = None
    optional_scopes_granted: bool = True
    incidents_channel: str = "C0INCIDENTS"
    ack_timeout_s: float = 3.0
    settle_s: float = 0.4
    tick_s: float = 1.0  # how often waiting retries look at the clock

    def scopes(self) -> list[str]:
        """Return the bot scopes this workspace granted."""
        asked = self.manifest.get("oauth_config", {}).get("scopes", {})
        extra = asked.get("bot_optional", []) if self.optional_scopes_granted else []
        return sorted({*asked.get("bot", []), *extra})

    def features(self, name: str, key: str) -> dict[str, Json]:
        """Return commands or shortcuts of the manifest by their own key."""
        rows = self.manifest.get("features", {}).get(name, [])
        return {row[key]: row for row in rows}

    def wants(self, event: Json) -> bool:
        """Say whether the manifest subscribes to an event."""
        asked = self.manifest.get("settings", {}).get("event_subscriptions", {})
        return event["type"] in asked.get("bot_events", [])
