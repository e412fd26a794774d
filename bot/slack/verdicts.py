"""What an answer of Slack means for a message: sent, later, in doubt, or never.

Pure reading of exceptions and error codes. Source: Slack's method pages; the sets
hold the codes of chat.postMessage, chat.update and chat.postEphemeral.
"""

from dataclasses import dataclass
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.clients import retry_after_s

Means = Literal["later", "doubt", "never", "without_blocks", "anew", "elsewhere"]

LONGEST_WAIT_S = 30
_SLOW_RETRY_S = 30
# How often a message with an error code we do not know is tried.
_STRANGE = 5
_SERVER_ERRORS = range(500, 600)

_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel"})
_NEVER = _NOT_THERE | {
    *("is_archived", "msg_too_long", "msg_blocks_too_long", "no_text"),
    *("restricted_action", "restricted_action_read_only_channel", "is_inactive"),
    *("restricted_action_thread_only_channel", "thread_not_found"),
    *("restricted_action_thread_locked", "restricted_action_non_threadable_channel"),
    *("cannot_reply_to_message", "cant_post_message", "ekm_access_denied"),
    *("messages_tab_disabled", "not_allowed_token_type", "channel_type_not_supported"),
    *("duplicate_channel_not_found", "invalid_arguments", "invalid_metadata_format"),
    *("metadata_too_large", "cannot_dm_bot", "user_not_found", "user_disabled"),
    *("team_access_not_granted", "no_permission", "as_user_not_supported"),
    *("slack_connect_file_link_sharing_blocked", "too_many_attachments"),
}
_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format"})
_ANEW = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# Slack says of these that something may have been done all the same.
_DOUBT = frozenset({"fatal_error", "internal_error", "request_timeout"})
# An operator must act; the message stays in the outbox meanwhile.
_OPERATOR = frozenset(
    {
        *("invalid_auth", "not_authed", "token_revoked", "token_expired"),
        *("account_inactive", "missing_scope", "access_denied", "accesslimited"),
        *("org_login_required", "team_added_to_org", "two_factor_setup_required"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a row.

    Attributes:
        because: Error code or kind of failure; never text from outside.
        wait_s: How long to wait at least; 0 leaves it to the backoff.
        limited: Slack asked everybody to slow down.
        at_most: After how many failures to give up; 0 for never.
    """

    means: Means
    because: str
    wait_s: int = 0
    limited: bool = False
    at_most: int = 0

    @property
    def concerns_all(self) -> bool:
        """Tell whether the next message would fare no better."""
        return self.means in ("later", "doubt") and self.at_most == 0


def of(error: Exception) -> Verdict:
    """Return what a failed call means."""
    match error:
        case SlackApiError():
            return _of_answer(error)
        case aiohttp.ClientConnectorError():
            return Verdict(means="later", because="unreachable")
        case TimeoutError():
            return Verdict(means="doubt", because="timeout")
        case _:
            return Verdict(means="doubt", because=type(error).__name__)


def _of_answer(error: SlackApiError) -> Verdict:
    status = getattr(error.response, "status_code", None)
    status = getattr(error.response, "status", 0) if status is None else status
    code = _code(error)
    if status == 429 or code in ("ratelimited", "rate_limited"):  # noqa: PLR2004 - HTTP
        wait_s = min(retry_after_s(_header(error)), LONGEST_WAIT_S)
        return Verdict(
            means="later", because="ratelimited", wait_s=wait_s, limited=True
        )
    if status in _SERVER_ERRORS or not code or code in _DOUBT:
        return Verdict(means="doubt", because=code or f"status {status}")
    if code == "service_unavailable":
        return Verdict(means="later", because=code)
    return _of_code(code)


def _of_code(code: str) -> Verdict:
    if code in _BLOCKS:
        return Verdict(means="without_blocks", because=code)
    if code in _ANEW:
        return Verdict(means="anew", because=code)
    if code in _NOT_THERE:
        return Verdict(means="elsewhere", because=code)
    if code in _OPERATOR:
        return Verdict(means="later", because=code, wait_s=_SLOW_RETRY_S)
    if code in _NEVER:
        return Verdict(means="never", because=code)
    return Verdict(means="later", because=code, wait_s=_SLOW_RETRY_S, at_most=_STRANGE)


def _code(error: SlackApiError) -> str:
    """Return Slack's error code; "" when the answer was not one of Slack's."""
    try:
        found = error.response["error"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) and found.isascii() else ""


def _header(error: SlackApiError) -> str | None:
    headers = getattr(error.response, "headers", None) or {}
    for name, value in headers.items():
        if name.lower() == "retry-after":
            return str(value)
    return None
