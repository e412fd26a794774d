"""Amazon CloudWatch: figures of endpoints, found by one kind of search expression.

Only ``SUM`` and ``AVG`` over a search of one metric by one dimension are played.

Source: CloudWatch User Guide, "Search expressions" and "Math functions".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.awsfake.service import Asked, Operation, Refused, Service

_ASKED = re.compile(
    r"(?P<whole>SUM|AVG)\(SEARCH\('\{(?P<schema>[A-Za-z/]+,[A-Za-z,]+)\} "
    r'MetricName="(?P<metric>[A-Za-z0-9]+)" (?P<key>[A-Za-z]+)="(?P<value>[^"\']+)"'
    r"', '(?P<statistic>Sum|Average)', 60\)\)"
)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One figure of one minute."""

    schema: str
    metric: str
    of: Mapping[str, str]
    at: datetime
    value: float


@dataclass
class CloudWatch(Service):
    """The service and its points."""

    NAME = "cloudwatch"

    points: list[Point] = field(default_factory=list)

    def operations(self) -> Mapping[str, Operation]:
        """Return what is played."""
        return {"GetMetricData": Operation(answer=self._read)}

    def _read(self, asked: Asked) -> Mapping[str, Any]:
        begins, ends = asked.given["StartTime"], asked.given["EndTime"]
        if begins >= ends:
            raise Refused("ValidationError", "StartTime must be before EndTime")
        queries = asked.given["MetricDataQueries"]
        return {
            "MetricDataResults": [self._result(one, begins, ends) for one in queries]
        }

    def _result(
        self, query: Mapping[str, Any], begins: datetime, ends: datetime
    ) -> Mapping[str, Any]:
        found = _ASKED.fullmatch(query.get("Expression", ""))
        if found is None:
            raise Refused("ValidationError", f"Error in expression '{query['Id']}'")
        minutes: dict[datetime, list[float]] = {}
        for one in self.points:
            is_meant = (
                one.schema == found["schema"]
                and one.metric == found["metric"]
                and one.of.get(found["key"]) == found["value"]
            )
            if is_meant and begins <= one.at < ends:
                minutes.setdefault(one.at, []).append(one.value)
        newest_first = sorted(minutes, reverse=True)
        values = [sum(minutes[one]) for one in newest_first]
        if found["whole"] == "AVG":
            values = [sum(minutes[one]) / len(minutes[one]) for one in newest_first]
        return {
            "Id": query["Id"],
            "Label": query.get("Label", query["Id"]),
            "Timestamps": newest_first,
            "Values": values,
            "StatusCode": "Complete",
        }
