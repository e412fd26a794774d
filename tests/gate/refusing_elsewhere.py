"""What is refused about plans before or beside the guards, each really provoked.

By file and function that makes the refusal, so that a test can tell which is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.acting.reading import understood
from bot.acting.states import Need, refuse_unmet
from bot.aws.door import AwsDoor
from bot.aws.mint import Mint
from bot.domain.action_facts import Click
from bot.domain.errors import TocsinError
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted
from bot.gate.rehearsal import Rehearsal, Rehearsed
from bot.plans.desk import About
from bot.plans.planning import Wanted
from bot.slack.plan_wishes import known_plan
from integrations.aws_events import DisableRule
from tests.core import CHANNEL
from tests.domain.action_spec import a_plan
from tests.fakes.action import TurnSwitch, World
from tests.gate.stage import GateStage

Deed = Callable[[GateStage], Any]
OFF = "test.switch.turn_off"
WHY = Untrusted("it leaks")


def refused(stage: GateStage, deed: Deed) -> TocsinError:
    """Do it; return the refusal."""
    try:
        deed(stage)
    except TocsinError as no:
        return no
    raise AssertionError("it was not refused")


def _propose(stage: GateStage, incident: str, action: str, **params: str) -> Any:
    by = stage.people.asker("U0ONCALL", CHANNEL)
    return stage.gate.propose(incident, action, params, by=by, reason=WHY)


def _edit_nothing(stage: GateStage) -> Any:
    view = stage.propose()
    by = stage.people.asker("U0ONCALL", CHANNEL)
    return stage.gate.edit(view.plan.id, {"switch": "s1"}, by=by, reason=WHY)


def _deny_unknown(stage: GateStage) -> Any:
    by = stage.people.asker("U0SECOND", CHANNEL)
    return stage.gate.deny("pl_9", by=by, reason=WHY, click=Click())


def _drilled(stage: GateStage) -> Plan:
    return replace(stage.propose().plan, drill=True)


def _rehearsal(stage: GateStage) -> Rehearsal:
    return Rehearsal(store=stage.core.store, actions={})


def _done_already(stage: GateStage) -> Any:
    world = _rehearsal(stage).world("INC-0001")
    played = Rehearsed(TurnSwitch(World(), to=False))
    sketch = played._sketch({"switch": "s1"})
    world.put(sketch.thing, sketch.after)
    return played.plan({"switch": "s1"}, reader=world)


def _release(stage: GateStage) -> Any:
    stage.gate.stop_all(by=stage.people.asker("U0ONCALL", CHANNEL))
    return stage.gate.release(by=stage.people.asker("U0STRANGER", CHANNEL))


def _in_a_drill(stage: GateStage) -> Any:
    planning = stage.gate.planning
    action = planning.catalogue[OFF]
    wanted = Wanted(
        incident="INC-0001",
        action=OFF,
        params={"switch": "s1"},
        requester="U0ONCALL",
        reason=WHY,
    )
    about = About(channel="C0INCIDENTS", commander="", drill=True, system=None)
    return planning._drafted(action, wanted, about)


class _Silent:
    """Policies that cannot say whose yes a plan needs."""

    def needs(self, *_: Any) -> None:
        return None


def _without_groups(stage: GateStage) -> Any:
    planning = replace(stage.gate.planning, desk=_Silent())  # type: ignore[arg-type]
    return planning._with_groups(a_plan(), None)  # type: ignore[arg-type]


def _needs(_: GateStage) -> Any:
    need = Need(
        fact="state",
        values=frozenset({"InService"}),
        because="the endpoint is not in service",
        next_move="Wait until it is, and propose it again.",
    )
    return refuse_unmet(OFF, [need], {"state": "Updating"})


def _door(stage: GateStage) -> AwsDoor:
    return AwsDoor(clock=stage.clock)


def _mint(stage: GateStage, plan: Plan) -> Any:
    mint = Mint(base=None, clock=stage.clock)  # type: ignore[arg-type]
    return mint.mint(plan, None, approvers=())  # type: ignore[arg-type]


class _OffAlready(DisableRule):
    """A rule that is switched off already, whoever reads it."""

    def facts(self, params: Any, reader: Any) -> Any:
        return {"events.rule.state": "DISABLED", "events.rule.arn": "arn"}

    def _kept(self, *_: Any) -> Any:
        return {}


def _off_already(_: GateStage) -> Any:
    return _OffAlready().plan(
        {"rule_name": "nightly", "event_bus": "default"}, reader=None
    )


def _strange(_: GateStage) -> Any:
    answer: Mapping[str, Any] = {}
    with understood("iam.GetRole"):
        return answer["Role"]


def _switch(_: GateStage) -> TurnSwitch:
    return TurnSwitch(World(), to=False)


ELSEWHERE: Mapping[str, Deed] = {
    "bot/plans/desk.py about": lambda s: _propose(s, "INC-0099", OFF, switch="s1"),
    "bot/plans/planning.py _action": lambda s: _propose(s, "INC-0001", "test.no"),
    "bot/plans/planning.py _drafted": _in_a_drill,
    "bot/plans/proposing.py _no_change": _edit_nothing,
    "bot/plans/proposing.py no_plan": _deny_unknown,
    "bot/gate/executor.py _rehearsed": lambda s: s.executor._action(_drilled(s)),
    "bot/gate/executor.py _action": lambda s: s.executor._action(a_plan()),
    "bot/gate/rehearsal.py plan": _done_already,
    "bot/gate/rehearsal.py action": lambda s: _rehearsal(s).action(OFF),
    "bot/gate/rehearsal.py session": lambda s: _rehearsal(s).session(s.propose().plan),
    "bot/acting/params.py check_params": lambda s: _propose(s, "INC-0001", OFF, x="1"),
    "bot/aws/mint.py mint": lambda s: _mint(s, a_plan()),
    "bot/aws/mint.py mint, drill": lambda s: _mint(s, a_plan(drill=True)),
    "bot/aws/door.py for_plan": lambda s: _door(s).for_plan(a_plan(), _switch(s), ()),
    "bot/aws/door.py for_plan, drill": lambda s: _door(s).for_plan(
        a_plan(drill=True), _switch(s), ()
    ),
    "bot/aws/door.py _connected": lambda s: _door(s).reader(),
    "bot/plans/planning.py _with_groups": _without_groups,
    "bot/acting/reading.py understood": _strange,
    "bot/acting/states.py refuse_needless": _off_already,
    "bot/acting/states.py refuse_unmet": _needs,
    "bot/slack/plan_wishes.py known_plan": lambda _: known_plan("INC-0001"),
    "bot/gate/switch.py not_theirs": _release,
}
"""Where a refusal is made to what provokes it, one after another; the last one stops
everything. More words where one place has more."""
