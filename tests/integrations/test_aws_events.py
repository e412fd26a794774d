"""Health, costs, SageMaker, logs and whatever else AWS tells of."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.classification import judge
from bot.domain.envelope import EntityKind, Envelope, Status
from bot.ports.integration import Payload
from bot.rules import read_rulebook
from integrations import (
    aws_cost,
    aws_health,
    aws_sagemaker,
    cloudwatch_logs,
    eventbridge,
)
from tests.integrations.samples import NOW

RULES = read_rulebook()
TEN = datetime(2026, 5, 4, 10, tzinfo=UTC)
ANOMALY = {"anomalyId": "a-1", "impact": {"totalImpact": 5}}
LETTER = """AWS Budget Notification May 04, 2026
AWS Account 444455556666

You requested that we alert you when the ACTUAL Cost associated with your
{name} budget is greater than $400.00 for the current month.

Budget Name: {name}
Budgeted Amount: $400.00
ACTUAL Amount: $512.20
"""


def payload(value: Any) -> Payload:
    body = value if isinstance(value, str) else json.dumps(value)
    return Payload(body=body.encode(), headers={}, received_at=NOW)


def event(source: str, kind: str, detail: Any, **more: Any) -> Payload:
    frame = {"id": "e-1", "source": source, "detail-type": kind, "account": "1"}
    return payload({**frame, "time": "2026-05-04T10:00:00Z", "detail": detail, **more})


def health(**detail: Any) -> Envelope:
    return aws_health.parse(event("aws.health", "AWS Health Event", detail))[0]


def sagemaker(what: str, **detail: Any) -> Envelope:
    return aws_sagemaker.parse(event("aws.sagemaker", f"SageMaker {what}", detail))[0]


def anomaly(**fields: Any) -> Envelope:
    return aws_cost.parse(payload({**ANOMALY, **fields}))[0]


def lines(*messages: str, stream: str = "s") -> tuple[Envelope, ...]:
    batch = {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/aws/lambda/f",
        "logStream": stream,
        "logEvents": [{"id": text, "message": text} for text in messages],
    }
    return cloudwatch_logs.parse(payload(batch))


def facts(made: Envelope) -> dict[str, str]:
    return {key: text.for_rules() for key, text in made.texts.items()}


def category(made: Envelope) -> str:
    return judge(made, RULES)[1].category


@pytest.mark.parametrize(
    ("code", "status"),
    [("open", Status.FIRING), ("upcoming", Status.FIRING), ("closed", Status.RESOLVED)],
)
def test_health_says_whether_it_is_over(code: str, status: Status) -> None:
    assert health(statusCode=code).status is status


def test_health_writes_its_dates_as_in_letters() -> None:
    began = health(startTime="Mon, 04 May 2026 09:40:00 GMT")
    assert began.occurred_at == datetime(2026, 5, 4, 9, 40, tzinfo=UTC)


def test_what_is_planned_happened_when_it_was_announced() -> None:
    assert health(startTime="Tue, 01 Sep 2026 07:00:00 GMT").occurred_at == TEN


def test_one_event_of_health_is_one_problem() -> None:
    same = {"eventArn": "arn:aws:health:x::event/A"}
    assert health(**same).dedup_key == health(**same, statusCode="closed").dedup_key


def test_an_exposed_key_is_named_with_its_user() -> None:
    told = {"publicKey": "AKIAEXAMPLE", "userName": "ci", "exposedUrl": "https://x/y"}
    made = health(eventMetadata=told, service="RISK")
    kinds = {one.kind: one.id for one in made.entities}
    assert kinds[EntityKind.KEY] == "AKIAEXAMPLE"
    assert kinds[EntityKind.PRINCIPAL] == "ci"
    assert made.links == ("https://x/y",)


@pytest.mark.parametrize("name", ["dimensionValue", "dimensionalValue"])
def test_an_anomaly_names_its_service_in_two_ways(name: str) -> None:
    assert "Amazon Bedrock" in anomaly(**{name: "Amazon Bedrock"}).title.for_rules()


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("2026-05-04", Status.RESOLVED),
        ("", Status.FIRING),
        (None, Status.FIRING),
        ("0001-01-01T00:00:00Z", Status.FIRING),
    ],
)
def test_an_anomaly_with_an_end_is_over(end: str | None, status: Status) -> None:
    made = anomaly(anomalyEndDate=end)
    assert made.status is status
    assert made.dedup_key == "a-1"


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("Amazon Bedrock", "cost_consumption"),
        ("Claude 3.5 Sonnet (Amazon Bedrock Edition)", "cost_consumption"),
        ("Amazon SageMaker", "cost_consumption"),
        ("AWS CloudTrail", "not_ai"),
        ("Amazon Elastic Compute Cloud - Compute", "not_ai"),
    ],
)
def test_only_what_ai_costs_is_consumption(service: str, kind: str) -> None:
    assert category(anomaly(dimensionalValue=service)) == kind


def test_amounts_are_kept_and_not_judged_here() -> None:
    impact = {"totalActualSpend": 1940.11, "totalExpectedSpend": 160.0}
    made = anomaly(impact=impact, dimensionValue="Amazon Bedrock")
    assert facts(made)["impact.totalActualSpend"] == "1940.11"
    assert facts(made)["timesExpected"] == "12.1"


def test_a_budget_in_words_is_read() -> None:
    (made,) = aws_cost.parse(payload(LETTER.format(name="genai-bedrock")))
    assert made.title.for_rules() == (
        "AWS budget genai-bedrock has passed its threshold $512.20 of $400.00"
    )
    assert category(made) == "cost_consumption"
    (other,) = aws_cost.parse(payload(LETTER.format(name="storage")))
    assert category(other) == "not_ai"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("FAILED", Status.FIRING),
        ("Failed", Status.FIRING),
        ("OutOfService", Status.FIRING),
        ("IN_SERVICE", Status.RESOLVED),
        ("InService", Status.RESOLVED),
        ("Updating", Status.UPDATE),
    ],
)
def test_an_endpoint_says_how_it_is(state: str, status: Status) -> None:
    made = sagemaker("Endpoint State Change", EndpointName="e", EndpointStatus=state)
    assert made.status is status
    assert [one.id for one in made.entities if one.kind is EntityKind.ENDPOINT] == ["e"]


def test_an_event_may_count_its_time_in_milliseconds_as_a_text() -> None:
    given = event(
        "aws.sagemaker",
        "SageMaker Endpoint State Change",
        {"EndpointStatus": "FAILED"},
        time="1777888920000",
    )
    at = aws_sagemaker.parse(given)[0].occurred_at
    assert at == datetime(2026, 5, 4, 10, 2, tzinfo=UTC)


def test_a_figure_below_its_threshold_may_be_the_bad_one() -> None:
    worse = {
        "metric_name": "ndcg",
        "constraint_check_type": "feature_attribution_drift_check",
        "description": "Feature attribution drift 0.76 exceeds threshold 0.9",
    }
    (made,) = aws_sagemaker.parse(payload({"version": "1", "violations": [worse]}))
    assert "0.76 exceeds threshold 0.9" in facts(made)["violation 1"]
    assert category(made) == "drift_bias"


def test_the_next_clean_report_is_no_alarm() -> None:
    (made,) = aws_sagemaker.parse(payload({"version": "1", "violations": []}))
    assert made.status is Status.RESOLVED


def test_equal_lines_are_one_problem_whatever_figures_they_hold() -> None:
    one, two = lines("ERROR request 17 took 20 ms", "ERROR request 18 took 99 ms")
    assert one.dedup_key == two.dedup_key
    assert lines("ERROR other")[0].dedup_key != one.dedup_key
    elsewhere = lines("ERROR request 17 took 20 ms", stream="t")[0]
    assert elsewhere.dedup_key != one.dedup_key


def test_a_key_that_stands_twice_does_not_hide_who_sends() -> None:
    twice = '{"id":"1","detail-type":"X","source":"a.b","source":["a.b"],"detail":{}}'
    (made,) = eventbridge.parse(payload(twice))
    assert facts(made)["source"] == "a.b"
    assert made.notes


def test_tokens_and_credentials_of_a_call_are_not_read() -> None:
    secret = "resulttoken" + "123"
    asked = {
        "configRuleName": "r",
        "invokingEvent": '{"messageType": "X", "recordVersion": "1"}',
        "resultToken": secret,
    }
    job = {
        "id": "j",
        "data": {"artifactCredentials": {"sessionToken": secret}},
    }
    for value in (asked, {"CodePipeline.job": job}):
        (made,) = eventbridge.parse(payload(value))
        assert secret not in json.dumps([made.title.for_rules(), facts(made)])


def test_a_title_says_which_and_what() -> None:
    detail = {"application": "claims", "state": "FAILURE", "reason": "health"}
    (made,) = eventbridge.parse(event("aws.codedeploy", "CodeDeploy State", detail))
    assert made.title.for_rules() == "CodeDeploy State · claims is FAILURE · health"
