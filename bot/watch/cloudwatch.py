"""Figures of CloudWatch: the points of a system's metrics since the last look.

One call a system, once, with a short wait; what is not complete yet is left for the
next look. A point that CloudWatch does not have is not there: it is no zero.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.aws.calls import read
from bot.domain.baseline import Point
from bot.domain.errors import TocsinError
from bot.domain.watched import Baseline, CloudWatchFigure
from bot.watch.looking import Look, Seen

_ANSWER_WITHIN_S = 5.0
_MOST_POINTS = 5_000
_MOST_PAGES = 5
# How far back the first look goes, in points: twice the warm-up, for the gaps.
_PAST = 2
_LONGEST_PAST = timedelta(days=2)


def look_with(session: Callable[[], Any]) -> Look:
    """Return who looks; the session is asked for at each look."""

    def look(
        baselines: Sequence[Baseline], last: Mapping[str, datetime], now: datetime
    ) -> Mapping[str, Seen]:
        try:
            found = _points(session(), baselines, last, now)
        except TocsinError as error:
            return {one.name: Seen(problem=error.because) for one in baselines}
        return {
            one.name: Seen(points=_complete(found.get(f"m{place}", []), one, last, now))
            for place, one in enumerate(baselines)
        }

    return look


def _points(
    session: Any,
    baselines: Sequence[Baseline],
    last: Mapping[str, datetime],
    now: datetime,
) -> Mapping[str, Sequence[Point]]:
    made: dict[str, list[Point]] = {}
    asked: dict[str, Any] = {
        "MetricDataQueries": [
            _query(f"m{place}", _figure(one)) for place, one in enumerate(baselines)
        ],
        "StartTime": min(_since(one, last.get(one.name), now) for one in baselines),
        "EndTime": now,
        "ScanBy": "TimestampAscending",
        "MaxDatapoints": _MOST_POINTS,
    }
    patient = session.waiting(_ANSWER_WITHIN_S)
    for _ in range(_MOST_PAGES):
        answer = read(patient, "cloudwatch.GetMetricData", asked, attempts=1)
        for one in answer.get("MetricDataResults", ()):
            pairs = zip(one["Timestamps"], one["Values"], strict=False)
            points = [Point(at.astimezone(UTC), float(value)) for at, value in pairs]
            made.setdefault(one["Id"], []).extend(points)
        if not answer.get("NextToken"):
            break
        asked["NextToken"] = answer["NextToken"]
    return made


def _query(query_id: str, figure: CloudWatchFigure) -> Mapping[str, Any]:
    dimensions = [
        {"Name": name, "Value": value} for name, value in figure.dimensions.items()
    ]
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": figure.namespace,
                "MetricName": figure.metric,
                "Dimensions": dimensions,
            },
            "Period": figure.period_s,
            "Stat": figure.statistic,
        },
    }


def _since(one: Baseline, last: datetime | None, now: datetime) -> datetime:
    """Return from when on points are wanted, at the beginning of a period."""
    period = _figure(one).period_s
    past = min(timedelta(seconds=one.warm_up * period * _PAST), _LONGEST_PAST)
    since = now - past if last is None else max(last, now - past)
    return datetime.fromtimestamp(since.timestamp() // period * period, UTC)


def _complete(
    points: Sequence[Point],
    one: Baseline,
    last: Mapping[str, datetime],
    now: datetime,
) -> tuple[Point, ...]:
    """Return the new points whose period is over and whose figures have come in."""
    figure, known = _figure(one), last.get(one.name)
    settled = now - timedelta(seconds=figure.period_s + figure.late_s)
    return tuple(
        point
        for point in points
        if point.at <= settled and (known is None or point.at > known)
    )


def _figure(one: Baseline) -> CloudWatchFigure:
    if not isinstance(one.source, CloudWatchFigure):
        raise TypeError(one.name)
    return one.source
