"""A CloudWatch alarm that changed its state, in the three shapes AWS sends.

SNS gets upper-case names, EventBridge ``detail``, a Lambda action ``alarmData``. All
become one `Alarm`. What it means for people is in `integrations/cloudwatch.py`.

Source:
    Amazon CloudWatch User Guide, "Notify users on alarm changes", "Alarm events and
    EventBridge" and "Suppressing composite alarm actions".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.envelopes.eventbridge import read_event
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.times import read_time

STATE_CHANGE = "CloudWatch Alarm State Change"
_MOST_METRICS = 20
_MOST_CHILDREN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric that an alarm watches, or one expression over others.

    Attributes:
        dimensions: Name to value, in the sender's order.
        expression: Metric math, e.g. ``m1/m2`` or ``ANOMALY_DETECTION_BAND(m1, 2)``.
        period: Seconds, as text.
    """

    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    statistic: str = ""
    period: str = ""
    expression: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One change of an alarm's state; "" where the sender left something out.

    Attributes:
        state: ``ALARM``, ``OK`` or ``INSUFFICIENT_DATA``.
        suppressed_by: Of a composite alarm: what keeps its actions from running:
            ``Alarm``, ``WaitPeriod`` or ``ExtensionPeriod``.
        held_back_by: The same of the state before.
        rule: Of a composite alarm: when it is in alarm.
        children: Names of the alarms that set a composite one off.
        priority: No field of CloudWatch; some tools put one beside.
    """

    name: str
    arn: str = ""
    description: str = ""
    account: str = ""
    region: str = ""
    state: str = ""
    previous: str = ""
    reason: str = ""
    at: datetime | None = None
    threshold: str = ""
    comparison: str = ""
    metrics: tuple[Metric, ...] = ()
    suppressed_by: str = ""
    held_back_by: str = ""
    rule: str = ""
    children: tuple[str, ...] = field(default=())
    priority: str = ""


def read_alarm(value: Json) -> Alarm | None:
    """Return the change of state that a JSON value tells of; None when it is none."""
    if not isinstance(value, dict):
        return None
    event = read_event(value)
    if event is not None and event.detail_type == STATE_CHANGE:
        arn = next(iter(event.resources), "")
        return _from_detail(event.detail, arn, event.account, event.region)
    if isinstance(member(value, "alarmData"), dict):
        return _from_detail(
            member(value, "alarmData"),
            text_of(member(value, "alarmArn")),
            text_of(member(value, "accountId")),
            text_of(member(value, "region")),
        )
    return _from_sns(value)


def _from_sns(value: Json) -> Alarm | None:
    name = text_of(member(value, "AlarmName"))
    says = first_text(value, "NewStateValue", "Trigger.MetricName", "MetricName")
    says = says or first_text(value, "AlarmRule", "AlarmArn")
    if not name or not (says or every(value, "Trigger.Metrics[]")):
        return None
    trigger = member(value, "Trigger")
    about = trigger if isinstance(trigger, dict) else value
    return Alarm(
        name=name,
        arn=text_of(member(value, "AlarmArn")),
        description=text_of(member(value, "AlarmDescription")),
        account=text_of(member(value, "AWSAccountId")),
        region=text_of(member(value, "Region")),
        state=text_of(member(value, "NewStateValue")),
        previous=text_of(member(value, "OldStateValue")),
        reason=text_of(member(value, "NewStateReason")),
        at=read_time(member(value, "StateChangeTime")),
        threshold=text_of(member(about, "Threshold")),
        comparison=text_of(member(about, "ComparisonOperator")),
        metrics=_metrics(about),
        suppressed_by=first_text(value, "ActionsSuppressedBy"),
        rule=text_of(member(value, "AlarmRule")),
        children=_children(value),
        priority=first_text(value, "Priority", "Severity"),
    )


def _from_detail(value: Json, arn: str, account: str, region: str) -> Alarm | None:
    name = text_of(member(value, "alarmName"))
    if not name:
        return None
    state = member(value, "state")
    configuration = member(value, "configuration")
    return Alarm(
        name=name,
        arn=arn,
        description=text_of(member(configuration, "description")),
        account=account,
        region=region,
        state=text_of(member(state, "value")),
        previous=first_text(value, "previousState.value"),
        reason=text_of(member(state, "reason")),
        at=read_time(member(state, "timestamp")),
        threshold=first_text(configuration, "threshold"),
        metrics=_metrics(configuration),
        suppressed_by=text_of(member(state, "actionsSuppressedBy")),
        held_back_by=first_text(value, "previousState.actionsSuppressedBy"),
        rule=text_of(member(configuration, "alarmRule")),
    )


def _children(value: Json) -> tuple[str, ...]:
    arns = every(value, "TriggeringChildren[].Arn")[:_MOST_CHILDREN]
    return tuple(text_of(one).rpartition(":alarm:")[2] for one in arns if text_of(one))


def _metrics(about: Json) -> tuple[Metric, ...]:
    named = _metric(about) if text_of(member(about, "MetricName")) else None
    listed = every(about, "metrics[]")[:_MOST_METRICS]
    several = [_in_list(one) for one in listed if isinstance(one, dict)]
    return (*((named,) if named else ()), *several)


def _metric(about: Json) -> Metric:
    return Metric(
        namespace=text_of(member(about, "Namespace")),
        name=first_text(about, "MetricName", "name"),
        dimensions=tuple(_dimensions(member(about, "Dimensions"))),
        statistic=first_text(about, "Statistic", "ExtendedStatistic"),
        period=text_of(member(about, "Period")),
    )


def _in_list(one: Json) -> Metric:
    stat = member(one, "metricStat")
    metric = _metric(member(stat, "metric"))
    return Metric(
        namespace=metric.namespace,
        name=metric.name,
        dimensions=metric.dimensions,
        statistic=text_of(member(stat, "stat")),
        period=first_text(one, "metricStat.period", "period"),
        expression=text_of(member(one, "expression")),
        label=text_of(member(one, "label")),
    )


def _dimensions(value: Json) -> Iterator[tuple[str, str]]:
    """Read both ways of writing them: a list of pairs, or an object."""
    if isinstance(value, dict):
        yield from ((name, text_of(one)) for name, one in value.items())
    for one in value if isinstance(value, list) else []:
        yield text_of(member(one, "name")), text_of(member(one, "value"))
