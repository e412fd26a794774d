"""Amazon SageMaker: the traffic of a variant of an endpoint, and its machines.

Weight 0 takes a bad variant out of the traffic at once and leaves it running for those
who look into it. Both are undone by the value from before.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.endpoints import (
    DESCRIBE,
    FIGURES,
    IN_SERVICE,
    NAME,
    EndpointAction,
    endpoint,
    endpoint_kept,
)
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_sagemaker_variants",
    title="Amazon SageMaker variants of endpoints",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html",
    summary="Shifts traffic between variants, and scales one.",
)

_WEIGHT = "sagemaker.variant.weight"
_INSTANCES = "sagemaker.variant.instances"
_SERVED = "sagemaker.endpoint.is_served"
_WRITE = "sagemaker.UpdateEndpointWeightsAndCapacities"
_MOST = 100
_PLACE = "DesiredWeightsAndCapacities.0"
_VARIANT: Mapping[str, Any] = {**NAME, "description": "the name of the variant"}


def _one(seen: Seen) -> Mapping[str, Any]:
    """Return the variant that is meant.

    Raises:
        NotFound: The endpoint has none of this name.
    """
    named = seen.known["variant"]
    for one in seen.answer.get("ProductionVariants") or ():
        if one["VariantName"] == named:
            found: Mapping[str, Any] = one
            return found
    raise NotFound(
        "The variant was not found",
        because="the endpoint has no variant of this name",
        next_move="Compare the name with the endpoint's configuration.",
    )


def _weight_of(variant: Mapping[str, Any]) -> float:
    return float(variant.get("DesiredWeight", variant.get("CurrentWeight", 0)))


def _weight(seen: Seen) -> Texts:
    """Return a variant's weight, and whether traffic still goes anywhere afterwards.

    Raises:
        BadRequest: The weight is more than the way back could set again.
    """
    mine = _one(seen)
    if _weight_of(mine) > _MOST:
        raise BadRequest(
            "The weight was not planned to change",
            because=f"it is more than {_MOST}, and the way back could not set it",
            next_move="Change it in SageMaker by hand, and write a note here.",
        )
    others = [one for one in seen.answer["ProductionVariants"] if one is not mine]
    is_served = float(seen.known["weight"]) > 0 or any(map(_weight_of, others))
    return {
        **endpoint(seen),
        _WEIGHT: f"{_weight_of(mine):.4f}".rstrip("0").rstrip("."),
        _SERVED: "yes" if is_served else "no",
    }


def _instances(seen: Seen) -> Texts:
    """Return on how many machines a variant runs.

    Raises:
        BadRequest: It is serverless.
    """
    count = _one(seen).get("DesiredInstanceCount")
    if not count:
        raise BadRequest(
            "The variant was not planned to change",
            because="it runs on no machines of its own",
            next_move="Shift its traffic with a weight, or change its configuration.",
        )
    return {**endpoint(seen), _INSTANCES: str(count)}


class SetVariantWeight(EndpointAction):
    """Sets the part of the traffic that a variant gets."""

    IDENTITY: ClassVar[Texts] = {
        "endpoint": "EndpointName",
        "variant": f"{_PLACE}.VariantName",
        "weight": f"{_PLACE}.DesiredWeight",
    }
    NEEDS = (
        IN_SERVICE,
        Need(
            fact=_SERVED,
            values=frozenset({"yes"}),
            because="no variant of the endpoint would get any traffic",
            next_move="Give another variant a weight first, or stop the endpoint.",
        ),
    )
    USUAL: ClassVar[Texts] = {_WEIGHT: "1"}
    WANTED: ClassVar[Texts] = {_WEIGHT: "{weight}"}
    WORDS: ClassVar[Texts] = {_WEIGHT: "weight of {variant} of {endpoint}"}
    PROMISE = (
        "The weight is read again once the endpoint is in service. Its calls since "
        "then are laid beside those of the 30 minutes before: one percent more "
        "answers with 5xx than before, and it has failed."
    )
    FACTS = (
        Reading(
            call=DESCRIBE,
            arguments={"EndpointName": "endpoint"},
            facts=_weight,
            keep=endpoint_kept,
        ),
    )
    WRITE = (
        _WRITE,
        {
            "EndpointName": "{endpoint}",
            f"{_PLACE}.VariantName": "{variant}",
            f"{_PLACE}.DesiredWeight": "{weight}",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.set_variant_weight",
        version=1,
        title="Shift the traffic of a variant of a SageMaker endpoint",
        params=schema(
            endpoint=NAME,
            variant=_VARIANT,
            weight={
                "type": "string",
                "description": "0 for no traffic, or a weight up to 100, as 0.5",
                "pattern": r"^(100|(0|[1-9][0-9]?)(\.[0-9]{0,3}[1-9])?)$",
                "maxLength": 7,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE,),
        calls=(_WRITE, DESCRIBE, FIGURES),
        rollback="aws.sagemaker.set_variant_weight",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one endpoint; a weight counts beside those of the others."""
        del case
        says = (
            "Everybody who calls the endpoint: a variant gets its weight's part of "
            "the sum of all weights. Who names a variant in the call still gets it."
        )
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the weight from before, to four places behind the point."""
        return {**dict(draft.params), "weight": was(draft, _WEIGHT)}


class SetVariantInstances(EndpointAction):
    """Sets on how many machines a variant runs."""

    IDENTITY: ClassVar[Texts] = {
        "endpoint": "EndpointName",
        "variant": f"{_PLACE}.VariantName",
    }
    USUAL: ClassVar[Texts] = {_INSTANCES: "2"}
    WANTED: ClassVar[Texts] = {_INSTANCES: "{instances}"}
    WORDS: ClassVar[Texts] = {_INSTANCES: "machines of {variant} of {endpoint}"}
    PROMISE = SetVariantWeight.PROMISE.replace("weight", "number of machines")
    FACTS = (
        Reading(
            call=DESCRIBE,
            arguments={"EndpointName": "endpoint"},
            facts=_instances,
            keep=endpoint_kept,
        ),
    )
    WRITE = (
        _WRITE,
        {
            "EndpointName": "{endpoint}",
            f"{_PLACE}.VariantName": "{variant}",
            f"{_PLACE}.DesiredInstanceCount": "{instances}",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.set_variant_instances",
        version=1,
        title="Scale a variant of a SageMaker endpoint",
        params=schema(
            endpoint=NAME,
            variant=_VARIANT,
            instances={
                "type": "string",
                "description": "a number of machines from 1 to 100",
                "pattern": "^([1-9][0-9]?|100)$",
                "maxLength": 3,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE,),
        calls=(_WRITE, DESCRIBE, FIGURES),
        rollback="aws.sagemaker.set_variant_instances",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one endpoint; auto scaling may change the number again."""
        del case
        says = (
            "One endpoint. Fewer machines answer slower or refuse, more cost more. "
            "Where it is scaled automatically, that goes on."
        )
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the number from before."""
        return {**dict(draft.params), "instances": was(draft, _INSTANCES)}


ACTIONS = (SetVariantWeight(), SetVariantInstances())
