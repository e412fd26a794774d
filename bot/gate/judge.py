"""Puts a question about one person and one plan to the policies.

What is known about people comes from Slack, what is known about the plan from its
stream and the registry; nothing comes from a button. Cedar itself is `policy.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.business_hours import BusinessHours
from bot.domain.gate_rules import GateRules
from bot.domain.plan import Plan
from bot.domain.registry import System
from bot.gate.policy import Answer, Policy
from bot.gate.policy_question import (
    Asker,
    Circumstances,
    PlanFacts,
    Question,
    Verb,
)
from bot.gate.policy_reading import NOTHING_PERMITS
from bot.ports import gate as ports

_STANDARD_HOURS = BusinessHours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a question: the incident, the switches, the record.

    Attributes:
        system: Registered system of the incident; None counts as production, high.
        author: Who wrote the message that led to the plan, "" for none.
        commander_agreed: The commander is among those who agreed.
        glass_broken: How often in the last 24 hours.
        breaking_glass: The plan runs by break-glass, so the log says.
    """

    now: datetime
    commander: str
    author: str
    system: System | None
    stopped: bool
    frozen: bool
    human_initiated: bool
    commander_agreed: bool = False
    glass_broken: int = 0
    breaking_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Asks the policies in force.

    Attributes:
        workspace: Slack team id.
        hours: When people are at work, by the clocks of the site.
    """

    policy: Policy
    rules: GateRules
    workspace: str
    hours: BusinessHours = _STANDARD_HOURS

    def standing(
        self, asker: ports.Asker, verb: Verb, plan: Plan, around: Around
    ) -> Standing:
        """Return who somebody is right now and what the policies let them do."""
        return Standing(
            person=asker.person,
            groups=asker.groups,
            in_channel=asker.in_channel,
            policy=self.answer(asker, verb, plan, around),
        )

    def answer(
        self, asker: ports.Asker, verb: Verb, plan: Plan | None, around: Around
    ) -> PolicyAnswer:
        """Return what the policies say; a no for whatever cannot be asked.

        Args:
            plan: None for what is about the whole gate, such as stopping it.
        """
        found = self.policy.decide(
            Question(
                verb=verb,
                asker=Asker(
                    person=asker.person,
                    groups=asker.groups,
                    is_commander=asker.person.id == around.commander,
                    is_author=asker.person.id == around.author,
                    in_channel=asker.in_channel,
                ),
                plan=None if plan is None else _facts(plan, around),
                circumstances=self._circumstances(asker, around),
            )
        )
        return PolicyAnswer(
            allowed=found.allowed,
            reasons=found.reasons,
            because=_because(found),
            errors=found.errors,
            hash=self.policy.hash,
        )

    def _circumstances(self, asker: ports.Asker, around: Around) -> Circumstances:
        age_s = (around.now - asker.read_at).total_seconds()
        return Circumstances(
            workspace=self.workspace,
            channel_matches=True,
            channel_externally_shared=asker.channel_shared,
            membership_age_s=int(age_s) + (age_s > int(age_s)),
            hour=self.hours.hour(around.now),
            business_hours=self.hours.hold(around.now),
            mode=self.rules.mode.value,
            frozen=around.frozen,
            stopped=around.stopped,
            breaking_glass=around.breaking_glass,
            break_glass_count_24h=around.glass_broken,
            commander_agreed=around.commander_agreed,
            t3_self_approval=self.rules.own_t3,
        )


def _because(found: Answer) -> str:
    """Return what forbids it, in the policies' words; "" where nothing permits it."""
    nothing = found.reasons == (NOTHING_PERMITS,)
    return "" if found.allowed or nothing else "; ".join(found.because)


def _facts(plan: Plan, around: Around) -> PlanFacts:
    return PlanFacts.of(
        plan,
        stage=around.system.stage if around.system else "production",
        risk_tier=around.system.risk_tier if around.system else "high",
        human_initiated=around.human_initiated,
    )
