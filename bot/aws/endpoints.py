"""What the actions on endpoints of SageMaker share: how one is read and judged.

An endpoint takes a change and works on it for minutes; it answers meanwhile. Once it is
in service again, how it answered since is laid beside how it answered before. Which
change is made is in the integrations.

Source:
    SageMaker API reference, DescribeEndpoint: what each status means; the metrics of
    endpoints, namespace ``AWS/SageMaker``. CloudWatch User Guide, "Search expressions".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.acting.reading import Case, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.aws.calls import read
from bot.domain.action_effects import Verdict
from bot.domain.errors import TocsinError
from bot.ports.action import Verified

ARN = "sagemaker.endpoint.arn"
CONFIG = "sagemaker.endpoint.config"
STATUS = "sagemaker.endpoint.status"
DESCRIBE = "sagemaker.DescribeEndpoint"
FIGURES = "cloudwatch.GetMetricData"
NAME: Mapping[str, Any] = {
    "type": "string",
    "description": "the name of the endpoint",
    "pattern": "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$",
    "maxLength": 63,
}
CONFIG_NAME: Mapping[str, Any] = {
    **NAME,
    "description": "the name of the endpoint configuration",
}
MOVING = frozenset(
    {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
)
IN_SERVICE = Need(
    fact=STATUS,
    values=frozenset({"InService"}),
    because="SageMaker changes an endpoint only while it is in service",
    next_move="Wait until its status is InService, then propose it again.",
)
_KEPT = (
    *("EndpointName", "EndpointArn", "EndpointConfigName", "EndpointStatus"),
    *("ProductionVariants", "CreationTime", "LastModifiedTime", "FailureReason"),
)
WINDOW = timedelta(minutes=30)
"""How far back and ahead of a change its endpoint's answers are looked at."""
_ENOUGH_CALLS = 20
_WORSE_BY = 0.01
"""Our own choice: fewer calls prove nothing, and one percent more of failed answers is
more than chance and a cold start."""


def endpoint(seen: Seen) -> Texts:
    """Return what an endpoint is and runs."""
    return {
        ARN: seen.answer["EndpointArn"],
        STATUS: seen.answer["EndpointStatus"],
        CONFIG: seen.answer.get("EndpointConfigName", ""),
    }


def endpoint_kept(answer: Mapping[str, Any]) -> Any:
    """Return what identifies an endpoint and what it runs."""
    return {name: answer.get(name) for name in _KEPT}


def models_of(config: Mapping[str, Any]) -> str:
    """Return ``main: claims-v3, 2 of ml.g5.xlarge`` for each variant of a config."""
    return "; ".join(_variant(one) for one in config["ProductionVariants"])


def config_kept(answer: Mapping[str, Any]) -> Any:
    """Return which models a configuration runs, and on what."""
    fields = ("EndpointConfigName", "EndpointConfigArn", "ProductionVariants")
    return {name: answer.get(name) for name in fields}


def _variant(one: Mapping[str, Any]) -> str:
    where = "serverless"
    if "InstanceType" in one:
        where = f"{one.get('InitialInstanceCount', 'some')} of {one['InstanceType']}"
    return f"{one['VariantName']}: {one.get('ModelName', 'components')}, {where}"


class EndpointAction(AwsAction):
    """An action on one endpoint that is in service before and after."""

    ROLE = "tocsin-act-sagemaker"
    TARGET = "endpoint"
    RESOURCE = ARN
    NEEDS: ClassVar[tuple[Need, ...]] = (IN_SERVICE,)
    STATES: ClassVar[tuple[State, ...]] = (
        State(
            fact=STATUS,
            moving=MOVING,
            broken=frozenset({"Failed", "OutOfService", "UpdateRollbackFailed"}),
        ),
    )
    # An endpoint says at once that it is updating: one that is not has gone back.
    SHOWN_LATE = False
    # Minutes, for large models many; so far apart are the looks.
    SECONDS = 600

    def witness(self, case: Case) -> Verified:
        """Compare how it answered since the change with how it did before."""
        says = super().witness(case).says
        try:
            before, since = _answered(case.reader, case.params["endpoint"])
        except TocsinError as error:
            says += f" Its figures could not be read: {error.because}."
            return Verified(verdict=Verdict.PASS, says=says)
        minutes = int(WINDOW.total_seconds()) // 60
        says += f" In the {minutes} minutes before: {before.says}. Since: {since.says}."
        is_worse = since.share > before.share + _WORSE_BY
        failed = is_worse and since.calls >= _ENOUGH_CALLS
        return Verified(verdict=Verdict.FAIL if failed else Verdict.PASS, says=says)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How an endpoint answered in a time.

    Attributes:
        calls: How many there were.
        failed: How many were answered with 5xx.
        latency_us: Mean of the minutes, in microseconds; 0 where there is none.
    """

    calls: int
    failed: int
    latency_us: float

    @property
    def share(self) -> float:
        """The failed part of the calls, 0 to 1."""
        return self.failed / self.calls if self.calls else 0.0

    @property
    def says(self) -> str:
        """What people read."""
        if not self.calls:
            return "nobody called"
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        latency = f", {self.latency_us / 1000:.0f} ms" if self.latency_us else ""
        return f"{calls}, {self.share:.1%} answered with 5xx{latency}"


def _answered(reader: Any, name: str) -> tuple[Answered, Answered]:
    """Return how an endpoint answered before its last change, and since.

    The moment is SageMaker's own, so that no clock of ours decides.

    Raises:
        NotFound: The endpoint is gone.
        Unreachable: CloudWatch or SageMaker could not be read.
    """
    at = read(reader, DESCRIBE, {"EndpointName": name})["LastModifiedTime"]
    told = read(
        reader,
        FIGURES,
        {
            "MetricDataQueries": [
                _query("calls", name, "Invocations", "Sum"),
                _query("failed", name, "Invocation5XXErrors", "Sum"),
                _query("latency", name, "ModelLatency", "Average"),
            ],
            "StartTime": at - WINDOW,
            "EndTime": at + WINDOW,
        },
    )
    points: dict[str, Sequence[tuple[datetime, float]]] = {
        one["Id"]: list(zip(one["Timestamps"], one["Values"], strict=False))
        for one in told["MetricDataResults"]
    }
    return (
        _summed(points, lambda when: when < at),
        _summed(points, lambda when: when >= at),
    )


def _query(name: str, endpoint: str, metric: str, statistic: str) -> dict[str, Any]:
    """Return a query over all variants, whatever they were called before."""
    whole = "SUM" if statistic == "Sum" else "AVG"
    of = f'MetricName="{metric}" EndpointName="{endpoint}"'
    schema = "{AWS/SageMaker,EndpointName,VariantName}"
    return {
        "Id": name,
        "Expression": f"{whole}(SEARCH('{schema} {of}', '{statistic}', 60))",
    }


def _summed(
    points: Mapping[str, Sequence[tuple[datetime, float]]], within: Any
) -> Answered:
    chosen = {
        name: [value for when, value in listed if within(when)]
        for name, listed in points.items()
    }
    latencies = chosen.get("latency", [])
    return Answered(
        calls=int(sum(chosen.get("calls", []))),
        failed=int(sum(chosen.get("failed", []))),
        latency_us=sum(latencies) / len(latencies) if latencies else 0.0,
    )
