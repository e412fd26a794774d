"""CloudWatch's figures of a window: an alarm's own, or those of what an alert names.

Collects only. An alarm's definition is read from CloudWatch, not from the alert: so
metric math and anomaly bands come out as they are. For alerts of other senders the key
figures of the models, guardrails, endpoints, functions and services that they name are
read, and of the alarms on those the thresholds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.aws import figures
from bot.aws.asking import Asking
from bot.aws.named import Named, named
from bot.aws.shown import as_json, number, only
from bot.domain.envelope import Alert
from bot.ports.collect import Collected, Series, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="cloudwatch_metrics",
    title="Amazon CloudWatch metrics",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_GetMetricData.html",
    summary="An alarm's definition, history and figures; figures of what is named.",
)
READS = (
    "cloudwatch.DescribeAlarms",
    "cloudwatch.DescribeAlarmHistory",
    "cloudwatch.DescribeAlarmsForMetric",
    "cloudwatch.GetMetricData",
    "cloudwatch.ListMetrics",
)
MOST_THRESHOLDS = 8
_FILE = "cloudwatch-metrics.json"
_MOST_HISTORY = 50
MOST_CHILDREN = 3
_PERIODS_BEFORE = 12
_LONGEST = timedelta(days=7)
_ALARM_FIELDS = (
    *("AlarmName", "AlarmArn", "AlarmDescription", "AlarmRule", "StateValue"),
    *("StateReason", "StateUpdatedTimestamp", "Namespace", "MetricName", "Dimensions"),
    *("Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods"),
    *("DatapointsToAlarm", "Threshold", "ThresholdMetricId", "ComparisonOperator"),
    *("TreatMissingData", "Metrics", "ActionsSuppressedBy"),
    "AlarmConfigurationUpdatedTimestamp",
)


def concerns(alert: Alert) -> bool:
    """Tell whether it is an alarm, or names what has figures in CloudWatch."""
    return bool(_alarm_name(alert)) or figures.has_figures(named(alert))


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return the alarm with its history, and the figures of the window.

    Raises:
        Unreachable: CloudWatch could not be read.
    """
    if not concerns(alert):
        return ()
    things, name = named(alert), _alarm_name(alert)
    asking = Asking(reader, region=things.region)
    if not name:
        return (_of_things(asking, things, window),)
    alarm = _alarm(asking, name)
    if alarm is None:
        says = f"CloudWatch knows no alarm of this name in {asking.region}."
        told = Collected(
            name="cloudwatch-alarm.json", content="", says=says, call=asking.told
        )
        more = figures.has_figures(things)
        return (told, _of_things(asking, things, window)) if more else (told,)
    return (
        _told(asking, alarm, window),
        *(_of_alarm(asking.fresh(), one, window) for one in _watching(asking, alarm)),
    )


def _alarm_name(alert: Alert) -> str:
    name = alert.envelope.texts.get("AlarmName")
    is_alarm = alert.envelope.integration == "cloudwatch" and name is not None
    return name.for_rules() if is_alarm and name is not None else ""


