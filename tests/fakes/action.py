"""An action on a world of one switch: it can be turned off, and on again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.plan import Afterwards, Blast, Change, Draft, Level, Plan, Probe, Step
from bot.ports.action import ActionManifest, Effect, StepResult, Verified


@dataclass
class World:
    """What is outside: switches by name, and how often each was turned."""

    on: dict[str, bool] = field(default_factory=lambda: {"s1": True})
    turned: int = 0
    answer: Outcome = Outcome.OK
    afterwards: Afterwards | None = None
    figure: int = 0
    measured: list[tuple[datetime, datetime]] = field(default_factory=list)


_SWITCH = {
    "type": "string",
    "pattern": "^s[0-9]{1,3}$",
    "maxLength": 4,
    "description": "Switch",
}


def _manifest(name: str, rollback: str, level: Level) -> ActionManifest:
    return ActionManifest(
        name=name,
        version=1,
        title=f"Turn a switch {name.rpartition('_')[2]}",
        params={
            "type": "object",
            "additionalProperties": False,
            "required": ["switch"],
            "properties": {"switch": _SWITCH},
        },
        level={"": level},
        evidence=("switch",),
        calls=("test.Turn",),
        rollback=rollback,
    )


class TurnSwitch:
    """Turns a switch off, or on."""

    def __init__(self, world: World, *, to: bool, level: Level = Level.T2) -> None:
        self.world = world
        self.to = to
        names = ("test.switch.turn_off", "test.switch.turn_on")
        self.MANIFEST = _manifest(names[to], names[not to], level)

    def plan(self, params: Mapping[str, str], *, reader: Any) -> Draft:
        name = params["switch"]
        now = self.world.on[name]
        here = Probe(id="switch", value=str(now))
        return Draft(
            action=self.MANIFEST.name,
            action_version=1,
            params=(("switch", name),),
            target=name,
            changes=(Change(what=name, before=str(now), after=str(self.to)),),
            steps=(Step(id="s1", call="test.Turn", params=(("switch", name),)),),
            preconditions=(here,),
            blast=Blast(systems=1, principals=1, says="one switch"),
            verify="the switch is as wanted",
            rollback=self.MANIFEST.rollback,
            afterwards=self.world.afterwards,
        )

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        return (Probe(id="switch", value=str(self.world.on[draft.target])),)

    def apply(self, step: Step, effect: Effect) -> StepResult:
        self.world.turned += 1
        if self.world.answer is not Outcome.FAILED:
            self.world.on[dict(step.params)["switch"]] = self.to
        return StepResult(outcome=self.world.answer, says="turned")

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        is_so = self.world.on[plan.draft.target] is self.to
        return Verified(verdict=Verdict.PASS if is_so else Verdict.FAIL, says="looked")

    def measure(
        self, plan: Plan, *, since: datetime, until: datetime, reader: Any
    ) -> Verified:
        self.world.measured.append((since, until))
        verdict = Verdict.PASS if self.world.figure == 0 else Verdict.FAIL
        return Verified(verdict=verdict, says=f"{self.world.figure} clicks since")

    def rollback(self, draft: Draft) -> Mapping[str, str] | None:
        return {"switch": draft.target}

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        return {"switch": self.world.on[draft.target]}
