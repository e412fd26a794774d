"""What the collectors read in a real cloud, with the role that may only read."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.aws.practice_agent import GUARDRAIL
from bot.aws.practice_seed import FUNCTION, LOG_GROUPS
from bot.aws.session import AwsSession, open_session
from bot.collectors import load_collectors
from bot.config.sources import Source
from bot.domain.envelope import Alert, Entity, EntityKind
from bot.ports.collect import Collected, Window
from tests.aws.alerts import alert, thing
from tests.cloud import Cloud
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.slow
ALARM = "bedrock-throttles"
OF_AWS = [one for one in load_collectors() if one.startswith(("aws_", "cloudwatch"))]


BEDROCK = alert(AlarmName=ALARM, Namespace="AWS/Bedrock")


@pytest.fixture(scope="module")
def reader(cloud: Cloud) -> AwsSession:
    return cloud.mint().reader()


@pytest.fixture(scope="module")
def window() -> Window:
    now = FakeClock().now()
    return Window(since=now - timedelta(hours=1), until=now + timedelta(minutes=1))


def read(name: str, about: Alert, window: Window, reader: Any, **given: Any) -> Any:
    collect = load_collectors(given)[name]
    return {one.name: one for one in collect(about, window, reader=reader)}


@pytest.fixture
def now() -> Window:
    """The hour around now, by the clock of the server."""
    at = datetime.now(UTC)  # noqa: TID251 - the server has no other
    return Window(since=at - timedelta(hours=1), until=at + timedelta(minutes=5))


def test_an_alarm_comes_with_its_figures_and_their_neighbours(
    cloud: Cloud, reader: AwsSession, now: Window
) -> None:
    model = {"Name": "ModelId", "Value": "anthropic.claude-3-haiku-20240307-v1:0"}
    called = {"MetricName": "Invocations", "Value": 7, "Dimensions": [model]}
    cloud.root().client("cloudwatch").put_metric_data(
        Namespace="AWS/Bedrock", MetricData=[called]
    )
    found = read("cloudwatch_metrics", BEDROCK, now, reader)
    told = json.loads(found["cloudwatch-alarm.json"].content)
    assert told["alarm"]["AlarmName"] == ALARM
    figures = json.loads(found["cloudwatch-metrics.json"].content)
    by_label = {one["label"]: one["points"] for one in figures["series"]}
    assert next(iter(by_label)) == "InvocationThrottles"
    assert [value for _, value in by_label["Invocations"]] == [7.0]
    assert "series with" in found["cloudwatch-metrics.json"].says


def test_an_alarm_that_is_not_there_is_said(reader: AwsSession, window: Window) -> None:
    found = read("cloudwatch_metrics", alert(AlarmName="other"), window, reader)
    assert found["cloudwatch-alarm.json"].says == (
        "CloudWatch knows no alarm of this name in eu-central-1."
    )


def test_what_is_no_alarm_is_not_its_matter(reader: AwsSession, window: Window) -> None:
    for name in OF_AWS:
        assert read(name, alert(), window, reader) == {}


def test_the_calls_of_models_come_without_prompts(
    reader: AwsSession, window: Window
) -> None:
    (found,) = read("cloudwatch_logs", BEDROCK, window, reader).values()
    assert found.says == f"3 lines of {LOG_GROUPS[1]} from the window."
    assert "inputTokenCount" in found.content
    assert "Mustermann" not in found.content


def test_a_functions_lines_are_named_by_its_dimension(
    reader: AwsSession, window: Window
) -> None:
    about = alert(**{"Dimensions.FunctionName": FUNCTION})
    (found,) = read("cloudwatch_logs", about, window, reader).values()
    assert found.name == "logs-aws-lambda-claims-summarizer.txt"
    assert "ThrottlingException" in found.content


def test_the_settings_add_log_groups_and_a_wrong_one_is_said(
    reader: AwsSession, window: Window
) -> None:
    named = (LOG_GROUPS[0], "/aws/lambda/none")
    sources = {"cloudwatch": Source(log_groups=named)}
    found = read("cloudwatch_logs", alert(), window, reader, **sources)
    says = [one.says for one in found.values()]
    assert says == [
        f"7 lines of {LOG_GROUPS[0]} from the window.",
        "There is no log group /aws/lambda/none in eu-central-1.",
    ]


def test_lines_outside_the_window_are_not_read(
    reader: AwsSession, window: Window
) -> None:
    ends = window.since - timedelta(days=1)
    earlier = replace(window, since=ends - timedelta(hours=1), until=ends)
    (found,) = read("cloudwatch_logs", BEDROCK, earlier, reader).values()
    assert found.content == ""


def test_cloudtrail_names_who_called(
    cloud: Cloud, reader: AwsSession, now: Window
) -> None:
    _, key = cloud.user()
    user = open_session(replace(cloud.settings, key=key))
    user.client("sts").get_caller_identity()
    about = alert(Entity(EntityKind.KEY, key.access_key_id))
    found = read("aws_cloudtrail", about, now, reader)
    assert found["cloudtrail-events.jsonl"].says == (
        "1 call in eu-central-1 about 1 access key. CloudTrail is late by up to 15 "
        "minutes, so the newest calls may be missing."
    )
    record = json.loads(found["cloudtrail-events.jsonl"].content)
    assert record["eventSource"] == "sts.amazonaws.com"
    (_, row) = found["cloudtrail-who.csv"].content.splitlines()
    assert key.access_key_id in row
    assert "GetCallerIdentity" in row


def test_a_user_comes_with_its_keys_and_policies(
    reader: AwsSession, now: Window
) -> None:
    about = alert(*thing("principal", "ml-batch"), source="aws_health")
    found = read("aws_iam_state", about, now, reader)
    assert found["iam-user-ml-batch.json"].says == (
        "User ml-batch: 1 key, 1 active, no use on record. "
        "AWS is late with the last use by minutes to hours."
    )
    content = json.loads(found["iam-user-ml-batch.json"].content)
    assert content["ownPolicies"] == ["work"]


def test_a_function_comes_with_its_settings(reader: AwsSession, now: Window) -> None:
    about = alert(**{"Dimensions.FunctionName": FUNCTION})
    (found,) = read("aws_lambda_state", about, now, reader).values()
    assert found.says.startswith(f"Function {FUNCTION} in eu-central-1: Active, last ")


def test_a_guardrail_is_found_by_its_name(reader: AwsSession, now: Window) -> None:
    about = alert(*thing("guardrail", GUARDRAIL), source="alertmanager")
    found = read("aws_bedrock_setup", about, now, reader)
    (file,) = [one for name, one in found.items() if "guardrail" in name]
    assert file.says.startswith(f"Guardrail {GUARDRAIL} in eu-central-1: 0 versions,")


def test_insights_finds_the_errors_of_a_function(
    reader: AwsSession, window: Window
) -> None:
    about = alert(**{"Dimensions.FunctionName": FUNCTION})
    (found,) = read("cloudwatch_insights", about, window, reader).values()
    assert found.name == "insights-errors-aws-lambda-claims-summarizer.csv"
    assert "Too many requests" in found.content
    assert found.says.startswith(f"Errors in /aws/lambda/{FUNCTION}: 3 rows")


def test_what_the_cloud_does_not_know_is_a_sentence(
    reader: AwsSession, now: Window
) -> None:
    names = {"Dimensions.ClusterName": "prod", "Dimensions.ServiceName": "none"}
    about = alert(*thing("endpoint", "none"), **names)
    for name in ("aws_ecs", "aws_sagemaker_history"):
        (found,) = read(name, about, now, reader).values()
        assert found.content == ""
        assert "none" in found.says


def test_all_at_once_collect_what_each_collects_alone(
    cloud: Cloud, now: Window
) -> None:
    things = [*thing("principal", "ml-batch"), *thing("guardrail", GUARDRAIL)]
    fields = {"AlarmName": ALARM, "Namespace": "AWS/Bedrock"}
    about = alert(*things, **fields, **{"Dimensions.FunctionName": FUNCTION})
    shared = cloud.mint().reader()
    with ThreadPoolExecutor(len(OF_AWS)) as pool:
        together = list(pool.map(lambda name: read(name, about, now, shared), OF_AWS))
    alone = cloud.mint().reader()
    assert [_stable(one) for one in together] == [
        _stable(read(name, about, now, alone)) for name in OF_AWS
    ]


def _stable(found: dict[str, Collected]) -> dict[str, str]:
    """Return what does not change by being read: CloudTrail counts who reads."""
    counts = ("cloudtrail", "iam-changes")
    return {
        name: "" if name.startswith(counts) else one.says for name, one in found.items()
    }


def test_what_may_not_be_read_names_the_permission(cloud: Cloud, now: Window) -> None:
    user, key = cloud.user()
    outsider = open_session(replace(cloud.settings, key=key))
    about = alert(*thing("principal", user), source="aws_health")
    found = read("aws_iam_state", about, now, outsider)
    assert "the role lacks iam:GetUser" in found[f"iam-user-{user}.json"].says


def test_what_is_masked_in_the_alert_is_not_looked_up(
    reader: AwsSession, now: Window
) -> None:
    about = alert(Entity(EntityKind.KEY, "\u2039aws_access_key_id:2b4f\u203a"))
    (found,) = read("aws_cloudtrail", about, now, reader).values()
    assert found == Collected(
        name="cloudtrail-events.jsonl",
        content="",
        says="Nothing was looked up: what the alert names is masked in it. Open the "
        "original to see it, then look it up by hand.",
    )
