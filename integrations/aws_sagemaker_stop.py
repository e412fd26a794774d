"""Amazon SageMaker: stop an endpoint, and start it again.

SageMaker has no switch for an endpoint: it is deleted. Its configuration and models
stay, so that one of the same name can be made again. That takes minutes, wants machines
that may be gone by then, and brings back neither tags nor scaling.
"""

from typing import ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.aws.endpoints import (
    ARN,
    CONFIG_NAME,
    DESCRIBE,
    MOVING,
    NAME,
    STATUS,
    config_kept,
    endpoint_kept,
    models_of,
)
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_sagemaker_stop",
    title="Amazon SageMaker: stopping endpoints",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpoint.html",
    summary="Stops an endpoint by deleting it, and makes it again.",
)

_RUNS = "sagemaker.endpoint.runs"
_MODELS = "sagemaker.endpoint_config.models"
_NOTHING = "nothing"
_DESCRIBE_CONFIG = "sagemaker.DescribeEndpointConfig"
_GONE: Texts = {_RUNS: _NOTHING, STATUS: "gone"}


def _endpoint(seen: Seen) -> Texts:
    found = seen.answer
    return {
        ARN: found["EndpointArn"],
        _RUNS: found["EndpointConfigName"],
        STATUS: found["EndpointStatus"],
    }


def _still_there(seen: Seen) -> Texts:
    """Return what an endpoint runs; its ARN is known by its configuration's."""
    return {
        _RUNS: seen.answer["EndpointConfigName"],
        STATUS: seen.answer["EndpointStatus"],
    }


def _config(seen: Seen) -> Texts:
    """Return what will run, and the ARN that the endpoint will have.

    SageMaker writes names in ARNs in lower case.
    """
    arn = str(seen.answer["EndpointConfigArn"])
    account, _, _ = arn.partition(":endpoint-config/")
    return {
        "sagemaker.endpoint_config.arn": arn,
        ARN: f"{account}:endpoint/{seen.known['endpoint'].lower()}",
        _MODELS: models_of(seen.answer),
    }


class _Stopping(AwsAction):
    """What stopping and starting share."""

    ROLE = "tocsin-act-sagemaker"
    TARGET = "endpoint"
    RESOURCE = ARN
    WORDS: ClassVar[Texts] = {_RUNS: "what the endpoint {endpoint} runs"}
    SECONDS = 600


class StopEndpoint(_Stopping):
    """Deletes an endpoint; its configuration stays."""

    IDENTITY: ClassVar[Texts] = {"endpoint": "EndpointName"}
    NEEDS = (
        Need(
            fact=STATUS,
            values=frozenset(
                {"InService", "Failed", "OutOfService", "UpdateRollbackFailed"}
            ),
            because="SageMaker is still changing it and would refuse",
            next_move="Wait until its status is InService or Failed.",
        ),
    )
    STATES = (State(fact=STATUS, moving=frozenset({"Deleting"})),)
    USUAL: ClassVar[Texts] = {_RUNS: "its configuration"}
    WANTED: ClassVar[Texts] = {_RUNS: _NOTHING}
    AS_GONE = "SageMaker knows no such endpoint here"
    PROMISE = "SageMaker is asked for the endpoint again and must not know it any more."
    FACTS = (
        Reading(
            call=DESCRIBE,
            arguments={"EndpointName": "endpoint"},
            facts=_endpoint,
            missing=_GONE,
            keep=endpoint_kept,
        ),
    )
    # Without its configuration there would be no way back: then it is not planned.
    TOLD = (
        Reading(
            call=_DESCRIBE_CONFIG,
            arguments={"EndpointConfigName": _RUNS},
            keep=config_kept,
        ),
    )
    WRITE = ("sagemaker.DeleteEndpoint", {"EndpointName": "{endpoint}"})
    MANIFEST = ActionManifest(
        name="aws.sagemaker.stop_endpoint",
        cuts_off=True,
        version=1,
        title="Stop a SageMaker endpoint by deleting it",
        params=schema(endpoint=NAME),
        # There is a way back, but nobody can promise the machines for it.
        level={"": Level.T1, "sandbox": Level.T2},
        evidence=(DESCRIBE, _DESCRIBE_CONFIG),
        calls=("sagemaker.DeleteEndpoint", DESCRIBE, _DESCRIBE_CONFIG),
        rollback="aws.sagemaker.start_endpoint",
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it hits, and what does not come back.

        Raises:
            BadRequest: Its models are components, which go with it.
        """
        config = case.told[_DESCRIBE_CONFIG]
        if not all(one.get("ModelName") for one in config["ProductionVariants"]):
            raise BadRequest(
                "The endpoint was not planned to be stopped",
                because="it runs inference components, which SageMaker wants deleted "
                "first and the way back could not make again",
                next_move="Set the copies of its components to 0 in SageMaker instead.",
            )
        models = models_of(config)
        says = (
            f"Everybody who calls the endpoint is refused. It runs {models}. The way "
            "back takes minutes and may find no machines; tags, scaling policies and "
            "weights that were set since do not come back."
        )
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return what it ran."""
        return {**dict(draft.params), "endpoint_config": was(draft, _RUNS)}


class StartEndpoint(_Stopping):
    """Makes an endpoint of a configuration that is there: the way back."""

    IDENTITY: ClassVar[Texts] = {
        "endpoint": "EndpointName",
        "endpoint_config": "EndpointConfigName",
    }
    BESIDE = ("sagemaker.endpoint_config.arn",)
    NEEDS = (
        Need(
            fact=_RUNS,
            values=frozenset({_NOTHING}),
            because="there is an endpoint of this name already",
            next_move="Change its configuration instead.",
        ),
    )
    STATES = (State(fact=STATUS, moving=MOVING, broken=frozenset({"Failed"})),)
    USUAL: ClassVar[Texts] = {_RUNS: "its configuration"}
    WANTED: ClassVar[Texts] = {_RUNS: "{endpoint_config}"}
    PROMISE = (
        "The endpoint is read again until it is in service. Machines come up over "
        "minutes; nobody calls it to try."
    )
    FACTS = (
        Reading(
            call=_DESCRIBE_CONFIG,
            arguments={"EndpointConfigName": "endpoint_config"},
            facts=_config,
            keep=config_kept,
        ),
        Reading(
            call=DESCRIBE,
            arguments={"EndpointName": "endpoint"},
            facts=_still_there,
            missing=_GONE,
            keep=endpoint_kept,
        ),
    )
    WRITE = (
        "sagemaker.CreateEndpoint",
        {"EndpointName": "{endpoint}", "EndpointConfigName": "{endpoint_config}"},
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.start_endpoint",
        version=1,
        title="Start a SageMaker endpoint again",
        params=schema(endpoint=NAME, endpoint_config=CONFIG_NAME),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE, _DESCRIBE_CONFIG),
        calls=("sagemaker.CreateEndpoint", DESCRIBE, _DESCRIBE_CONFIG),
        rollback="aws.sagemaker.stop_endpoint",
    )

    def blast(self, case: Case) -> Blast:
        """Return what will run."""
        says = f"One endpoint that costs by the hour: {case.facts[_MODELS]}."
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the endpoint alone."""
        return {"endpoint": dict(draft.params)["endpoint"]}


ACTIONS = (StopEndpoint(), StartEndpoint())
