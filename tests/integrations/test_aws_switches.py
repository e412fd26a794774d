"""What may be set, and what is left alone: parameters, logs, secrets, documents."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Draft
from bot.ports.action import Effect
from integrations.aws_bedrock_knowledge import RemoveDocument, StopIngestion
from integrations.aws_bedrock_logging import RestoreLogging
from integrations.aws_secrets import RotateSecret
from integrations.aws_ssm_parameters import SetAppGuardrail, SetParameter
from tests.cloud import plan_of
from tests.fakes.aws import FakeAws

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_LOG = {
    "bucket": "calls",
    "prefix": "none",
    "log_group": "none",
    "role": "none",
    "contents": "on",
}


def _aws(action: Any, **answers: Any) -> FakeAws:
    """Return an AWS that answers; `ssm_GetParameter` is ``ssm.GetParameter``."""
    by_call = {
        name.replace("__", "-").replace("_", "."): a for name, a in answers.items()
    }
    return FakeAws(by_call, action.MANIFEST.calls)


def _refused_by_aws_alone(action: Any, draft: Draft, aws: FakeAws) -> bool:
    """Make the write, which nobody allowed; else AWS's own model would not take it."""
    effect = Effect(session=aws, idempotency_key="0" * 64)
    says = action.apply(draft.steps[0], effect).says
    assert "AWS refused it (AccessDeniedException)" in says, says
    return aws.asked[-1][0] == draft.steps[0].call


# --- parameters ---


def _parameter(**changed: Any) -> Mapping[str, Any]:
    arn = "arn:aws:ssm:eu-central-1:444455556666:parameter/tocsin/chat"
    found = {"ARN": arn, "Type": "String", "Value": "on", "Version": 3}
    return {"Parameter": {**found, **changed}}


def _set(value: str, **changed: Any) -> Any:
    aws = _aws(SetParameter(), ssm_GetParameter=_parameter(**changed))
    return SetParameter().plan(
        {"parameter": "/tocsin/chat", "value": value}, reader=aws
    )


@pytest.mark.parametrize("kind", ["SecureString", "StringList"])
def test_a_parameter_that_is_not_plain_is_refused_and_never_shown(kind: str) -> None:
    with pytest.raises(BadRequest, match="only plain ones are read") as caught:
        _set("off", Type=kind, Value="AQICAHh-ciphertext")
    assert "ciphertext" not in str(caught.value)


@pytest.mark.parametrize("value", ["", " padded", "two\nlines", "{json}", "x" * 129])
def test_a_value_that_could_not_be_brought_back_is_not_overwritten(value: str) -> None:
    with pytest.raises(BadRequest, match="none that a card can show") as caught:
        _set("off", Value=value)
    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize("kind", ["AKI" + "A2E0A8F3B244C9986", "tok_" + "a1B2" * 6])
def test_what_may_be_a_secret_is_no_switch(kind: str) -> None:
    with pytest.raises(BadRequest, match="may be a secret") as caught:
        _set("off", Value=kind)
    assert kind not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["on", "anthropic.claude-3-haiku-20240307-v1:0", "gr1abc:2", "0.25"]
)
def test_what_switches_hold_is_no_secret(value: str) -> None:
    assert _set("off", Value=value).changes[0].before == value


def test_the_version_is_compared_so_that_the_same_value_anew_is_noticed() -> None:
    (step,) = _set("off").steps
    compared = {one.id: one.value for one in step.compare}
    assert compared["ssm.parameter.version"] == "3"
    assert dict(step.params) == {
        "Name": "/tocsin/chat",
        "Value": "off",
        "Overwrite": "true",
    }


def test_a_parameter_is_written_as_aws_takes_it() -> None:
    action = SetParameter()
    aws = _aws(action, ssm_GetParameter=_parameter())
    draft = action.plan({"parameter": "/tocsin/chat", "value": "off"}, reader=aws)
    assert _refused_by_aws_alone(action, draft, aws)


def test_an_application_without_a_guardrail_in_its_parameter_is_left_alone() -> None:
    action = SetAppGuardrail()
    aws = _aws(action, ssm_GetParameter=_parameter(Value="claude"))
    named = {"parameter": "/tocsin/chat", "guardrail_id": "gr1abc", "version": "2"}
    with pytest.raises(BadRequest, match="not the id of a guardrail"):
        action.plan(named, reader=aws)


# --- the log of calls ---


def _trail(*config: Mapping[str, Any]) -> Mapping[str, Any]:
    records = [{"requestParameters": {"loggingConfig": one}} for one in config]
    return {
        "Events": [
            {"EventTime": AT, "Username": "ops", "CloudTrailEvent": json.dumps(one)}
            for one in records
        ]
    }


def _log(trail: Mapping[str, Any], config: Any = None, **changed: str) -> Any:
    action = RestoreLogging()
    given = {"loggingConfig": config} if config else {}
    answers = {
        "bedrock_GetModelInvocationLoggingConfiguration": given,
        "cloudtrail_LookupEvents": trail,
    }
    return action.plan({**_LOG, **changed}, reader=_aws(action, **answers))