def _alarm(asking: Asking, name: str) -> Mapping[str, Any] | None:
    answer = asking.ask(
        "cloudwatch.DescribeAlarms",
        AlarmNames=[name],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
    return next((one for one in found if one.get("AlarmName") == name), None)


def _told(asking: Asking, alarm: Mapping[str, Any], window: Window) -> Collected:
    answer = asking.maybe(
        "cloudwatch.DescribeAlarmHistory",
        AlarmName=alarm["AlarmName"],
        StartDate=window.since,
        EndDate=window.until,
        HistoryItemType="StateUpdate",
        MaxRecords=_MOST_HISTORY,
    )
    history = [
        {"at": one.get("Timestamp"), "summary": one.get("HistorySummary", "")}
        for one in answer.get("AlarmHistoryItems", ())
    ]
    kept = only(_ALARM_FIELDS, alarm)
    return Collected(
        name="cloudwatch-alarm.json",
        content=as_json({"alarm": kept, "history": history}),
        says=asking.says(
            f"The alarm as it is defined, and its last "
            f"{number(len(history), 'change')} of state in the window."
        ),
        call=asking.told,
    )


def _watching(asking: Asking, alarm: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the alarms with figures: of a composite one those that it looks at."""
    if not alarm.get("AlarmRule"):
        return [alarm]
    answer = asking.maybe(
        "cloudwatch.DescribeAlarms",
        ChildrenOfAlarmName=alarm["AlarmName"],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    names = [one["AlarmName"] for one in answer.get("MetricAlarms", ())]
    if not names:
        return [alarm]
    told = asking.maybe("cloudwatch.DescribeAlarms", AlarmNames=names[:MOST_CHILDREN])
    return list(told.get("MetricAlarms", ())) or [alarm]


def _of_alarm(asking: Asking, alarm: Mapping[str, Any], window: Window) -> Collected:
    queries = list(_queries(alarm))
    if not queries:
        says = "A composite alarm has no figures of its own; see its rule."
        return Collected(name=_FILE, content="", says=says)
    found = figures.read_figures(asking, queries, _wide(alarm, window))
    first = _watched(alarm, queries)
    drawn = [
        replace(one, threshold=alarm.get("Threshold")) if one.label == first else one
        for one in found
    ]
    return _file(
        asking, queries, drawn, f"the window of the alarm {alarm['AlarmName']}"
    )


def _wide(alarm: Mapping[str, Any], window: Window) -> Window:
    """Return a window in which an alarm with long periods has some of them."""
    periods = max(alarm.get("EvaluationPeriods") or 1, 1) + _PERIODS_BEFORE
    seconds = periods * (alarm.get("Period") or figures.PERIOD_S)
    longer = min(timedelta(seconds=seconds), _LONGEST)
    return replace(window, since=min(window.since, window.until - longer))


def _watched(alarm: Mapping[str, Any], queries: Sequence[Mapping[str, Any]]) -> str:
    """Return the label of the series to which the threshold belongs."""
    if not alarm.get("Metrics"):
        return str(queries[0]["Label"])
    returned = [one for one in queries if one.get("ReturnData", True)]
    watched = next(iter(returned), queries[0])
    return str(watched.get("Label") or watched["Id"])


def _of_things(asking: Asking, things: Named, window: Window) -> Collected:
    """Return the key figures of what an alert of another sender names."""
    queries: list[dict[str, Any]] = []
    for thing in figures.things_with_figures(asking, things):
        queries += figures.queries_of(thing, len(queries))
    if not queries:
        says = f"CloudWatch has no figures of what the alert names in {asking.region}."
        return Collected(
            name=_FILE, content="", says=asking.says(says), call=asking.told
        )
    found = figures.read_figures(asking, queries, window)
    known = {one.label: one for one in found if one.points}
    thresholds = _thresholds(asking, [one for one in queries if one["Label"] in known])
    drawn = [
        replace(one, threshold=thresholds.get(one.label)) for one in known.values()
    ]
    return _file(asking, queries, drawn, "the window about what the alert names")


def _thresholds(
    asking: Asking, queries: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """Return where alarms begin, by label: of those that look as the figures do."""
    found: dict[str, float] = {}
    for one in queries[:MOST_THRESHOLDS]:
        told, metric = one["MetricStat"], one["MetricStat"]["Metric"]
        answer = asking.maybe("cloudwatch.DescribeAlarmsForMetric", **metric)
        for alarm in answer.get("MetricAlarms", ()):
            same = (alarm.get("Statistic"), alarm.get("Period"))
            if same == (told["Stat"], told["Period"]) and "Threshold" in alarm:
                found.setdefault(one["Label"], alarm["Threshold"])
    return found


def _file(
    asking: Asking,
    queries: Sequence[Mapping[str, Any]],
    found: Sequence[Series],
    of: str,
) -> Collected:
    points = sum(len(one.points) for one in found)
    if not points:
        says = f"CloudWatch has no figures from {of} in {asking.region}."
        return Collected(
            name=_FILE, content="", says=asking.says(says), call=asking.told
        )
    series = [
        {"label": one.label, "unit": one.unit, "threshold": one.threshold}
        | {"points": [list(point) for point in one.points]}
        for one in found
    ]
    return Collected(
        name=_FILE,
        content=as_json({"series": series, "cut": asking.cut, "queries": queries}),
        says=asking.says(
            f"{len(found)} series with {number(points, 'point')} from {of}."
        ),
        call=asking.told,
        series=tuple(one for one in found if one.points),
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
    beside = figures.NEIGHBOURS.get(alarm.get("Namespace", ""), ())
    others = [one for one in beside if one[0] != own[0]]
    for place, (metric, statistic) in enumerate((own, *others)):
        yield figures.query(
            f"m{place}",
            metric,
            {
                "Namespace": alarm["Namespace"],
                "MetricName": metric,
                "Dimensions": alarm.get("Dimensions", []),
            },
            stat=str(statistic),
            period_s=alarm.get("Period") or figures.PERIOD_S,
        )
