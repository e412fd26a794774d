"""A figure of CloudWatch that an action should change, read some time afterwards.

Facts say at once whether a call took; a figure says later whether it helped. What is
promised of which figure is in the integration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.aws.calls import read
from bot.aws.session import AwsSession
from bot.domain.action_effects import Verdict
from bot.ports.action import Verified

CALL = "cloudwatch.GetMetricData"
_PERIOD_S = 60
_Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric and what is promised of it. Templates are filled by params and facts.

    Attributes:
        namespace: E.g. ``AWS/Lambda``.
        name: E.g. ``Invocations``; summed up over the time.
        dimensions: Name → template of its value.
        words: Template of what people call it, e.g. ``calls of {function_name}``.
        at_most: What it may be; None for no more than in as long a time before.
        window_s: Seconds over which it is summed up; whole minutes.
    """

    namespace: str
    name: str
    dimensions: _Texts
    words: str
    at_most: int | None = 0
    window_s: int = 300


def promise(metric: Metric, known: _Texts) -> str:
    """Return what it must be, as people read it before they agree."""
    what = metric.words.format_map(known)
    if metric.at_most is None:
        return f"no more {what} than in as long a time before."
    most = str(metric.at_most) if metric.at_most else "no"
    return f"{most} {what} since, by CloudWatch."


def measured(
    metric: Metric,
    known: _Texts,
    *,
    since: datetime,
    until: datetime,
    session: AwsSession,
) -> Verified:
    """Say what a metric was, beside as long a time before.

    The minute in which the plan was verified holds what was before: it does not count.

    Raises:
        Unreachable: CloudWatch could not be read.
    """
    begins, ends, first = _minute(since, later=True), _minute(until), _minute(since)
    spans = ((begins, ends), (first - (ends - begins), first))
    now, before = (_sum(metric, known, *span, session=session) for span in spans)
    most = before if metric.at_most is None else metric.at_most
    what = metric.words.format_map(known)
    minutes = int((ends - begins).total_seconds()) // _PERIOD_S
    says = f"{now:g} {what} in {minutes} minutes, {before:g} in as many before."
    verdict = Verdict.PASS if now <= most else Verdict.FAIL
    return Verified(verdict=verdict, says=says)


def _sum(
    metric: Metric,
    known: _Texts,
    since: datetime,
    until: datetime,
    *,
    session: AwsSession,
) -> float:
    """Return the sum of a metric; CloudWatch keeps nothing where nothing happened."""
    told: dict[str, Any] = {
        "Metric": {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [
                {"Name": name, "Value": text.format_map(known)}
                for name, text in metric.dimensions.items()
            ],
        },
        "Period": _PERIOD_S,
        "Stat": "Sum",
    }
    query = {"Id": "m", "MetricStat": told}
    asked = {"MetricDataQueries": [query], "StartTime": since, "EndTime": until}
    answer = read(session, CALL, asked)
    return float(sum(sum(one["Values"]) for one in answer["MetricDataResults"]))


def _minute(at: datetime, *, later: bool = False) -> datetime:
    """Return the whole minute before an instant, or the one after it."""
    whole = at.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=1) if later and whole != at else whole
