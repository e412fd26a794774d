"""From a kept form or press about writings to the service. No rule lives here."""

import asyncio

from bot.domain.commands import Person
from bot.domain.writing import Writing
from bot.ports.writings import Asked, Writings
from bot.slack.people import People
from bot.slack.requests import Click, Request
from bot.slack.whispers import Whispers
from bot.slack.writing_wishes import WritingWish


class WritingDesk:
    """Hands what people ask to the service, which answers them."""

    def __init__(
        self, *, writings: Writings, people: People, whispers: Whispers
    ) -> None:
        self._writings = writings
        self._people = people
        self._whispers = whispers

    async def answer(self, item: str, request: Request, wish: WritingWish) -> None:
        """Have it done; the service marks the item done and tells the person."""
        by = await self._people.person(request.person, team=request.team)
        to = await self._people.person(wish.person) if wish.person else None
        asked = _asked(item, request, wish, by, to)
        if wish.takes:
            work = self._writings.take_over
        elif wish.writing is Writing.UPDATE:
            work = self._writings.post_update
        else:
            work = self._writings.hand_over
        await asyncio.to_thread(work, asked)
        self._whispers.wake()


def desk_of(
    writings: Writings | None, *, people: People, whispers: Whispers
) -> WritingDesk | None:
    """Return the desk, None where nothing is drafted."""
    if writings is None:
        return None
    return WritingDesk(writings=writings, people=people, whispers=whispers)


def _asked(
    item: str, request: Request, wish: WritingWish, by: Person, to: Person | None
) -> Asked:
    return Asked(
        item=item,
        incident=wish.incident,
        by=by,
        channel=request.channel if isinstance(request, Click) else "",
        to=to,
        audience=wish.audience,
        within=wish.within,
        fields=wish.fields,
        drafted=wish.drafted,
        entry=wish.entry,
        taken=wish.taken,
    )
