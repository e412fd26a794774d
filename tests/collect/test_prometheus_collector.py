"""What is read of a Prometheus about an alert, and that alerts bring no queries.

The answers are built as its HTTP API's documentation says:
https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.collectors import load_probes
from bot.config import Settings
from bot.domain.envelope import Alert
from bot.domain.registry import Registry, System
from bot.domain.watched import Baseline, CloudWatchFigure, PrometheusFigure
from bot.outside.neighbours import scopes_of
from bot.ports.collect import Collected
from bot.wire_collect import collecting
from integrations import prometheus
from tests.collect.stage import (
    CLAIMS,
    TOKEN,
    WINDOW,
    alert,
    collected,
    files,
    settings_with,
)
from tests.loopback import Loopback, Query, Said, said, serving

pytestmark = pytest.mark.slow  # starts servers

RANGE, RULES = "/api/v1/query_range", "/api/v1/rules"
ALERTS, NAMES = "/api/v1/alerts", "/api/v1/label/__name__/values"
BEGIN = WINDOW.since.timestamp()


def data(value: Any) -> Said:
    return said({"status": "success", "data": value})


def rule(query: str, name: str = "QueueLong", **labels: str) -> dict[str, Any]:
    active = {
        "labels": {"alertname": name, "pod": "a"},
        "annotations": {},
        "state": "firing",
        "activeAt": "2026-05-04T11:50:00Z",
        "value": "9e+00",
    }
    return {
        "name": name,
        "query": query,
        "duration": 300,
        "labels": labels,
        "annotations": {"summary": "long"},
        "alerts": [active],
        "state": "firing",
        "health": "ok",
        "lastError": "",
        "type": "alerting",
        "file": "kept out",
    }


def rules(*found: dict[str, Any]) -> Said:
    recorded = {"name": "r", "query": "up", "type": "recording", "health": "ok"}
    return data({"groups": [{"name": "g", "rules": [*found, recorded]}]})


def matrix(*metrics: dict[str, str], values: Any = None) -> Said:
    points = values or [[BEGIN, "1"], [BEGIN + 15, "NaN"], [BEGIN + 30.5, "2.5"]]
    rows = [{"metric": one, "values": points} for one in metrics]
    return data({"resultType": "matrix", "result": rows})


@pytest.fixture
def server() -> Iterator[Loopback]:
    answers = {
        RULES: rules(rule('sum by (pod) (queue{job="q"}) > 5', severity="page")),
        RANGE: matrix({"pod": "b"}, {"pod": "a"}),
        NAMES: data([]),
        ALERTS: data({"alerts": []}),
    }
    with serving(answers) as one:
        yield one


def read(
    server: Loopback, about: Alert | None = None, *systems: System
) -> dict[str, Collected]:
    about = about or alert(alertname="QueueLong", pod="a", severity="page")
    return files(collected("prometheus", about, settings_with(server.url), *systems))


def test_the_rules_own_figure_is_drawn_with_its_threshold(server: Loopback) -> None:
    found = read(server)["prometheus-figures.json"]
    assert server.queries(RANGE, "query") == ['sum by (pod) (queue{job="q"})']
    assert [one.label for one in found.series] == ["QueueLong pod=a", "QueueLong pod=b"]
    first = found.series[0]
    assert first.threshold == 5.0
    assert first.points == (
        (datetime.fromtimestamp(BEGIN, tz=UTC), 1.0),
        (datetime.fromtimestamp(BEGIN + 30.5, tz=UTC), 2.5),
    )
    assert found.says == "2 series of the rule and of the system, from 1 query."
    assert found.call.startswith("prometheus GET /api/v1/query_range step=15 query=sum")
    assert json.loads(found.content)[0]["series"][0]["threshold"] == 5.0


def test_the_window_is_asked_for_in_few_points(server: Loopback) -> None:
    read(server)
    asked = server.asked[1].query
    assert (asked["start"], asked["end"]) == (["1777894200.000"], ["1777896600.000"])
    assert asked["step"] == ["15"]


def test_the_rule_is_shown_as_the_server_has_it(server: Loopback) -> None:
    found = read(server)["prometheus-rule.json"]
    (shown,) = json.loads(found.content)
    assert shown["query"] == 'sum by (pod) (queue{job="q"}) > 5'
    assert shown["alerts"][0]["value"] == "9e+00"
    assert "kept out" not in found.content
    assert found.says == "The rule behind the alert, 1 of 1 of this name."


def test_of_rules_of_one_name_the_one_with_the_alerts_labels_counts(
    server: Loopback,
) -> None:
    server.answers[RULES] = rules(
        rule("a > 1", severity="warn"),
        rule("b > 2", severity="page", runbook="{{ $labels.pod }}"),
        rule("c > 3", "Another"),
    )
    read(server)
    assert server.queries(RANGE, "query") == ["b"]


def test_no_expression_that_an_alert_brings_is_ever_asked(server: Loopback) -> None:
    evil = 'up"} or count({__name__=~".+"}) #'
    about = alert(
        alertname=evil,
        expr="count(up)",
        query=evil,
        namespace=evil,
        generatorURL=f"{server.url}/graph?g0.expr=count(up)",
    )
    found = read(server, about)
    assert server.queries(RANGE, "query") == []
    assert server.queries(RULES, "rule_name[]") == [evil]
    assert found["prometheus-rule.json"].content == ""
    asked = server.queries(NAMES, "match[]")
    assert asked[0].endswith(',namespace="up\\"} or count({__name__=~\\".+\\"}) #"}')


def test_figures_of_model_servers_nearby_are_read_where_there_are_any(
    server: Loopback,
) -> None:
    server.answers[NAMES] = data(
        ["vllm:num_requests_waiting", "vllm:gpu_cache_usage_perc", "litellm_x"]
    )
    server.answers[RANGE] = matrix({})
    about = alert(alertname="x", model_name='m"1', severity="page")
    found = read(server, about)["prometheus-neighbours.json"]
    assert server.queries(RANGE, "query") == [
        'sum(vllm:num_requests_waiting{model_name="m\\"1"})',
        'max(vllm:gpu_cache_usage_perc{model_name="m\\"1"})',
    ]
    assert [one.label for one in found.series] == [
        "requests waiting",
        "fullest cache of keys and values",
    ]
    assert "that share the alert's labels" in found.says


def test_the_narrowest_labels_with_any_figures_count() -> None:
    labels = {"namespace": "n", "pod": "p", "severity": "page"}
    assert scopes_of(labels) == [
        {"namespace": "n", "pod": "p"},
        {"namespace": "n"},
        {},
    ]
    assert scopes_of({"job": "j"}) == [{"job": "j"}, {}]
    assert scopes_of({"a": "b"}) == [{}]


def test_without_neighbours_under_its_labels_the_whole_server_is_looked_at(
    server: Loopback,
) -> None:
    def names(query: Query) -> Said:
        is_scoped = "model_name" in query["match[]"][0]
        return data([] if is_scoped else ["DCGM_FI_DEV_XID_ERRORS"])

    server.answers[NAMES] = names
    found = read(server, alert(alertname="x", model_name="m"))
    assert server.queries(RANGE, "query") == ["max(DCGM_FI_DEV_XID_ERRORS)"]
    assert "of the whole server" in found["prometheus-neighbours.json"].says


def test_the_systems_figures_are_read_and_no_other_server_sees_the_token(
    server: Loopback,
) -> None:
    server.answers[RANGE] = matrix({})
    with serving({RANGE: matrix({})}) as other:
        named = PrometheusFigure(query="errors", url=other.url)
        system = System(
            id="claims",
            title="Claims",
            owner="@ml",
            baselines=(
                Baseline(
                    name="tokens",
                    kind="tokens",
                    unit="/min",
                    source=PrometheusFigure(query="tok"),
                ),
                Baseline(name="errors", kind="errors", source=named),
                Baseline(
                    name="cw",
                    kind="cost",
                    source=CloudWatchFigure(namespace="n", metric="m"),
                ),
            ),
        )
        found = read(server, alert(source="cloudwatch", system="claims"), system)
        assert [one.headers.get("authorization") for one in other.asked] == [None]
    assert list(found) == ["prometheus-figures.json"]
    assert [one.unit for one in found["prometheus-figures.json"].series] == ["/min", ""]
    assert [one.headers["authorization"] for one in server.asked] == [f"Bearer {TOKEN}"]


def test_what_else_is_active_is_listed_nearest_first(server: Loopback) -> None:
    far = {"labels": {"alertname": "Far", "pod": "z"}, "state": "pending"}
    near = {"labels": {"alertname": "QueueLong", "pod": "a"}, "state": "firing"}
    server.answers[ALERTS] = data({"alerts": [far, near]})
    found = read(server)["prometheus-alerts.jsonl"]
    lines = [json.loads(one) for one in found.content.splitlines()]
    assert [one["labels"]["alertname"] for one in lines] == ["QueueLong", "Far"]
    assert found.says == "2 alerts active in this Prometheus now."


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Said(status=401), "it asks for a token, or for another one"),
        (Said(status=403), "the token lacks a right"),
        (Said(status=422), "it does not understand the question"),
        (Said(status=503), "it answered 503: it has troubles of its own"),
        (Said(status=302, headers={"Location": "http://127.0.0.1:1/"}), "not followed"),
        (Said(body=b"<html>"), "its answer is no JSON"),
        (data({"resultType": "vector", "result": []}), "not one of Prometheus"),
        (matrix({}, values=[[1e300, "1"]]), "not one of Prometheus"),
        (matrix({}, values=[["x", "1"]]), "not one of Prometheus"),
        (matrix({}, values=[7]), "not one of Prometheus"),
        (said([]), "not one of Prometheus"),
    ],
)
def test_figures_that_cannot_be_read_are_told_and_cost_nothing_else(
    server: Loopback, wrong: Said, says: str
) -> None:
    server.answers[RANGE] = wrong
    found = read(server)
    figures = found["prometheus-figures.json"]
    assert figures.series == ()
    assert "1 could not be read" in figures.says
    assert says in figures.says
    assert found["prometheus-rule.json"].content


@pytest.mark.parametrize(
    "wrong",
    [said([]), said({"data": {"groups": [1]}}), said({"data": None}), said("x")],
)
def test_garbage_instead_of_rules_is_told(server: Loopback, wrong: Said) -> None:
    server.answers[RULES] = wrong
    found = read(server)
    assert found["prometheus-rule.json"].says.startswith("It answered something")
    assert "prometheus-figures.json" not in found


def test_many_series_are_cut_and_the_alerts_own_stay(server: Loopback) -> None:
    server.answers[RANGE] = matrix(*({"pod": f"p{n}"} for n in range(50)), {"pod": "a"})
    found = read(server)["prometheus-figures.json"]
    assert len(found.series) == 10
    assert found.series[0].label == "QueueLong pod=a"
    assert json.loads(found.content)[0]["left_out"] == 41


def test_which_alerts_are_its_matter() -> None:
    assert prometheus.concerns(alert())
    assert prometheus.concerns(alert(source="grafana"))
    assert prometheus.concerns(alert(source="cloudwatch", system="claims"))
    assert not prometheus.concerns(alert(source="cloudwatch"))


def test_without_an_address_it_collects_nothing() -> None:
    assert not prometheus.is_configured(
        prometheus_url="", registry=Registry((CLAIMS,)), ask=None
    )


def probed(settings: Settings) -> tuple[bool, str]:
    (one,) = load_probes(collecting(settings, Registry()))["prometheus"]()
    return one.works, one.says


@pytest.mark.parametrize(
    ("change", "works", "says"),
    [
        (lambda _: None, True, "it answers, 1 alerting rule can be read"),
        (
            lambda server: server.answers.update({RULES: Said(status=403)}),
            False,
            "the token lacks a right",
        ),
        (
            lambda server: server.answers.update({RULES: said([])}),
            False,
            "its answer is not one of Prometheus",
        ),
    ],
    ids=["works", "no-right", "another-service"],
)
def test_the_doctor_says_what_it_answers(
    server: Loopback, change: Callable[[Loopback], None], *, works: bool, says: str
) -> None:
    server.answers["/api/v1/query"] = data({"resultType": "vector", "result": []})
    change(server)
    assert probed(settings_with(server.url)) == (works, says)
