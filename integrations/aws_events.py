"""Amazon EventBridge: switch a rule off and on again.

A rule that starts an agent, a pipeline or a training run on a schedule goes on while
people look at the incident. Switched off it starts nothing more; what runs, runs on.

Source: Amazon EventBridge API reference, DescribeRule: ManagedBy, State.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.measure import CALL, Metric
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_events",
    title="Amazon EventBridge rules",
    docs="https://docs.aws.amazon.com/eventbridge/latest/APIReference/",
    summary="Disables and enables rules.",
)

_STATE = "events.rule.state"
_SWITCHED = frozenset({"ENABLED", "DISABLED"})
_DEFAULT_BUS = "default"
_NAME = "^[A-Za-z0-9._-]{1,64}$"
_PARAMS: Mapping[str, Any] = schema(
    rule_name={
        "type": "string",
        "description": "the name of the rule",
        "pattern": _NAME,
        "maxLength": 64,
    },
    event_bus={
        "type": "string",
        "description": "the bus that the rule is on, mostly default",
        "pattern": _NAME,
        "maxLength": 64,
    },
)
_OF_RULE = {"Name": "rule_name", "EventBusName": "event_bus"}
_KEPT = ("Name", "Arn", "State", "ScheduleExpression", "EventPattern", "EventBusName")


def _rule(seen: Seen) -> Texts:
    """Return which rule it is, and whether it is on.

    Raises:
        BadRequest: A service of AWS manages it, or it is on in a way that switching it
            on again does not bring back.
    """
    found = seen.answer
    if found.get("ManagedBy"):
        raise _refused(
            "a service of AWS manages it, and EventBridge lets only that switch it",
            "Stop what the service does with it instead.",
        )
    if found["State"] not in _SWITCHED:
        raise _refused(
            "it also takes the reading calls of CloudTrail, and switched on again it "
            "would not",
            "Disable it in EventBridge by hand, and write its state down here.",
        )
    return {"events.rule.arn": found["Arn"], _STATE: found["State"]}


def _refused(because: str, next_move: str) -> BadRequest:
    return BadRequest(
        "The rule was not planned to change", because=because, next_move=next_move
    )


def _rule_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer.get(name) for name in _KEPT}


def _targets_kept(answer: Mapping[str, Any]) -> Any:
    """Return whom the rule starts; what it hands over may hold secrets."""
    return [one["Arn"] for one in answer["Targets"]]


class _SetRuleState(AwsAction):
    """What switching off and on share: everything but the state."""

    ROLE = "tocsin-act-events"
    TARGET = "rule_name"
    IDENTITY: ClassVar[Texts] = {"rule_name": "Name", "event_bus": "EventBusName"}
    RESOURCE = "events.rule.arn"
    USUAL: ClassVar[Texts] = {_STATE: "ENABLED"}
    WORDS: ClassVar[Texts] = {_STATE: "state of the rule {rule_name}"}
    PROMISE = "The rule's state is read again and must be as shown."
    FACTS = (
        Reading(
            call="events.DescribeRule", arguments=_OF_RULE, facts=_rule, keep=_rule_kept
        ),
    )
    TOLD = (
        Reading(
            call="events.ListTargetsByRule",
            arguments={"Rule": "rule_name", "EventBusName": "event_bus"},
            keep=_targets_kept,
        ),
    )

    def blast(self, case: Case) -> Blast:
        """Return how many targets the rule has."""
        count = len(case.told["events.ListTargetsByRule"])
        what = "1 target" if count == 1 else f"{count} targets"
        says = f"One rule with {what}. What they have started already runs on."
        return Blast(systems=-1 if count else 0, says=says)


_READS = tuple(one.call for one in (*_SetRuleState.FACTS, *_SetRuleState.TOLD))


class DisableRule(_SetRuleState):
    """Switches a rule off: it starts nothing any more."""

    METRIC = Metric(
        namespace="AWS/Events",
        name="TriggeredRules",
        dimensions={"RuleName": "{rule_name}"},
        words="starts by {rule_name}",
    )
    WANTED: ClassVar[Texts] = {_STATE: "DISABLED"}
    WRITE = (
        "events.DisableRule",
        {"Name": "{rule_name}", "EventBusName": "{event_bus}"},
    )
    MANIFEST = ActionManifest(
        name="aws.events.disable_rule",
        version=1,
        title="Disable an EventBridge rule",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=("events.DisableRule", *_READS, CALL),
        rollback="aws.events.enable_rule",
    )

    def metric(self, params: Texts) -> Metric | None:
        """Return how often it started something; a bus of one's own counts apart."""
        bus = params["event_bus"]
        if bus == _DEFAULT_BUS:
            return self.METRIC
        named = {**self.METRIC.dimensions, "EventBusName": "{event_bus}"}
        return replace(self.METRIC, dimensions=named)


class EnableRule(_SetRuleState):
    """Switches a rule on again: the way back."""

    WANTED: ClassVar[Texts] = {_STATE: "ENABLED"}
    WRITE = ("events.EnableRule", DisableRule.WRITE[1])
    MANIFEST = ActionManifest(
        name="aws.events.enable_rule",
        version=1,
        title="Enable an EventBridge rule again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=("events.EnableRule", *_READS),
        rollback="aws.events.disable_rule",
    )


ACTIONS = (DisableRule(), EnableRule())
