"""What Slack sends about writings: a look, or a form opened and taken.

The draft of the rules is there at once. A model is asked afterwards: what it adds
follows a catch-up, or is brought into the form while that is open, below what a person
types.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.commands import PersonKind
from bot.domain.errors import Refusal
from bot.domain.telling import short_digest
from bot.domain.writing import Writing
from bot.ports import Whisper
from bot.ports.writings import Draft, Writings
from bot.slack import answers, words, writing_forms
from bot.slack.clients import CALL_FAILED
from bot.slack.inputs import View
from bot.slack.keeping import Keeping
from bot.slack.needs import Service
from bot.slack.page_door import PageDoor
from bot.slack.people import People
from bot.slack.requests import Click, SlashCommand, Submission, parse
from bot.slack.views import Views
from bot.slack.whispers import Whispers
from bot.slack.wishes import known_incident
from bot.slack.writing_wishes import CATCH_UP_BUTTON, FORMS, TAKE_BUTTON, WritingWish

NO_WRITINGS = "Nothing was drafted: this bot drafts nothing."
_READERS = (PersonKind.MEMBER, PersonKind.GUEST)
_CALL_TIMEOUT_S = 2.0
_WORTH = timedelta(minutes=10)
# Several stand in one row, so each has a number behind it.
_CATCH_UP = re.compile(re.escape(CATCH_UP_BUTTON) + r"(\.\d)?")
_log = logging.getLogger(__name__)
Opens = Click | SlashCommand


class WritingDoor:
    """The listeners about writings.

    Args:
        writings: None where nothing is drafted.
    """

    def __init__(
        self,
        *,
        writings: Writings | None,
        service: Service,
        people: People,
        views: Views,
        keeping: Keeping,
        whispers: Whispers,
    ) -> None:
        self._writings = writings
        self._service = service
        self._people = people
        self._views = views
        self._keeping = keeping
        self._whispers = whispers

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.action(_CATCH_UP)(self.look)
        app.action(TAKE_BUTTON)(self.press)
        for form in FORMS:
            app.view(form)(self.submit)

    async def command(
        self, ack: AsyncAck, sent: SlashCommand, wish: WritingWish, pages: PageDoor
    ) -> None:
        """Answer a catch-up, open a form, or hand out a link to the postmortem."""
        if wish.writing is Writing.POSTMORTEM:
            await self._postmortem(ack, sent, wish.incident, pages)
            return
        if self._writings is None:
            await ack(answers.plain(NO_WRITINGS))
            return
        incident = wish.incident or await asyncio.to_thread(
            self._service.newest_in, sent.channel
        )
        if not incident:
            await ack(answers.plain(words.NO_OPEN_HERE))
        elif wish.writing is Writing.CATCH_UP:
            await self._catch_up(ack, self._writings, sent, incident)
        else:
            await self._draft(ack, self._writings, sent, wish, incident)

    async def look(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Show a catch-up in a form: a press on the Home tab has no channel."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        incident, writings = known_incident(click.value), self._writings
        asker = await self._people.person(click.person, team=click.team)
        made = None
        if writings is not None and asker.kind in _READERS:
            made = await asyncio.to_thread(writings.catch_up, incident, click.person)
        if made is None or writings is None:
            said = answers.plain(words.MAY_NOT_READ)
            await self._open(click, answers.as_view(said, "Catch up"))
            await ack()
            return
        found = made
        opened = await self._open(click, writing_forms.caught_up_view(made))
        await ack()
        if not opened:
            return

        async def bring() -> None:
            draft = await asyncio.to_thread(writings.draft, incident, Writing.CATCH_UP)
            if draft is not None and draft.extra.rows:
                more = replace(found, parts=(*found.parts, draft.extra))
                await self._bring(opened, writing_forms.caught_up_view(more))

        await self._improve(writings, incident, Writing.CATCH_UP, bring)

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the press of the button below a handover."""
        await self._keeping.accept(parse(body))
        await ack()

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a form, or say beside the fields what is missing."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        missing = writing_forms.errors(sent)
        if missing:
            await ack(response_action="errors", errors=dict(missing))
            return
        await self._keeping.accept(sent)
        await ack()

    async def _postmortem(
        self, ack: AsyncAck, sent: SlashCommand, named: str, pages: PageDoor
    ) -> None:
        """Hand out the link; what a model adds stands on the page once it is there."""
        answer = await pages.asked(sent, named, part=Writing.POSTMORTEM.value)
        await ack(answer)
        incident = named or await asyncio.to_thread(
            self._service.newest_in, sent.channel
        )
        if self._writings is not None and incident and "blocks" in answer:
            await self._improve(self._writings, incident, Writing.POSTMORTEM, _nothing)

    async def _catch_up(
        self, ack: AsyncAck, writings: Writings, sent: SlashCommand, incident: str
    ) -> None:
        asker = await self._people.person(sent.person, team=sent.team)
        if asker.kind not in _READERS:
            await ack(answers.plain(words.MAY_NOT_READ))
            return
        made = await asyncio.to_thread(writings.catch_up, incident, sent.person)
        if made is None:
            await ack(answers.plain(words.no_such_incident(incident)))
            return
        found = made

        async def follow() -> None:
            draft = await asyncio.to_thread(writings.draft, incident, Writing.CATCH_UP)
            if draft is not None and draft.extra.rows:
                said = writing_forms.added(found, draft.extra)
                await self._whisper(sent, said)

        asked = await self._improve(writings, incident, Writing.CATCH_UP, follow)
        await ack(writing_forms.caught_up(made, asked=asked))

    async def _draft(
        self,
        ack: AsyncAck,
        writings: Writings,
        sent: SlashCommand,
        wish: WritingWish,
        incident: str,
    ) -> None:
        by = await self._people.person(sent.person, team=sent.team)
        try:
            await asyncio.to_thread(writings.may, incident, by, wish.writing)
        except Refusal as no:
            await ack(answers.plain(str(no)))
            return
        draft = await asyncio.to_thread(writings.draft, incident, wish.writing)
        if draft is None:
            await ack(answers.plain(words.no_such_incident(incident)))
            return
        opened = await self._open(sent, self._form(draft, incident, wish))
        await ack()
        if not opened:
            return
        first = draft

        async def bring() -> None:
            more = await asyncio.to_thread(writings.draft, incident, wish.writing)
            # The fields stay as they were drafted first: somebody types in them.
            if more is not None:
                shown = replace(first, extra=more.extra, entry=more.entry, asks=False)
                await self._bring(opened, self._form(shown, incident, wish))

        await self._improve(writings, incident, wish.writing, bring)

    def _form(self, draft: Draft, incident: str, wish: WritingWish) -> View:
        digests = {name: short_digest(text) for name, text in draft.fields.items()}
        if draft.writing is Writing.UPDATE:
            return writing_forms.update(draft, incident, digests)
        return writing_forms.handover(draft, incident, digests, to=wish.person)

    async def _improve(
        self, writings: Writings, incident: str, writing: Writing, then: Any
    ) -> bool:
        """Have a model asked; `then` runs here once something of it is kept."""
        loop = asyncio.get_running_loop()

        def told(_: object) -> None:
            asyncio.run_coroutine_threadsafe(_quietly(then), loop)

        return await asyncio.to_thread(writings.improve, incident, writing, told)

    async def _open(self, sent: Opens, view: View) -> str:
        """Open a form; return its id, "" where Slack did not take it."""
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                return await self._views.open(sent.trigger, view)
        except CALL_FAILED as failed:
            _log.warning("Slack did not take a view: %s", type(failed).__name__)
        await self._whispers.queue(
            f"form/{sent.key}",
            channel=sent.channel,
            person=sent.person,
            text=words.NOT_OPENED,
        )
        return ""

    async def _bring(self, view_id: str, view: View) -> None:
        """Show a form anew that may be closed by now; then nothing happens."""
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                await self._views.update(view_id, view)
        except CALL_FAILED as failed:
            _log.info("a form was not shown anew: %s", type(failed).__name__)

    async def _whisper(self, sent: SlashCommand, said: Mapping[str, Any]) -> None:
        now = self._service.clock.now()
        whisper = Whisper(
            key=f"whisper/catchup/{sent.key}",
            channel=sent.channel,
            person=sent.person,
            text=str(said["text"]),
            blocks=tuple(said["blocks"]),
            expires_at=now + _WORTH,
        )
        await asyncio.wrap_future(
            self._service.store.write(lambda tx: tx.outbox.whisper(whisper, now=now))
        )
        self._whispers.wake()


async def _quietly(then: Any) -> None:
    """Run what nobody waits for; a failure is only noted."""
    try:
        await then()
    except Exception:  # noqa: BLE001 - the outermost door of this piece of work
        _log.exception("what a model added was not shown")


async def _nothing() -> None:
    """Nobody waits: the page shows it when it is read next."""
