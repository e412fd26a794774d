"""Whether the channel that gets the cards can get them. Asked once, at the start.

Nothing depends on the answer; it saves a person from wondering why nothing comes,
or who else reads along.
"""

import asyncio

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clients import CALL_FAILED

_TIMEOUT_S = 10.0


async def complaint(reader: AsyncWebClient, channel: str) -> str:
    """Return what is wrong with the channel, with the next move; "" if nothing is."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            answer = await reader.conversations_info(channel=channel)
    except SlackApiError as refused:
        if refused.response.get("error") == "channel_not_found":
            return (
                f"the bot cannot see channel {channel}: it does not exist, or it is "
                "private. Check slack.channel, and invite the bot there."
            )
        return ""
    except CALL_FAILED:
        return ""
    found = answer.get("channel") or {}
    if found.get("is_archived"):
        return f"channel {channel} is archived. Set slack.channel to another one."
    if not found.get("is_member"):
        return f"the bot is not in channel {channel}. Type `/invite @tocsin` there."
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        return f"channel {channel} is shared with another organization: it reads along."
    return ""
