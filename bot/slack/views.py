"""Forms and homes on their way to Slack: masked here, and sent nowhere else.

What they show is decided where they are drawn; messages go another way (`calls.py`).
"""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.guards import Guards
from bot.slack.egress import view_masked


class Views:
    """Opens forms and publishes homes, once per call."""

    def __init__(self, writer: AsyncWebClient, guard: Guards) -> None:
        self._writer = writer
        self._guard = guard

    async def open(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a form for the press that brought `trigger`; return the form's id.

        Raises:
            Exception: One of `clients.CALL_FAILED`.
        """
        shown = view_masked(view, self._guard)
        opened = await self._writer.views_open(trigger_id=trigger, view=shown)
        return str((opened.get("view") or {}).get("id") or "")

    async def update(self, view_id: str, view: dict[str, Any]) -> None:
        """Show a form anew; what was typed into its fields stays. Raises as `open`."""
        shown = view_masked(view, self._guard)
        await self._writer.views_update(view_id=view_id, view=shown)

    async def publish(self, person: str, view: dict[str, Any]) -> None:
        """Show a person's home; raises as `open` does."""
        shown = view_masked(view, self._guard)
        await self._writer.views_publish(user_id=person, view=shown)
