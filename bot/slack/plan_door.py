"""What Slack sends about plans: forms opened, presses and forms kept. No rule here.

A press opens its form before the ack, because a form must open within three
seconds; a form that was sent is kept before the ack, and `plan_desk.py` asks the
gate afterwards. Everything that was read to draw a form is read again there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.errors import NotAllowed, TocsinError
from bot.domain.plan_view import PlanView
from bot.ports.gate import Gate
from bot.slack import answers, plan_forms, plan_modals, plan_words, words
from bot.slack.inputs import View
from bot.slack.needs import Service
from bot.slack.people import People
from bot.slack.plan_card import listed
from bot.slack.plan_desk import FORGED
from bot.slack.plan_forms import About
from bot.slack.plan_wishes import (
    FORM_BUTTONS,
    PROPOSE_BUTTON,
    STOP_BUTTON,
    PlanVerb,
    PlanWish,
)
from bot.slack.plan_words import NO_GLASS
from bot.slack.requests import Click, Request, SlashCommand, Submission, parse
from bot.slack.whispers import Whispers
from bot.slack.wishes import known_incident, out_of_date

_Found = TypeVar("_Found")
_READ_TIMEOUT_S = 1.5
_log = logging.getLogger(__name__)

Accept = Callable[[Request], Awaitable[None]]
OpenForm = Callable[[Click | SlashCommand, View], Awaitable[None]]


class PlanDoor:
    """The listeners about plans, and what they need.

    Args:
        accept: Keeps a request; durable when it returns.
        open_form: Opens a form, or tells the person that it did not open.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        service: Service,
        people: People,
        whispers: Whispers,
        accept: Accept,
        open_form: OpenForm,
    ) -> None:
        self._gate = gate
        self._service = service
        self._people = people
        self._whispers = whispers
        self._accept = accept
        self._open_form = open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        for button in (PROPOSE_BUTTON, *FORM_BUTTONS):
            app.action(button)(self.press)
        app.action(STOP_BUTTON)(self.keep)
        app.view(plan_forms.CHOOSE)(self.choose)
        for form in plan_forms.FORMS:
            app.view(form)(self.submit)

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form of a button, or say why it does not open."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        token = "" if click.action == PROPOSE_BUTTON else click.value
        await self._show(click, lambda: self._form_of(click), token=token)
        await ack()

    async def keep(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep the press of a button that has no form."""
        await self._accept(parse(body))
        await ack()

    async def choose(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Put the fields of the chosen action in place of the menu."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        about, wanted = plan_forms.about(sent), sent.values.get("action", "")
        offers = await self._read(lambda: self._gate.offers(about.incident))
        chosen = [one for one in offers or () if one.action == wanted]
        if not chosen:
            await ack(
                response_action="errors", errors={"action": plan_words.NOT_OFFERED}
            )
            return
        fields = About(
            incident=about.incident, channel=about.channel, action=chosen[0].action
        )
        view = plan_modals.propose(plan_forms.filled(chosen[0], about), fields)
        await ack(response_action="update", view=view)

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a form, or say beside the fields what is missing."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        view = await self._read(lambda: self._opened(plan_forms.about(sent).token))
        wrong = plan_forms.errors(sent, view)
        if wrong:
            await ack(response_action="errors", errors=dict(wrong))
            return
        await self._accept(sent)
        await ack(response_action="update", view=plan_modals.recorded())

    async def command(self, ack: AsyncAck, sent: SlashCommand, wish: PlanWish) -> None:
        """Answer what reads, open what asks, keep what acts."""
        match wish.verb:
            case PlanVerb.PLANS:
                await ack(await self._listed(sent))
            case PlanVerb.PROPOSE:
                await self._show(sent, lambda: self._offers(sent, wish.incident))
                await ack()
            case PlanVerb.BREAK_GLASS | PlanVerb.EDIT | PlanVerb.REVIEW:
                make = self._typed_form(sent, wish)
                await self._show(sent, make, token=wish.plan)
                await ack()
            case _:
                await self._accept(sent)
                await ack()

    async def _listed(self, sent: SlashCommand) -> answers.Answer:
        asker = await self._people.person(sent.person, team=sent.team)
        if asker.kind is not PersonKind.MEMBER:
            return answers.plain(plan_words.not_a_member(asker.kind))
        plans = await self._read(self._gate.open_plans)
        still = await self._read(self._gate.freezing.still)
        if plans is None or still is None:
            return answers.plain(plan_words.NOT_READ)
        return listed(plans, still)

    async def _show(
        self,
        sent: Click | SlashCommand,
        make: Callable[[], View | str],
        *,
        token: str = "",
    ) -> None:
        """Open a form for a member; everybody else is told why it stays shut.

        The form shows calls in full, so it is not for visitors of the channel.

        Args:
            token: What names the plan; a form that stays shut is in its record.
        """
        asker, made = await asyncio.gather(
            self._people.person(sent.person, team=sent.team),
            self._made(make),
        )
        if asker.kind is not PersonKind.MEMBER:
            made = plan_words.not_a_member(asker.kind)
            await self._turned_away(sent, token, NotAllowed.code)
        elif made == plan_words.NOT_OURS:
            await self._turned_away(sent, token, FORGED)
        if not isinstance(made, str):
            await self._open_form(sent, made)
            return
        await self._whispers.queue(
            f"plan/{sent.key}", channel=sent.channel, person=sent.person, text=made
        )

    async def _turned_away(
        self, sent: Click | SlashCommand, token: str, code: str
    ) -> None:
        """Write a form that stayed shut into the record of its plan."""
        _log.warning("a form about a plan stayed shut: %s", code)
        if token:
            await self._read(
                lambda: self._gate.turned_away(
                    token, by=sent.person, asked="review", code=code
                )
            )

    async def _made(self, make: Callable[[], View | str]) -> View | str:
        """Return a form, or the sentence why there is none."""
        try:
            made = await self._read(make)
        except TocsinError as no:
            return str(no)
        return plan_words.NOT_READ if made is None else made

    async def _read(self, look: Callable[[], _Found]) -> _Found | None:
        """Look something up in a thread; None when it takes too long."""
        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                return await asyncio.to_thread(look)
        except TimeoutError:
            _log.warning("the gate did not answer in time for a form")
            return None

    def _form_of(self, click: Click) -> View | str:
        """Return the form of a button on an incident's or a plan's card."""
        if click.action == PROPOSE_BUTTON:
            return self._offers(click, known_incident(click.value))
        view = self._opened(click.value)
        if view is None:
            return plan_words.NOT_OURS
        about = About(
            token=click.value,
            digest=view.digest,
            channel=click.channel,
            message=click.message,
            person=click.person,
        )
        return _card_form(click.action, view, about)

    def _opened(self, token: str) -> PlanView | None:
        """Return the plan of a token that is ours."""
        plan = self._gate.opened(token) if token else ""
        return self._gate.view(plan) if plan else None

    def _offers(self, sent: Click | SlashCommand, named: str) -> View | str:
        incident = named or self._service.newest_in(sent.channel)
        if not incident:
            return words.NO_OPEN_HERE
        if named and self._service.view(named) is None:
            return plan_words.NO_INCIDENT
        offers = self._gate.offers(incident)
        about = About(incident=incident, channel=sent.channel)
        if not offers:
            return plan_words.NO_OFFERS
        return plan_modals.choose(offers, about)

    def _typed_form(
        self, sent: SlashCommand, wish: PlanWish
    ) -> Callable[[], View | str]:
        """Return what makes the form of a verb that names a plan."""

        def make() -> View | str:
            view = self._gate.view(wish.plan)
            if view is None:
                return plan_words.NO_PLAN
            about = About(
                token=self._gate.token(wish.plan),
                digest=view.digest,
                channel=sent.channel,
            )
            if wish.verb is PlanVerb.REVIEW:
                owed = view.review_due_at is not None
                return plan_modals.look_back(view, about) if owed else NO_GLASS
            if view.stage is not Stage.PENDING:
                return plan_words.over(view)
            if wish.verb is PlanVerb.BREAK_GLASS:
                return plan_modals.break_glass(view, about)
            return self._edit(view, about)

        return make

    def _edit(self, view: PlanView, about: About) -> View | str:
        offers = self._gate.offers(view.plan.incident)
        found = [one for one in offers if one.action == view.plan.draft.action]
        if not found:
            return plan_words.NOT_OFFERED
        return plan_modals.edit(view, found[0], about)


def _card_form(button: str, view: PlanView, about: About) -> View | str:
    """Return the form of a button on a plan's card, or why it is too late."""
    match button, view.stage:
        case "plan.review", Stage.PENDING:
            return plan_modals.review(view, about)
        case "plan.reject", Stage.PENDING:
            return plan_modals.reject(view, about)
        case "plan.reconcile", Stage.INDETERMINATE:
            return plan_modals.reconcile(view, about)
        case "plan.rollback", _ if view.rollback:
            return plan_modals.rollback(view, about)
        case (("plan.review" | "plan.reject" | "plan.reconcile" | "plan.rollback"), _):
            return plan_words.over(view)
        case _:
            raise out_of_date()
