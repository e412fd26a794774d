"""What Slack sends about checklists: forms opened, presses and forms kept.

A press that needs words opens its form before the ack, because a form must open within
three seconds. Everything that was read to draw a form is read again when it comes
back; no rule lives here.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.checklist import ChecklistView
from bot.domain.commands import PersonKind
from bot.domain.errors import BadRequest
from bot.domain.plan_view import Offer
from bot.domain.runbook import FIXED, FROM_ENTITY, Step, Way
from bot.ports.checklists import Checklists
from bot.ports.gate import Gate
from bot.slack import checklist_forms, exercise, plan_modals, plan_words
from bot.slack.checklist_buttons import (
    CHOOSE_MENU,
    OTHERS_BUTTON,
    PROPOSE_STEP,
    SKIP_BUTTON,
)
from bot.slack.inputs import View
from bot.slack.people import People
from bot.slack.plan_forms import About
from bot.slack.requests import Click, Request, Submission, parse
from bot.slack.whispers import Whispers
from bot.slack.wishes import UNDO_BUTTONS, known_incident

NO_CHECKLIST = (
    "The form did not open: that checklist is not here. "
    "See the incident's with `/incident steps`."
)
NOT_READ = "The form did not open: the checklist was not read in time. Try again."
MEMBERS_ONLY = (
    "The form did not open: only full members of this workspace move steps. "
    "Ask one of them."
)
CLOSED = (
    "The form did not open: the incident is resolved and its checklist closed. "
    "Open it again with `/incident reopen` if it is not over."
)
_READ_TIMEOUT_S = 1.5
_CARRIED = 2_500
_log = logging.getLogger(__name__)


class Door(Protocol):
    """What the door of the room does for all of its parts."""

    async def accept(self, request: Request) -> None:
        """Keep a request; durable when this returns."""
        ...

    async def open_form(self, request: Click, view: View) -> None:
        """Open a form; the person is told when it does not open."""
        ...


class ChecklistDoor:
    """The listeners about checklists, and what they need.

    Args:
        checklists: None where there are none: then their buttons answer nothing.
        gate: None where nothing can be proposed.
    """

    def __init__(
        self,
        *,
        checklists: Checklists | None,
        gate: Gate | None,
        people: People,
        whispers: Whispers,
    ) -> None:
        self._checklists = checklists
        self._gate = gate
        self._people = people
        self._whispers = whispers
        self._door: Door | None = None

    def register(self, app: AsyncApp, door: Door) -> None:
        """Wire the listeners to Bolt; what they keep and open goes through `door`."""
        self._door = door
        for button in UNDO_BUTTONS:
            app.action(button)(self.keep)
        for button in (SKIP_BUTTON, CHOOSE_MENU, PROPOSE_STEP, OTHERS_BUTTON):
            app.action(button)(self.press)
        for form in checklist_forms.FORMS:
            app.view(form)(self.submit)

    async def keep(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the press of a button that has no form."""
        await self._to().accept(parse(body))
        await ack()

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form of a button, or say why it does not open."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        asker, made = await asyncio.gather(
            self._people.person(click.person, team=click.team),
            self._made(lambda: self._form_of(click)),
        )
        if asker.kind is not PersonKind.MEMBER:
            _log.warning("a form about a step stayed shut: %s", asker.kind)
            made = MEMBERS_ONLY
        if isinstance(made, str):
            await self._whispers.queue(
                f"step/{click.key}",
                channel=click.channel,
                person=click.person,
                text=made,
            )
        else:
            await self._to().open_form(click, made)
        await ack()

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a form, search again, or say beside the fields what is missing."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        if wrong := checklist_forms.errors(sent):
            await ack(response_action="errors", errors=dict(wrong))
            return
        if searched := checklist_forms.wants_search(sent):
            view = await self._made(lambda: self._found(sent.incident, searched))
            if isinstance(view, str):
                await ack(response_action="errors", errors={"search": view})
            else:
                await ack(response_action="update", view=view)
            return
        await self._to().accept(sent)
        await ack()

    def _to(self) -> Door:
        assert self._door is not None  # noqa: S101 - Bolt calls what was registered
        return self._door

    async def _made(self, make: Callable[[], View | str]) -> View | str:
        """Return a form, or the sentence why there is none."""
        try:
            return await self._read(make)
        except BadRequest as no:
            return str(no)

    async def _read(self, look: Callable[[], View | str]) -> View | str:
        """Look something up in a thread; say so when it takes too long."""
        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                return await asyncio.to_thread(look)
        except TimeoutError:
            _log.warning("a checklist was not read in time for a form")
            return NOT_READ

    def _form_of(self, click: Click) -> View | str:
        if click.action == OTHERS_BUTTON:
            return self._others(known_incident(click.value))
        incident, runbook, number = checklist_forms.ids(click.value)
        view = self._checklists.view(incident, runbook) if self._checklists else None
        step = view.edition.step(number) if view and view.edition else None
        if view is None or step is None:
            return NO_CHECKLIST
        if view.outcome:
            return CLOSED
        if click.action == PROPOSE_STEP:
            return self._propose(view, step, click.channel)
        make = checklist_forms.skip if click.action == SKIP_BUTTON else _mark
        return _drilled(make(view, step), view)

    def _others(self, incident: str) -> View | str:
        if self._checklists is None:
            return NO_CHECKLIST
        return checklist_forms.others(incident, self._checklists.others(incident))

    def _found(self, named: str, searched: str) -> View | str:
        incident = known_incident(named)
        if self._checklists is None:
            return NO_CHECKLIST
        found = self._checklists.search(incident, searched)
        return checklist_forms.others(incident, found, searched=searched)

    def _propose(self, view: ChecklistView, step: Step, channel: str) -> View | str:
        """Return the fields of the step's action, or which of several it shall be.

        All actions where those of the step are not on offer here.
        """
        offers = self._gate.offers(view.incident) if self._gate else ()
        if not offers:
            return plan_words.NO_OFFERS if self._gate else plan_words.NO_GATE
        about = About(incident=view.incident, channel=channel)
        ways = {way.action: way for way in step.ways}
        chosen = [_filled(o, ways[o.action]) for o in offers if o.action in ways]
        if not chosen:
            return plan_modals.choose(offers, about)
        if len(chosen) > 1:
            given = json.dumps({one.action: one.known for one in chosen})
            # A form carries 3,000 characters; more than that is typed by hand.
            carried = given if len(given) < _CARRIED else ""
            return plan_modals.choose(chosen, replace(about, given=carried))
        fields = replace(about, action=chosen[0].action)
        return plan_modals.propose(chosen[0], fields)


def _mark(view: ChecklistView, step: Step) -> View:
    return checklist_forms.mark(view, step)


def _drilled(form: View, view: ChecklistView) -> View:
    return exercise.form(form) if view.drill else form


def _filled(offer: Offer, way: Way) -> Offer:
    """Return an offer with the values that the runbook fixes, or says where to take."""
    places = [(name, place) for name, place in way.params_from if name in offer.params]
    fixed = {
        name: place.removeprefix(FIXED)
        for name, place in places
        if place.startswith(FIXED)
    }
    named = {
        name: offer.entities[kind]
        for name, place in places
        if (kind := place.removeprefix(FROM_ENTITY)) in offer.entities
    }
    # What is known of a parameter by its name says more than a kind of thing.
    return replace(offer, known={**named, **offer.known, **fixed})
