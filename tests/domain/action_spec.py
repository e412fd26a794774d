"""given / when / then for the gate: a history, a command, what follows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.domain.action import ActionState, fold
from bot.domain.action_commands import ActionCommand
from bot.domain.action_decisions import decide_action
from bot.domain.action_effects import ActionApplied, ActionClaimed, Outcome, StepBegan
from bot.domain.action_effects import StepEnded as Ended
from bot.domain.action_events import (
    ActionApproved,
    ActionCleared,
    ActionDrafted,
    ActionEvent,
    ActionPublished,
    ActionShown,
)
from bot.domain.action_facts import Click, Door, GateFacts, PolicyAnswer, Standing
from bot.domain.action_plan import plan_text
from bot.domain.claiming import idempotency_key
from bot.domain.commands import Person, PersonKind
from bot.domain.errors import Refusal
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Blast, Change, Draft, Level, Plan, Probe, Step
from bot.domain.untrusted import Untrusted
from tests.spec import DANA, NOON, OLU, SAM, person

LEAD = person("U0LEAD")
GUEST = person("U0GUEST", PersonKind.GUEST)
EXTERNAL = Person(id="U0EXTERNAL", team="T0OTHER", kind=PersonKind.EXTERNAL)
BOT = person("tocsin", PersonKind.BOT)
CHANNEL, CARD = "C0INCIDENTS", "1763640000.000100"
ACTIVE = Probe(id="iam.access_key.status", value="Active")
BY_15 = NOON + timedelta(minutes=15)
BY_5 = NOON + timedelta(minutes=5)
A_MINUTE_ON = NOON + timedelta(minutes=1)
EVIDENCE = "e" * 64
ALLOWED = PolicyAnswer(allowed=True, reasons=("approvers",), hash="p1")
WHY = Untrusted("The key is in a public paste.")
ACT = GateRules(mode=Mode.ACT)


def a_plan(level: Level = Level.T2, *, steps: int = 1, **changes: object) -> Plan:
    t1 = level is Level.T1
    draft = Draft(
        action="aws.iam.deactivate_access_key",
        action_version=1,
        params=(("key", "key-1"),),
        target="svc-chat",
        changes=(Change(what="status", before="Active", after="Inactive"),),
        steps=tuple(
            Step(id=f"s{n}", call="iam.UpdateAccessKey", params=())
            for n in range(1, steps + 1)
        ),
        preconditions=(ACTIVE,),
        blast=Blast(systems=1),
        verify="No call by the key for ten minutes.",
        rollback="aws.iam.activate_access_key",
    )
    plan = Plan(
        id="pl_1",
        incident="INC-0001",
        channel=CHANNEL,
        requester=OLU.id,
        reason="The key leaked.",
        draft=draft,
        level=level,
        quorum=2 if t1 else 1,
        needs_commander=t1,
        policy_hash="p1",
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


def standing(who: Person, **changes: object) -> Standing:
    found = Standing(
        person=who,
        groups=frozenset({"approvers"}),
        in_channel=True,
        policy=ALLOWED,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def facts(asker: Person | Standing = SAM, **changes: object) -> GateFacts:
    """Return what is known when everything is well."""
    found = GateFacts(
        read_at=NOON,
        asker=asker if isinstance(asker, Standing) else standing(asker),
        approvers=(standing(SAM), standing(DANA)),
        runner=standing(SAM),
        commander=DANA.id,
        click=Click(channel=CHANNEL, message=CARD, mac_ok=True),
        door=Door.SLACK,
        probes=(ACTIVE,),
        stopped=False,
        frozen=False,
        channel_shared=False,
        drill=False,
        catalogued=True,
        level=Level.T2,
        groups=(),
        fits=True,
        proven=True,
        within_limits=True,
        may_propose=True,
        overdue_reviews=0,
        glass_broken=0,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def drafted(plan: Plan | None = None, **changes: object) -> ActionDrafted:
    plan = plan or a_plan()
    event = ActionDrafted(
        text=plan_text(plan),
        digest=plan.digest(),
        team="T0TEAM",
        author="",
        human_initiated=True,
        replaces="",
        at=NOON,
        reason=Untrusted(plan.reason),
        salt=Untrusted(plan.salt),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


published = ActionPublished(approve_by=BY_15, at=NOON)
shown = ActionShown(message=CARD, at=NOON)


def pending(plan: Plan | None = None, **changes: object) -> tuple[ActionEvent, ...]:
    return (drafted(plan, **changes), published, shown)


def agreed(who: Person, plan: Plan | None = None, **changes: object) -> ActionApproved:
    event = ActionApproved(
        by=who.id,
        digest=(plan or a_plan()).digest(),
        commander=who is DANA,
        policy_hash="p1",
        at=NOON,
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def cleared(*who: Person, at: datetime = NOON) -> ActionCleared:
    approvers = tuple(each.id for each in who or (SAM,))
    return ActionCleared(approvers=approvers, apply_by=at + timedelta(minutes=5), at=at)


def approved(plan: Plan | None = None) -> tuple[ActionEvent, ...]:
    return (*pending(plan), agreed(SAM, plan), cleared(SAM))


def claimed(at: datetime = NOON) -> ActionClaimed:
    return ActionClaimed(
        worker="w1",
        fence=1,
        lease_until=at + timedelta(minutes=1),
        evidence=EVIDENCE,
        at=at,
    )


def applying(plan: Plan | None = None) -> tuple[ActionEvent, ...]:
    return (*approved(plan), claimed())


def began(step: str = "s1") -> StepBegan:
    return StepBegan(
        step=step,
        key=idempotency_key("pl_1", step),
        fence=1,
        lease_until=A_MINUTE_ON,
        at=NOON,
    )


def ended(step: str = "s1", outcome: Outcome = Outcome.OK) -> Ended:
    return Ended(
        step=step,
        outcome=outcome,
        request_id="",
        lease_until=A_MINUTE_ON,
        at=NOON,
        says=None,
    )


def applied(plan: Plan | None = None) -> tuple[ActionEvent, ...]:
    return (*applying(plan), began(), ended(), ActionApplied(at=NOON))


@dataclass(frozen=True)
class Outcomes:
    state: ActionState
    command: ActionCommand
    now: datetime
    facts: GateFacts
    rules: GateRules

    def answer(self) -> tuple[ActionEvent, ...]:
        return decide_action(
            self.state, self.command, now=self.now, rules=self.rules, facts=self.facts
        )

    def then(self, *expected: ActionEvent) -> None:
        assert self.answer() == expected

    def refused(self, kind: type[Refusal], *, saying: str) -> None:
        with pytest.raises(kind) as caught:
            self.answer()
        assert str(caught.value) == saying


@dataclass(frozen=True)
class Given:
    history: tuple[ActionEvent, ...]

    def when(
        self,
        command: ActionCommand,
        *,
        after: timedelta = timedelta(0),
        knowing: GateFacts | None = None,
        rules: GateRules = ACT,
    ) -> Outcomes:
        """Ask; the facts are those of `facts()` read at that moment."""
        now = NOON + after
        known = knowing or replace(facts(), read_at=now)
        return Outcomes(fold(self.history), command, now, known, rules)


def given(*history: ActionEvent) -> Given:
    return Given(history)
