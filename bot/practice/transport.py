"""The one seam between the workspace and the app: deliver a payload, get an ack.

Here over HTTP; Socket Mode (``sockets``) is a second ``Transport`` of the same kinds.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.practice.settings import Json, PracticeSettings, SlackError

Kind = Literal["slash_commands", "interactive", "events_api"]
Ack = Json | str | None  # the app's answer: JSON, plain text, or nothing
Transport = Callable[[Kind, Json, Json], Awaitable[Ack]]  # what, retry num and reason
FORM = "application/x-www-form-urlencoded"


class HttpTransport:
    """Posts payloads to the app's one Request URL, ``<app_url>/slack/events``."""

    def __init__(self, settings: PracticeSettings) -> None:
        self._settings = settings

    async def deliver(self, kind: Kind, payload: Json, retry: Json) -> Ack:
        """Post once and return the ack, or raise a SlackError with its ``reason``."""
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        plain = kind == "events_api"
        body = (json.dumps(payload) if plain else urlencode(form)).encode()
        headers = {"Content-Type": "application/json" if plain else FORM}
        headers |= self._signature(body)
        headers |= {f"X-Slack-Retry-{key.title()}": str(retry[key]) for key in retry}
        url = f"{self._settings.app_url.rstrip('/')}/slack/events"
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
        sent_at = str(int(self._settings.clock().timestamp()))
        signer = SignatureVerifier(self._settings.signing_secret)
        proof = signer.generate_signature(timestamp=sent_at, body=body)
        return {"X-Slack-Request-Timestamp": sent_at, "X-Slack-Signature": str(proof)}


def _ack(status: int, text: str, headers: Mapping[str, str]) -> Ack:
    if status not in range(200, 300):
        reason = "" if headers.get("X-Slack-No-Retry") == "1" else "http_error"
        raise SlackError("dispatch_failed", reason=reason)
    try:
        body = json.loads(text)
    except ValueError:
        return text or None
    return body if isinstance(body, dict) else text
