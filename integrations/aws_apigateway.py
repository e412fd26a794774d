"""Amazon API Gateway: slow a usage plan down, to nothing if need be.

In front of a model or an agent this stops all callers of a plan without touching what
is behind. Keys are not switched: AWS lets nobody read whether a key is on who could not
read its value too, and what reads for Tocsin opens no secret.

Source: Amazon API Gateway developer guide, "Throttle requests": a limit of a method in
a plan goes before the plan's own.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_apigateway",
    title="Amazon API Gateway",
    docs="https://docs.aws.amazon.com/apigateway/latest/api/",
    summary="Sets the rate of a usage plan.",
)

_RATE = "apigateway.usage_plan.rate"
_OWN = "apigateway.usage_plan.stages_with_own_rates"
_ID = {
    "type": "string",
    "description": "the id of the usage plan",
    "pattern": "^[a-z0-9]{6,10}$",
    "maxLength": 10,
}
_PER_SECOND = {
    "type": "string",
    "description": "calls a second for each key, as 0.5 or 20",
    "pattern": r"^(0|[1-9][0-9]{0,5})(\.[0-9]{0,3}[1-9])?$",
    "maxLength": 11,
}


def _plan(seen: Seen) -> Texts:
    """Return how fast the plan's callers may call.

    Raises:
        BadRequest: The plan has no rate; to give it one could not be undone by rate.
    """
    rate = seen.answer.get("throttle", {}).get("rateLimit")
    if rate is None:
        raise BadRequest(
            "The usage plan was not planned to change",
            because="it has no rate limit yet",
            next_move="Give it one in API Gateway first.",
        )
    arn = f"arn:aws:apigateway:*::/usageplans/{seen.answer['id']}"
    stages = seen.answer.get("apiStages") or ()
    own = [f"{one['apiId']}:{one['stage']}" for one in stages if one.get("throttle")]
    return {
        "apigateway.usage_plan.arn": arn,
        _RATE: str(rate).removesuffix(".0"),
        _OWN: " ".join(sorted(own)),
    }


def _plan_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("id", "name", "throttle", "quota", "apiStages")
    return {name: answer.get(name) for name in fields}


class SetPlanRate(AwsAction):
    """Sets how many calls a second the callers of a usage plan may make."""

    ROLE = "tocsin-act-apigateway"
    TARGET = "usage_plan_id"
    IDENTITY: ClassVar[Texts] = {"usage_plan_id": "usagePlanId"}
    RESOURCE = "apigateway.usage_plan.arn"
    USUAL: ClassVar[Texts] = {_RATE: "100"}
    WANTED: ClassVar[Texts] = {_RATE: "{rate_per_s}"}
    WORDS: ClassVar[Texts] = {_RATE: "calls a second of the usage plan {usage_plan_id}"}
    PROMISE = "The rate is read again and must be as shown."
    FACTS = (
        Reading(
            call="apigateway.GetUsagePlan",
            arguments={"usagePlanId": "usage_plan_id"},
            facts=_plan,
            keep=_plan_kept,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.apigateway.set_plan_rate",
        version=1,
        title="Slow an API Gateway usage plan down",
        params=schema(usage_plan_id=_ID, rate_per_s=_PER_SECOND),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("apigateway.GetUsagePlan",),
        calls=("apigateway.UpdateUsagePlan", "apigateway.GetUsagePlan"),
        rollback="aws.apigateway.set_plan_rate",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the patch that sets it."""
        patched = _patch("/throttle/rateLimit", params["rate_per_s"])
        of = {"usagePlanId": params["usage_plan_id"]}
        return "apigateway.UpdateUsagePlan", {**of, **patched}

    def blast(self, case: Case) -> Blast:
        """Return whom it slows down, and what goes by a rate of its own.

        The keys of a plan are not counted.
        """
        says = "Every caller whose key belongs to this plan."
        if own := case.facts[_OWN]:
            says += f" Methods of {own} with a rate of their own are not slowed down."
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the rate from before."""
        before = was(draft, _RATE)
        return {**dict(draft.params), "rate_per_s": before}


def _patch(path: str, value: str) -> Texts:
    return {
        "patchOperations.0.op": "replace",
        "patchOperations.0.path": path,
        "patchOperations.0.value": value,
    }


ACTIONS = (SetPlanRate(),)
