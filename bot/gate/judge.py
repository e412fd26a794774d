"""Puts a question about one person and one plan to the policies.

What is known about people comes from Slack, what is known about the plan from its
stream and the registry; nothing comes from a button. Cedar itself is `policy.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.business_hours import BusinessHours
from bot.domain.gate_rules import GateRules
from bot.domain.plan import Plan
from bot.domain.registry import System
from bot.gate.groups import GroupNames
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy import Answer, Need, Policy
from bot.gate.policy_question import Asker, Circumstances, Question, Verb
from bot.gate.policy_reading import NOTHING_PERMITS
from bot.ports import gate as ports

_STANDARD_HOURS = BusinessHours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a question: the incident, the switches, the record.

    Attributes:
        system: Registered system of the incident; None counts as production, high.
        touched: Registered systems that the plan's parameters name.
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
    touched: tuple[System, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Asks the policies in force.

    Attributes:
        workspace: Slack team id.
        hours: When people are at work, by the clocks of the site.
        groups: What the settings say about groups.
        cutting: Actions that take a service from everybody who uses it.
    """

    policy: Policy
    rules: GateRules
    workspace: str
    hours: BusinessHours = _STANDARD_HOURS
    groups: GroupNames = field(default_factory=GroupNames)
    cutting: frozenset[str] = frozenset()

    def standing(
        self, asker: ports.Asker, verb: Verb, plan: Plan, around: Around
    ) -> Standing:
        """Return who somebody is right now and what the policies let them do."""
        return Standing(
            person=asker.person,
            groups=self.groups_of(asker, around),
            in_channel=asker.in_channel,
            policy=self.answer(asker, verb, plan, around),
        )

    def groups_of(self, asker: ports.Asker, around: Around) -> frozenset[str]:
        """Return the groups somebody is in, for the incident's system."""
        return self.groups.of(asker, around.system, commander=around.commander)

    def needs(
        self, plan: Plan, system: System | None, touched: tuple[System, ...]
    ) -> tuple[Need, ...] | None:
        """Return whose yes a plan needs beside what its level asks; None on an error.

        Args:
            system: Registered system of the incident.
            touched: Registered systems that the plan's parameters name.
        """
        # Whose idea it was does not count here.
        facts = self._plan(plan, system, touched, human_initiated=True)
        return self.policy.needs(facts, named=self.groups.named(system))

    def answer(
        self, asker: ports.Asker, verb: Verb, plan: Plan | None, around: Around
    ) -> PolicyAnswer:
        """Return what the policies say; a no for whatever cannot be asked.

        Args:
            plan: None for what is about the whole gate, such as stopping it.
        """
        facts = None
        if plan is not None:
            initiated = around.human_initiated
            facts = self._plan(
                plan, around.system, around.touched, human_initiated=initiated
            )
        found = self.policy.decide(
            Question(
                verb=verb,
                asker=Asker(
                    person=asker.person,
                    groups=self.groups_of(asker, around),
                    groups_read=asker.groups_read,
                    is_commander=asker.person.id == around.commander,
                    is_author=asker.person.id == around.author,
                    in_channel=asker.in_channel,
                ),
                plan=facts,
                circumstances=self._circumstances(asker, around),
            ),
            waived=self._waived(plan, around),
        )
        return PolicyAnswer(
            allowed=found.allowed,
            reasons=found.reasons,
            because=_because(found),
            errors=found.errors,
            hash=self.policy.hash,
            verb=verb.value,
            waivers=found.waivers,
            group_only=found.group_only,
        )

    def _plan(
        self,
        plan: Plan,
        system: System | None,
        touched: tuple[System, ...],
        *,
        human_initiated: bool,
    ) -> PlanFacts:
        return PlanFacts.of(
            plan,
            system=system,
            touched=touched,
            cuts_off=plan.draft.action in self.cutting,
            human_initiated=human_initiated,
        )

    def _waived(self, plan: Plan | None, around: Around) -> Mapping[str, str]:
        """Return the rules that are lifted for a plan now, to the id of the waiver.

        Only by waivers that stand on its card: those in force when it was made.
        """
        if plan is None:
            return {}
        found = self.policy.waivers.in_force(
            systems=ids_of(around.system, around.touched),
            action=plan.draft.action,
            now=around.now,
        )
        shown = {one.id for one in plan.waivers}
        return {one.rule: one.id for one in found if one.id in shown}

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


def ids_of(system: System | None, touched: Iterable[System]) -> frozenset[str]:
    """Return the ids of all systems that a plan is about.

    Args:
        system: Of the incident; "" stands for one that is not registered.
        touched: Those that its parameters name.
    """
    return frozenset({system.id if system else "", *(one.id for one in touched)})


def _because(found: Answer) -> str:
    """Return what forbids it, in the policies' words; "" where nothing permits it."""
    nothing = found.reasons == (NOTHING_PERMITS,)
    return "" if found.allowed or nothing else "; ".join(found.because)
