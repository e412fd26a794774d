"""The one seam between the workspace and the app: deliver a payload, get an ack.

Here over HTTP; Socket Mode would be a second ``Transport`` with the same kinds.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from bot.practice.settings import Json, PracticeSettings, SlackError

Kind = Literal["slash_commands", "interactive", "events_api"]
Ack = Json | str | None  # the app's answer: JSON, plain text, or nothing
Transport = Callable[[Kind, Json, Mapping[str, str]], Awaitable[Ack]]
FORM = "application/x-www-form-urlencoded"


class HttpTransport:
    """Posts payloads to the app's one Request URL, ``<app_url>/slack/events``."""

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings
        self.app_url = settings.app_url

    async def deliver(self, kind: Kind, payload: Json, extra: Mapping[str, str]) -> Ack:
        """Post once and return the ack, or raise a SlackError with its ``reason``."""
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        plain = kind == "events_api"
        body = (json.dumps(payload) if plain else urlencode(form)).encode()
        headers = {"Content-Type": "application/json" if plain else FORM}
        headers |= self._signature(body) | dict(extra)
        url = f"{self.app_url.rstrip('/')}/slack/events"
        try:
            async with (
                asyncio.timeout(self._settings.ack_timeout_s),
                aiohttp.ClientSession() as session,
                session.post(url, data=body, headers=headers) as answer,
            ):
                return _ack(answer.status, await answer.text(), answer.headers)
        except TimeoutError:
            raise SlackError("operation_timeout", reason="http_timeout") from None
        except (aiohttp.ClientError, ValueError):
            raise SlackError("dispatch_failed", reason="connection_failed") from None

    def _signature(self, body: bytes) -> dict[str, str]:
        """Source: Slack, Verifying requests from Slack (v0, HMAC-SHA256)."""
        sent_at = str(int(self._settings.clock().timestamp()))
        secret = self._settings.signing_secret.encode()
        base = b"v0:" + sent_at.encode() + b":" + body
        proof = "v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": sent_at, "X-Slack-Signature": proof}


def _ack(status: int, text: str, headers: Mapping[str, str]) -> Ack:
    if status not in range(200, 300):
        reason = "" if headers.get("X-Slack-No-Retry") == "1" else "http_error"
        raise SlackError("dispatch_failed", reason=reason)
    try:
        body = json.loads(text)
    except ValueError:
        return text or None
    return body if isinstance(body, dict) else text
