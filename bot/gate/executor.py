"""Runs approved plans: the only code that changes the outside world.

    claim → (write ahead → call → write down) for each step → look → say

A plan is claimed only when everything holds once more: rights, policies, the world,
the proof of its approval. What may or may not have happened is written down as such
and never tried again. Deciding is the domain's; this module reads, calls and writes.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import orjson

from bot.domain.action import ActionState
from bot.domain.action_commands import (
    ActionCommand,
    BeginStep,
    Claim,
    EndStep,
    Measure,
    Recover,
    Verify,
)
from bot.domain.action_facts import GateFacts
from bot.domain.action_table import Stage
from bot.domain.claiming import idempotency_key
from bot.domain.errors import NotAllowed, NotFound, OutOfTurn, Refusal, TocsinError
from bot.domain.plan import Level, Plan, Probe, Step
from bot.domain.untrusted import Untrusted
from bot.gate.calling import NOT_CALLED, called, may_call
from bot.gate.looking import looked, measured
from bot.gate.rehearsal import Rehearsal
from bot.gate.waiting import until_rest
from bot.ports.action import Action, Effect

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """What the executor needs of the plans' streams. Every call is durable."""

    def state(self, plan: str) -> ActionState:
        """Return a plan as it is now."""
        ...

    def in_stage(self, stage: Stage) -> tuple[str, ...]:
        """Return the plans in a stage, oldest first."""
        ...

    def write(self, plan: str, command: ActionCommand, facts: GateFacts) -> ActionState:
        """Decide, append, redraw; return the plan as it is then.

        Raises:
            Refusal: The rules say no; it is written down.
        """
        ...

    def claim_facts(
        self, plan: Plan, state: ActionState, probes: tuple[Probe, ...] | None
    ) -> GateFacts:
        """Read everything again that a claim rests on."""
        ...

    def facts(self) -> GateFacts:
        """Return the facts for a step: the switches."""
        ...

    def ready(self) -> tuple[str, ...]:
        """Return the approved plans, oldest first, that nothing holds back.

        For one that a freeze or a limit holds, the world is not even read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Takes plans one after another.

    Attributes:
        worker: Unique per process and start.
        reader: Returns a session that can only read the world of an action.
        mint: Makes the session a plan may act with, from plan, action and approvers.
        keep_evidence: Saves a snapshot sealed; its argument is plan id and bytes.
        rehearsal: With what a drill's plans run; None where none ever may.
    """

    worker: str
    journal: Journal
    catalogue: Mapping[str, Action]
    reader: Callable[[Action], Any]
    mint: Callable[[Plan, Action, tuple[str, ...]], Any]
    keep_evidence: Callable[[str, bytes], None]
    rehearsal: Rehearsal | None = None

    def step(self) -> int:
        """Run what is approved and look at what ran; return how many plans moved."""
        moved = 0
        # Neither what a freeze or a limit holds back, nor what is not signed yet.
        for plan in self.journal.ready():
            moved += self._tried(plan, self._run)
        # A person's word brings a plan here without a look at the world.
        for plan in self.journal.in_stage(Stage.APPLIED):
            self._tried(plan, self._first_look)
        return moved

    def look_again(self, plan: str) -> None:
        """Verify a plan that could not be told before."""
        state = self.journal.state(plan)
        if state.stage is Stage.APPLIED:
            self._verify(plan, state)

    def measure(self, plan: str) -> None:
        """Read what a verified plan promised for some time later, once."""
        state = self.journal.state(plan)
        ran, since = state.plan, state.moved_at
        promised = ran.draft.afterwards
        if state.stage is not Stage.VERIFIED or not promised or not since:
            return
        until = since + timedelta(seconds=promised.after_s)
        found = measured(partial(self._eyes, ran), ran, since=since, until=until)
        told = Measure(
            fence=state.fence, verdict=found.verdict, says=Untrusted(found.says)
        )
        self.journal.write(plan, told, self.journal.facts())

    def recover(self) -> int:
        """Give up what the process before this one was running."""
        lost = self.journal.in_stage(Stage.APPLYING)
        for plan in lost:
            self._tried(plan, self._give_up)
        for plan in self.journal.in_stage(Stage.APPLIED):
            self._tried(plan, self.look_again)
        return len(lost)

    def _first_look(self, plan: str) -> None:
        """Verify a plan at which nobody looked; later looks are the timer's."""
        if not self.journal.state(plan).looks:
            self.look_again(plan)

    def _tried(self, plan: str, work: Callable[[str], None]) -> bool:
        try:
            work(plan)
        except TocsinError as error:
            _log.warning("plan %s: %s", plan, error.code)
            return False
        except Exception:  # noqa: BLE001 - one bad plan must not hold up the others
            _log.exception("plan %s: the executor broke", plan)
            return False
        return True

    def _give_up(self, plan: str) -> None:
        facts = self.journal.facts()
        self.journal.write(plan, Recover(), _gone(facts))

    def _run(self, plan: str) -> None:
        state = self.journal.state(plan)
        # Those before it took their time, and people may have taken it back.
        if state.stage is not Stage.APPROVED:
            return
        action = self._action(state.plan)
        # Before the claim: without a session nothing has begun, and it is tried again.
        session = self._session(state.plan, action, state.cleared_by)
        state = self._claim(plan, state, action)
        if state.stage is not Stage.APPLYING:
            return
        for place, step in enumerate(state.plan.draft.steps):
            if place:
                until_rest(action, step, session, stopped=self._stopped)
            state = self._make(plan, action, step, session, fence=state.fence)
            if state.stage is not Stage.APPLYING:
                break
        if state.stage is Stage.APPLIED:
            self._verify(plan, state)

    def _stopped(self) -> bool:
        return self.journal.facts().stopped

    # A drill's plan gets a simulated action, world and session, or nothing at all.

    def _action(self, plan: Plan) -> Action:
        if plan.drill:
            return self._rehearsed().action(plan.draft.action)
        found = self.catalogue.get(name := plan.draft.action)
        if found is None:
            raise NotFound(
                "Nothing was run",
                because=f"there is no action {name!a} any more",
                next_move="Look at the world yourself, or bring it back.",
            )
        return found

    def _reader(self, plan: Plan) -> Any:
        if plan.drill:
            return self._rehearsed().world(plan.incident)
        return self.reader(self._action(plan))

    def _eyes(self, plan: Plan) -> tuple[Action, Any]:
        """Return with what a plan is looked at; it may raise as a look may."""
        return self._action(plan), self._reader(plan)

    def _session(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> Any:
        if plan.drill:
            return self._rehearsed().session(plan)
        return self.mint(plan, action, approvers)

    def _rehearsed(self) -> Rehearsal:
        if self.rehearsal is None:
            raise NotAllowed(
                "Nothing was run",
                because="it is a drill, and nothing is simulated here",
                next_move="Say in the thread what you would do instead.",
            )
        return self.rehearsal

    def _claim(self, plan: str, state: ActionState, action: Action) -> ActionState:
        probes = self._probed(action, state.plan)
        facts = self.journal.claim_facts(state.plan, state, probes)
        digest = self._saved(plan, action, state.plan)
        claim = Claim(worker=self.worker, evidence=digest)
        try:
            return self.journal.write(plan, claim, facts)
        except OutOfTurn:
            # People took it back while the world was read: nothing is wrong with that.
            if (now := self.journal.state(plan)).stage is Stage.APPROVED:
                raise
            return now

    def _probed(self, action: Action, plan: Plan) -> tuple[Probe, ...] | None:
        try:
            return action.probe(plan.draft, reader=self._reader(plan))
        except TocsinError:
            return None

    def _saved(self, plan_id: str, action: Action, plan: Plan) -> str:
        """Save the evidence of a T1 or T2 plan; return its digest."""
        if plan.level is Level.T3:
            return ""
        snapshot = action.snapshot(plan.draft, reader=self._reader(plan))
        raw = orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS, default=str)
        self.keep_evidence(plan_id, raw)
        return hashlib.sha256(raw).hexdigest()

    def _make(
        self, plan: str, action: Action, step: Step, session: Any, *, fence: int
    ) -> ActionState:
        """Write ahead, call once, write down what became of it."""
        begin = BeginStep(worker=self.worker, fence=fence, step=step.id)
        state = self.journal.write(plan, begin, self.journal.facts())
        if state.in_flight != step.id:
            return state
        key = idempotency_key(plan, step.id)
        effect = Effect(session=session, idempotency_key=key)
        now, state = self.journal.facts().read_at, self.journal.state(plan)
        may = may_call(state, step, worker=self.worker, fence=fence, now=now)
        result = called(action, step, effect) if may else NOT_CALLED
        ended = EndStep(
            worker=self.worker,
            fence=fence,
            step=step.id,
            outcome=result.outcome,
            request_id=result.request_id,
            says=Untrusted(result.says),
        )
        return self.journal.write(plan, ended, self.journal.facts())

    def _verify(self, plan: str, state: ActionState) -> None:
        ran = state.plan
        found = looked(partial(self._eyes, ran), ran)
        says = Untrusted(found.says)
        look = Verify(fence=state.fence, verdict=found.verdict, says=says)
        try:
            self.journal.write(plan, look, self.journal.facts())
        except Refusal as refusal:
            _log.warning("plan %s: %s", plan, refusal.code)


def _gone(facts: GateFacts) -> GateFacts:
    return replace(facts, worker_gone=True)
