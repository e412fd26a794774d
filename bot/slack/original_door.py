"""What Slack sends about originals: the form that asks why, opened and kept.

A form opens only for those whom the policies let; everybody else's press is kept like
any other, so that the refusal is told and on record. What is decided here is decided
again by `bot/shares/originals.py`, which alone opens anything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.errors import Refusal
from bot.ports.sharing import OriginalAsks
from bot.slack import exercise, original_form
from bot.slack.inputs import View
from bot.slack.needs import Service
from bot.slack.requests import Click, Request, SlashCommand, Submission, parse
from bot.slack.share_door import Looker
from bot.slack.share_wishes import ORIGINAL_BUTTON, ORIGINAL_FORM, ShareWish
from bot.slack.wishes import known_incident

_LOOK_TIMEOUT_S = 1.5
_log = logging.getLogger(__name__)


class OriginalDoor:
    """The listeners about originals.

    Args:
        asks: None where nothing can be sealed.
        accept: Keeps a request; durable when it returns.
        open_form: Opens a form, or tells the person that it did not open.
    """

    def __init__(
        self,
        *,
        asks: OriginalAsks | None,
        askers: Looker | None,
        service: Service,
        accept: Callable[[Request], Awaitable[None]],
        open_form: Callable[[Click | SlashCommand, View], Awaitable[None]],
    ) -> None:
        self._asks = asks
        self._askers = askers
        self._service = service
        self._accept = accept
        self._open_form = open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.action(ORIGINAL_BUTTON)(self.press)
        app.view(ORIGINAL_FORM)(self.submit)

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form of the button, or keep the press to be refused."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        await self._ask(click, known_incident(click.value), "")
        await ack()

    async def command(self, ack: AsyncAck, sent: SlashCommand, wish: ShareWish) -> None:
        """Open the form of `/incident original`, or keep it to be refused."""
        incident = wish.incident or await asyncio.to_thread(
            self._service.newest_in, sent.channel
        )
        await self._ask(sent, incident, wish.alert)
        await ack()

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the form, or say beside the field what is missing."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        missing = original_form.errors(sent)
        if missing:
            await ack(response_action="errors", errors=dict(missing))
            return
        await self._accept(sent)
        await ack()

    async def _ask(self, sent: Click | SlashCommand, incident: str, alert: str) -> None:
        view = await self._form(sent, incident, alert)
        if view is None:
            await self._accept(sent)
        else:
            await self._open_form(sent, view)

    async def _form(
        self, sent: Click | SlashCommand, incident: str, alert: str
    ) -> View | None:
        """Return the form; None where what was sent will be refused."""
        if self._asks is None or not incident:
            return None
        if not await self._may(sent, incident):
            return None
        try:
            offers = await asyncio.to_thread(self._asks.offered, incident, alert)
        except Refusal:
            return None
        card = await asyncio.to_thread(self._service.view, incident)
        view = original_form.form(incident, offers)
        return exercise.form(view) if card is not None and card.state.drill else view

    async def _may(self, sent: Click | SlashCommand, incident: str) -> bool:
        """Tell whether a form may open; where Slack is slow it does, to be asked later.

        The policies are asked again before anything is opened.
        """
        if self._asks is None or self._askers is None:
            return False
        try:
            async with asyncio.timeout(_LOOK_TIMEOUT_S):
                card = await asyncio.to_thread(self._service.view, incident)
                channel = card.state.channel if card else sent.channel
                by = await self._askers.now(sent.person, channel, team=sent.team)
                await asyncio.to_thread(self._asks.may, incident, by)
        except TimeoutError:
            _log.warning("who asks for an original was not read in time for the form")
        except Refusal:
            return False
        return True
