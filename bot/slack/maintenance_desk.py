"""From a kept `/incident maintenance …` to the windows, and the sentence back.

Who asks is looked up as for everything else; the windows decide. A refusal is theirs
to record.
"""

import asyncio

from bot.domain.commands import Person, PersonKind
from bot.domain.errors import Refusal
from bot.ports.maintenance import Maintenance, WindowView
from bot.slack import maintenance_cards, words
from bot.slack.maintenance_wishes import MaintenanceVerb, MaintenanceWish
from bot.slack.people import People
from bot.slack.requests import SlashCommand

NO_MAINTENANCE = "Nothing was changed: this bot plans no maintenance."
_READERS = (PersonKind.MEMBER, PersonKind.GUEST)


class MaintenanceDesk:
    """Asks the windows what people asked for."""

    def __init__(self, *, maintenance: Maintenance, people: People) -> None:
        self._maintenance = maintenance
        self._people = people

    async def answer(
        self, item: str, request: SlashCommand, wish: MaintenanceWish
    ) -> str:
        """Ask the windows; return the sentence for the asker.

        Args:
            item: Inbox item it came with; a second try plans no second window.
        """
        by = await self._people.person(request.person, team=request.team)
        try:
            view = await asyncio.to_thread(self._ask, item, wish, by)
        except Refusal as no:
            return str(no)
        return maintenance_cards.done(view)

    async def listed(self, request: SlashCommand) -> str:
        """Return the windows that are not over."""
        by = await self._people.person(request.person, team=request.team)
        if by.kind not in _READERS:
            return words.MAY_NOT_READ
        return maintenance_cards.listed(await asyncio.to_thread(self._maintenance.rows))

    def _ask(self, item: str, wish: MaintenanceWish, by: Person) -> WindowView:
        if wish.verb is MaintenanceVerb.PLAN and wish.planned is not None:
            return self._maintenance.plan(wish.planned, by=by, item=item)
        return self._maintenance.end(wish.window, by=by)
