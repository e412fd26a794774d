"""What lies on the desk when a plan is decided: facts, rows and the card.

Reads only, but for putting the card into the outbox. People are read by the doors;
what they may do is asked in `bot/gate/judge.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.action import ActionState
from bot.domain.action_effects import Verdict
from bot.domain.action_facts import GateFacts, PolicyAnswer, Standing
from bot.domain.action_table import Stage
from bot.domain.errors import NotFound
from bot.domain.plan import Draft, Level, Plan
from bot.domain.plan_view import PlanView
from bot.domain.registry import Registry, System
from bot.gate import admin_door, glass, switch
from bot.gate.judge import Around, Judge
from bot.gate.policy_question import Verb
from bot.plans.book import PlanBook
from bot.plans.holds import Holds
from bot.plans.views import held_until, undoing_of, view_of
from bot.ports import Post, Transaction
from bot.ports.action import ActionManifest
from bot.ports.gate import Asker
from bot.readmodels import board

_ROOT_CHARS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a plan must know of its incident."""

    channel: str
    commander: str
    drill: bool
    system: System | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDesk:
    """Looks things up for the gatekeeper.

    Attributes:
        draw: Makes the card's message; the second argument signs its buttons.
        fits: Whether a whole plan fits on one card.
        alarm: Makes the message that the glass was broken; None where no channel
            wants it.
        not_as_promised: Makes the message that a figure did not follow.
        holding: Freezes and limits; None where nothing is planned or limited.
    """

    judge: Judge
    registry: Registry
    draw: Callable[[PlanView, str], Post]
    fits: Callable[[PlanView], bool]
    alarm: Callable[[PlanView], Post | None] = lambda _: None
    not_as_promised: Callable[[PlanView], Post | None] = lambda _: None
    holding: Holds | None = None
    tell_switch: Callable[[bool, str, datetime], Post | None] = lambda *_: None

    @property
    def holds(self) -> Holds:
        """What holds plans back."""
        return self.holding or Holds(registry=self.registry)

    def about(self, tx: Transaction, incident: str) -> About:
        """Return what a plan must know of an incident.

        Raises:
            NotFound: There is no such incident.
        """
        state, _ = board.load(tx, incident)
        if not state.exists:
            raise NotFound(
                "Nothing was proposed",
                because=f"there is no incident {incident!a}",
                next_move="See the open ones with `/incident list`.",
            )
        return About(
            channel=state.channel,
            commander=state.commander,
            drill=state.drill,
            system=self.registry.get(state.system),
        )

    def is_drill(self, tx: Transaction, incident: str) -> bool:
        """Tell whether an incident is a drill's."""
        return board.load(tx, incident)[0].drill

    def level(self, manifest: ActionManifest, draft: Draft, about: About) -> Level:
        """Derive the gate level from manifest, registry and reach.

        The strictest of all systems that it is about counts. Whoever asks chooses the
        incident; so what the registry does not know as somebody's is production, and so
        is what reaches nobody knows how far.
        """
        known = about.system is not None and self.registry.named_by((draft.target,))
        stages = {one.stage for one in self.touched(draft, about)}
        stages |= set() if known and draft.blast.systems >= 0 else {"production"}
        levels = [manifest.level.get(one, manifest.level[""]) for one in stages]
        is_grave = bool(draft.irreversible_because) or draft.blast.systems > 1
        return Level.T1 if is_grave else min(levels)

    def touched(self, draft: Draft, about: About) -> tuple[System, ...]:
        """Return the incident's system and those that a draft names."""
        own = (about.system,) if about.system else ()
        return (*own, *self.registry.named_by(draft.names))

    def derived(
        self, tx: Transaction, plan: Plan, manifest: ActionManifest | None
    ) -> Level | None:
        """Derive a plan's level afresh; None where its action is not there."""
        if manifest is None:
            return None
        return self.level(manifest, plan.draft, self.about(tx, plan.incident))

    def needs(self, plan: Plan, about: About) -> tuple[str, ...] | None:
        """Return the groups whose yes a plan needs; None if nobody could tell."""
        touched = self.registry.named_by(plan.draft.names)
        found = self.judge.needs(plan, about.system, touched)
        return (
            None if found is None else tuple(dict.fromkeys(one.group for one in found))
        )

    def facts(
        self, tx: Transaction, book: PlanBook, plan: Plan, by: Asker, verb: Verb
    ) -> GateFacts:
        """Return everything a decision about one person may rest on."""
        state, _ = book.load(tx, plan.id)
        around = self.around(tx, book, plan, state)
        # Asked only before a plan is put forward; drawing the card takes long.
        is_new = verb is Verb.PROPOSE
        freeze = self.holds.freeze(tx, book, plan)
        enough = self.holds.proposed(tx, book, plan) if is_new else None
        return GateFacts(
            read_at=by.read_at,
            asker=Standing(
                person=by.person,
                groups=self.judge.groups_of(by, around),
                in_channel=by.in_channel,
                policy=self.answer(by, verb, plan, around),
            ),
            commander=around.commander,
            author=around.author,
            stopped=around.stopped,
            frozen=around.frozen,
            freeze=freeze,
            may_propose=is_new and enough is None,
            proposed=enough,
            channel_shared=by.channel_shared,
            drill=self.about(tx, plan.incident).drill,
            fits=is_new and self.fits(view_of(plan, state, book)),
            overdue_reviews=glass.overdue(tx, book.clock.now(), drill=plan.drill),
            glass_broken=around.glass_broken,
        )

    def answer(
        self, by: Asker, verb: Verb, plan: Plan | None, around: Around
    ) -> PolicyAnswer:
        """Return whether somebody may; the policies know people, not the token.

        Args:
            plan: None for what is about the whole gate, such as stopping it.
        """
        if admin_door.is_admin(by):
            return admin_door.answer(verb, policy_hash=self.judge.policy.hash)
        return self.judge.answer(by, verb, plan, around)

    def around(
        self, tx: Transaction, book: PlanBook, plan: Plan, state: ActionState
    ) -> Around:
        """Return what stands around a question to the policies."""
        about = self.about(tx, plan.incident)
        agreed = {approval.by for approval in state.approvals}
        return Around(
            now=book.clock.now(),
            commander=about.commander,
            author=state.author,
            system=about.system,
            stopped=switch.is_stopped(tx),
            frozen=self.holds.freeze(tx, book, plan) is not None,
            human_initiated=state.human_initiated or not state.exists,
            commander_agreed=about.commander in agreed,
            glass_broken=glass.broken(
                tx, book.clock.now(), drill=plan.drill, but=plan.id
            ),
            breaking_glass=bool(state.glass_by),
            touched=self.registry.named_by(plan.draft.names),
        )

    def bare(self, tx: Transaction, book: PlanBook) -> Around:
        """Return what stands around a question that is about no plan."""
        return Around(
            now=book.clock.now(),
            commander="",
            author="",
            system=None,
            stopped=switch.is_stopped(tx),
            frozen=bool(self.holds.freezes(tx, book.clock.now())),
            human_initiated=True,
            glass_broken=glass.broken(tx, book.clock.now(), drill=False),
        )

    def view(
        self,
        tx: Transaction,
        book: PlanBook,
        plan: str,
        *,
        undone_by: tuple[str, Stage] | None = None,
    ) -> PlanView | None:
        """Return what stands on a plan's card, None if there is none.

        Args:
            undone_by: A plan that undoes it, and where that stands.
        """
        state, _ = book.load(tx, plan)
        if not state.exists:
            return None
        head = tx.log.head()
        undoing, stage = undoing_of(tx, plan, undone_by)
        return view_of(
            state.plan,
            state,
            book,
            log_size=head.size,
            log_root=head.root.hex()[:_ROOT_CHARS],
            undoing=undoing,
            undoing_stage=stage,
            held=self.holds.hold(tx, book, state),
            also=held_until(tx, plan) if state.stage is Stage.EXPIRED else "",
        )

    def redraw(
        self,
        tx: Transaction,
        book: PlanBook,
        plan: str,
        *,
        token: Callable[[Plan], str],
        undone_by: tuple[str, Stage] | None = None,
    ) -> PlanView | None:
        """Put the plan's card as it should look now into the outbox; return that.

        The card of a plan that it undoes tells of it, so that is drawn again too.
        """
        view = self.view(tx, book, plan, undone_by=undone_by)
        if view is None:
            return None
        tx.outbox.post(self.draw(view, token(view.plan)), now=book.clock.now())
        if view.plan.parent and view.plan.parent != plan:
            ours = plan, view.stage
            self.redraw(tx, book, view.plan.parent, token=token, undone_by=ours)
        return view

    def tell_measured(self, tx: Transaction, book: PlanBook, plan: str) -> None:
        """Tell the incident's thread where a figure is not as promised."""
        view = self.view(tx, book, plan)
        if view is None or view.measured != Verdict.FAIL:
            return
        post = self.not_as_promised(view)
        if post is not None:
            tx.outbox.post(post, now=book.clock.now())

    def turn(self, tx: Transaction, *, stop: bool, by: str, at: datetime) -> bool:
        """Turn the kill switch and tell it; tell whether that changed anything."""
        turned = switch.turn(tx, stop=stop, by=by, at=at)
        post = self.tell_switch(stop, by, at) if turned else None
        if post is not None:
            tx.outbox.post(post, now=at)
        return turned

    def tell_security(self, tx: Transaction, book: PlanBook, plan: str) -> None:
        """Tell the security channel, where there is one, that the glass was broken."""
        view = self.view(tx, book, plan)
        post = self.alarm(view) if view is not None else None
        if post is not None:
            tx.outbox.post(post, now=book.clock.now())
