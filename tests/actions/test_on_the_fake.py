"""What SageMaker, EC2 and EKS do over minutes, and what is not planned on them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.aws.mint import Mint
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Draft
from bot.ports.action import Verified
from integrations.aws_autoscaling import SetDesired, SuspendProcess
from integrations.aws_ec2_isolation import IsolateInstance, RestoreGroups
from integrations.aws_ec2_power import StartInstance, StopInstance
from integrations.aws_eks_nodes import ScaleNodeGroup
from integrations.aws_sagemaker_endpoints import SetEndpointConfig
from integrations.aws_sagemaker_packages import RestorePackage
from integrations.aws_sagemaker_stop import StartEndpoint, StopEndpoint
from integrations.aws_sagemaker_variants import SetVariantInstances, SetVariantWeight
from tests.awsfake.cloud import FakeCloud, running_fake
from tests.awsfake.services.cloudwatch import Point
from tests.cloud import plan_of

pytestmark = pytest.mark.slow
INCONCLUSIVE, PASS, FAIL = Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.FAIL


@pytest.fixture(scope="module")
def running() -> Iterator[FakeCloud]:
    with running_fake() as one:
        yield one


@pytest.fixture(scope="module")
def mint(running: FakeCloud) -> Mint:
    return running.mint()


@pytest.fixture
def cloud(running: FakeCloud) -> Iterator[FakeCloud]:
    """Return the one server; everything on it is done at once again afterwards."""
    yield running
    for one in (running.sagemaker, running.ec2, running.eks):
        one.looks_until_done = 0
    running.cloudwatch.points.clear()


def _refused(action: Any, params: Mapping[str, str], mint: Mint) -> str:
    with pytest.raises(BadRequest) as refused:
        action.plan(params, reader=mint.reader())
    return str(refused.value.because)


def _looks(action: Any, draft: Draft, mint: Mint, times: int) -> list[Verified]:
    plan = plan_of(draft)
    return [action.verify(plan, reader=mint.reader()) for _ in range(times)]


# --- SageMaker ---


@pytest.fixture
def rolled(cloud: FakeCloud) -> dict[str, str]:
    """Return a plan's parameters: an endpoint and the configuration it goes back to."""
    now, older = cloud.sagemaker.make_config(), cloud.sagemaker.make_config()
    return {
        "endpoint": cloud.sagemaker.make_endpoint(now),
        "endpoint_config": older,
    }


