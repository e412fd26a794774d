"""A real Alertmanager: what it holds is read, and hostile labels find themselves."""

import json
import threading
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cli.bench_alertmanager import alertmanager
from bot.collectors import load_probes
from bot.domain.registry import Registry
from bot.ports.collect import Window
from bot.wire_collect import collecting
from integrations import alertmanager_state
from tests.collect.stage import alert, collected, files, settings_with

pytestmark = pytest.mark.outside

NAME = 'Queue"} or \\ {a="b'
MATCHER = {"name": "alertname", "value": NAME, "isRegex": False, "isEqual": True}
SILENCE = {"matchers": [MATCHER], "createdBy": "dana", "comment": "known"}
OWN = {"alertname": NAME, "pod": "a", "cluster": "eu"}


def post(url: str, value: Any) -> None:
    request = urllib.request.Request(  # noqa: S310 - loopback
        url, json.dumps(value).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
        pass


def wait_until_grouped(url: str, number: int) -> None:
    """Its dispatcher groups alerts after it has taken them."""
    for _ in range(600):
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            groups = json.load(answer)
        if sum(len(one["alerts"]) for one in groups) == number:
            return
        threading.Event().wait(0.05)
    raise TimeoutError(url)


def test_the_alert_its_neighbour_and_its_silence_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - its clock is the machine's
    window = Window(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    times = {"startsAt": window.since.isoformat(), "endsAt": window.until.isoformat()}
    with alertmanager() as server:
        base = server.url.removesuffix("/api/v2/alerts")
        labels = (OWN, {"alertname": "Near", "cluster": "eu"}, {"alertname": "Far"})
        post(server.url, [{"labels": one, **times} for one in labels])
        post(f"{base}/api/v2/silences", SILENCE | times)
        wait_until_grouped(f"{base}/api/v2/alerts/groups", 3)
        settings = settings_with(alertmanager_url=base)
        probes = load_probes(collecting(settings, Registry()))
        assert [one.works for one in probes["alertmanager_state"]()] == [True]
        about = alert(**OWN)
        found = files(collected("alertmanager_state", about, settings, window=window))
        monkeypatch.setattr(alertmanager_state, "_LARGEST", 900)
        small = files(collected("alertmanager_state", about, settings, window=window))
    held = found["alertmanager-alerts.jsonl"].content.splitlines()
    lines = [json.loads(one) for one in held]
    # Its configuration groups by nothing: so all three are one group.
    assert lines[0]["labels"] == OWN
    assert {one["labels"]["alertname"] for one in lines} == {NAME, "Near", "Far"}
    assert all(one["same_group"] for one in lines)
    assert lines[0]["silenced_by"]
    assert "known" in found["alertmanager-silences.jsonl"].content
    assert found["alertmanager-status.json"].says.startswith("Alertmanager 0.")
    # Too many to be read: those of this name are asked for, by a filter that we wrote.
    assert json.loads(small["alertmanager-alerts.jsonl"].content)["labels"] == OWN
