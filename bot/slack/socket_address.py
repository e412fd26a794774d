"""Asks Slack for the address of one Socket Mode connection.

Each address works once and for a short time, so one is asked for per connection.
It carries a ticket: it is never logged and never stored.
Source: Slack, apps.connections.open.
"""

import asyncio
import ipaddress
import re
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import CALL_FAILED, retry_after_s

METHOD = "apps.connections.open"
_TIMEOUT_S = 10.0
_TOO_MANY = 429
_CODE = re.compile(r"[a-z_]{1,60}")


class NotOpened(Exception):
    """There is no connection yet.

    Attributes:
        reason: A word of Slack's or ours, safe to log.
        wait_s: How long Slack asks to wait; 0 when it does not say.
    """

    def __init__(self, reason: str, *, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


async def new_address(client: AsyncWebClient) -> str:
    """Return an address to connect to.

    Args:
        client: With the app token.

    Raises:
        NotOpened: Slack gives none, or one that is not encrypted.
    """
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            answer = await client.api_call(METHOD)
    except SlackApiError as refused:
        raise _refused(refused) from None
    except CALL_FAILED as failed:
        raise NotOpened(type(failed).__name__) from None
    address = str(answer.get("url") or "")
    # Whoever can read or change an open connection can press every button.
    if not _is_safe(address):
        raise NotOpened("not_encrypted")
    return address


def _refused(refused: SlackApiError) -> NotOpened:
    response = refused.response
    said = response.data if isinstance(response.data, dict) else {}
    code = str(said.get("error") or "")
    if response.status_code != _TOO_MANY:
        return NotOpened(code if _CODE.fullmatch(code) else "unknown_error")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return NotOpened("ratelimited", wait_s=retry_after_s(headers.get("retry-after")))


def _is_safe(address: str) -> bool:
    """Tell whether an address is encrypted, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "wss" or (
        parts.scheme == "ws" and _is_loopback(parts.hostname or "")
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
