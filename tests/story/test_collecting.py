"""Diagnostics with a running bot whose neighbours are Prometheus, GitHub and others."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Loopback, said, serving
from tests.story.running import running
from tests.story.test_sharing import QUIET, link, unseal

pytestmark = pytest.mark.slow

NAME = 'Queue"} or up #'
KEY = "AKIA" + "IOSFODNN7EXAMPLQ"
ALERT = {
    "status": "firing",
    "fingerprint": "f1",
    "labels": {
        "alertname": NAME,
        "severity": "page",
        "model_name": "claims-v7",
        "expr": "count(up)",
    },
    "annotations": {"summary": "The model claims-v7 answers slowly"},
    "startsAt": "2026-05-04T11:50:00Z",
    "generatorURL": "http://169.254.169.254/graph?g0.expr=count(up)",
}
GROUP = {
    "version": "4",
    "groupKey": "{}:{}",
    "status": "firing",
    "receiver": "tocsin",
    "groupLabels": {"alertname": NAME},
    "commonLabels": {},
    "commonAnnotations": {},
    "externalURL": "",
    "alerts": [ALERT],
}
REGISTRY = """
systems:
  - id: claims
    title: Claims
    owner: "@ml"
    entities: [claims-v7]
    rollback_plan: Point the alias back at v6.
    repos: [acme/claims]
"""


def prometheus() -> dict[str, Any]:
    rule = {"name": NAME, "type": "alerting", "query": "queue_depth > 5", "labels": {}}
    points = [[1777894200, "1"], [1777894215, "9"]]
    row = {"metric": {"model_name": "claims-v7"}, "values": points}
    return {
        "/api/v1/rules": said({"data": {"groups": [{"rules": [rule]}]}}),
        "/api/v1/query_range": said(
            {"data": {"resultType": "matrix", "result": [row]}}
        ),
        "/api/v1/label/__name__/values": said({"data": ["vllm:num_requests_waiting"]}),
        "/api/v1/alerts": said({"data": {"alerts": []}}),
    }


def alertmanager() -> dict[str, Any]:
    held = {**ALERT, "receivers": [], "status": {"state": "active"}}
    return {
        "/api/v2/alerts/groups": said([{"labels": {}, "alerts": [held]}]),
        "/api/v2/silences": said([]),
        "/api/v2/status": said(
            {"cluster": {"status": "ready"}, "versionInfo": {"version": "0.27.0"}}
        ),
    }


def github() -> dict[str, Any]:
    return {
        "/repos/acme/claims/deployments": said([]),
        "/repos/acme/claims/releases": said([]),
        "/repos/acme/claims/pulls": said({"message": f"not today {KEY}"}),
        "/repos/acme/claims/actions/runs": said({"workflow_runs": []}),
    }


def test_an_alert_brings_its_rule_its_neighbours_and_what_changed(
    tmp_path: Path,
) -> None:
    registry = tmp_path / "registry.yaml"
    registry.write_text(REGISTRY)
    with ExitStack() as stack:
        made = (prometheus(), alertmanager(), github())
        servers: list[Loopback] = [stack.enter_context(serving(one)) for one in made]
        metrics, alerts, code = (one.url for one in servers)
        settings = {
            **QUIET,
            "TOCSIN_WATCH_PROMETHEUS_URL": metrics,
            "TOCSIN_COLLECT_ALERTMANAGER_URL": alerts,
            "TOCSIN_COLLECT_GITHUB_URL": code,
            "TOCSIN_COLLECT_GITHUB_TOKEN": "github-token-of-a-test",
            "TOCSIN_REGISTRY_FILE": str(registry),
        }
        tocsin = stack.enter_context(running(tmp_path, settings=settings))
        assert tocsin.alert(GROUP, source="alertmanager").status == 202
        tocsin.wait_for(lambda messages: messages)
        opened = unseal(tocsin, link(tocsin, "U0ONCALL"))
        assert opened.returncode == 0, opened.stderr
        queries = servers[0].queries("/api/v1/query_range", "query")
    for name in (
        *("prometheus-rule.json", "prometheus-figures.json", "prometheus-alerts.jsonl"),
        *("prometheus-neighbours.json", "alertmanager-alerts.jsonl"),
        *("github-changes.txt", "registry-system.json"),
    ):
        assert name in opened.stdout
    assert queries == [
        "queue_depth",
        'sum(vllm:num_requests_waiting{model_name="claims-v7"})',
    ]
    assert "Point the alias back at v6." in opened.stdout
    assert "pulls of acme/claims" in opened.stdout
    assert KEY not in opened.stdout
    assert "github-token-of-a-test" not in opened.stdout + tocsin.stderr()
