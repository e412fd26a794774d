"""CloudWatch's figures: of an alarm, and of what alerts of other senders name."""

import json
from datetime import timedelta
from typing import Any

from bot.ports.collect import Collected
from integrations.cloudwatch_metrics import MOST_THRESHOLDS, READS, collect, concerns
from tests.aws.alerts import GUARDRAIL, MODEL, WINDOW, alert, thing
from tests.fakes.aws import FakeAws, refused

DATA, ALARMS = "cloudwatch.GetMetricData", "cloudwatch.DescribeAlarms"
METRICS, ON_METRIC = "cloudwatch.ListMetrics", "cloudwatch.DescribeAlarmsForMetric"
ALARM = {
    "AlarmName": "tokens",
    "Namespace": "AWS/Bedrock",
    "MetricName": "OutputTokenCount",
    "Dimensions": [{"Name": "ModelId", "Value": MODEL}],
    "Statistic": "Sum",
    "Period": 300,
    "Threshold": 2_000.0,
}


def figures(**asked: Any) -> dict[str, Any]:
    at = [WINDOW.since + timedelta(minutes=number) for number in (1, 2)]
    return {
        "MetricDataResults": [
            {
                "Id": one["Id"],
                "Label": one.get("Label", one["Id"]),
                "Timestamps": at,
                "Values": [1.0, 2.0],
            }
            for one in asked["MetricDataQueries"]
        ]
    }


def read(about: Any, **answers: Any) -> tuple[dict[str, Collected], FakeAws]:
    known: dict[str, Any] = {
        DATA: figures,
        ON_METRIC: {"MetricAlarms": []},
        METRICS: {"Metrics": []},
    }
    reader = FakeAws({**known, **answers}, READS)
    found = collect(about, WINDOW, reader=reader)
    return {one.name: one for one in found}, reader


def test_an_alarms_threshold_is_drawn_at_its_own_metric_and_no_other() -> None:
    found, _ = read(
        alert(AlarmName="tokens"),
        **{
            ALARMS: {"MetricAlarms": [ALARM]},
            "cloudwatch.DescribeAlarmHistory": {"AlarmHistoryItems": []},
        },
    )
    drawn = found["cloudwatch-metrics.json"].series
    assert {one.label: one.threshold for one in drawn if one.threshold} == {
        "OutputTokenCount": 2_000.0
    }
    assert drawn[0].unit == "tokens"
    assert [value for _, value in drawn[0].points] == [1.0, 2.0]
    assert drawn[0].points[0][0] == WINDOW.since + timedelta(minutes=1)


def test_of_a_composite_alarm_those_that_it_looks_at_are_drawn() -> None:
    def alarms(**asked: Any) -> dict[str, Any]:
        if "ChildrenOfAlarmName" in asked:
            return {"MetricAlarms": [{"AlarmName": "tokens"}]}
        if asked["AlarmNames"] == ["tokens"]:
            return {"MetricAlarms": [ALARM]}
        return {
            "CompositeAlarms": [{"AlarmName": "down", "AlarmRule": "ALARM(tokens)"}]
        }

    found, _ = read(alert(AlarmName="down"), **{ALARMS: alarms})
    (first, *_) = found["cloudwatch-metrics.json"].series
    assert (first.label, first.threshold) == ("OutputTokenCount", 2_000.0)


def test_an_alarm_with_long_periods_gets_a_window_with_some_of_them() -> None:
    day = {**ALARM, "Period": 86_400, "EvaluationPeriods": 2}
    _, reader = read(alert(AlarmName="tokens"), **{ALARMS: {"MetricAlarms": [day]}})
    assert dict(reader.asked)[DATA]["StartTime"] == WINDOW.until - timedelta(days=7)
    _, reader = read(alert(AlarmName="tokens"), **{ALARMS: {"MetricAlarms": [ALARM]}})
    assert dict(reader.asked)[DATA]["StartTime"] == (
        WINDOW.until - timedelta(minutes=5 * 13)
    )


