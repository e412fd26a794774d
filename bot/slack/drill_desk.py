"""From a kept `/incident drill …` to the drills, and the sentence that comes back.

Who asks is looked up as for everything else; the drills decide. A refusal is theirs
to record.
"""

import asyncio

from bot.domain.commands import Person, PersonKind
from bot.domain.errors import Refusal
from bot.ports.drills import Drills, DrillView
from bot.slack import drill_cards, words
from bot.slack.drill_wishes import DrillVerb, DrillWish
from bot.slack.people import People
from bot.slack.requests import SlashCommand

NO_DRILLS = "Nothing was changed: this bot plays no drills. Ask its owner to set it up."
_READERS = (PersonKind.MEMBER, PersonKind.GUEST)


class DrillDesk:
    """Asks the drills what people asked for."""

    def __init__(self, *, drills: Drills, people: People) -> None:
        self._drills = drills
        self._people = people

    async def answer(self, item: str, request: SlashCommand, wish: DrillWish) -> str:
        """Ask the drills; return the sentence for the asker.

        Args:
            item: Inbox item it came with; a second try starts no second run.
        """
        by = await self._people.person(request.person, team=request.team)
        try:
            view = await asyncio.to_thread(self._ask, item, wish, by)
        except Refusal as no:
            return str(no)
        return drill_cards.done(view)

    async def status(self, request: SlashCommand) -> str:
        """Return where the newest run stands."""
        by = await self._people.person(request.person, team=request.team)
        if by.kind not in _READERS:
            return words.MAY_NOT_READ
        return drill_cards.status(await asyncio.to_thread(self._drills.newest))

    def _ask(self, item: str, wish: DrillWish, by: Person) -> DrillView:
        match wish.verb:
            case DrillVerb.START:
                return self._drills.start(
                    wish.scenario, by=by, speed=wish.speed, item=item
                )
            case DrillVerb.PAUSE:
                return self._drills.pause(by=by)
            case DrillVerb.RESUME:
                return self._drills.resume(by=by)
            case _:
                return self._drills.stop(by=by)
