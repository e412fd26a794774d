"""What AWS would refuse is not planned, and the card says what AWS really does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest, NotFound, Unreachable
from integrations.aws_apigateway import SetPlanRate
from integrations.aws_bedrock_agents import RefuseCalls
from integrations.aws_bedrock_throughput import GiveUpThroughput
from integrations.aws_ecs_service import SetDesiredCount, SetTaskDefinition
from integrations.aws_events import DisableRule, EnableRule
from integrations.aws_lambda_alias import MoveAlias
from integrations.aws_s3_objects import (
    TAG,
    HoldObject,
    QuarantineObject,
    ReleaseObject,
)
from integrations.aws_ssm_parameters import SetParameter
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws, refused

ECS = "arn:aws:ecs:eu-central-1:444455556666"
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
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
    aws = _ecs(SetTaskDefinition(), **by_another)
    with pytest.raises(BadRequest, match="ECS does not replace its tasks itself"):
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


OBJECT = {"bucket": "claims", "key": "a", "version": "latest"}


def test_a_bucket_without_object_lock_says_what_to_do_instead() -> None:
    none = refused("InvalidRequest", "Bucket is missing Object Lock Configuration")
    answers: dict[str, Any] = {
        "s3.GetObjectTagging": {"TagSet": []},
        "s3.GetObjectLegalHold": none,
    }
    with pytest.raises(Unreachable) as caught:
        HoldObject().plan({**OBJECT}, reader=_aws(HoldObject(), answers))
    assert "without Object Lock" in str(caught.value.because)
    assert caught.value.next_move.startswith("Quarantine the object")


# --- API Gateway ---


def _plan_of_use(rate: float, **throttled: Any) -> FakeAws:
    stage = {"apiId": "a1b2c3", "stage": "live", **throttled}
    plan = {
        "id": "abcdef",
        "throttle": {"rateLimit": rate, "burstLimit": 40},
        "apiStages": [stage, {"apiId": "a1b2c3", "stage": "test"}],
    }
    return _aws(SetPlanRate(), {"apigateway.GetUsagePlan": plan})


SLOW = {"usage_plan_id": "abcdef", "rate_per_s": "0.5"}


def test_methods_with_a_rate_of_their_own_are_named_on_the_card() -> None:
    own = {"/chat/POST": {"rateLimit": 90.0, "burstLimit": 90}}
    draft = SetPlanRate().plan(SLOW, reader=_plan_of_use(20.0, throttle=own))
    assert "Methods of a1b2c3:live with a rate of their own" in draft.blast.says
    plain = SetPlanRate().plan(SLOW, reader=_plan_of_use(20.0))
    assert plain.blast.says == "Every caller whose key belongs to this plan."
    assert plain.preconditions != draft.preconditions


@pytest.mark.parametrize("rate", [1 / 3, 0.00001, 12_345_678.0])
def test_a_rate_that_could_not_be_set_again_is_left_alone(rate: float) -> None:
    with pytest.raises(BadRequest, match="the way back could not set what is now"):
        SetPlanRate().plan(SLOW, reader=_plan_of_use(rate))


# --- Bedrock ---


def _bought(**changed: Any) -> FakeAws:
    arn = "arn:aws:bedrock:eu-central-1:444455556666:provisioned-model/abcdefghijkl"
    model = "arn:aws:bedrock:eu-central-1::foundation-model/amazon.titan"
    answer = {
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "provisionedModelName": "units",
        "provisionedModelArn": arn,
        "modelArn": model,
        "desiredModelArn": model,
        "foundationModelArn": model,
        "status": "InService",
        "creationTime": AT,
        "lastModifiedTime": AT,
        **changed,
    }
    call = "bedrock.GetProvisionedModelThroughput"
    return _aws(GiveUpThroughput(), {call: answer})


def _gives_up(**changed: Any) -> Any:
    action, aws = GiveUpThroughput(), _bought(**changed)
    headers = {"HTTPHeaders": {"date": format_datetime(AT, usegmt=True)}}
    action.looked = lambda *asked: {  # type: ignore[method-assign]
        **GiveUpThroughput().looked(*asked),
        "ResponseMetadata": headers,
    }
    return action.plan({"throughput": "units"}, reader=aws)


@pytest.mark.parametrize("status", ["Creating", "Updating"])
def test_throughput_that_is_being_changed_is_waited_for(status: str) -> None:
    with pytest.raises(BadRequest, match="Bedrock is still changing it"):
        _gives_up(status=status)


def test_throughput_is_given_up_once_its_commitment_is_over() -> None:
    bound = {"commitmentDuration": "OneMonth"}
    later, over = AT + timedelta(seconds=1), AT - timedelta(seconds=1)
    for until in ({}, {"commitmentExpirationTime": later}):
        with pytest.raises(BadRequest, match="it is committed for a time"):
            _gives_up(**bound, **until)
    assert _gives_up(**bound, commitmentExpirationTime=over).steps


def _agent_alias(**changed: Any) -> FakeAws:
    alias = {
        "agentId": "AG00000001",
        "agentAliasId": "AL00000001",
        "agentAliasName": "live",
        "agentAliasArn": "arn:aws:bedrock:eu-central-1:444455556666:agent-alias/A/B",
        "agentAliasStatus": "PREPARED",
        "routingConfiguration": [{"agentVersion": "3"}],
        "createdAt": AT,
        "updatedAt": AT,
        **changed,
    }
    return _aws(RefuseCalls(), {"bedrock-agent.GetAgentAlias": {"agentAlias": alias}})


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"agentAliasStatus": "UPDATING"}, "still changing the alias"),
        ({"agentAliasStatus": "DELETING"}, "still changing the alias"),
        ({"agentAliasId": "TSTALIASID"}, "it is the agent's test alias"),
    ],
)
def test_an_alias_that_cannot_be_updated_is_left_alone(
    changed: dict[str, str], because: str
) -> None:
    params = {"agent_id": "AG00000001", "alias_id": "AL00000001"}
    with pytest.raises(BadRequest, match=because):
        RefuseCalls().plan(params, reader=_agent_alias(**changed))
    assert RefuseCalls().plan(params, reader=_agent_alias()).steps


# --- Lambda ---


@pytest.mark.parametrize(
    ("state", "is_taken"),
    [("Active", True), ("Inactive", True), ("Pending", True), ("Failed", False)],
)
def test_an_alias_is_not_led_to_a_version_that_does_not_run(
    state: str, *, is_taken: bool
) -> None:
    function = "arn:aws:lambda:eu-central-1:444455556666:function:chat"
    answers = {
        "lambda.GetAlias": {
            "AliasArn": f"{function}:live",
            "FunctionVersion": "8",
            "RevisionId": "r1",
        },
        "lambda.GetFunctionConfiguration": {
            "FunctionArn": f"{function}:7",
            "CodeSha256": "abc",
            "State": state,
        },
    }
    params = {"function_name": "chat", "alias": "live", "version": "7"}
    aws = _aws(MoveAlias(), answers)
    if is_taken:
        assert MoveAlias().plan(params, reader=aws).steps
        return
    with pytest.raises(BadRequest, match="that version does not run"):
        MoveAlias().plan(params, reader=aws)


# --- parameters ---


def _switch(value: str, now: str = "on", **changed: Any) -> Any:
    arn = "arn:aws:ssm:eu-central-1:444455556666:parameter/tocsin/chat"
    found = {"ARN": arn, "Type": "String", "Value": now, "Version": 3, **changed}
    aws = _aws(SetParameter(), {"ssm.GetParameter": {"Parameter": found}})
    params = {"parameter": "/tocsin/chat", "value": value}
    return SetParameter().plan(params, reader=aws)


def test_what_a_person_types_may_be_a_secret_too() -> None:
    typed = "AKI" + "A2E0A8F3B244C9986"
    with pytest.raises(BadRequest, match="its new value may be a secret") as caught:
        _switch(typed)
    assert typed not in str(caught.value)


def test_a_profile_of_a_model_is_no_secret_and_hides_none() -> None:
    of = "arn:aws:bedrock:eu-central-1:444455556666:application-inference-profile/"
    assert _switch(f"{of}a1b2c3d4e5f6", now=f"{of}f6e5d4c3b2a1").steps
    with pytest.raises(BadRequest, match="may be a secret"):
        _switch(of + "AKI" + "A2E0A8F3B244C9986")


def test_a_parameter_whose_values_aws_checks_is_left_alone() -> None:
    with pytest.raises(BadRequest, match="its values are checked by AWS"):
        _switch("ami-2", now="ami-1", DataType="aws:ec2:image")
    assert _switch("off", DataType="text").steps


@pytest.mark.parametrize(
    "policy", [refused("NoSuchBucketPolicy"), {"Policy": '{"Statement": []}'}]
)
def test_a_tag_that_holds_nobody_back_is_put_on_nothing_and_taken_off(
    policy: Any,
) -> None:
    tags = [{"Key": TAG, "Value": "yes"}]
    params = OBJECT

    def aws(*tagged: Mapping[str, str]) -> FakeAws:
        answers: dict[str, Any] = {
            "s3.GetObjectTagging": {"TagSet": list(tagged)},
            "s3.GetBucketPolicy": policy,
        }
        return _aws(QuarantineObject(), answers)

    with pytest.raises(BadRequest, match="would hold nobody back"):
        QuarantineObject().plan(params, reader=aws())
    assert ReleaseObject().plan(params, reader=aws(*tags)).steps


def test_the_way_back_is_to_the_very_version_whatever_is_latest_by_then() -> None:
    held = "3HL4kqtJvjVBH40Nrjfkd"

    def tagged(**asked: Any) -> Mapping[str, Any]:
        is_old = asked.get("VersionId") == held
        tags = [{"Key": TAG, "Value": "yes"}] if is_old else []
        return {"TagSet": tags, "VersionId": held if is_old else "newer"}

    policy = {"Policy": '{"Statement": []}'}
    answers = {"s3.GetObjectTagging": tagged, "s3.GetBucketPolicy": policy}
    aws = _aws(ReleaseObject(), answers)
    latest = {"s3.GetObjectTagging": {"TagSet": [], "VersionId": held}}
    hold = {**latest, "s3.GetObjectLegalHold": {"LegalHold": {"Status": "OFF"}}}
    draft = HoldObject().plan(OBJECT, reader=_aws(HoldObject(), hold))
    back = HoldObject().rollback(draft)
    assert back == {**OBJECT, "version": held}
    (step,) = ReleaseObject().plan(back, reader=aws).steps
    assert dict(step.params)["VersionId"] == held
    assert ReleaseObject().identity(step) == back
    with pytest.raises(BadRequest, match="already as it would make it"):
        ReleaseObject().plan(OBJECT, reader=aws)
