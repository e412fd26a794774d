"""Makes the addresses under which one person signs in and lands on one page."""

import asyncio
from dataclasses import dataclass

from bot.domain.errors import NotAllowed
from bot.web.pages import BOARD
from bot.web.readers import is_safe_to_sign_in
from bot.web.sessions import Sessions
from bot.web.sign_in import PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """Keeps `bot.slack.needs.Pages`."""

    sessions: Sessions
    base_url: str

    async def link(self, person: str, *, incident: str, part: str = "") -> str:
        """Return a fresh address for one person; durable when this returns.

        Args:
            incident: Whose page it leads to, "" for the board.
            part: Which page below that, "" for it itself.

        Raises:
            NotAllowed: Browsers reach us over plain HTTP from other machines, so
                that anybody on the way could read along.
        """
        if not is_safe_to_sign_in(self.base_url):
            raise NotAllowed(
                "No page was opened",
                because="browsers would reach the pages without encryption",
                next_move="Ask the operator to set web.public_url to an https address.",
            )
        page = "/".join(one for one in (BOARD, incident, part) if one)
        made = self.sessions.link(person, page)
        token = await asyncio.shield(asyncio.wrap_future(made))
        return f"{self.base_url}{PATH}/{token}"
