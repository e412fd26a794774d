"""A thing on the checked fake for each action that no emulator has the calls of."""

from collections.abc import Callable

from integrations.aws_autoscaling import ResumeProcess, SetDesired, SuspendProcess
from integrations.aws_ec2_isolation import IsolateInstance, RestoreGroups
from integrations.aws_ec2_power import StartInstance, StopInstance
from integrations.aws_eks_nodes import ScaleNodeGroup
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


# --- EC2 and EKS ---


def _instance(cloud: FakeCloud) -> Params:
    return {"instance_id": cloud.ec2.make_instance("vpc-1")}


def _to_isolate(cloud: FakeCloud) -> Params:
    return {**_instance(cloud), "isolation_group": cloud.ec2.make_group("vpc-1")}


def _isolated(cloud: FakeCloud) -> Params:
    params = _instance(cloud)
    found = cloud.ec2.instances[params["instance_id"]]
    groups, found.groups = found.groups, [cloud.ec2.make_group("vpc-1")]
    return {**params, "groups": ",".join(sorted(groups))}


def _regroup(cloud: FakeCloud, params: Params) -> None:
    group = cloud.ec2.make_group("vpc-1", open_to="0.0.0.0/0")
    cloud.ec2.instances[params["instance_id"]].groups = [group]


def _open_up(cloud: FakeCloud, params: Params) -> None:
    """Give the isolation group a rule: then it isolates nobody."""
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    cloud.ec2.groups[params["isolation_group"]].ingress.append(rule)


def _stopped_instance(cloud: FakeCloud) -> Params:
    return {"instance_id": cloud.ec2.make_instance("vpc-1", state="stopped")}


def _power(state: str) -> Callable[[FakeCloud, Params], None]:
    def change(cloud: FakeCloud, params: Params) -> None:
        cloud.ec2.instances[params["instance_id"]].state = state

    return change


def _node_group(cloud: FakeCloud) -> Params:
    cluster, group = cloud.eks.make_group()
    return {"cluster": cluster, "node_group": group, "sizes": "0/0/4"}


def _grow(cloud: FakeCloud, params: Params) -> None:
    cloud.eks.groups[params["cluster"], params["node_group"]].wanted = 3


def _scaling(held: str = "", **more: str) -> Callable[[FakeCloud], Params]:
    def make(cloud: FakeCloud) -> Params:
        suspended = {held} if held else set()
        return {"group": cloud.autoscaling.make_group(suspended=suspended), **more}

    return make


def _rescale(cloud: FakeCloud, params: Params) -> None:
    cloud.autoscaling.groups[params["group"]].wanted = 3


def _hold(*processes: str) -> Callable[[FakeCloud, Params], None]:
    def change(cloud: FakeCloud, params: Params) -> None:
        cloud.autoscaling.groups[params["group"]].suspended = set(processes)

    return change


WORLDS = (
    World(action=SetDesired(), make=_scaling(desired="0"), move=_rescale, where=FAKE),
    World(
        action=SuspendProcess(),
        make=_scaling(process="ReplaceUnhealthy"),
        move=_hold("ReplaceUnhealthy"),
        where=FAKE,
    ),
    World(
        action=ResumeProcess(),
        make=_scaling("Launch", process="Launch"),
        move=_hold("Terminate"),
        where=FAKE,
    ),
    World(action=IsolateInstance(), make=_to_isolate, move=_open_up, where=FAKE),
    World(action=RestoreGroups(), make=_isolated, move=_regroup, where=FAKE),
    World(action=StopInstance(), make=_instance, move=_power("stopped"), where=FAKE),
    World(
        action=StartInstance(),
        make=_stopped_instance,
        move=_power("running"),
        where=FAKE,
    ),
    World(action=ScaleNodeGroup(), make=_node_group, move=_grow, where=FAKE),
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
