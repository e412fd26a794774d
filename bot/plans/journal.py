"""The executor's view of the plans: durable writes and facts read afresh.

Keeps `Journal` of `bot/gate/executor.py`. People are read again for every claim.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.action import ActionState
from bot.domain.action_commands import ActionCommand, Measure
from bot.domain.action_facts import GateFacts, Standing
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal
from bot.domain.plan import Plan, Probe
from bot.gate import proof, switch
from bot.gate.policy_question import Verb
from bot.plans.book import TOCSIN, PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.on_hold import OnHold
from bot.ports import Store, Transaction
from bot.ports.gate import People
from bot.readmodels.timeline import ACTION_STREAM


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJournal:
    """Writes what the executor does.

    Attributes:
        token: Signs the buttons of the card that is drawn again.
        note: Checks a signed note; see `bot/gate/proof.py`.
        path: Checks a path through the tree.
    """

    store: Store
    book: PlanBook
    desk: PlanDesk
    people: People
    token: Callable[[Plan], str]
    note: proof.VerifyNote
    path: proof.VerifyPath

    def state(self, plan: str) -> ActionState:
        """Return a plan as it is now."""
        return self.store.read(lambda tx: self.book.load(tx, plan)[0])

    def in_stage(self, stage: Stage) -> tuple[str, ...]:
        """Return the plans in a stage, oldest first."""
        return self.store.read(lambda tx: self.desk.in_stage(tx, stage))

    def _signed(self) -> frozenset[str]:
        """Return approved plans whose approval a checkpoint covers."""

        def read(tx: Transaction) -> frozenset[str]:
            return frozenset(
                plan
                for plan in self.desk.in_stage(tx, Stage.APPROVED)
                if proof.is_due(tx, tx.log.load(ACTION_STREAM + plan), note=self.note)
            )

        return self.store.read(read)

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> ActionState:
        """Decide, append and redraw; a refusal is written down and raised."""

        def work(tx: Transaction) -> Refusal | ActionState:
            # A stop that was pressed since the facts were read stops all the same.
            is_stopped = facts.stopped or switch.is_stopped(tx)
            # Counted where the claim is written, so two never get the last place.
            holds, book = self.desk.holds, self.book
            known = replace(
                holds.looked_up(tx, book, plan, command, facts), stopped=is_stopped
            )
            try:
                self.book.apply(tx, plan, command, known, actor=TOCSIN)
            except Refusal as refusal:
                self.book.refused(tx, plan, command, refusal, actor=TOCSIN)
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
        """Read everything again that a claim rests on."""
        askers = [self.people.asker(one, plan.channel) for one in state.cleared_by]

        def read(tx: Transaction) -> GateFacts:
            around = self.desk.around(tx, self.book, plan, state)
            verb = Verb.BREAK_GLASS if state.glass_by else Verb.APPROVE
            standings: tuple[Standing, ...] = tuple(
                self.desk.judge.standing(one, verb, plan, around) for one in askers
            )
            return GateFacts(
                read_at=min(one.read_at for one in askers),
                approvers=standings,
                commander=around.commander,
                probes=probes,
                stopped=around.stopped,
                frozen=around.frozen,
                channel_shared=any(one.channel_shared for one in askers),
                drill=self.desk.about(tx, plan.incident).drill,
                catalogued=True,
                level=plan.level,
                fits=True,
                proven=self._proven(tx, plan.id),
                # Freeze and limits are looked up again where the claim is written.
                within_limits=False,
                overdue_reviews=0,
                glass_broken=around.glass_broken,
            )

        return self.store.read(read)

    def _proven(self, tx: Transaction, plan: str) -> bool:
        stream = tx.log.load(ACTION_STREAM + plan)
        return proof.is_proven(tx, stream, note=self.note, path=self.path)
