"""The two ways to call Slack: reading may be repeated, writing never is.

Slack's client sends `chat.postMessage` again after a dropped connection, and then
the message stands twice. So writing has no retry handlers at all: the outbox knows
what was sent, and decides.
"""

import asyncio
import logging

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

SLACK = "https://slack.com/api/"
CALL_FAILED = (
    SlackApiError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    AttributeError,  # the library's answer to a body that is plain text
    ValueError,
)
"""Everything a call can raise when Slack, or what stands before it, fails."""

_TIMEOUT_S = 10
_LONGEST_WAIT_S = 5
_TOO_MANY = 429


class ShortRateLimitHandler(AsyncRetryHandler):
    """Waits out a short `Retry-After`, once; a long one is the caller's."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the library's signature
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> bool:
        limited = response is not None and response.status_code == _TOO_MANY
        return limited and _asked_wait_s(response) <= _LONGEST_WAIT_S

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> None:
        """Wait as long as Slack asks."""
        state.next_attempt_requested = True
        await asyncio.sleep(_asked_wait_s(response))
        state.increment_current_attempt()


def _asked_wait_s(response: HttpResponse | None) -> int:
    found = response.headers if response is not None else {}
    values = [value for name, value in found.items() if name.lower() == "retry-after"]
    return retry_after_s(values[0][0] if values and values[0] else None)


def retry_after_s(header: str | None) -> int:
    """Return how many seconds Slack asks to wait; 1 when it does not say."""
    text = (header or "").strip()
    return max(int(text), 1) if text.isascii() and text.isdigit() else 1


def read_client(token: str, *, base_url: str = SLACK) -> AsyncWebClient:
    """Return a client for calls that change nothing: they are repeated."""
    handlers: list[AsyncRetryHandler] = [
        AsyncConnectionErrorRetryHandler(),
        ShortRateLimitHandler(),
        AsyncServerErrorRetryHandler(),
    ]
    return _client(token, base_url, handlers)


def nobody(*, base_url: str = SLACK) -> AsyncWebClient:
    """Return a client without a token, for Bolt, which must not call anybody."""
    return _client(None, base_url, [])


def write_client(token: str, *, base_url: str = SLACK) -> AsyncWebClient:
    """Return a client for calls that change something: nothing is repeated."""
    return _client(token, base_url, [])


def _client(
    token: str | None, base_url: str, handlers: list[AsyncRetryHandler]
) -> AsyncWebClient:
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=_TIMEOUT_S,
        retry_handlers=handlers,
        logger=logging.getLogger("slack_sdk"),
    )
