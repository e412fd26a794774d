"""What policies may know of a plan: from the plan itself and the registry.

How it is spelled for Cedar is `policy_question.py`. Nothing is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.plan import Level, Plan
from bot.domain.registry import RiskTier, Stage, System
from bot.domain.residency import outside, reached


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What policies may know of a plan.

    Attributes:
        requester: Person id; "" when the bot proposed it by itself.
        parent: Plan that this one rolls back; "" for none.
        human_initiated: A person chose the action, not a suggestion.
        system: Id in the registry; "" where it is not registered.
        personal_data: It holds data about people.
        cuts_off_customers: Customers use it, and the action takes it from them.
        region: Where it takes effect; "" is unknown.
        residency: Where the system's data must stay; empty where nobody said.
        outside: What it reaches beyond that.
        needs: Groups that must agree beside what the level asks.
    """

    id: str
    action: str
    level: Level
    stage: Stage
    risk_tier: RiskTier
    drill: bool
    requester: str
    parent: str
    irreversible: bool
    human_initiated: bool
    system: str
    data_classes: tuple[str, ...]
    personal_data: bool
    legal_hold: bool
    cuts_off_customers: bool
    region: str
    residency: tuple[str, ...]
    outside: tuple[str, ...]
    needs: tuple[str, ...]

    @classmethod
    def of(
        cls,
        plan: Plan,
        *,
        system: System | None,
        touched: tuple[System, ...] = (),
        cuts_off: bool,
        human_initiated: bool,
    ) -> "PlanFacts":
        """Return the facts of a plan.

        Args:
            system: As registered; without it the plan counts as production, high.
            touched: Systems that its parameters name: their data counts as well, and
                the strictest stage and tier of all.
            cuts_off: The action takes a service from everybody who uses it.
            human_initiated: A person chose the action, not a suggestion.
        """
        known = system or _UNREGISTERED
        every = tuple({one.id: one for one in (known, *touched)}.values())
        regions = (plan.region, *reached(plan.draft))
        return cls(
            id=plan.id,
            action=plan.draft.action,
            level=plan.level,
            stage=min((one.stage for one in every), key=_STAGES.index),
            risk_tier=min((one.risk_tier for one in every), key=_TIERS.index),
            drill=plan.drill,
            requester=plan.requester,
            parent=plan.parent,
            irreversible=not plan.draft.rollback,
            human_initiated=human_initiated,
            system=known.id,
            data_classes=_joined(one.data_classes for one in every),
            personal_data=any(one.is_personal for one in every),
            legal_hold=any(one.legal_hold for one in every),
            cuts_off_customers=cuts_off and any(one.customers for one in every),
            region=plan.region,
            residency=_joined(one.data_stays for one in every),
            outside=_joined(outside(regions, one.data_stays) for one in every),
            needs=plan.groups,
        )


_STAGES: tuple[Stage, ...] = ("production", "pilot", "sandbox")
_TIERS: tuple[RiskTier, ...] = ("high", "medium", "low")
_UNREGISTERED = System(id="", title="", owner="", stage="production", risk_tier="high")


def _joined(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what stands in any of the lists, each once."""
    return tuple(dict.fromkeys(one for each in lists for one in each))
