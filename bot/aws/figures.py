"""Which metrics of CloudWatch tell about a thing, and a read of them.

The key figures of models, guardrails, agents, endpoints, functions and services; how
an alarm is described is in the integration.

Source:
    The metrics pages of Amazon Bedrock, Bedrock Guardrails, Amazon SageMaker, AWS
    Lambda and Amazon ECS: names, dimensions, units.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.named import Named
from bot.ports.collect import Series, Window

PERIOD_S = 60
MOST_SETS = 2
MOST_PAGES = 5
_MOST_POINTS = 5_000
_METRICS = Paging(items="Metrics", given="NextToken", asked="NextToken")
_GUARDRAILS = "AWS/Bedrock/Guardrails"

NEIGHBOURS: Mapping[str, Sequence[tuple[str, str]]] = {
    "AWS/Bedrock": (
        ("Invocations", "Sum"),
        ("InvocationThrottles", "Sum"),
        ("InvocationClientErrors", "Sum"),
        ("InvocationServerErrors", "Sum"),
        ("InvocationLatency", "Average"),
        ("InputTokenCount", "Sum"),
        ("OutputTokenCount", "Sum"),
    ),
    _GUARDRAILS: (
        ("Invocations", "Sum"),
        ("InvocationsIntervened", "Sum"),
        ("InvocationLatency", "Average"),
    ),
    "AWS/SageMaker": (
        ("Invocations", "Sum"),
        ("Invocation4XXErrors", "Sum"),
        ("Invocation5XXErrors", "Sum"),
        ("ModelLatency", "Average"),
    ),
    "AWS/Lambda": (
        ("Invocations", "Sum"),
        ("Errors", "Sum"),
        ("Throttles", "Sum"),
        ("Duration", "Average"),
    ),
    "AWS/ECS": (("CPUUtilization", "Average"), ("MemoryUtilization", "Average")),
}
"""What is looked at of a thing, and how it is summed up."""
_UNITS: Mapping[str, str] = {
    "InvocationLatency": "ms",
    "Duration": "ms",
    "ModelLatency": "\u00b5s",
    "InputTokenCount": "tokens",
    "OutputTokenCount": "tokens",
    "CPUUtilization": "%",
    "MemoryUtilization": "%",
}

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something with figures: where they lie, and what it is called."""

    namespace: str
    dimensions: Dimensions
    label: str


def has_figures(things: Named) -> bool:
    """Tell whether something is named that has figures in CloudWatch."""
    return any(
        (
            things.models,
            things.guardrails,
            things.endpoints,
            things.functions,
            things.services,
        )
    )


def things_with_figures(asking: Asking, things: Named) -> Iterator[Thing]:
    """Yield what is named, with the dimensions under which CloudWatch keeps it."""
    for one in things.models:
        yield _thing("AWS/Bedrock", one, ("ModelId", one))
    for one in things.guardrails:
        yield from _of_guardrail(asking, one)
    for one in things.endpoints:
        yield from _listed(asking, "AWS/SageMaker", "EndpointName", one)
    for one in things.functions:
        yield _thing("AWS/Lambda", one, ("FunctionName", one))
    for cluster, service in things.services:
        both = ("ClusterName", cluster), ("ServiceName", service)
        yield _thing("AWS/ECS", f"{cluster}/{service}", *both)


def queries_of(thing: Thing, first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a query of GetMetricData for each of a thing's key figures."""
    for place, (metric, statistic) in enumerate(NEIGHBOURS[thing.namespace], first):
        yield query(
            f"m{place}",
            f"{metric} \u00b7 {thing.label}",
            {
                "Namespace": thing.namespace,
                "MetricName": metric,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in thing.dimensions
                ],
            },
            stat=statistic,
            period_s=PERIOD_S,
        )


def query(
    name: str, label: str, metric: Mapping[str, Any], *, stat: str, period_s: int
) -> dict[str, Any]:
    """Return one query of GetMetricData."""
    told = {"Metric": metric, "Period": period_s, "Stat": stat}
    return {"Id": name, "Label": label, "MetricStat": told}


