"""Who we are in Slack: workspace, bot user and bot. Asked once, then kept."""

import asyncio
from dataclasses import dataclass

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

_TIMEOUT_S = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """What `auth.test` says of our token."""

    team: str
    user: str
    bot: str
    enterprise: str = ""


class Identity:
    """Knows who we are; asks Slack at the first need.

    Args:
        team: Workspace from the settings; "" takes the token's.
    """

    def __init__(self, *, reader: AsyncWebClient, team: str = "") -> None:
        self._reader = reader
        self._team = team
        self._self: Self | None = None
        self._asking = asyncio.Lock()

    async def ours(self) -> Self:
        """Return who we are.

        Raises:
            SlackApiError: Slack does not accept the token.
            TimeoutError: Slack did not answer in time.
            aiohttp.ClientError: Slack cannot be reached.
        """
        async with self._asking:
            if self._self is None:
                async with asyncio.timeout(_TIMEOUT_S):
                    answer = await self._reader.auth_test()
                self._self = Self(
                    team=str(answer.get("team_id") or ""),
                    user=str(answer.get("user_id") or ""),
                    bot=str(answer.get("bot_id") or ""),
                    enterprise=str(answer.get("enterprise_id") or ""),
                )
            return self._self

    async def team(self) -> str:
        """Return the workspace whose people may act; raises as `ours` does."""
        return self._team or (await self.ours()).team

    async def authorize(self) -> AuthorizeResult:
        """Return what Bolt wants to know; raises as `ours` does."""
        ours = await self.ours()
        return AuthorizeResult(
            enterprise_id=ours.enterprise or None,
            team_id=ours.team,
            bot_user_id=ours.user,
            bot_id=ours.bot,
            bot_token=self._reader.token,
        )
