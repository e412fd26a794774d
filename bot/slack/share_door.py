"""From a kept request to sharing: who asks is looked up first.

The answer is written by sharing itself, in the transaction that acts.
"""

import asyncio
from typing import Protocol

from bot.ports.gate import Asker
from bot.ports.share_texts import TextAsked, TextAsks
from bot.ports.sharing import OriginalAsked, OriginalAsks, ShareAsker, ShareAsks
from bot.slack import words
from bot.slack.needs import Service
from bot.slack.requests import Request
from bot.slack.share_wishes import ShareVerb, ShareWish

NO_SHARING = (
    "Nothing was opened: sharing is not set up here. "
    "Ask whoever runs Tocsin to run `tocsin doctor`."
)


class Looker(Protocol):
    """Tells who somebody is; `bot.slack.askers.Askers` does."""

    async def now(self, person: str, channel: str, *, team: str = "") -> Asker:
        """Return somebody as Slack says."""
        ...


class ShareDoor:
    """Asks sharing what people asked for."""

    def __init__(
        self,
        *,
        shares: ShareAsks | None,
        service: Service,
        askers: Looker,
        originals: OriginalAsks | None = None,
        texts: TextAsks | None = None,
    ) -> None:
        self._shares = shares
        self._texts = texts
        self._originals = originals
        self._service = service
        self._askers = askers

    async def answer(self, item: str, request: Request, wish: ShareWish) -> str:
        """Ask sharing; return "" where it answered, else the sentence to say."""
        shares, pressed_in = self._shares, getattr(request, "channel", "")
        if shares is None:
            return NO_SHARING
        incident = wish.incident or await asyncio.to_thread(
            self._service.newest_in, pressed_in
        )
        if not incident:
            return words.NO_OPEN_HERE
        channel = await asyncio.to_thread(shares.channel_of, incident)
        found = await self._askers.now(
            request.person, channel or pressed_in, team=request.team
        )
        if wish.verb is ShareVerb.ORIGINAL:
            return await self._original(item, wish, incident, found, pressed_in)
        if wish.share:
            asked = TextAsked(
                share=wish.share,
                incident=incident,
                by=found,
                item=item,
                channel=pressed_in or channel,
            )
            return await self._text(wish, asked, channel)
        by = ShareAsker(person=found.person, in_channel=found.in_channel)
        match wish.verb:
            case ShareVerb.DIAGNOSTICS:
                ask = shares.ask
            case ShareVerb.REVOKE:
                ask = shares.revoke_all
            case _:
                return words.OUT_OF_DATE
        await asyncio.to_thread(ask, incident, by, item=item, channel=pressed_in)
        return ""

    async def _text(self, wish: ShareWish, asked: TextAsked, channel: str) -> str:
        """Ask about a text; who is to get it is looked up as it is offered."""
        texts = self._texts
        if texts is None:
            return NO_SHARING
        match wish.verb:
            case ShareVerb.SHARE:
                people = await asyncio.gather(
                    *(self._askers.now(one, channel) for one in wish.people)
                )
                await asyncio.to_thread(texts.offer, asked, people)
            case ShareVerb.OPEN:
                await asyncio.to_thread(texts.open, asked)
            case _:
                await asyncio.to_thread(texts.take_back, asked)
        return ""

    async def _original(
        self, item: str, wish: ShareWish, incident: str, by: Asker, pressed_in: str
    ) -> str:
        if self._originals is None or self._shares is None:
            return NO_SHARING
        # A form does not say where the person is; their incident does.
        channel = pressed_in or await asyncio.to_thread(
            self._shares.channel_of, incident
        )
        asked = OriginalAsked(
            incident=incident,
            alert=wish.alert,
            by=by,
            reason=wish.reason,
            item=item,
            channel=channel,
        )
        await asyncio.to_thread(self._originals.open, asked)
        return ""
