"""From the inbox to the service: a kept request becomes a command.

Every request is answered for: the service marks it done in the transaction that
acts on it, or it is settled with a sentence, or it is given back to be tried
again and at last given up. One bad item never holds up the others.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from bot.domain.commands import Person, PersonCommand
from bot.domain.errors import BadRequest, TocsinError
from bot.domain.untrusted import Untrusted
from bot.ports import InboxItem, Lane, Whisper
from bot.slack import (
    modals,
    plan_words,
    verbs,
    wishes,
    words,
)
from bot.slack.drill_desk import NO_DRILLS, DrillDesk
from bot.slack.drill_wishes import DrillWish
from bot.slack.elsewhere import Elsewhere, elsewhere
from bot.slack.maintenance_desk import NO_MAINTENANCE, MaintenanceDesk
from bot.slack.maintenance_wishes import MaintenanceWish
from bot.slack.needs import Service
from bot.slack.people import People
from bot.slack.plan_desk import PlanDesk
from bot.slack.plan_wishes import PlanWish
from bot.slack.question_door import NO_QUESTIONS, QuestionDesk
from bot.slack.question_wishes import AskWish
from bot.slack.replies import reply_to
from bot.slack.requests import (
    Click,
    HomeOpened,
    Mention,
    Request,
    Shortcut,
    SlashCommand,
    Submission,
    from_bytes,
)
from bot.slack.share_door import NO_SHARING, ShareDoor
from bot.slack.share_wishes import ShareWish
from bot.slack.threads import incident_of
from bot.slack.traces import where
from bot.slack.typed import as_typed
from bot.slack.waiting import first_of
from bot.slack.whispers import Whispers
from bot.slack.wished import command_of
from bot.slack.wishes import Verb, Wish
from bot.slack.writing_desk import WritingDesk
from bot.slack.writing_wishes import WritingWish

if TYPE_CHECKING:
    from bot.service import Handled

_ELSEWHERE = (
    *(PlanWish, ShareWish, DrillWish, MaintenanceWish, WritingWish),
    AskWish,
)
_LEASE_S = 60
_AT_ONCE = 20
_POLL_S = 1.0
_log = logging.getLogger(__name__)


class InboxWorker:
    """Reads the Slack lane of the inbox.

    Args:
        desk: Asks the gate; None where nothing can be proposed.
        shares: Asks sharing; None where nothing can be sealed.
        drills: Asks the drills; None where none are played; `maintenance` likewise,
            and `writings`.
        questions: Has questions answered; None where none are.
    """

    def __init__(
        self,
        *,
        service: Service,
        people: People,
        whispers: Whispers,
        desk: PlanDesk | None = None,
        shares: ShareDoor | None = None,
        drills: DrillDesk | None = None,
        maintenance: MaintenanceDesk | None = None,
        writings: WritingDesk | None = None,
        questions: QuestionDesk | None = None,
    ) -> None:
        self._desk = desk
        self._writings, self._questions = writings, questions
        self._shares = shares
        self._drills = drills
        self._maintenance = maintenance
        self._service = service
        self._people = people
        self._whispers = whispers
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look into the inbox now; to be called on the event loop."""
        self._woken.set()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; what was begun is finished."""
        while not stop.is_set():
            self._woken.clear()
            try:
                read = await self.step()
            except Exception as failed:  # noqa: BLE001 - the loop's outermost door
                _log.error("the inbox could not be read: %s", where(failed))
                read = 0
            if read < _AT_ONCE and not stop.is_set():
                await first_of(self._woken, stop, timeout_s=_POLL_S)

    async def step(self) -> int:
        """Read what is there now; return how many items were claimed."""
        now = self._service.clock.now()
        items = await asyncio.wrap_future(
            self._service.store.write(
                lambda tx: tx.inbox.claim(
                    Lane.SLACK, now=now, lease_s=_LEASE_S, limit=_AT_ONCE
                )
            )
        )
        for item in items:
            await self._read(item)
        return len(items)

    async def _read(self, item: InboxItem) -> None:
        try:
            opened = self._service.keys.open(item.sealed, about=item.id)
            await self._answer(item.id, from_bytes(opened))
        except Exception as failed:  # noqa: BLE001 - one bad item must not end the lane
            _log.error("item %s could not be read: %s", item.id, where(failed))
            code = failed.code if isinstance(failed, TocsinError) else ""
            because = code or type(failed).__name__
            await asyncio.wrap_future(self._service.give_back(item.id, because=because))

    async def _answer(self, item: str, request: Request) -> None:
        try:
            wish = elsewhere(request) or await self._wish(request)
            if isinstance(wish, str):
                await self._settle(item, request, wish)
                return
            if isinstance(wish, PlanWish):
                await self._ask_gate(item, request, wish)
                return
            if isinstance(wish, ShareWish):
                await self._ask_sharing(item, request, wish)
                return
            if isinstance(wish, AskWish):
                await self._ask_about(item, request, wish)
                return
            if isinstance(wish, DrillWish | MaintenanceWish):
                await self._ask_desk(item, request, wish)
                return
            if isinstance(wish, WritingWish):
                await self._tell(item, request, wish)
                return
            command = await self._command(wish, request)
        except BadRequest as unclear:
            await self._settle(item, request, str(unclear))
            return
        await self._handle(item, request, wish.incident, command)

    async def _ask_gate(self, item: str, request: Request, wish: PlanWish) -> None:
        if self._desk is None:
            await self._settle(item, request, plan_words.NO_GATE)
            return
        channel, said = await self._desk.answer(item, request, wish)
        await self._settle(item, request, said, channel=channel)

    async def _ask_sharing(self, item: str, request: Request, wish: ShareWish) -> None:
        said = NO_SHARING
        if self._shares is not None:
            said = await self._shares.answer(item, request, wish)
        if said:
            await self._settle(item, request, said)
        self._whispers.wake()

    async def _tell(self, item: str, request: Request, wish: WritingWish) -> None:
        if self._writings is None or isinstance(request, SlashCommand | Mention):
            await self._settle(item, request, words.OUT_OF_DATE)
        else:
            await self._writings.answer(item, request, wish)

    async def _ask_about(self, item: str, request: Request, wish: AskWish) -> None:
        if self._questions and isinstance(request, Mention | SlashCommand):
            await self._questions.answer(item, request, wish)
        else:
            await self._settle(item, request, NO_QUESTIONS)

    async def _ask_desk(
        self, item: str, request: Request, wish: DrillWish | MaintenanceWish
    ) -> None:
        said = NO_DRILLS if isinstance(wish, DrillWish) else NO_MAINTENANCE
        if not isinstance(request, SlashCommand):
            pass
        elif isinstance(wish, DrillWish):
            if self._drills is not None:
                said = await self._drills.answer(item, request, wish)
        elif self._maintenance is not None:
            said = await self._maintenance.answer(item, request, wish)
        await self._settle(item, request, said)

    async def _wish(
        self, request: Request
    ) -> Wish | Elsewhere | DrillWish | MaintenanceWish | str:
        """Return what is asked, of which incident; or the sentence why nothing is."""
        match request:
            case SlashCommand(text=text, person=person):
                found = verbs.parse(text, asker=person)
                if isinstance(found, _ELSEWHERE):
                    return found
                return await self._in_channel(found, request.channel)
            case Click(action=action, value=value):
                return wishes.of_click(action, value)
            case Submission():
                return modals.wish(request)
            case Shortcut(text=text) if as_typed(text).strip():
                said = as_typed(text)
                place = f"{request.channel}/{request.ts}"
                note = Wish(verb=Verb.NOTE, text=said, message=place)
                return await self._in_channel(note, request.channel, request.thread)
            case Shortcut():
                return words.NO_TEXT_IN_MESSAGE
            case HomeOpened() | Mention():
                return ""
            case _:
                assert_never(request)

    async def _in_channel(
        self, wish: Wish, channel: str, thread: str = ""
    ) -> Wish | str:
        """Fill in which incident is meant where none is named."""
        if wish.incident:
            return wish
        incident = await asyncio.to_thread(incident_of, self._service, channel, thread)
        return replace(wish, incident=incident) if incident else words.NO_OPEN_HERE

    async def _command(self, wish: Wish, request: Request) -> PersonCommand:
        by = await self._people.person(request.person, team=request.team)
        to: Person | None = None
        if wish.verb is Verb.ROLE:
            to = await self._people.person(wish.person)
        return command_of(wish, by=by, to=to, clean=self._clean(wish.incident))

    def _clean(self, incident: str) -> Callable[[str], Untrusted]:
        redactor = self._service.redactor
        return lambda text: Untrusted(redactor.redact(text, scope=incident).text)

    async def _handle(
        self, item: str, request: Request, incident: str, command: PersonCommand
    ) -> None:
        channel = await self._channel(request, incident)
        whisper = self._whispers.make

        def reply(handled: "Handled") -> Whisper | None:
            text = reply_to(request, handled)
            if not text:
                return None
            return whisper(item, channel=channel, person=request.person, text=text)

        await asyncio.wrap_future(
            self._service.handle(incident, command, item=item, reply=reply)
        )
        self._whispers.wake()

    async def _settle(
        self, item: str, request: Request, text: str, *, channel: str = ""
    ) -> None:
        incident = request.incident if isinstance(request, Submission) else ""
        channel = channel or await self._channel(request, incident)
        whisper = None
        if text:
            person = request.person
            whisper = self._whispers.make(
                item, channel=channel, person=person, text=text
            )
        await asyncio.wrap_future(
            self._service.settle(item, whisper=whisper, outcome={"said": bool(text)})
        )
        self._whispers.wake()

    async def _channel(self, request: Request, incident: str) -> str:
        """Return where the person is: forms do not say, their incident does."""
        channel = getattr(request, "channel", "")
        if channel or not incident:
            return str(channel)
        view = await asyncio.to_thread(self._service.view, incident)
        return view.state.channel if view else ""