def test_an_endpoint_that_is_updating_is_looked_at_again(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    action = SetEndpointConfig()
    draft = action.plan(rolled, reader=mint.reader())
    assert draft.est_seconds == 600
    cloud.sagemaker.looks_until_done = 2
    assert cloud.apply(action, draft, mint).outcome is Outcome.OK
    busy, still_busy, done = _looks(action, draft, mint, 3)
    assert {busy.verdict, still_busy.verdict} == {INCONCLUSIVE}
    assert "sagemaker.endpoint.status is Updating" in busy.says
    assert done.verdict is PASS


def test_nothing_is_planned_on_an_endpoint_that_is_updating(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    cloud.sagemaker.endpoints[rolled["endpoint"]].status = "Updating"
    says = _refused(SetEndpointConfig(), rolled, mint)
    assert says == "SageMaker changes an endpoint only while it is in service"


def test_an_endpoint_that_went_back_by_itself_is_not_as_promised(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    action = SetEndpointConfig()
    draft = action.plan(rolled, reader=mint.reader())
    cloud.sagemaker.fails_next = True
    assert cloud.apply(action, draft, mint).outcome is Outcome.OK
    (look,) = _looks(action, draft, mint, 1)
    assert look.verdict is FAIL
    assert "sagemaker.endpoint.config is not as promised" in look.says


def test_an_endpoint_that_broke_has_failed_whatever_it_runs(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    action = SetEndpointConfig()
    draft = action.plan(rolled, reader=mint.reader())
    cloud.apply(action, draft, mint)
    cloud.sagemaker.endpoints[rolled["endpoint"]].status = "UpdateRollbackFailed"
    (look,) = _looks(action, draft, mint, 1)
    assert look.verdict is FAIL


def _measured(cloud: FakeCloud, endpoint: str, *figures: tuple[int, int, int]) -> None:
    """Put minutes, calls and failed calls beside the endpoint's last change."""
    at = cloud.sagemaker.endpoints[endpoint].changed_at
    told = {"EndpointName": endpoint, "VariantName": "main"}
    for minute, calls, failed in figures:
        for metric, value in (
            ("Invocations", calls),
            ("Invocation5XXErrors", failed),
            ("ModelLatency", 412_000),
        ):
            cloud.cloudwatch.points.append(
                Point(
                    schema="AWS/SageMaker,EndpointName,VariantName",
                    metric=metric,
                    of=told,
                    at=at + timedelta(minutes=minute),
                    value=value,
                )
            )


@pytest.mark.parametrize(
    ("figures", "verdict", "says"),
    [
        (
            [(-9, 60, 18), (-8, 60, 18), (1, 40, 0)],
            PASS,
            (
                "In the 30 minutes before: 120 calls, 30.0% answered with 5xx, 412 ms. "
                "Since: 40 calls, 0.0% answered with 5xx, 412 ms."
            ),
        ),
        ([(-9, 100, 1), (1, 100, 3)], FAIL, "Since: 100 calls, 3.0%"),
        ([(-9, 100, 1), (1, 100, 2)], PASS, "Since: 100 calls, 2.0%"),
        ([(-9, 100, 1), (1, 19, 19)], PASS, "Since: 19 calls, 100.0%"),
        ([(-9, 100, 1), (1, 20, 20)], FAIL, "Since: 20 calls, 100.0%"),
        ([(-31, 50, 50), (31, 50, 50)], PASS, "before: nobody called. Since: nobody"),
        ([(0, 1, 0)], PASS, "before: nobody called. Since: 1 call, 0.0%"),
    ],
)
def test_how_it_answers_since_is_laid_beside_how_it_did_before(
    cloud: FakeCloud,
    mint: Mint,
    rolled: dict[str, str],
    figures: list[tuple[int, int, int]],
    verdict: Verdict,
    says: str,
) -> None:
    action = SetEndpointConfig()
    draft = action.plan(rolled, reader=mint.reader())
    cloud.apply(action, draft, mint)
    _measured(cloud, rolled["endpoint"], *figures)
    (look,) = _looks(action, draft, mint, 1)
    assert look.verdict is verdict
    assert says in look.says


def test_figures_that_cannot_be_read_do_not_undo_what_was_seen(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    action = SetEndpointConfig()
    draft = action.plan(rolled, reader=mint.reader())
    cloud.apply(action, draft, mint)
    role, trust = cloud.fake.keys.roles["tocsin-read"]
    denied = {"Effect": "Deny", "Action": "cloudwatch:*", "Resource": "*"}
    blind = {**role, "Statement": [*role["Statement"], denied]}
    cloud.fake.keys.roles["tocsin-read"] = (blind, trust)
    look = action.verify(plan_of(draft), reader=cloud.mint().reader())
    cloud.fake.keys.roles["tocsin-read"] = (role, trust)
    assert look.verdict is PASS
    assert "the role lacks cloudwatch:GetMetricData" in look.says


def test_the_last_variant_with_traffic_keeps_it(cloud: FakeCloud, mint: Mint) -> None:
    config = cloud.sagemaker.make_config(main=1.0, canary=0.0)
    params = {"endpoint": cloud.sagemaker.make_endpoint(config), "variant": "main"}
    says = _refused(SetVariantWeight(), {**params, "weight": "0"}, mint)
    assert says == "no variant of the endpoint would get any traffic"
    draft = SetVariantWeight().plan({**params, "weight": "0.5"}, reader=mint.reader())
    assert draft.changes[0].after == "0.5"


@pytest.mark.parametrize("weight", ["-1", "01", "1.0", "00.5", "0.00001", "101", "1e1"])
def test_a_weight_has_one_way_to_be_written(mint: Mint, weight: str) -> None:
    params = {"endpoint": "chat", "variant": "main", "weight": weight}
    assert "weight must be" in _refused(SetVariantWeight(), params, mint)


def test_a_weight_that_the_way_back_could_not_set_is_left(
    cloud: FakeCloud, mint: Mint
) -> None:
    config = cloud.sagemaker.make_config(main=1000.0, canary=1.0)
    params = {"endpoint": cloud.sagemaker.make_endpoint(config), "variant": "main"}
    says = _refused(SetVariantWeight(), {**params, "weight": "0"}, mint)
    assert says == "it is more than 100, and the way back could not set it"


def test_a_variant_that_is_not_there_is_not_found(cloud: FakeCloud, mint: Mint) -> None:
    named = {"endpoint": cloud.sagemaker.make_endpoint(cloud.sagemaker.make_config())}
    for action, more in (
        (SetVariantWeight(), {"weight": "0"}),
        (SetVariantInstances(), {"instances": "1"}),
    ):
        with pytest.raises(NotFound, match="no variant of this name"):
            action.plan({**named, "variant": "other", **more}, reader=mint.reader())


def test_an_endpoint_is_not_stopped_when_nothing_could_bring_it_back(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    found = cloud.sagemaker.endpoints[rolled["endpoint"]]
    del cloud.sagemaker.configs[found.config]
    with pytest.raises(NotFound, match="DescribeEndpointConfig found nothing"):
        StopEndpoint().plan({"endpoint": rolled["endpoint"]}, reader=mint.reader())


def test_an_endpoint_of_components_could_not_be_brought_back(
    cloud: FakeCloud, mint: Mint
) -> None:
    config = cloud.sagemaker.make_config()
    cloud.sagemaker.of_components.add(config)
    params = {"endpoint": cloud.sagemaker.make_endpoint(config)}
    says = _refused(StopEndpoint(), params, mint)
    assert says.startswith("it runs inference components")


def test_an_endpoint_that_is_being_deleted_is_looked_at_again(
    cloud: FakeCloud, mint: Mint, rolled: dict[str, str]
) -> None:
    action = StopEndpoint()
    draft = action.plan({"endpoint": rolled["endpoint"]}, reader=mint.reader())
    cloud.sagemaker.looks_until_done = 1
    assert cloud.apply(action, draft, mint).outcome is Outcome.OK
    verdicts = [one.verdict for one in _looks(action, draft, mint, 2)]
    assert verdicts == [INCONCLUSIVE, PASS]


def test_a_name_with_a_slip_in_it_is_told_apart_from_what_is_done(mint: Mint) -> None:
    says = _refused(StopEndpoint(), {"endpoint": "caht-live"}, mint)
    assert says.endswith("SageMaker knows no such endpoint here")


def test_an_endpoint_is_not_started_over_another(
    mint: Mint, rolled: dict[str, str]
) -> None:
    says = _refused(StartEndpoint(), rolled, mint)
    assert says == "there is an endpoint of this name already"


def test_a_name_in_capitals_is_the_same_endpoint(cloud: FakeCloud, mint: Mint) -> None:
    config = cloud.sagemaker.make_config()
    params = {"endpoint": "Chat-LIVE", "endpoint_config": config}
    draft = StartEndpoint().plan(params, reader=mint.reader())
    assert cloud.apply(StartEndpoint(), draft, mint).outcome is Outcome.OK
    (look,) = _looks(StartEndpoint(), draft, mint, 1)
    assert look.verdict is PASS


def test_only_what_is_rejected_is_taken_back(cloud: FakeCloud, mint: Mint) -> None:
    package = cloud.sagemaker.make_package("PendingManualApproval")
    says = _refused(
        RestorePackage(), {"package": package, "approval": "Approved"}, mint
    )
    assert says == "it is not rejected, and only that is taken back here"


# --- EC2 and EKS ---


def test_a_group_with_a_rule_isolates_nobody(cloud: FakeCloud, mint: Mint) -> None:
    instance = cloud.ec2.make_instance("vpc-1")
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    for way in ("ingress", "egress"):
        group = cloud.ec2.make_group("vpc-1")
        getattr(cloud.ec2.groups[group], way).append(rule)
        params = {"instance_id": instance, "isolation_group": group}
        says = _refused(IsolateInstance(), params, mint)
        assert says == "the isolation group has rules, and so it isolates nobody"


def test_a_group_of_another_network_is_refused(cloud: FakeCloud, mint: Mint) -> None:
    instance = cloud.ec2.make_instance("vpc-1")
    group = cloud.ec2.make_group("vpc-2")
    says = "a security group is in another VPC than the instance"
    params = {"instance_id": instance, "isolation_group": group}
    assert _refused(IsolateInstance(), params, mint) == says
    cloud.ec2.instances[instance].groups = [cloud.ec2.make_group("vpc-1")]
    assert _refused(RestoreGroups(), {"instance_id": instance, "groups": group}, mint)


def test_what_hangs_on_two_interfaces_is_left_to_people(
    cloud: FakeCloud, mint: Mint
) -> None:
    params = {
        "instance_id": cloud.ec2.make_instance("vpc-1", interfaces=2),
        "isolation_group": cloud.ec2.make_group("vpc-1"),
    }
    says = _refused(IsolateInstance(), params, mint)
    assert says.startswith("it has not exactly one network interface")


def test_more_groups_than_the_way_back_can_name_are_refused(
    cloud: FakeCloud, mint: Mint
) -> None:
    instance = cloud.ec2.make_instance("vpc-1")
    found = cloud.ec2.instances[instance]
    isolation = cloud.ec2.make_group("vpc-1")
    params = {"instance_id": instance, "isolation_group": isolation}
    found.groups = [cloud.ec2.make_group("vpc-1") for _ in range(12)]
    draft = IsolateInstance().plan(params, reader=mint.reader())
    assert cloud.apply(IsolateInstance(), draft, mint).outcome is Outcome.OK
    back = IsolateInstance().rollback(draft) or {}
    undo = RestoreGroups().plan(back, reader=mint.reader())
    assert cloud.apply(RestoreGroups(), undo, mint).outcome is Outcome.OK
    assert len(found.groups) == 12
    found.groups.append(cloud.ec2.make_group("vpc-1"))
    says = _refused(IsolateInstance(), params, mint)
    assert says == "it is in more groups than the way back could name"


def test_what_is_not_isolated_is_not_let_back(cloud: FakeCloud, mint: Mint) -> None:
    instance = cloud.ec2.make_instance("vpc-1")
    params = {"instance_id": instance, "groups": cloud.ec2.make_group("vpc-1")}
    says = _refused(RestoreGroups(), params, mint)
    assert says == "it is in several groups, so that it is not isolated"


def test_an_instance_that_is_gone_is_not_found(cloud: FakeCloud, mint: Mint) -> None:
    gone = cloud.ec2.make_instance("vpc-1", state="terminated")
    for named in (gone, "i-0123456789abcdef0"):
        with pytest.raises(NotFound):
            StopInstance().plan({"instance_id": named}, reader=mint.reader())


def test_an_instance_that_is_stopping_is_looked_at_again(
    cloud: FakeCloud, mint: Mint
) -> None:
    tags = {"aws:autoscaling:groupName": "gpu"}
    params = {"instance_id": cloud.ec2.make_instance("vpc-1", tags=tags)}
    draft = StopInstance().plan(params, reader=mint.reader())
    assert "its Auto Scaling group will end it, with volumes" in draft.blast.says
    assert "volumes stay" not in draft.blast.says
    cloud.ec2.looks_until_done = 1
    cloud.apply(StopInstance(), draft, mint)
    verdicts = [one.verdict for one in _looks(StopInstance(), draft, mint, 2)]
    assert verdicts == [INCONCLUSIVE, PASS]


def test_an_instance_is_stopped_only_where_it_can_be(
    cloud: FakeCloud, mint: Mint
) -> None:
    params = {"instance_id": cloud.ec2.make_instance("vpc-1", root="instance-store")}
    assert "cannot be stopped" in _refused(StopInstance(), params, mint)
    params = {"instance_id": cloud.ec2.make_instance("vpc-1", state="pending")}
    assert _refused(StopInstance(), params, mint) == "it is not running"
    params = {"instance_id": cloud.ec2.make_instance("vpc-1", lifecycle="spot")}
    assert "it is no instance on demand" in _refused(StopInstance(), params, mint)
    params = {"instance_id": cloud.ec2.make_instance("vpc-1", state="stopping")}
    assert _refused(StartInstance(), params, mint) == "it is not stopped"


def test_a_node_group_that_is_updating_is_looked_at_again(
    cloud: FakeCloud, mint: Mint
) -> None:
    cluster, group = cloud.eks.make_group()
    params = {"cluster": cluster, "node_group": group, "sizes": "0/0/4"}
    draft = ScaleNodeGroup().plan(params, reader=mint.reader())
    cloud.eks.looks_until_done = 1
    cloud.apply(ScaleNodeGroup(), draft, mint)
    assert "still changing" in _refused(
        ScaleNodeGroup(), {**params, "sizes": "0/1/4"}, mint
    )
    (look,) = _looks(ScaleNodeGroup(), draft, mint, 1)
    assert look.verdict is PASS


def test_the_sizes_of_a_node_group_go_up(cloud: FakeCloud, mint: Mint) -> None:
    cluster, group = cloud.eks.make_group()
    for sizes in ("3/2/4", "0/5/4"):
        params = {"cluster": cluster, "node_group": group, "sizes": sizes}
        says = _refused(ScaleNodeGroup(), params, mint)
        assert says == "least, wanted and most nodes do not go up"


def test_a_group_wants_no_number_outside_its_bounds(
    cloud: FakeCloud, mint: Mint
) -> None:
    group = cloud.autoscaling.make_group(least=1)
    for desired in ("0", "5"):
        says = _refused(SetDesired(), {"group": group, "desired": desired}, mint)
        assert says == "the number is outside the least and the most of the group"


def test_a_scaling_group_that_is_being_deleted_is_not_found(
    cloud: FakeCloud, mint: Mint
) -> None:
    gone = cloud.autoscaling.make_group(status="Delete in progress")
    for group in (gone, "no-such-group"):
        params = {"group": group, "process": "Launch"}
        with pytest.raises(NotFound, match="The Auto Scaling group was not found"):
            SuspendProcess().plan(params, reader=mint.reader())


def test_another_suspended_process_stays_so(cloud: FakeCloud, mint: Mint) -> None:
    group = cloud.autoscaling.make_group(suspended={"Terminate"})
    params = {"group": group, "process": "Launch"}
    draft = SuspendProcess().plan(params, reader=mint.reader())
    assert cloud.apply(SuspendProcess(), draft, mint).outcome is Outcome.OK
    assert cloud.autoscaling.groups[group].suspended == {"Launch", "Terminate"}