def read_figures(
    asking: Asking, queries: Sequence[Mapping[str, Any]], window: Window
) -> list[Series]:
    """Return the figures of queries, in their order; `asking.cut` tells of more.

    Raises:
        Unreachable: CloudWatch could not be read at all.
    """
    made: dict[str, list[tuple[Any, float]]] = {}
    labels: dict[str, str] = {}
    asked: dict[str, Any] = {
        "MetricDataQueries": list(queries),
        "StartTime": window.since,
        "EndTime": window.until,
        "ScanBy": "TimestampAscending",
        "MaxDatapoints": _MOST_POINTS,
    }
    asking.tell(_told(queries))
    for _ in range(MOST_PAGES):
        answer = asking.ask("cloudwatch.GetMetricData", **asked)
        for one in answer.get("MetricDataResults") or ():
            labels.setdefault(one["Id"], one.get("Label") or one["Id"])
            points = zip(one["Timestamps"], one["Values"], strict=False)
            made.setdefault(one["Id"], []).extend(points)
        if not answer.get("NextToken"):
            break
        asked["NextToken"] = answer["NextToken"]
    else:
        asking.cut = True
    order = [one["Id"] for one in queries]
    return [
        Series(label=labels[one], unit=unit_of(labels[one]), points=tuple(made[one]))
        for one in sorted(made, key=lambda name: _place(order, name))
    ]


def _told(queries: Sequence[Mapping[str, Any]]) -> str:
    """Return ``metrics AWS/Bedrock ModelId=x: Invocations, InvocationThrottles``."""
    names: dict[str, dict[str, None]] = {}
    for one in queries:
        metric = one.get("MetricStat", {}).get("Metric")
        if metric is None:
            names.setdefault("math", {})[str(one.get("Expression"))] = None
            continue
        pairs = metric.get("Dimensions") or ()
        of = " ".join(f"{pair['Name']}={pair['Value']}" for pair in pairs)
        space = f"{metric['Namespace']} {of}".strip()
        names.setdefault(space, {})[metric["MetricName"]] = None
    told = (f"{space}: {', '.join(found)}" for space, found in names.items())
    return f"metrics {'; '.join(told)}"


def unit_of(label: str) -> str:
    """Return in what a metric is measured, "" for a number of things."""
    return _UNITS.get(label.partition(" ")[0], "")


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _thing(namespace: str, label: str, *dimensions: tuple[str, str]) -> Thing:
    return Thing(namespace=namespace, dimensions=dimensions, label=label)


def _of_guardrail(asking: Asking, guardrail: str) -> Iterator[Thing]:
    """Yield the versions of a guardrail that have figures."""
    if guardrail.startswith("arn:"):
        yield from _listed(asking, _GUARDRAILS, "GuardrailArn", guardrail)
        return
    listed = asking.every(
        "cloudwatch.ListMetrics",
        _METRICS,
        pages=2,
        Namespace=_GUARDRAILS,
        MetricName="Invocations",
    )
    arns = (value for one in listed for _, value in _dimensions(one))
    whole = next((one for one in arns if one.endswith(f"/{guardrail}")), "")
    if whole:
        yield from _listed(asking, _GUARDRAILS, "GuardrailArn", whole)


def _listed(asking: Asking, namespace: str, name: str, value: str) -> Iterator[Thing]:
    """Yield the dimensions under which CloudWatch keeps figures of a thing."""
    listed = asking.every(
        "cloudwatch.ListMetrics",
        _METRICS,
        pages=1,
        Namespace=namespace,
        MetricName="Invocations",
        Dimensions=[{"Name": name, "Value": value}],
    )
    sets = sorted({_dimensions(one) for one in listed}, key=_plainest_newest)
    for one in [each for each in sets if (name, value) in each][:MOST_SETS]:
        more = " ".join(text for key, text in one if key != name)
        label = f"{value.rpartition('/')[2]} {more}".strip()
        yield _thing(namespace, label, *one)


def _plainest_newest(dimensions: Dimensions) -> tuple[int, int, Dimensions]:
    version = max((int(text) for _, text in dimensions if text.isdecimal()), default=0)
    return len(dimensions), -version, dimensions


def _dimensions(metric: Mapping[str, Any]) -> Dimensions:
    pairs = ((str(one["Name"]), str(one["Value"])) for one in metric["Dimensions"])
    return tuple(sorted(pairs))
