"""From a kept request to the gate: who asks is looked up, the token is opened.

The gate decides; this says afterwards, to the one who asked, what came of it. The
card is redrawn by the gate. A refusal is the gate's to record, and a failure of
something outside is told, never tried again behind a person's back.
"""

import asyncio
from dataclasses import dataclass
from typing import assert_never

from bot.domain.action_facts import Click
from bot.domain.action_table import Stage
from bot.domain.errors import Fault, OutOfTurn, Refusal
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Asker, Gate
from bot.slack import exercise, plan_words, words
from bot.slack.askers import Askers
from bot.slack.needs import Service
from bot.slack.plan_shown import PlanShown
from bot.slack.plan_wishes import PlanVerb, PlanWish
from bot.slack.requests import Request
from bot.slack.wishes import out_of_date

FORGED = "refused.forged"
"""Code of a press whose token we did not make."""

_STOPPED = "stopped with the button on its card"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A wish with everything that was looked up for it."""

    item: str
    wish: PlanWish
    plan: str
    by: Asker
    reason: Untrusted
    click: Click
    drill: bool


class PlanDesk:
    """Asks the gate what people asked for."""

    def __init__(
        self, *, gate: Gate, service: Service, askers: Askers, shown: PlanShown
    ) -> None:
        self._gate = gate
        self._service = service
        self._askers = askers
        self._shown = shown

    async def answer(
        self, item: str, request: Request, wish: PlanWish
    ) -> tuple[str, str]:
        """Ask the gate; return the channel and the sentence for the asker."""
        where = wish.channel or getattr(request, "channel", "")
        plan = wish.plan
        if wish.token or _needs_token(wish.verb):
            plan = await asyncio.to_thread(self._opened, wish.token)
            if not plan:
                await self._turned_away(request, wish)
                return where, plan_words.NOT_OURS
        await self._shown.again()
        place = await asyncio.to_thread(self._place, wish, plan)
        channel, incident, drill = place
        if not channel and wish.verb in (PlanVerb.CANCEL, PlanVerb.PROPOSE):
            return where, plan_words.NO_PLAN if plan else words.NO_OPEN_HERE
        by = await self._askers.now(request.person, channel or where, team=request.team)
        asked = _Asked(
            item=item,
            wish=wish,
            plan=plan,
            by=by,
            reason=self._clean(wish.text, incident),
            click=Click(channel=where, message=wish.message, mac_ok=bool(wish.token)),
            drill=drill,
        )
        return where, await asyncio.to_thread(self._said, asked)

    async def _turned_away(self, request: Request, wish: PlanWish) -> None:
        await asyncio.to_thread(
            self._gate.turned_away,
            wish.token,
            by=request.person,
            asked=wish.verb.value,
            code=FORGED,
        )

    def _opened(self, token: str) -> str:
        return self._gate.opened(token) if token else ""

    def _place(self, wish: PlanWish, plan: str) -> tuple[str, str, bool]:
        """Return channel and incident of what is asked about; if it is a drill."""
        if plan:
            view = self._gate.view(plan)
            if view is None:
                return "", "", False
            return view.plan.channel, view.plan.incident, view.plan.drill
        card = self._service.view(wish.incident) if wish.incident else None
        if card is None:
            return "", wish.incident, False
        return card.state.channel, wish.incident, card.state.drill

    def _clean(self, text: str, incident: str) -> Untrusted:
        return Untrusted(self._service.redactor.redact(text, scope=incident).text)

    def _said(self, asked: _Asked) -> str:
        """Ask the gate and return what the person reads."""
        try:
            return exercise.of(self._ask(asked), drill=asked.drill)
        except (Refusal, Fault) as no:
            return exercise.of(str(no), drill=asked.drill)

    def _ask(self, asked: _Asked) -> str:
        wish = asked.wish
        match wish.verb:
            case PlanVerb.STOP_ALL:
                return plan_words.stopped(self._gate.stop_all(by=asked.by))
            case PlanVerb.RELEASE:
                turned = self._gate.release(by=asked.by)
                return plan_words.RELEASED if turned else plan_words.NOT_STOPPED
            case PlanVerb.FREEZE | PlanVerb.UNFREEZE:
                return self._frozen(asked)
            case PlanVerb.STOP:
                return self._stop(asked)
            case _:
                return plan_words.done(wish.verb, self._decided(asked))

    def _frozen(self, asked: _Asked) -> str:
        freezing, wish = self._gate.freezing, asked.wish
        if wish.verb is PlanVerb.UNFREEZE:
            lifted = freezing.thaw(by=asked.by, reason=asked.reason or None)
            return plan_words.thawed(lifted)
        return plan_words.frozen(
            freezing.freeze(
                by=asked.by, lasts=wish.lasts, reason=asked.reason, item=asked.item
            )
        )

    def _decided(  # noqa: C901 - one case per verb, so that mypy finds a gap
        self, asked: _Asked
    ) -> PlanView:
        gate, plan, by = self._gate, asked.plan, asked.by
        match asked.wish.verb:
            case PlanVerb.PROPOSE:
                return self._propose(asked)
            case PlanVerb.ROLLBACK:
                return self._roll_back(asked)
            case PlanVerb.APPROVE:
                return self._approve(asked)
            case PlanVerb.BREAK_GLASS:
                return self._break_glass(asked)
            case PlanVerb.DENY:
                return gate.deny(plan, by=by, reason=asked.reason, click=asked.click)
            case PlanVerb.CANCEL:
                return gate.cancel(plan, by=by, reason=asked.reason or None)
            case PlanVerb.RECONCILE:
                happened = asked.wish.committed
                return gate.reconcile(
                    plan, by=by, committed=happened, reason=asked.reason
                )
            case PlanVerb.EDIT:
                return self._edit(asked)
            case PlanVerb.REVIEW:
                return gate.review(plan, by=by, finding=asked.reason)
            case PlanVerb.STOP | PlanVerb.STOP_ALL | PlanVerb.RELEASE:
                raise out_of_date()
            case PlanVerb.FREEZE | PlanVerb.UNFREEZE | PlanVerb.PLANS:
                raise out_of_date()
            case _:
                assert_never(asked.wish.verb)

    def _propose(self, asked: _Asked) -> PlanView:
        wish = asked.wish
        return self._gate.propose(
            wish.incident,
            wish.action,
            wish.params,
            by=asked.by,
            reason=asked.reason,
            item=asked.item,
        )

    def _edit(self, asked: _Asked) -> PlanView:
        return self._gate.edit(
            asked.plan,
            asked.wish.params,
            by=asked.by,
            reason=asked.reason,
            item=asked.item,
        )

    def _roll_back(self, asked: _Asked) -> PlanView:
        """Propose the plan that undoes this one, with the same parameters."""
        view = self._gate.view(asked.plan)
        if view is None or not view.rollback:
            raise out_of_date()
        return self._gate.propose(
            view.plan.incident,
            view.rollback,
            dict(view.plan.draft.params),
            by=asked.by,
            reason=asked.reason,
            item=asked.item,
            parent=asked.plan,
        )

    def _approve(self, asked: _Asked) -> PlanView:
        return self._gate.approve(
            asked.plan,
            by=asked.by,
            digest=asked.wish.digest,
            typed=asked.wish.typed.strip(),
            reason=asked.reason or None,
            click=asked.click,
        )

    def _break_glass(self, asked: _Asked) -> PlanView:
        return self._gate.break_glass(
            asked.plan,
            by=asked.by,
            digest=asked.wish.digest,
            typed=asked.wish.typed.strip(),
            reason=asked.reason,
            click=asked.click,
        )

    def _stop(self, asked: _Asked) -> str:
        """Take an approved plan back; what has begun only the kill switch stops.

        It may have begun since the button was drawn: then a late no comes too late
        and everything is stopped instead.
        """
        view = self._gate.view(asked.plan)
        if view is not None and view.stage is Stage.APPROVED:
            try:
                return self._late_no(asked)
            except OutOfTurn:
                view = self._gate.view(asked.plan)
        if view is not None and view.stage is Stage.APPLYING:
            return plan_words.stopped(self._gate.stop_all(by=asked.by))
        return plan_words.over(view) if view else plan_words.NO_PLAN

    def _late_no(self, asked: _Asked) -> str:
        reason = Untrusted(_STOPPED)
        view = self._gate.deny(
            asked.plan, by=asked.by, reason=reason, click=asked.click
        )
        return plan_words.done(PlanVerb.STOP, view)


def _needs_token(verb: PlanVerb) -> bool:
    """Tell whether it comes from a button or form of a plan's card."""
    return verb not in (
        PlanVerb.PLANS,
        PlanVerb.PROPOSE,
        PlanVerb.CANCEL,
        PlanVerb.STOP_ALL,
        PlanVerb.RELEASE,
        PlanVerb.FREEZE,
        PlanVerb.UNFREEZE,
    )
