"""The executor's view of the plans: durable writes and facts read afresh.

Keeps `Journal` of `bot/gate/executor.py`. People are read again for every claim.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.action import ActionState
from bot.domain.action_commands import ActionCommand, Measure
from bot.domain.action_facts import NOBODY, GateFacts, Standing
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal, TocsinError
from bot.domain.plan import Plan, Probe
from bot.domain.ruling import refusal_of
from bot.gate import glass, proof, switch
from bot.gate.judge import Around
from bot.gate.policy_question import Verb
from bot.plans.book import TOCSIN, PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.on_hold import OnHold
from bot.plans.rows import in_stage
from bot.ports import Store, Transaction
from bot.ports.action import Action, ActionManifest
from bot.ports.gate import Asker, People
from bot.readmodels.timeline import ACTION_STREAM


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read(GateFacts):
    """What was read outside for a claim; the rest of the facts is the store's.

    Attributes:
        askers: Everybody who cleared the plan.
        requesters: Who asked for it, where that is somebody else.
    """

    askers: tuple[Asker, ...] = ()
    requesters: tuple[Asker, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJournal:
    """Writes what the executor does.

    Attributes:
        token: Signs the buttons of the card that is drawn again.
        note: Checks a signed note; see `bot/gate/proof.py`.
        path: Checks a path through the tree.
        catalogue: What can run; a claim looks whether it is still what was planned.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    people: People
    token: Callable[[Plan], str]
    note: proof.VerifyNote
    path: proof.VerifyPath
    catalogue: Mapping[str, Action]

    def state(self, plan: str) -> ActionState:
        """Return a plan as it is now."""
        return self.store.read(lambda tx: self.book.load(tx, plan)[0])

    def in_stage(self, stage: Stage) -> tuple[str, ...]:
        """Return the plans in a stage, oldest first."""
        return self.store.read(lambda tx: in_stage(tx, stage))

    def _signed(self) -> frozenset[str]:
        """Return approved plans whose approval a checkpoint covers."""

        def read(tx: Transaction) -> frozenset[str]:
            return frozenset(
                plan for plan in in_stage(tx, Stage.APPROVED) if self._is_due(tx, plan)
            )

        return self.store.read(read)

    def _is_due(self, tx: Transaction, plan: str) -> bool:
        """Tell whether a plan is to be tried: a checkpoint covers its approval.

        Also where its entries are not as they were recorded: the try finds that out
        and runs nothing, and the others are not held up.
        """
        try:
            stream = tx.log.load(ACTION_STREAM + plan)
        except TocsinError:
            return True
        return proof.is_due(tx, stream, note=self.note)

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> ActionState:
        """Decide, append and redraw; a refusal is written down and raised."""

        def work(tx: Transaction) -> Refusal | ActionState:
            read = self._claiming(tx, plan, facts) if type(facts) is _Read else facts
            # A stop that was pressed since the facts were read stops all the same.
            is_stopped = read.stopped or switch.is_stopped(tx)
            # Counted where the claim is written, so two never get the last place.
            holds, book = self.desk.holds, self.book
            known = replace(
                holds.looked_up(tx, book, plan, command, read), stopped=is_stopped
            )
            try:
                self.book.apply(tx, plan, command, known, actor=TOCSIN)
            except Refusal as refusal:
                self.book.refused(
                    *(tx, plan, command, refusal),
                    actor=TOCSIN,
                    ruling=refusal_of(known.runner),
                )
                if known.freeze or known.used_up:
                    self.desk.redraw(tx, self.book, plan, token=self.token)
                return refusal
            holds.done(tx, book, plan, command)
            self.desk.redraw(tx, self.book, plan, token=self.token)
            if isinstance(command, Measure):
                self.desk.tell_measured(tx, self.book, plan)
            return self.book.load(tx, plan)[0]

        answer = self.book.write(self.store, work)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def ready(self) -> tuple[str, ...]:
        """Return what may be claimed: signed, and held by no freeze and no limit.

        That one is held is written down and drawn once, and then only read.
        """
        signed = self._signed()
        hold = OnHold(book=self.book, desk=self.desk, token=self.token)
        ready, untold = self.store.read(hold.sorted_out)
        for plan in untold:
            self.store.write(partial(hold.say, plan=plan)).result()
        return tuple(one for one in ready if one in signed)

    def facts(self) -> GateFacts:
        """Return the facts for a step: the switches."""
        now = self.book.clock.now()
        stopped = self.store.read(switch.is_stopped)
        return GateFacts(read_at=now, stopped=stopped, frozen=False)

    def claim_facts(
        self, plan: Plan, state: ActionState, probes: tuple[Probe, ...] | None
    ) -> GateFacts:
        """Ask Slack again about everybody on whom a claim rests.

        What is in the store is read where the claim is decided, so that nothing can
        come between.
        """
        askers = [self.people.asker(one, plan.channel) for one in state.cleared_by]
        others = {plan.requester} - {*state.cleared_by, TOCSIN}
        return _Read(
            read_at=min(one.read_at for one in askers),
            probes=probes,
            stopped=False,
            # Once it is in a signed checkpoint it stays there.
            proven=self.store.read(lambda tx: self._proven(tx, plan.id)),
            askers=tuple(askers),
            requesters=tuple(self.people.asker(one, plan.channel) for one in others),
        )

    def _claiming(self, tx: Transaction, plan: str, read: "_Read") -> GateFacts:
        """Return the facts of a claim, with all that the store knows right now."""
        state, _ = self.book.load(tx, plan)
        made, desk, now = state.plan, self.desk, self.book.clock.now()
        about = desk.about(tx, made.incident)
        around = desk.around(tx, self.book, made, state)
        manifest = self._manifest(made)
        verb = Verb.BREAK_GLASS if state.glass_by else Verb.APPROVE
        return replace(
            read,
            approvers=tuple(
                desk.judge.standing(one, verb, made, around) for one in read.askers
            ),
            runner=self._runner(read, made, around),
            commander=about.commander,
            drill=about.drill,
            catalogued=manifest is not None,
            level=desk.derived(tx, made, manifest),
            groups=desk.needs(made, about),
            overdue_reviews=glass.overdue(tx, now, drill=made.drill),
        )

    def _runner(self, read: "_Read", plan: Plan, around: Around) -> Standing:
        """Return somebody whom the policies let run it; else one whom they do not."""
        found = NOBODY
        for one in (*read.requesters, *read.askers):
            found = self.desk.judge.standing(one, Verb.RUN, plan, around)
            if found.policy.allows:
                break
        return found

    def _manifest(self, plan: Plan) -> ActionManifest | None:
        """Return what a plan's action says of itself; None where it is another now."""
        action = self.catalogue.get(plan.draft.action)
        if action is None or action.MANIFEST.version != plan.draft.action_version:
            return None
        return action.MANIFEST

    def _proven(self, tx: Transaction, plan: str) -> bool:
        stream = tx.log.load(ACTION_STREAM + plan)
        return proof.is_proven(tx, stream, note=self.note, path=self.path)
