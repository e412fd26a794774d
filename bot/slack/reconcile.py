"""Looking whether a message whose sending is in doubt stands in Slack.

Needs the optional history scope. Without it nobody can look, and an information
post may stand twice; nothing that decides depends on how often it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Sending
from bot.slack.calls import EVENT_TYPE, message_id
from bot.slack.identity import Identity

# Slack's clock and ours may differ a little.
_SKEW = timedelta(minutes=1)
_PAGE = 200
_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A message of ours that stands in Slack; `rev` says which state of it."""

    ts: str
    rev: int


class Reconciler:
    """Finds our messages by the id they carry.

    Attributes:
        may_look: False once Slack said that the history scope is missing.
    """

    def __init__(self, *, reader: AsyncWebClient, identity: Identity) -> None:
        self._reader = reader
        self._identity = identity
        self.may_look = True

    async def find(self, row: Sending) -> Standing | None:
        """Return where a message stands, None when it does not or none may look.

        Raises:
            Exception: One of `clients.CALL_FAILED`: it is still not known.
        """
        if not self.may_look:
            return None
        try:
            return await self._search(row)
        except SlackApiError as refused:
            if refused.response.get("error") not in ("missing_scope", "not_in_channel"):
                raise
            self.may_look = refused.response.get("error") != "missing_scope"
            return None

    async def _search(self, row: Sending) -> Standing | None:
        ours = await self._identity.ours()
        cursor = ""
        for _ in range(_PAGES):
            answer = await self._page(row, cursor)
            for message in answer.get("messages") or []:
                by_us = ours.bot == message.get("bot_id") or ours.user == message.get(
                    "user"
                )
                found = _standing(message, message_id(row.key)) if by_us else None
                if found is not None:
                    return found
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        return None

    async def _page(self, row: Sending, cursor: str) -> Any:
        oldest = (row.created_at - _SKEW).timestamp()
        asked: dict[str, Any] = {
            "channel": row.channel,
            "oldest": f"{oldest:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
            **({"cursor": cursor} if cursor else {}),
        }
        if row.thread_ts:
            return await self._reader.conversations_replies(ts=row.thread_ts, **asked)
        return await self._reader.conversations_history(**asked)


def _standing(message: Mapping[str, Any], wanted: str) -> Standing | None:
    hung = message.get("metadata") or {}
    payload = hung.get("event_payload") or {}
    if hung.get("event_type") != EVENT_TYPE or payload.get("id") != wanted:
        return None
    return Standing(ts=str(message["ts"]), rev=int(payload.get("v") or 0))
