"""Maintenance, rest and a chain of alerts as people at the practice page live them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow

BOB = "arn:aws:iam::123456789012:user/bob-ci"
SETTINGS = {"TOCSIN_PRACTICE_CLOUD": "false"}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings=SETTINGS) as bot:
        yield bot


def grafana_like(name: str, status: str = "firing", **labels: str) -> dict[str, Any]:
    alert = {
        "status": status,
        "labels": {"alertname": name, "severity": "warning", **labels},
        "annotations": {"summary": f"{name} of the model endpoint"},
    }
    return {"version": "4", "groupKey": name, "alerts": [alert]}


def became(tocsin: Tocsin, body: Any, *, source: str) -> str:
    """Post an alert and return what became of it, once it was read."""
    kept = tocsin.alert(body, source=source).json["id"]
    for _ in range(100):
        state = tocsin.alert_state(kept)
        if state["state"] == "done":
            return str(state["alerts"][kept])
        tocsin.ask("/practice/channels/C0INCIDENTS/messages?after=999999&wait=1")
    raise AssertionError("it was never read")


def said(words: str) -> Any:
    return lambda messages: next((m for m in messages if words in m["text"]), None)


def test_a_window_silences_over_kill_9_and_opens_what_is_there_at_its_end(
    tocsin: Tocsin,
) -> None:
    tocsin.command("U0ONCALL", "/incident maintenance source:alertmanager 2h new disks")
    tocsin.wait_for(said("Maintenance MW-0001 started"))
    latency = grafana_like("ModelLatencyHigh")
    silent = "silenced by maintenance MW-0001"
    assert became(tocsin, latency, source="alertmanager") == silent
    tocsin.kill()
    tocsin.start()
    errors = grafana_like("ModelErrorsHigh")
    assert became(tocsin, errors, source="alertmanager") == silent
    over = grafana_like("ModelErrorsHigh", "resolved")
    assert became(tocsin, over, source="alertmanager") == silent
    listed = tocsin.command("U0GUEST", "/incident maintenance list").json["ack"]["text"]
    assert "MW-0001 · running · everything from alertmanager" in listed
    assert "2 alerts silenced" in listed
    refused = tocsin.command("U0GUEST", "/incident maintenance end MW-0001")
    assert refused.json["ok"]
    tocsin.command("U0SECOND", "/incident maintenance end MW-0001")
    ended = tocsin.wait_for(said("Maintenance MW-0001 ended"))
    assert "It silenced 2 alerts; 1 problem is still there" in ended["text"]
    card = tocsin.wait_for(said("not acknowledged"))
    assert "INC-0001" in card["text"]
    assert any("guests may read" in one for one in tocsin.whispers("U0GUEST"))


def test_a_chain_of_two_sources_is_one_sev1_card_and_rests_until_told(
    tocsin: Tocsin,
) -> None:
    first = {
        "title": "Unusual access: impossible travel of bob-ci",
        "userArn": BOB,
        "severity": "medium",
    }
    assert became(tocsin, first, source="webhook") == "opened INC-0001"
    second = {"title": "Bedrock invocation logging was deleted", "userArn": BOB} | {
        "eventName": "DeleteModelInvocationLoggingConfiguration"
    }
    assert became(tocsin, second, source="webhook") == "joined INC-0001"
    cost = grafana_like("BedrockTokenCostSpike", user_arn=BOB)
    assert became(tocsin, cost, source="alertmanager") == "joined INC-0001"
    tocsin.wait_for(said("LLM-jacking chain"))
    status = str(tocsin.command("U0ONCALL", "/incident status").json["ack"])
    assert "SEV1" in status
    assert "it names the same identity " in status
    assert BOB in status
    tocsin.command("U0ONCALL", "/incident snooze 30m the fix is on its way <!channel>")
    line = tocsin.wait_for(said("snoozed this until"))
    assert "&lt;!channel&gt;" in line["text"]
    again = first | {"title": "Unusual access: impossible travel of bob-ci", "n": 2}
    assert became(tocsin, again, source="webhook") == "joined, snoozed INC-0001"
    tocsin.command("U0ONCALL", "/incident snooze off")
    tocsin.wait_for(said("woke this."))
