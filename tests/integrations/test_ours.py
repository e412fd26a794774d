"""What Tocsin's own notices say to people, and what kind of incident they become."""

import json
from typing import Any

import pytest

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.domain.registry import Registry, System
from bot.ports import Payload
from bot.rules import read_rulebook
from bot.triage import load_integrations, triage
from integrations import baseline, heartbeat
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW

SILENT = {
    "tocsin": "heartbeat",
    "event": "source_silent",
    "about": "alertmanager",
    "every_s": 300,
    "grace_s": 150,
    "last_beat_at": "2026-05-04T10:52:30+00:00",
    "was_away": False,
    "at": "2026-05-04T11:00:00+00:00",
}
LEFT = {
    "tocsin": "baseline",
    "event": "left_band",
    "system": "claims-assistant",
    "name": "calls",
    "figure": "traffic",
    "side": "below",
    "value": "0",
    "usual": "40",
    "unit": "/min",
    "band": "20 to 60",
    "since": "2026-05-04T10:55:00+00:00",
    "at": "2026-05-04T10:58:00+00:00",
}
PARSERS, RULES = load_integrations(), read_rulebook()


def payload(body: Any) -> Payload:
    raw = json.dumps(body).encode()
    return Payload(body=raw, headers={}, received_at=NOW)


def silent(**changed: Any) -> Envelope:
    (one,) = heartbeat.parse(payload({**SILENT, **changed}))
    return one


def judged(body: Any, source: str, registry: Registry | None = None) -> tuple[str, str]:
    found = triage(
        payload(body),
        source=source,
        parsers=PARSERS,
        redactor=FakeRedactor(),
        rulebook=RULES,
        registry=registry or Registry(),
        alert_id="al_1",
        received_at=NOW,
    ).worst
    assert found is not None
    return found.assessment.category, found.assessment.severity.value


def test_a_silent_source_is_named_with_its_last_call_and_its_promise() -> None:
    one = silent()
    assert (
        one.title.for_rules()
        == "alertmanager is silent: its last call was 7 min 30 s ago"
    )
    assert one.texts["says"].for_rules() == (
        "It promised to call every 5 min; Tocsin waited 2 min 30 s longer."
    )


def test_a_source_that_never_called_is_told_so() -> None:
    one = silent(last_beat_at=None, was_away=True, every_s=60, grace_s=30)
    assert one.title.for_rules() == (
        "alertmanager has never called, although it promised to"
    )
    assert one.texts["says"].for_rules().endswith("Tocsin counts from its own start.")


def test_it_says_that_the_silence_is_counted_from_our_own_return() -> None:
    said = silent(was_away=True).texts["says"].for_rules()
    assert "Tocsin itself was away after that call" in said


def test_a_beat_clears_the_silence_it_ends() -> None:
    back = silent(event="source_heard")
    assert back.dedup_key == silent().dedup_key
    assert back.title.for_rules() == "alertmanager calls again"


def test_a_silent_source_is_a_gap_in_what_is_seen() -> None:
    assert judged(SILENT, "heartbeat") == ("control_tampering", "SEV3")


@pytest.mark.parametrize(
    ("figure", "side", "expected"),
    [
        ("tokens", "above", ("cost_consumption", "SEV3")),
        ("cost", "above", ("cost_consumption", "SEV3")),
        ("traffic", "above", ("cost_consumption", "SEV3")),
        ("traffic", "below", ("availability", "SEV3")),
        ("latency", "above", ("availability", "SEV3")),
        ("errors", "above", ("availability", "SEV3")),
        ("refusals", "above", ("prompt_injection", "SEV3")),
        ("refusals", "below", ("control_tampering", "SEV3")),
        ("interventions", "above", ("prompt_injection", "SEV3")),
        ("interventions", "below", ("control_tampering", "SEV3")),
        ("quality", "below", ("misinformation", "SEV3")),
        ("other", "below", ("drift_bias", "SEV3")),
    ],
)
def test_the_kind_of_figure_decides_the_category(
    figure: str, side: str, expected: tuple[str, str]
) -> None:
    assert judged({**LEFT, "figure": figure, "side": side}, "baseline") == expected


def test_a_name_of_many_words_does_not_change_the_category() -> None:
    body = {
        **LEFT,
        "figure": "latency",
        "name": "prompt injection token leak jailbreak",
    }
    assert judged(body, "baseline")[0] == "availability"


def test_ten_times_the_usual_and_a_risky_system_are_worse() -> None:
    body = {**LEFT, "figure": "tokens", "side": "above", "times_baseline": 12.5}
    assert judged(body, "baseline") == ("cost_consumption", "SEV2")
    risky = System(id="claims-assistant", title="C", owner="@ml", risk_tier="high")
    assert judged(body, "baseline", Registry((risky,)))[1] == "SEV1"


def test_the_figures_stand_in_the_alert() -> None:
    (one,) = baseline.parse(payload(LEFT))
    assert one.title.for_rules() == (
        "calls of claims-assistant is below its usual band since 10:55 UTC: "
        "0 /min, usual 40 (20 to 60)"
    )
    assert one.texts["usual"].for_rules() == "40"


@pytest.mark.parametrize("gone", ["about", "event"])
def test_a_notice_without_what_it_is_about_is_not_understood(gone: str) -> None:
    with pytest.raises(Unparsed):
        heartbeat.parse(payload({**SILENT, gone: None}))


@pytest.mark.parametrize("gone", ["system", "name", "event"])
def test_a_figure_of_nothing_is_not_understood(gone: str) -> None:
    with pytest.raises(Unparsed):
        baseline.parse(payload({**LEFT, gone: None}))