def test_the_card_says_when_it_was_logged_like_this_before() -> None:
    found = _log(_trail({"s3Config": {"bucketName": "calls"}}))
    assert found.blast.says == (
        "Every call of a model in this account and region. CloudTrail: it was set like "
        "this on 2026-05-04 12:00:00 UTC."
    )


@pytest.mark.parametrize(
    "trail",
    [
        _trail({"s3Config": {"bucketName": "elsewhere"}}),
        {"Events": [{"CloudTrailEvent": "{rubbish"}]},
        {"Events": [{"CloudTrailEvent": '{"requestParameters": null}'}]},
        {"Events": []},
    ],
)
def test_a_place_that_nobody_logged_to_is_said_to_be_new(
    trail: Mapping[str, Any],
) -> None:
    assert "CloudTrail has not seen it set like this" in _log(trail).blast.says


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"bucket": "none"}, "it would be logged nowhere"),
        ({"log_group": "/aws/bedrock/calls"}, "a log group needs a role"),
        (
            {"bucket": "none", "prefix": "p", "log_group": "g", "role": "R"},
            "a prefix needs a bucket",
        ),
    ],
)
def test_half_a_place_is_refused(changed: dict[str, str], because: str) -> None:
    role = {"role": "arn:aws:iam::444455556666:role/bedrock-logging"}
    with pytest.raises(BadRequest, match=because):
        _log({"Events": []}, **{**changed, **(role if "role" in changed else {})})


@pytest.mark.parametrize("prefix", ["none", "bedrock/calls"])
@pytest.mark.parametrize("contents", ["on", "off"])
def test_a_log_is_written_as_aws_takes_it(prefix: str, contents: str) -> None:
    action = RestoreLogging()
    answers: dict[str, Any] = {
        "bedrock_GetModelInvocationLoggingConfiguration": {},
        "cloudtrail_LookupEvents": {"Events": []},
    }
    aws = _aws(action, **answers)
    role = "arn:aws:iam::444455556666:role/bedrock-logging"
    logs = {"log_group": "/aws/bedrock/calls", "role": role}
    given = {**_LOG, **logs, "prefix": prefix, "contents": contents}
    assert _refused_by_aws_alone(action, action.plan(given, reader=aws), aws)
    config = aws.asked[-1][1]["loggingConfig"]
    assert {config[one] for one in config if one.endswith("Enabled")} == {
        contents == "on"
    }


def test_only_what_is_written_is_handed_a_role() -> None:
    grant = RestoreLogging().grant(_log({"Events": []}))
    assert "iam.PassRole" not in grant.calls
    assert grant.resources == ()


def test_a_bucket_for_large_data_is_not_lost() -> None:
    config = {
        "cloudWatchConfig": {
            "logGroupName": "g",
            "roleArn": "arn:aws:iam::444455556666:role/r",
            "largeDataDeliveryS3Config": {"bucketName": "large"},
        }
    }
    with pytest.raises(BadRequest, match="bucket for large data"):
        _log({"Events": []}, config)


# --- secrets ---


def _secret(**changed: Any) -> Mapping[str, Any]:
    region = "eu-central-1:444455556666"
    return {
        "ARN": f"arn:aws:secretsmanager:{region}:secret:claims-AbCdEf",
        "RotationEnabled": True,
        "RotationLambdaARN": f"arn:aws:lambda:{region}:function:rotate-claims",
        "VersionIdsToStages": {"v1": ["AWSCURRENT"]},
        **changed,
    }


def _rotate(now: datetime = AT, **changed: Any) -> Any:
    headers = {"date": format_datetime(now, usegmt=True)}
    answer = {**_secret(**changed)}
    action, seen = RotateSecret(), FakeAws({}, ())
    told = {"ResponseMetadata": {"HTTPHeaders": headers}}
    action.looked = lambda *_: {**answer, **told}  # type: ignore[method-assign]
    given = {"secret": "claims", "leaked_at": "2026-05-04T11:00:00Z"}
    return action.plan(given, reader=seen), action


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"RotationEnabled": False}, "no rotation is set up for it"),
        ({"DeletedDate": AT}, "it is about to be deleted"),
        ({"now": datetime(2026, 5, 4, 10, 59, tzinfo=UTC)}, "no time that is over"),
        ({"LastRotatedDate": AT}, "AWS is already as it would make it"),
        (
            {"VersionIdsToStages": {"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"]}},
            "a rotation was begun and is not over",
        ),
    ],
)
def test_a_secret_is_rotated_only_where_that_helps(
    changed: dict[str, Any], because: str
) -> None:
    with pytest.raises(BadRequest, match=because):
        _rotate(**changed)


