"""What AWS would refuse is not planned, and the card says what AWS really does."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest, NotFound, Unreachable
from integrations.aws_ecs_service import SetDesiredCount, SetTaskDefinition
from integrations.aws_events import DisableRule, EnableRule
from integrations.aws_s3_objects import HoldObject
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws, refused

ECS = "arn:aws:ecs:eu-central-1:444455556666"
OF_SERVICE = {"cluster": "ai", "service": "chat"}


def _aws(action: Any, answers: Mapping[str, Any]) -> FakeAws:
    return FakeAws(answers, action.MANIFEST.calls)


# --- ECS ---


def _ecs(action: Any, **changed: Any) -> FakeAws:
    service = {
        "serviceName": "chat",
        "serviceArn": f"{ECS}:service/ai/chat",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "taskDefinition": f"{ECS}:task-definition/chat:2",
        **changed,
    }
    older = {
        "family": "chat",
        "taskDefinitionArn": f"{ECS}:task-definition/chat:1",
        "containerDefinitions": [{"image": "chat:good"}],
    }
    answers = {
        "ecs.DescribeServices": {"services": [service]},
        "ecs.DescribeTaskDefinition": {"taskDefinition": older},
    }
    return _aws(action, answers)


STOP = {**OF_SERVICE, "desired_count": "0"}
BACK = {**OF_SERVICE, "task_definition": "chat:1"}


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_tasks_that_another_replaces_are_not_rolled_back_here(controller: str) -> None:
    by_another = {"deploymentController": {"type": controller}}
    with pytest.raises(BadRequest, match="ECS does not replace its tasks itself"):
        aws = _ecs(SetTaskDefinition(), **by_another)
        SetTaskDefinition().plan(BACK, reader=aws)
    # Scaling it is taken.
    aws = _ecs(SetDesiredCount(), **by_another)
    assert SetDesiredCount().plan(STOP, reader=aws).steps


def test_a_daemon_has_no_count() -> None:
    aws = _ecs(SetDesiredCount(), schedulingStrategy="DAEMON", desiredCount=4)
    with pytest.raises(BadRequest, match="one task on every instance"):
        SetDesiredCount().plan(STOP, reader=aws)


def test_a_revision_that_is_not_there_is_not_found() -> None:
    aws = _ecs(SetTaskDefinition())
    gone = refused("ClientException", "Unable to describe task definition.")
    none = {**aws.answers, "ecs.DescribeTaskDefinition": gone}
    with pytest.raises(NotFound):
        SetTaskDefinition().plan(BACK, reader=_aws(SetTaskDefinition(), none))


@pytest.mark.parametrize(
    ("wanted", "running", "verdict", "says"),
    [
        ("0", 2, Verdict.INCONCLUSIVE, "none is wanted, and 2 tasks run still."),
        ("0", 0, Verdict.PASS, "0 wanted, 0 tasks run."),
        ("3", 1, Verdict.PASS, "3 wanted, 1 task runs."),
    ],
)
def test_a_service_is_stopped_once_nothing_of_it_runs(
    wanted: str, running: int, verdict: Verdict, says: str
) -> None:
    action, params = SetDesiredCount(), {**OF_SERVICE, "desired_count": wanted}
    plan = plan_of(action.plan(params, reader=_ecs(action)))
    now = _ecs(action, desiredCount=int(wanted), runningCount=running)
    found = action.verify(plan, reader=now)
    assert (found.verdict, found.says.endswith(says)) == (verdict, True)


@pytest.mark.parametrize(
    ("state", "verdict", "says"),
    [
        ("IN_PROGRESS", Verdict.INCONCLUSIVE, "ECS still replaces its tasks."),
        ("FAILED", Verdict.FAIL, "ECS could not bring its tasks up."),
        ("COMPLETED", Verdict.PASS, "it runs chat:1, and 2 of 2 tasks run."),
    ],
)
def test_a_service_is_rolled_back_once_ecs_has_replaced_its_tasks(
    state: str, verdict: Verdict, says: str
) -> None:
    action = SetTaskDefinition()
    plan = plan_of(action.plan(BACK, reader=_ecs(action)))
    done = {"taskDefinition": f"{ECS}:task-definition/chat:1"}
    of = [
        {"status": "ACTIVE", "rolloutState": "COMPLETED"},
        {"status": "PRIMARY", "rolloutState": state},
    ]
    found = action.verify(plan, reader=_ecs(action, **done, deployments=of))
    assert (found.verdict, found.says.endswith(says)) == (verdict, True)


# --- EventBridge ---


@pytest.mark.parametrize("action", [DisableRule(), EnableRule()])
@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"ManagedBy": "autoscaling.amazonaws.com"}, "a service of AWS manages it"),
        (
            {"State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
            "switched on again it would not",
        ),
    ],
)
def test_a_rule_that_could_not_be_switched_back_is_left_alone(
    action: Any, changed: dict[str, str], because: str
) -> None:
    rule = {"Name": "nightly", "Arn": "arn:aws:events:x", "State": "ENABLED", **changed}
    aws = _aws(action, {"events.DescribeRule": rule})
    with pytest.raises(BadRequest, match=because):
        action.plan({"rule_name": "nightly", "event_bus": "default"}, reader=aws)


# --- S3 ---


def test_a_bucket_without_object_lock_says_what_to_do_instead() -> None:
    none = refused("InvalidRequest", "Bucket is missing Object Lock Configuration")
    answers: dict[str, Any] = {
        "s3.GetObjectTagging": {"TagSet": []},
        "s3.GetObjectLegalHold": none,
    }
    with pytest.raises(Unreachable) as caught:
        HoldObject().plan(
            {"bucket": "claims", "key": "a"}, reader=_aws(HoldObject(), answers)
        )
    assert "without Object Lock" in str(caught.value.because)
    assert caught.value.next_move.startswith("Quarantine the object")