def test_of_metric_math_the_returned_series_has_the_threshold() -> None:
    metric = {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    math = {
        "AlarmName": "rate",
        "Threshold": 5.0,
        "Metrics": [
            {"Id": "m1", "MetricStat": stat, "ReturnData": False},
            {"Id": "e1", "Expression": "m1 / 60", "Label": "rate", "ReturnData": True},
        ],
    }
    found, _ = read(alert(AlarmName="rate"), **{ALARMS: {"MetricAlarms": [math]}})
    drawn = {
        one.label: one.threshold for one in found["cloudwatch-metrics.json"].series
    }
    assert drawn == {"m1": None, "rate": 5.0}
    assert "the role lacks cloudwatch:DescribeAlarmHistory" in (
        found["cloudwatch-alarm.json"].says
    )


def test_a_model_that_another_sender_names_comes_with_its_figures() -> None:
    def alarms(**asked: Any) -> dict[str, Any]:
        same = {**ALARM, "MetricName": asked["MetricName"], "Period": 60}
        other = {**same, "Period": 3600, "Threshold": 9.0}
        is_it = asked["MetricName"] == "OutputTokenCount"
        return {"MetricAlarms": [other, same] if is_it else []}

    about = alert(*thing("model", MODEL), source="alertmanager")
    found, reader = read(about, **{ON_METRIC: alarms})
    file = found["cloudwatch-metrics.json"]
    assert file.says == (
        "7 series with 14 points from the window about what the alert names."
    )
    by_label = {one.label: one.threshold for one in file.series}
    assert by_label[f"OutputTokenCount \u00b7 {MODEL}"] == 2_000.0
    assert sum(one is not None for one in by_label.values()) == 1
    assert len(json.loads(file.content)["series"]) == 7
    assert file.call.startswith(
        f"metrics AWS/Bedrock ModelId={MODEL}: Invocations, InvocationThrottles, "
    )
    assert reader.calls().count(ON_METRIC) <= MOST_THRESHOLDS


def test_a_guardrails_versions_are_found_newest_first_where_its_arn_says() -> None:
    def metric(version: str, **more: str) -> dict[str, Any]:
        pairs = {"GuardrailArn": GUARDRAIL, "GuardrailVersion": version, **more}
        return {
            "Namespace": "AWS/Bedrock/Guardrails",
            "MetricName": "Invocations",
            "Dimensions": [{"Name": key, "Value": one} for key, one in pairs.items()],
        }

    kept = [metric("9"), metric("10"), metric("10", Operation="ApplyGuardrail")]
    for name in (GUARDRAIL, "a1b2c3d4e5f6"):
        about = alert(*thing("guardrail", name), source="aws_guardduty")
        found, _ = read(about, **{METRICS: {"Metrics": kept}})
        labels = [one.label for one in found["cloudwatch-metrics.json"].series]
        assert labels[0] == "Invocations \u00b7 a1b2c3d4e5f6 10"
        assert labels[3] == "Invocations \u00b7 a1b2c3d4e5f6 9"


def test_where_there_are_no_figures_it_says_where_it_looked() -> None:
    about = alert(*thing("endpoint", "scorer"), source="grafana")
    found, _ = read(about)
    assert [(one.content, one.says) for one in found.values()] == [
        ("", "CloudWatch has no figures of what the alert names in eu-central-1.")
    ]


def test_figures_that_may_not_be_listed_name_the_permission() -> None:
    about = alert(*thing("endpoint", "scorer"), source="grafana")
    found, _ = read(about, **{METRICS: refused("AccessDenied")})
    (file,) = found.values()
    assert "the role lacks cloudwatch:ListMetrics" in file.says


def test_an_alarm_of_another_region_is_read_there() -> None:
    arn = "arn:aws:cloudwatch:us-west-2:444455556666:alarm:tokens"
    about = alert(AlarmName="tokens", AlarmArn=arn)
    found, reader = read(about, **{ALARMS: {"MetricAlarms": []}})
    assert reader.regions == ["us-west-2"]
    assert found["cloudwatch-alarm.json"].says == (
        "CloudWatch knows no alarm of this name in us-west-2."
    )


def test_a_name_of_nothing_in_cloudwatch_concerns_it_not() -> None:
    assert not concerns(alert(*thing("model", "gpt-4o"), source="datadog"))
    assert concerns(alert(*thing("model", MODEL), source="datadog"))
