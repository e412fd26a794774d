"""A thing on the checked fake for each action that no emulator has the calls of."""

from collections.abc import Callable

from integrations.aws_sagemaker_endpoints import SetEndpointConfig
from integrations.aws_sagemaker_packages import RejectPackage, RestorePackage
from integrations.aws_sagemaker_stop import StartEndpoint, StopEndpoint
from integrations.aws_sagemaker_variants import SetVariantInstances, SetVariantWeight
from tests.actions.worlds import Params, World
from tests.awsfake.cloud import FakeCloud

FAKE = "checked fake"


# --- SageMaker ---


def _endpoint(cloud: FakeCloud) -> Params:
    config = cloud.sagemaker.make_config(main=1.0, canary=0.25)
    return {"endpoint": cloud.sagemaker.make_endpoint(config)}


def _endpoint_and_older(cloud: FakeCloud) -> Params:
    return {**_endpoint(cloud), "endpoint_config": cloud.sagemaker.make_config()}


def _variant(**more: str) -> Callable[[FakeCloud], Params]:
    return lambda cloud: {**_endpoint(cloud), "variant": "canary", **more}


def _weigh(cloud: FakeCloud, params: Params) -> None:
    variants = cloud.sagemaker.endpoints[params["endpoint"]].variants
    variants["canary"] = {"weight": 0.75, "count": 7}


def _other_config(cloud: FakeCloud, params: Params) -> None:
    found = cloud.sagemaker.endpoints[params["endpoint"]]
    found.config = cloud.sagemaker.make_config()


def _stopped(cloud: FakeCloud) -> Params:
    params = _endpoint(cloud)
    found = cloud.sagemaker.endpoints.pop(params["endpoint"])
    return {**params, "endpoint_config": found.config}


def _started_elsewise(cloud: FakeCloud, params: Params) -> None:
    made = cloud.sagemaker.make_endpoint(cloud.sagemaker.make_config())
    cloud.sagemaker.endpoints[params["endpoint"]] = cloud.sagemaker.endpoints.pop(made)


def _package(status: str, **more: str) -> Callable[[FakeCloud], Params]:
    return lambda cloud: {"package": cloud.sagemaker.make_package(status), **more}


def _judge(cloud: FakeCloud, params: Params) -> None:
    cloud.sagemaker.packages[params["package"]] = "PendingManualApproval"


WORLDS = (
    World(
        action=SetEndpointConfig(),
        make=_endpoint_and_older,
        move=_other_config,
        where=FAKE,
    ),
    World(
        action=SetVariantWeight(),
        make=_variant(weight="0"),
        move=_weigh,
        where=FAKE,
    ),
    World(
        action=SetVariantInstances(),
        make=_variant(instances="1"),
        move=_weigh,
        where=FAKE,
    ),
    World(action=StopEndpoint(), make=_endpoint, move=_other_config, where=FAKE),
    World(action=StartEndpoint(), make=_stopped, move=_started_elsewise, where=FAKE),
    World(action=RejectPackage(), make=_package("Approved"), move=_judge, where=FAKE),
    World(
        action=RestorePackage(),
        make=_package("Rejected", approval="Approved"),
        move=_judge,
        where=FAKE,
    ),
)
