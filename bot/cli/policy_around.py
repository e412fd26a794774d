"""What `tocsin policy explain` says beside the answer: needs, places, waivers.

Facts of a system come from the registry, and the groups that are named from the
settings, as the running bot would take them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bot.cli.opening import open_settings
from bot.cli.registry import registry_of

if TYPE_CHECKING:
    from bot.gate.plan_facts import PlanFacts
    from bot.gate.policy import Need, Policy
    from bot.gate.policy_question import Question
    from bot.gate.waivers import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside an answer.

    Attributes:
        needs: Rules that ask for a group's yes; None where they could not be asked.
        unfilled: Groups among them that nobody has named, so that shipped rules do
            not ask for them.
    """

    plan: "PlanFacts | None"
    needs: "tuple[Need, ...] | None"
    unfilled: frozenset[str]
    waivers: "tuple[Waiver, ...]"

    @property
    def lifted(self) -> Mapping[str, str]:
        """The rules that waivers lift today, to the id of each waiver."""
        return {one.rule: one.id for one in self.waivers}

    @property
    def plain(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "needs": None
            if self.needs is None
            else [
                {**asdict(one), "named": one.group not in self.unfilled}
                for one in self.needs
            ],
            "residency": list(self.plan.residency) if self.plan else [],
            "outside": list(self.plan.outside) if self.plan else [],
            "waivers_in_force": [
                {"id": one.id, "rule": one.rule, "until": one.ends.isoformat()}
                for one in self.waivers
            ],
        }

    @property
    def lines(self) -> Iterator[str]:
        """The same for people."""
        if self.needs is None:
            yield "whose yes it needs could not be evaluated, so it is not proposed"
        for need in self.needs or ():
            idle = "; nobody has named that group, so it is not asked for"
            said = idle if need.group in self.unfilled else ""
            yield f"needs {need.group}: {need.because} ({need.rule}){said}"
        if self.plan and self.plan.residency:
            reached = ", ".join(self.plan.outside) or "nothing outside"
            yield f"data stays in {', '.join(self.plan.residency)}: {reached} reached"
        for one in self.waivers:
            until = f"until {one.ends:%Y-%m-%d}, owner {one.owner}: {one.reason}"
            yield f"waiver {one.id} lifts {one.rule} {until}"


def around(loaded: "Policy", question: "Question", *, registered: str) -> Beside:
    """Return what stands beside the answer to a question.

    Args:
        registered: Id of the system in the registry; "" takes every group for named.
    """
    from bot.domain.groups import GROUPS

    plan, now = question.plan, datetime.now(UTC)  # noqa: TID251 - the answer is about today
    if plan is None:
        return Beside(plan=None, needs=(), unfilled=frozenset(), waivers=())
    needs = loaded.needs(plan, named=GROUPS)
    named = _named(registered) if registered else GROUPS
    idle = {
        one.group
        for one in needs or ()
        if one.group not in named and not loaded.rules[one.rule].site
    }
    return Beside(
        plan=plan,
        needs=needs,
        unfilled=frozenset(idle),
        waivers=loaded.waivers.in_force(
            systems=(plan.system,), action=plan.action, now=now
        ),
    )


def registered(system_id: str) -> dict[str, object]:
    """Return the facts of a plan that the registry gives.

    Raises:
        UsageError: There is no such system.
    """
    system = registry_of(open_settings()).get(system_id)
    if system is None:
        raise click.UsageError(f"the registry has no system {system_id}")
    return {
        "system": system.id,
        "stage": system.stage,
        "risk_tier": system.risk_tier,
        "data_classes": list(system.data_classes),
        "legal_hold": system.legal_hold,
        "region": system.region,
        "residency": list(system.data_stays),
    }


def _named(system_id: str) -> frozenset[str]:
    from bot.gate.groups import GroupNames

    settings = open_settings()
    return GroupNames(settings.gate.groups).named(registry_of(settings).get(system_id))
