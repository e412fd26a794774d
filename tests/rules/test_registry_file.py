"""What of a system is watched is read strictly, and every mistake is named."""

from typing import Any

import pytest
import yaml

from bot.domain.errors import BadSettings
from bot.domain.watched import Baseline, CloudWatchFigure, PrometheusFigure
from bot.rules.registry_file import read_registry

METRIC = {"namespace": "AWS/Bedrock", "metric": "OutputTokenCount"}
TOKENS = {"name": "output tokens", "kind": "tokens", "cloudwatch": METRIC}
UP = {"name": "up", "kind": "errors", "prometheus": {"query": "sum(up)"}}


def read(*baselines: Any) -> tuple[Baseline, ...]:
    system = {"id": "chat", "title": "Chat", "owner": "@ml"}
    text = yaml.safe_dump({"systems": [{**system, "baselines": list(baselines)}]})
    return read_registry(text).systems[0].baselines


def test_what_is_left_out_gets_its_usual_value() -> None:
    (one,) = read(TOKENS)
    assert one.source == CloudWatchFigure(
        namespace="AWS/Bedrock", metric="OutputTokenCount"
    )
    assert (one.direction, one.warm_up, one.outside, one.of) == ("high", 60, 3, 5)


def test_everything_can_be_set() -> None:
    metric = {
        **METRIC,
        "dimensions": {"ModelId": "m"},
        "statistic": "p99",
        "period_s": 300,
    }
    given = {
        **TOKENS,
        "unit": "tokens/min",
        "direction": "both",
        "sigmas": 5,
        "least_width": 10,
        "least_share": 0.5,
        "warm_up": 20,
        "half_life": 100,
        "outside": 2,
        "of": 4,
        "season": "week",
        "cloudwatch": metric,
    }
    (one,) = read(given)
    assert one.sigmas == 5
    assert isinstance(one.source, CloudWatchFigure)
    assert one.source.dimensions == {"ModelId": "m"}
    assert (one.source.statistic, one.source.period_s) == ("p99", 300)


def test_a_figure_of_prometheus_needs_a_query_only() -> None:
    (one,) = read(UP)
    assert one.source == PrometheusFigure(query="sum(up)")


def test_a_system_without_baselines_has_none() -> None:
    text = "systems: [{id: a, title: A, owner: '@x'}]"
    assert read_registry(text).systems[0].baselines == ()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"kind": "token"}, "kind 'token' is not known; the nearest is 'tokens'"),
        ({"sigma": 3}, "there is no key 'sigma'; the nearest is 'sigmas'"),
        ({"prometheus": {"query": "up"}}, "only one of them"),
        ({"cloudwatch": None}, "it must be a map"),
        ({"cloudwatch": {**METRIC, "period_s": 90}}, "multiple of 60"),
        ({"cloudwatch": {**METRIC, "statistic": "median"}}, "as Sum or p99"),
        ({"cloudwatch": {"metric": "x"}}, "namespace must be a text"),
        ({"cloudwatch": {**METRIC, "dimensions": ["x"]}}, "it must be a map"),
        ({"warm_up": 2}, "warm_up must be a whole number from 10 to 2000"),
        ({"outside": 6}, "outside must be a whole number from 1 to 5"),
        ({"sigmas": float("nan")}, "sigmas must be a number from 1 to 20"),
        ({"least_width": -1}, "least_width must be a number from 0 to 1e+15"),
        ({"name": ""}, "name must be a text"),
        ({"name": "x" * 81}, "name is longer than 80 characters"),
    ],
)
def test_what_cannot_be_used_is_named(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read({**TOKENS, **changed})
    assert says in refused.value.because
    assert refused.value.what == "registry.yaml was not read"


@pytest.mark.parametrize(
    "url", ["prometheus:9090", "ftp://p/", "http://u:p@prometheus/", "http://p/?a=b"]
)
def test_an_address_is_a_plain_one(url: str) -> None:
    with pytest.raises(BadSettings):
        read({**UP, "prometheus": {"query": "up", "url": url}})


def test_a_name_stands_there_once() -> None:
    with pytest.raises(BadSettings, match="stands there twice"):
        read(TOKENS, TOKENS)
