"""What Slack sends about texts that people seal: the form, opened and taken.

A text is sealed before its form is acknowledged (`bot/shares/texts.py`), and what is
kept of the form afterwards says which share it became, not what it said. Who is to get
it is looked at while the form still stands, as far as Slack answers in time; what is
decided here is decided again before anybody gets a link.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.errors import NotFound, Refusal, TocsinError
from bot.domain.share_texts import why_not
from bot.ports import Received
from bot.ports.share_texts import TextAsks, Told
from bot.slack import answers, exercise, text_form, words
from bot.slack.inputs import View
from bot.slack.keeping import Keeping
from bot.slack.needs import Service
from bot.slack.requests import Shortcut, SlashCommand, Submission, parse
from bot.slack.share_door import NO_SHARING, Looker
from bot.slack.share_wishes import TEXT_BUTTONS, TEXT_FORM, ShareWish
from bot.slack.threads import incident_of
from bot.slack.typed import as_typed
from bot.slack.whispers import Whispers

SHORTCUT = "share_message"
_LOOK_TIMEOUT_S = 1.2
_SEAL_TIMEOUT_S = 1.2
_TOO_SLOW = (
    "Sealing takes long. Look into the incident's thread before you press again: "
    "it may be there already."
)
_FAILED = "It could not be sealed right now. Try again in a few minutes."
_log = logging.getLogger(__name__)

Opens = SlashCommand | Shortcut


class TextDoor:
    """The listeners about sealed texts.

    Args:
        asks: None where nothing can be sealed.
        open_form: Opens a form, or tells the person that it did not open.
    """

    def __init__(
        self,
        *,
        asks: TextAsks | None,
        askers: Looker | None,
        service: Service,
        keeping: Keeping,
        whispers: Whispers,
        open_form: Callable[[Opens, View], Awaitable[None]],
    ) -> None:
        self._asks = asks
        self._askers = askers
        self._service = service
        self._keeping = keeping
        self._whispers = whispers
        self._open_form = open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.shortcut(SHORTCUT)(self.shortcut)
        app.view(TEXT_FORM)(self.submit)
        for action in TEXT_BUTTONS:
            app.action(action)(self.press)

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the press of a button below a sealed text."""
        await self._keeping.accept(parse(body))
        await ack()

    async def command(self, ack: AsyncAck, sent: SlashCommand, wish: ShareWish) -> None:
        """Open the form of `/incident share`, or say why not."""
        if self._asks is None:
            await ack(answers.plain(NO_SHARING))
            return
        incident = wish.incident or await asyncio.to_thread(
            self._service.newest_in, sent.channel
        )
        if not incident:
            await ack(answers.plain(words.NO_OPEN_HERE))
            return
        await self._ask(sent, incident, text_form.form(incident))
        await ack()

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form with the text of a message in it, or say why not."""
        sent = parse(body)
        assert isinstance(sent, Shortcut)  # noqa: S101 - Bolt matched it
        said = as_typed(sent.text).strip()
        incident = await asyncio.to_thread(
            incident_of, self._service, sent.channel, sent.thread
        )
        view = text_form.form(incident, known=said, is_message=True)
        if self._asks is not None:
            await self._ask(sent, incident, view)
        else:
            await self._whispers.queue(
                f"share/{sent.key}",
                channel=sent.channel,
                person=sent.person,
                text=NO_SHARING,
            )
        await ack()

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Seal the text, or say beside the fields what is wrong."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        wrong = text_form.errors(sent) or await self._wrong_people(sent)
        if not wrong:
            wrong = await self._sealed(sent)
        if wrong:
            await ack(response_action="errors", errors=dict(wrong))
            return
        self._keeping.wake()
        await ack()

    async def _sealed(self, sent: Submission) -> Mapping[str, str]:
        """Seal it; return what to say beside the text where that failed."""

        def received(share: str) -> Received:
            kept = replace(sent, values=text_form.without_text(sent, share))
            return self._keeping.received(kept)

        asks = self._asks
        if asks is None:
            return {"text": NO_SHARING}
        try:
            pasted = text_form.pasted(sent)
            sealing = asyncio.to_thread(asks.seal, pasted, received)
            await self._awaited(asyncio.ensure_future(sealing))
        except Refusal as no:
            return {"text": str(no)}
        except TocsinError as fault:
            _log.error("a text was not sealed: %s", fault)
            return {"text": _FAILED}
        except TimeoutError:
            _log.warning("a text was not sealed in time for its form")
            return {"text": _TOO_SLOW}
        return {}

    async def _awaited(self, sealing: "asyncio.Future[None]") -> None:
        """Wait as long as Slack does; what was begun is finished all the same."""
        try:
            await asyncio.wait_for(asyncio.shield(sealing), _SEAL_TIMEOUT_S)
        except TimeoutError:
            sealing.add_done_callback(self._ended_late)
            raise

    def _ended_late(self, sealing: "asyncio.Future[None]") -> None:
        """Have what was sealed late be offered, or say why it was not."""
        if sealing.cancelled():
            return
        fault = sealing.exception()
        if fault is None:
            self._keeping.wake()
        else:
            _log.error("a text was not sealed, late: %s", fault)

    async def _wrong_people(self, sent: Submission) -> Mapping[str, str]:
        """Return what to say beside the people; nothing where Slack is slow."""
        if self._askers is None:
            return {}
        people = [one for one in sent.values.get("people", "").split(",") if one]
        try:
            async with asyncio.timeout(_LOOK_TIMEOUT_S):
                channel = await asyncio.to_thread(self._channel, sent.incident)
                found = await asyncio.gather(
                    *(self._askers.now(one, channel) for one in people)
                )
        except TimeoutError:
            _log.warning("who is to get a sealed text was not read in time")
            return {}
        said = text_form.not_for(
            [why_not(one.person, in_channel=one.in_channel) for one in found]
        )
        return {"people": said} if said else {}

    async def _ask(self, sent: Opens, incident: str, view: View) -> None:
        """Open the form for those who may; tell everybody else why not."""
        asks, askers = self._asks, self._askers
        if asks is None or askers is None:
            return
        try:
            async with asyncio.timeout(_LOOK_TIMEOUT_S):
                card = await asyncio.to_thread(self._service.view, incident)
                channel = card.state.channel if card else sent.channel
                by = await askers.now(sent.person, channel, team=sent.team)
        except TimeoutError:
            # Whoever they are, nothing is handed out before they are known.
            await self._open_form(sent, view)
            return
        try:
            if not incident:
                raise _no_incident()
            await asyncio.to_thread(asks.may, incident, by)
        except Refusal as no:
            told = Told(key=f"share/{sent.key}", channel=sent.channel)
            await asyncio.to_thread(asks.refuse, incident, by, no, told)
            self._whispers.wake()
            return
        is_drill = card is not None and card.state.drill
        await self._open_form(sent, exercise.form(view) if is_drill else view)

    def _channel(self, incident: str) -> str:
        card = self._service.view(incident)
        return card.state.channel if card else ""


def _no_incident() -> NotFound:
    return NotFound(
        "Nothing was sealed",
        because="no incident is open in this channel",
        next_move="Use the shortcut where an incident is worked on.",
    )
