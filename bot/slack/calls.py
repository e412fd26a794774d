"""The calls that write messages, each with every argument that keeps them safe.

No names are linked, nothing is unfolded, an edit always brings its blocks (without
them Slack removes those that stand). The metadata carries an id by which a message
is found again, and nothing else: anyone in the workspace can read it.
"""

import asyncio
import hashlib
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Sending
from bot.slack.egress import masked
from bot.slack.links import Link, filled, has_link
from bot.slack.needs import Redactor
from bot.slack.rich import BROADCAST

EVENT_TYPE = "tocsin_message"
_SAFE: dict[str, Any] = {"parse": "none", "link_names": False}
_STILL: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


def message_id(key: str) -> str:
    """Return the id a message carries: 24 hex digits of SHA-256 over its key."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def metadata(row: Sending) -> dict[str, Any]:
    """Return what is hung on a message: its id and which state of it this is."""
    payload = {"id": message_id(row.key), "v": row.rev}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


class Calls:
    """Writes to Slack, once per call.

    Args:
        link: Makes the address of a link to sealed diagnostics.
    """

    def __init__(
        self, writer: AsyncWebClient, redactor: Redactor, *, link: Link | None = None
    ) -> None:
        self._writer = writer
        self._redactor = redactor
        self._link = link or (lambda _: "")

    async def write(self, row: Sending, *, with_blocks: bool = True) -> str:
        """Send one row and return Slack's id of the message.

        Raises:
            Exception: What `verdicts.of` reads.
        """
        row = await self._linked(await self._masked(row))
        blocks = [dict(block) for block in row.blocks] if with_blocks else []
        if row.kind == "whisper":
            return await self._whisper(row, blocks)
        return await (self._edit(row, blocks) if row.ts else self._post(row, blocks))

    async def directly(self, row: Sending) -> str:
        """Send a whisper as a direct message of the app."""
        row = filled(await self._masked(row), lambda _: "")
        answer = await self._writer.chat_postMessage(
            channel=row.person,
            text=row.text,
            blocks=[dict(block) for block in row.blocks] or None,
            metadata=metadata(row),
            **_SAFE,
            **_STILL,
        )
        return str(answer["ts"])

    async def _masked(self, row: Sending) -> Sending:
        # A card is large enough that nothing else should wait for it.
        return await asyncio.to_thread(masked, row, self._redactor)

    async def _post(self, row: Sending, blocks: list[dict[str, Any]]) -> str:
        thread: dict[str, Any] = {}
        if row.thread_ts:
            broadcast = bool(row.blocks) and row.blocks[0].get("block_id") == BROADCAST
            thread = {"thread_ts": row.thread_ts, "reply_broadcast": broadcast}
        answer = await self._writer.chat_postMessage(
            channel=row.channel,
            text=row.text,
            blocks=blocks or None,
            **thread,
            metadata=metadata(row),
            **_SAFE,
            **_STILL,
        )
        return str(answer["ts"])

    async def _edit(self, row: Sending, blocks: list[dict[str, Any]]) -> str:
        answer = await self._writer.chat_update(
            channel=row.channel,
            ts=row.ts,
            text=row.text,
            blocks=blocks,
            metadata=metadata(row),
            **_SAFE,
        )
        return str(answer["ts"])

    async def _linked(self, row: Sending) -> Sending:
        """Return the row with its link, which only a whisper may have."""
        if not has_link(row):
            return row
        link = self._link if row.kind == "whisper" else (lambda _: "")
        return await asyncio.to_thread(filled, row, link)

    async def _whisper(self, row: Sending, blocks: list[dict[str, Any]]) -> str:
        answer = await self._writer.chat_postEphemeral(
            channel=row.channel,
            user=row.person,
            text=row.text,
            blocks=blocks or None,
            **_SAFE,
        )
        return str(answer["message_ts"])
