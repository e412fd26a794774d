"""Amazon SageMaker: roll an endpoint back to another configuration.

A configuration says which models an endpoint runs, and on what. Nobody changes one: for
each release there is a new one, and the one from before is the way back. The endpoint
answers while SageMaker replaces what is behind it.
"""

from typing import ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws.endpoints import (
    CONFIG,
    CONFIG_NAME,
    DESCRIBE,
    FIGURES,
    NAME,
    EndpointAction,
    config_kept,
    endpoint,
    endpoint_kept,
    models_of,
)
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_sagemaker_endpoints",
    title="Amazon SageMaker endpoints",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html",
    summary="Rolls an endpoint back to another configuration.",
)

_DESCRIBE_CONFIG = "sagemaker.DescribeEndpointConfig"
_MODELS = "sagemaker.endpoint_config.models"


def _config(seen: Seen) -> Texts:
    return {
        "sagemaker.endpoint_config.arn": seen.answer["EndpointConfigArn"],
        _MODELS: models_of(seen.answer),
    }


class SetEndpointConfig(EndpointAction):
    """Lets an endpoint run another configuration."""

    BESIDE = ("sagemaker.endpoint_config.arn",)
    IDENTITY: ClassVar[Texts] = {
        "endpoint": "EndpointName",
        "endpoint_config": "EndpointConfigName",
    }
    WANTED: ClassVar[Texts] = {CONFIG: "{endpoint_config}"}
    WORDS: ClassVar[Texts] = {CONFIG: "configuration that {endpoint} runs"}
    PROMISE = (
        "The endpoint is read again until it is in service with this configuration. "
        "Its calls since then are laid beside those of the 30 minutes before: one "
        "percent more answers with 5xx than before, and it has failed."
    )
    FACTS = (
        Reading(
            call=DESCRIBE,
            arguments={"EndpointName": "endpoint"},
            facts=endpoint,
            keep=endpoint_kept,
        ),
        Reading(
            call=_DESCRIBE_CONFIG,
            arguments={"EndpointConfigName": "endpoint_config"},
            facts=_config,
            keep=config_kept,
        ),
    )
    WRITE = (
        "sagemaker.UpdateEndpoint",
        {"EndpointName": "{endpoint}", "EndpointConfigName": "{endpoint_config}"},
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.set_endpoint_config",
        version=1,
        title="Roll a SageMaker endpoint back to another configuration",
        params=schema(endpoint=NAME, endpoint_config=CONFIG_NAME),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(DESCRIBE, _DESCRIBE_CONFIG),
        calls=("sagemaker.UpdateEndpoint", DESCRIBE, _DESCRIBE_CONFIG, FIGURES),
        rollback="aws.sagemaker.set_endpoint_config",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one endpoint and the models it will run."""
        says = (
            f"Everybody who calls the endpoint. It will run {case.facts[_MODELS]}; "
            "weights and counts that were set since are not kept. It answers meanwhile."
        )
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the configuration from before."""
        return {**dict(draft.params), "endpoint_config": was(draft, CONFIG)}


ACTIONS = (SetEndpointConfig(),)