def test_a_rotation_before_the_leak_does_not_count() -> None:
    draft, _ = _rotate(LastRotatedDate=datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    assert [(one.before, one.after) for one in draft.changes] == [("no", "yes")]


def test_a_rotation_that_left_its_mark_on_the_current_value_is_over() -> None:
    draft, _ = _rotate(VersionIdsToStages={"v1": ["AWSCURRENT", "AWSPENDING"]})
    assert "alternates between two users" in draft.blast.says


def test_the_function_that_rotates_may_be_called_and_no_other() -> None:
    draft, action = _rotate()
    grant = action.grant(draft)
    assert "lambda.Invoke" in grant.calls
    assert [one for one in grant.resources if ":function:" in one] == [
        "arn:aws:lambda:eu-central-1:444455556666:function:rotate-claims"
    ]


# --- knowledge bases ---


_BASE = {"knowledge_base_id": "KB00000001", "data_source_id": "DS00000001"}


def _knowledge(action: Any, **answers: Any) -> FakeAws:
    base = {
        "knowledgeBaseId": "KB00000001",
        "name": "claims",
        "knowledgeBaseArn": "arn:aws:bedrock:eu-central-1:444455556666:"
        "knowledge-base/KB00000001",
        "roleArn": "arn:aws:iam::444455556666:role/service-role/kb",
        "knowledgeBaseConfiguration": {"type": "VECTOR"},
        "status": "ACTIVE",
        "createdAt": AT,
        "updatedAt": AT,
    }
    given = {"bedrock__agent_GetKnowledgeBase": {"knowledgeBase": base}, **answers}
    return _aws(action, **given)


def _ingesting(status: str) -> FakeAws:
    job = {
        "knowledgeBaseId": "KB00000001",
        "dataSourceId": "DS00000001",
        "ingestionJobId": "IJ00000001",
        "startedAt": AT,
        "updatedAt": AT,
        "status": status,
        "statistics": {"numberOfDocumentsScanned": 7},
    }
    answer = {"ingestionJob": job}
    return _knowledge(StopIngestion(), bedrock__agent_GetIngestionJob=answer)


def test_a_job_that_is_over_is_not_stopped() -> None:
    named = {**_BASE, "ingestion_job_id": "IJ00000001"}
    with pytest.raises(BadRequest, match="the job is over"):
        StopIngestion().plan(named, reader=_ingesting("COMPLETE"))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("STOPPED", Verdict.PASS),
        ("STOPPING", Verdict.INCONCLUSIVE),
        ("IN_PROGRESS", Verdict.INCONCLUSIVE),
        ("COMPLETE", Verdict.FAIL),
    ],
)
def test_a_job_counts_as_stopped_once_it_is(status: str, verdict: Verdict) -> None:
    action, named = StopIngestion(), {**_BASE, "ingestion_job_id": "IJ00000001"}
    plan = plan_of(action.plan(named, reader=_ingesting("STARTING")))
    assert action.verify(plan, reader=_ingesting(status)).verdict is verdict


def test_a_job_is_stopped_as_aws_takes_it() -> None:
    action, aws = StopIngestion(), _ingesting("IN_PROGRESS")
    draft = action.plan({**_BASE, "ingestion_job_id": "IJ00000001"}, reader=aws)
    assert _refused_by_aws_alone(action, draft, aws)


def test_a_document_is_removed_as_aws_takes_it() -> None:
    action, aws = RemoveDocument(), _indexed("INDEXED")
    draft = action.plan({**_BASE, "uri": "s3://claims/a (7).txt"}, reader=aws)
    assert _refused_by_aws_alone(action, draft, aws)
    (identified,) = aws.asked[-1][1]["documentIdentifiers"]
    assert identified["s3"] == {"uri": "s3://claims/a (7).txt"}


def _indexed(*statuses: str) -> FakeAws:
    details = [
        {
            "knowledgeBaseId": "KB00000001",
            "dataSourceId": "DS00000001",
            "status": one,
            "identifier": {"dataSourceType": "S3", "s3": {"uri": "s3://claims/7.txt"}},
        }
        for one in statuses
    ]
    answer = {"documentDetails": details}
    action = RemoveDocument()
    return _knowledge(action, bedrock__agent_GetKnowledgeBaseDocuments=answer)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ((), Verdict.PASS),
        (("NOT_FOUND",), Verdict.PASS),
        (("DELETE_IN_PROGRESS",), Verdict.INCONCLUSIVE),
        (("INDEXED",), Verdict.INCONCLUSIVE),
        (("FAILED",), Verdict.FAIL),
    ],
)
def test_a_document_is_out_once_bedrock_does_not_find_it(
    statuses: tuple[str, ...], verdict: Verdict
) -> None:
    action, named = RemoveDocument(), {**_BASE, "uri": "s3://claims/7.txt"}
    plan = plan_of(action.plan(named, reader=_indexed("INDEXED")))
    assert action.verify(plan, reader=_indexed(*statuses)).verdict is verdict
