"""`tocsin` with two more actions, whose world is a server of the test.

    TOCSIN_HOME=HOME TEST_WORLD=URL python -m tests.chaos.bot run

Everything else is the bot as it is. `test.switch.turn_off` needs one other person,
`test.breaker.open`, which nothing undoes, two of them and one the commander. Each call
says to the world when it is about to be made and when it was answered, so that the plug
can be pulled there.
"""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import wire, wire_gate
from bot.aws.door import AwsDoor
from bot.cli import main
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.plan import Blast, Change, Draft, Level, Plan, Probe, Step
from bot.gate.catalogue import catalogue, load_actions
from bot.gate.worlds import Worlds
from bot.ports.action import Action, ActionManifest, Effect, StepResult, Verified

URL = os.environ.get("TEST_WORLD", "")  # noqa: TID251 - the child's own
_WAIT_S = 90
_SWITCH = {
    "type": "string",
    "pattern": "^s[0-9]{1,3}$",
    "maxLength": 4,
    "description": "Switch",
}
_OFF, _ON = "test.switch.turn_off", "test.switch.turn_on"
_TURN_OFF = ActionManifest(
    name=_OFF,
    version=1,
    title="Turn a switch off",
    params={
        "type": "object",
        "additionalProperties": False,
        "required": ["switch"],
        "properties": {"switch": _SWITCH},
    },
    level={"": Level.T2},
    evidence=("switch",),
    calls=("test.Turn",),
    rollback=_ON,
)
_TURN_ON = replace(_TURN_OFF, name=_ON, title="Turn a switch on", rollback=_OFF)
_OPEN = replace(
    _TURN_OFF,
    name="test.breaker.open",
    title="Open a breaker",
    level={"": Level.T1},
    rollback="",
    irreversible_because="a breaker is closed by hand",
)


@dataclass(frozen=True)
class Remote:
    """The world, asked over HTTP."""

    @property
    def is_configured(self) -> bool:
        return True

    def reader(self) -> "Remote":
        return self

    def for_plan(self, plan: Plan, action: Action, approvers: tuple[str, ...]) -> Any:
        assert approvers
        assert not plan.drill
        return self

    def is_on(self, switch: str, why: str) -> bool:
        return bool(_asked(f"/{switch}?why={why}")["on"])

    def tell(self, **given: str) -> Any:
        return _asked("/", json.dumps(given).encode())


def _asked(path: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(URL + path, body)  # noqa: S310 - the test's own
    with urllib.request.urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310
        return json.load(answer)


class RemoteSwitch:
    """Turns a switch of the remote world off, or on."""

    def __init__(self, manifest: ActionManifest) -> None:
        self.MANIFEST = manifest
        self.to = manifest.name == _ON

    def plan(self, params: Mapping[str, str], *, reader: Remote) -> Draft:
        name = params["switch"]
        now = str(reader.is_on(name, "plan"))
        return Draft(
            action=self.MANIFEST.name,
            action_version=1,
            params=(("switch", name),),
            target=name,
            changes=(Change(what=name, before=now, after=str(self.to)),),
            steps=(Step(id="s1", call="test.Turn", params=(("switch", name),)),),
            preconditions=(Probe(id="switch", value=now),),
            blast=Blast(systems=1, principals=1, says="one switch"),
            verify="the switch is as wanted",
            rollback=self.MANIFEST.rollback,
            irreversible_because=self.MANIFEST.irreversible_because,
        )

    def probe(self, draft: Draft, *, reader: Remote) -> tuple[Probe, ...]:
        on = reader.is_on(draft.target, "probe")
        return (Probe(id="switch", value=str(on)),)

    def apply(self, step: Step, effect: Effect) -> StepResult:
        world, key = effect.session, effect.idempotency_key
        world.tell(moment="before", key=key)
        world.tell(switch=dict(step.params)["switch"], to=str(self.to), key=key)
        world.tell(moment="after", key=key)
        return StepResult(outcome=Outcome.OK, says="turned")

    def verify(self, plan: Plan, *, reader: Remote) -> Verified:
        on = reader.is_on(plan.draft.target, "verify")
        is_so = on is self.to
        return Verified(verdict=Verdict.PASS if is_so else Verdict.FAIL, says="looked")

    def rollback(self, draft: Draft) -> Mapping[str, str] | None:
        return {"switch": draft.target} if self.MANIFEST.rollback else None

    def snapshot(self, draft: Draft, *, reader: Remote) -> Mapping[str, Any]:
        return {"switch": reader.is_on(draft.target, "evidence")}


def _actions() -> Mapping[str, Action]:
    ours = [RemoteSwitch(one) for one in (_TURN_OFF, _TURN_ON, _OPEN)]
    return catalogue([*load_actions().values(), *ours])


def _worlds(aws: AwsDoor, *_: object) -> Worlds:
    # Worlds of other actions in the catalogue stand there and are never asked.
    others = dict.fromkeys(("kubernetes", "litellm", "http"), aws)
    return Worlds({**others, "aws": aws, "test": Remote()})


if __name__ == "__main__":
    wire_gate.load_actions = _actions  # type: ignore[attr-defined]
    wire.build_worlds = _worlds  # type: ignore[attr-defined,assignment]
    main()
