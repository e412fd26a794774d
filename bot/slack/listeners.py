"""What Slack sends, kept durably before it is acknowledged. No rule lives here.

Each listener parses, puts the request into the inbox and acks; nothing follows the
ack. Two things are done before it because they cannot wait: what only reads is the
answer itself, and a form must open within three seconds of the press.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.errors import BadRequest
from bot.ports.gate import Gate
from bot.ports.share_texts import TextAsks
from bot.ports.sharing import OriginalAsks
from bot.slack import answers, exercise, modals, plan_words, verbs, words
from bot.slack.answerers import Answerers
from bot.slack.clients import CALL_FAILED
from bot.slack.drill_desk import NO_DRILLS, DrillDesk
from bot.slack.drill_wishes import DrillVerb, DrillWish
from bot.slack.keeping import Keeping
from bot.slack.maintenance_desk import NO_MAINTENANCE, MaintenanceDesk
from bot.slack.maintenance_wishes import MaintenanceVerb, MaintenanceWish
from bot.slack.needs import Service
from bot.slack.original_door import OriginalDoor
from bot.slack.page_door import PageDoor
from bot.slack.people import People
from bot.slack.plan_door import PlanDoor
from bot.slack.plan_wishes import PlanWish
from bot.slack.question_door import QuestionDoor
from bot.slack.question_wishes import AskWish
from bot.slack.reading_door import ReadingDoor
from bot.slack.requests import (
    Click,
    Shortcut,
    SlashCommand,
    Submission,
    parse,
)
from bot.slack.share_door import Looker
from bot.slack.share_wishes import DIAGNOSTICS_BUTTON, ShareVerb, ShareWish
from bot.slack.text_door import TextDoor
from bot.slack.views import Views
from bot.slack.whispers import Whispers
from bot.slack.wishes import READING, Wish, known_incident
from bot.slack.writing_door import WritingDoor
from bot.slack.writing_wishes import WritingWish

COMMANDS = ("/incident", "/inc")
BUTTONS = ("incident.ack", "incident.reopen", "step.take", "step.done")
MENU = "incident.more"
SHORTCUT = "timeline_add"
_FORMS_OF_SHARES = (ShareVerb.ORIGINAL, ShareVerb.SHARE)
_CALL_TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)


class Door:
    """The listeners, and what they need.

    Args:
        wake: Called when something was kept, so that it is read at once.
        drills: None where none are played.
        maintenance: None where none is planned.
        parts: Wire listeners of their own, and keep and open through this door.
    """

    def __init__(
        self,
        *,
        service: Service,
        people: People,
        views: Views,
        whispers: Whispers,
        wake: Callable[[], None],
        answerers: Answerers,
        drills: DrillDesk | None = None,
        maintenance: MaintenanceDesk | None = None,
        askers: Looker | None = None,
        parts: Sequence[Callable[[AsyncApp, "Door"], None]] = (),
        writings: WritingDoor,
    ) -> None:
        self._parts, self._writings = parts, writings
        self._drills, self._maintenance = drills, maintenance
        self._service, self._people = service, people
        self._views, self._whispers = views, whispers
        self._keeping = Keeping(service, wake)
        self.accept = self._keeping.accept
        self._plans = self._plan_door(answerers.gate) if answerers.gate else None
        self._pages = PageDoor(
            pages=answerers.pages,
            service=service,
            people=people,
            open_form=self.open_form,
        )
        self.reading = ReadingDoor(
            service=service, people=people, pages=self._pages, drafts=answerers.drafts
        )
        self._originals = self._original_door(answerers.originals, askers)
        self._texts = self._text_door(answerers.texts, askers)
        self._questions = QuestionDoor(asks=answerers.asks, accept=self.accept)

    @property
    def _others(self) -> tuple[tuple[type, Callable[..., Awaitable[None]]], ...]:
        """Who answers a command that is not the incident's own."""
        return (
            (PlanWish, self._about_plans),
            (AskWish, self._questions.command),
            (DrillWish, self._about_drills),
            (MaintenanceWish, self._about_maintenance),
            (ShareWish, self._about_shares),
            (WritingWish, self._about_writings),
        )

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        for command in COMMANDS:
            app.command(command)(self.command)
        for action in BUTTONS:
            app.action(action)(self.click)
        app.action(MENU)(self.choose)
        app.action(DIAGNOSTICS_BUTTON)(self.click)
        for callback in modals.FORMS.values():
            app.view(callback)(self.submit)
        app.shortcut(SHORTCUT)(self.click)
        self._pages.register(app)
        self._originals.register(app)
        self._texts.register(app)
        for join in self._parts:
            join(app, self)
        self._writings.register(app)
        self._questions.register(app)
        if self._plans is not None:
            self._plans.register(app)

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer what reads; keep what acts."""
        request = parse(body)
        assert isinstance(request, SlashCommand)  # noqa: S101 - Bolt matched it
        try:
            wish = verbs.parse(request.text, asker=request.person)
        except BadRequest as unclear:
            await ack(answers.plain(str(unclear)))
            return
        for kind, answer in self._others:
            if isinstance(wish, kind):
                await answer(ack, request, wish)
                return
        assert isinstance(wish, Wish)  # noqa: S101 - the others are answered above
        if wish.verb in READING:
            await ack(await self.reading.read(request, wish))
            return
        await self.accept(request)
        await ack()

    async def _about_writings(
        self, ack: AsyncAck, request: SlashCommand, wish: WritingWish
    ) -> None:
        await self._writings.command(ack, request, wish, self._pages)

    async def _about_shares(
        self, ack: AsyncAck, request: SlashCommand, wish: ShareWish
    ) -> None:
        if wish.verb is ShareVerb.ORIGINAL:
            await self._originals.command(ack, request, wish)
        elif wish.verb is ShareVerb.SHARE:
            await self._texts.command(ack, request, wish)
        else:
            await self.accept(request)
            await ack()

    def _plan_door(self, gate: Gate) -> PlanDoor:
        return PlanDoor(
            gate=gate,
            service=self._service,
            people=self._people,
            whispers=self._whispers,
            accept=self.accept,
            open_form=self.open_form,
        )

    def _original_door(
        self, asks: OriginalAsks | None, askers: Looker | None
    ) -> OriginalDoor:
        return OriginalDoor(
            asks=asks,
            askers=askers,
            service=self._service,
            accept=self.accept,
            open_form=self.open_form,
        )

    def _text_door(self, texts: TextAsks | None, askers: Looker | None) -> TextDoor:
        return TextDoor(
            asks=texts,
            askers=askers,
            service=self._service,
            keeping=self._keeping,
            whispers=self._whispers,
            open_form=self.open_form,
        )

    async def _about_plans(
        self, ack: AsyncAck, request: SlashCommand, wish: PlanWish
    ) -> None:
        if self._plans is None:
            await ack(answers.plain(plan_words.NO_GATE))
            return
        await self._plans.command(ack, request, wish)

    async def _about_drills(
        self, ack: AsyncAck, request: SlashCommand, wish: DrillWish
    ) -> None:
        if self._drills is None:
            await ack(answers.plain(NO_DRILLS))
        elif wish.verb is DrillVerb.STATUS:
            await ack(answers.plain(await self._drills.status(request)))
        else:
            await self.accept(request)
            await ack()

    async def _about_maintenance(
        self, ack: AsyncAck, request: SlashCommand, wish: MaintenanceWish
    ) -> None:
        if self._maintenance is None:
            await ack(answers.plain(NO_MAINTENANCE))
        elif wish.verb is MaintenanceVerb.LIST:
            await ack(answers.plain(await self._maintenance.listed(request)))
        else:
            await self.accept(request)
            await ack()

    async def click(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the press of a button, or the use of a shortcut."""
        await self.accept(parse(body))
        await ack()

    async def choose(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form of a menu choice, or keep a choice that needs none."""
        request = parse(body)
        assert isinstance(request, Click)  # noqa: S101 - Bolt matched it
        choice, _, incident = request.value.partition("|")
        if choice in modals.FORMS:
            form = modals.form(choice, incident)
            card = await asyncio.to_thread(self._service.view, known_incident(incident))
            is_drill = card is not None and card.state.drill
            await self.open_form(request, exercise.form(form) if is_drill else form)
        else:
            await self.accept(request)
        await ack()

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a form, or say beside the fields what is missing."""
        request = parse(body)
        assert isinstance(request, Submission)  # noqa: S101 - Bolt matched it
        missing = modals.errors(request)
        if missing:
            await ack(response_action="errors", errors=dict(missing))
            return
        await self.accept(request)
        await ack()

    async def open_form(
        self, request: Click | SlashCommand | Shortcut, view: dict[str, Any]
    ) -> None:
        """Open a form; the person is told when Slack does not take it."""
        opened = await self._quietly(self._views.open(request.trigger, view))
        if not opened:
            await self._whispers.queue(
                f"form/{request.key}",
                channel=request.channel,
                person=request.person,
                text=words.NOT_OPENED,
            )

    async def _quietly(self, call: Any) -> bool:
        """Make a call that nothing depends on; tell whether it worked."""
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                await call
        except CALL_FAILED as failed:
            _log.warning("Slack did not take a view: %s", type(failed).__name__)
            return False
        return True
