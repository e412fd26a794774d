"""CloudWatch's figures of an alarm's window: its own metrics and their neighbours.

Collects only. The definition is read from CloudWatch, not from the alert: so metric
math and anomaly bands come out as they are. Which alerts are alarms is decided by
the parser (`cloudwatch.py`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.aws.calls import read
from bot.domain.envelope import Alert
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="cloudwatch_metrics",
    title="Amazon CloudWatch metrics",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_GetMetricData.html",
    summary="The figures of an alarm's window, its definition and its history.",
)
READS = (
    "cloudwatch.DescribeAlarms",
    "cloudwatch.DescribeAlarmHistory",
    "cloudwatch.GetMetricData",
)
_NEIGHBOURS: Mapping[str, Sequence[tuple[str, str]]] = {
    "AWS/Bedrock": (
        ("Invocations", "Sum"),
        ("InvocationThrottles", "Sum"),
        ("InvocationClientErrors", "Sum"),
        ("InvocationServerErrors", "Sum"),
        ("InvocationLatency", "Average"),
        ("InputTokenCount", "Sum"),
        ("OutputTokenCount", "Sum"),
    ),
    "AWS/Bedrock/Guardrails": (
        ("Invocations", "Sum"),
        ("InvocationsIntervened", "Sum"),
    ),
    "AWS/SageMaker": (
        ("Invocations", "Sum"),
        ("Invocation4XXErrors", "Sum"),
        ("Invocation5XXErrors", "Sum"),
        ("ModelLatency", "Average"),
    ),
    "AWS/Lambda": (("Invocations", "Sum"), ("Errors", "Sum"), ("Throttles", "Sum")),
}
"""What is looked at together with a metric, and how it is summed up.
Source: the metrics pages of Bedrock, SageMaker and Lambda."""
_MOST_PAGES = 5
_MOST_POINTS = 5_000
_MOST_HISTORY = 50
_DEFAULT_PERIOD_S = 60
_ALARM_FIELDS = (
    *("AlarmName", "AlarmArn", "AlarmDescription", "AlarmRule", "StateValue"),
    *("StateReason", "StateUpdatedTimestamp", "Namespace", "MetricName", "Dimensions"),
    *("Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods"),
    *("DatapointsToAlarm", "Threshold", "ThresholdMetricId", "ComparisonOperator"),
    *("TreatMissingData", "Metrics", "ActionsSuppressedBy"),
)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return the alarm with its history, and the figures of the window.

    Raises:
        Unreachable: CloudWatch could not be read.
    """
    name = alert.envelope.texts.get("AlarmName")
    if alert.envelope.source != "cloudwatch" or name is None:
        return ()
    alarm = _alarm(reader, name.for_rules())
    if alarm is None:
        region = reader.settings.region
        says = f"CloudWatch knows no alarm of this name in {region}."
        return (Collected(name="cloudwatch-alarm.json", content="", says=says),)
    return (_told(reader, alarm, window), _figures(reader, alarm, window))


def _alarm(reader: Any, name: str) -> Mapping[str, Any] | None:
    asked = {
        "AlarmNames": [name],
        "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
    }
    answer = read(reader, "cloudwatch.DescribeAlarms", asked)
    found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
    return next((one for one in found if one.get("AlarmName") == name), None)


def _told(reader: Any, alarm: Mapping[str, Any], window: Window) -> Collected:
    asked = {
        "AlarmName": alarm["AlarmName"],
        "StartDate": window.since,
        "EndDate": window.until,
        "HistoryItemType": "StateUpdate",
        "MaxRecords": _MOST_HISTORY,
    }
    items = read(reader, "cloudwatch.DescribeAlarmHistory", asked)["AlarmHistoryItems"]
    history = [
        {"at": one.get("Timestamp"), "summary": one.get("HistorySummary", "")}
        for one in items
    ]
    kept = {field: alarm[field] for field in _ALARM_FIELDS if field in alarm}
    return Collected(
        name="cloudwatch-alarm.json",
        content=_json({"alarm": kept, "history": history}),
        says=f"The alarm as it is defined, and its last {len(history)} changes of "
        "state in the window.",
    )


def _figures(reader: Any, alarm: Mapping[str, Any], window: Window) -> Collected:
    queries = list(_queries(alarm))
    name = "cloudwatch-metrics.json"
    if not queries:
        says = "A composite alarm has no figures of its own; see its rule."
        return Collected(name=name, content="", says=says)
    found, cut = _series(reader, queries, window)
    points = sum(len(one["points"]) for one in found)
    said = f"{len(found)} series with {points} points from the alarm's window."
    return Collected(
        name=name,
        content=_json({"queries": queries, "series": found, "cut": cut}),
        says=f"{said} Cut: there is more in CloudWatch." if cut else said,
    )


def _queries(alarm: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the alarm's own metrics, then the neighbours of a single one."""
    if alarm.get("Metrics"):
        yield from (dict(one) for one in alarm["Metrics"])
        return
    if not alarm.get("MetricName"):
        return
    own = (
        alarm["MetricName"],
        alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
    )
    beside = _NEIGHBOURS.get(alarm.get("Namespace", ""), ())
    others = [one for one in beside if one[0] != own[0]]
    for place, (metric, statistic) in enumerate((own, *others)):
        yield {
            "Id": f"m{place}",
            "Label": metric,
            "MetricStat": {
                "Metric": {
                    "Namespace": alarm["Namespace"],
                    "MetricName": metric,
                    "Dimensions": alarm.get("Dimensions", []),
                },
                "Period": alarm.get("Period") or _DEFAULT_PERIOD_S,
                "Stat": statistic,
            },
        }


def _series(
    reader: Any, queries: list[dict[str, Any]], window: Window
) -> tuple[list[dict[str, Any]], bool]:
    """Return each series with its points in order, and whether there is more."""
    made: dict[str, dict[str, Any]] = {}
    asked: dict[str, Any] = {
        "MetricDataQueries": queries,
        "StartTime": window.since,
        "EndTime": window.until,
        "ScanBy": "TimestampAscending",
        "MaxDatapoints": _MOST_POINTS,
    }
    for _ in range(_MOST_PAGES):
        answer = read(reader, "cloudwatch.GetMetricData", asked)
        for one in answer.get("MetricDataResults", ()):
            series = made.setdefault(
                one["Id"], {"id": one["Id"], "label": one.get("Label"), "points": []}
            )
            pairs = zip(one["Timestamps"], one["Values"], strict=False)
            series["points"] += [[at, value] for at, value in pairs]
        if not answer.get("NextToken"):
            return list(made.values()), False
        asked["NextToken"] = answer["NextToken"]
    return list(made.values()), True


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, default=str, ensure_ascii=False)
