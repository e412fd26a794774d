"""What `/incident` answers at once, because it only reads: help, list, status and such.

Guests may read what stands in their channels; pages and drafts are for full members.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.commands import PersonKind
from bot.slack import answers, draft_words, words
from bot.slack.needs import Drafting, Service
from bot.slack.page_door import PageDoor, not_for
from bot.slack.people import People
from bot.slack.requests import SlashCommand
from bot.slack.wishes import Verb, Wish

READERS = (PersonKind.MEMBER, PersonKind.GUEST)


class ReadingDoor:
    """Answers what reads.

    Args:
        drafts: None where no runbooks are drafted.
    """

    def __init__(
        self,
        *,
        service: Service,
        people: People,
        pages: PageDoor,
        drafts: Drafting | None,
    ) -> None:
        self._service = service
        self._people = people
        self._pages = pages
        self._drafts = drafts
        # Who knows what was considered: `feedback_door.py`, once it is there.
        self.listed: Callable[[SlashCommand, Wish], Awaitable[answers.Answer]] | None
        self.listed = None

    async def read(self, request: SlashCommand, wish: Wish) -> dict[str, Any]:
        """Return what only the asker sees."""
        if wish.verb is Verb.HELP:
            return answers.helped()
        if wish.verb is Verb.PAGE:
            return await self._pages.asked(request, wish.incident)
        asker = await self._people.person(request.person, team=request.team)
        if asker.kind not in READERS:
            return answers.plain(words.MAY_NOT_READ)
        if wish.verb is Verb.RUNBOOKS and self.listed is not None:
            return await self.listed(request, wish)
        if wish.verb is Verb.RUNBOOK:
            if asker.kind is not PersonKind.MEMBER:
                return answers.plain(not_for(asker.kind))
            return await asyncio.to_thread(self._draft, wish.incident, request.channel)
        if wish.verb is Verb.LIST:
            return answers.listed(await asyncio.to_thread(self._service.board))
        return await asyncio.to_thread(self._status, wish.incident, request.channel)

    def _status(self, named: str, channel: str) -> dict[str, Any]:
        incident = named or self._service.newest_in(channel)
        if not incident:
            return answers.plain(words.NO_OPEN_HERE)
        view = self._service.view(incident)
        if view is None:
            return answers.plain(words.no_such_incident(incident))
        return answers.status(view, self._service.timeline(incident))

    def _draft(self, named: str, channel: str) -> dict[str, Any]:
        """Say what a draft holds; the file itself is behind the page's button."""
        if self._drafts is None:
            return answers.plain(draft_words.NO_DRAFTS)
        incident = named or self._service.newest_in(channel)
        if not incident:
            return answers.plain(words.NO_OPEN_HERE)
        made = self._drafts.draft(incident)
        if made is None:
            return answers.plain(words.no_such_incident(incident))
        return draft_words.told(made)
