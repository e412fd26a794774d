"""What LangSmith's alerts and rules send."""

from typing import Any

from tests.integrations.triaging import PRIVATE, judged, only, title, verdict


def alert(attribute: str, name: str = "rule", **more: Any) -> dict[str, Any]:
    return {
        "alert_rule_id": "r-1",
        "alert_rule_name": name,
        "alert_rule_attribute": attribute,
        "project_name": "claims",
        "triggered_metric_value": 0.4,
        "triggered_threshold": 0.6,
        "timestamp": "2026-05-20T10:00:00Z",
        **more,
    }


def test_the_attribute_says_what_kind_of_trouble_it_is() -> None:
    assert verdict(alert("error_count"))[1] == "availability"
    assert verdict(alert("latency"))[1] == "availability"
    assert verdict(alert("feedback_score"))[1] == "misinformation"


def test_what_a_rule_is_called_says_more_than_its_attribute() -> None:
    assert (
        verdict(alert("feedback_score", "toxicity of answers"))[1] == "harmful_output"
    )


def test_the_user_s_own_template_is_not_read() -> None:
    found = only(alert("latency", text=PRIVATE, status="resolved"))
    assert found.envelope.status.value == "firing"
    assert not [
        one for one in found.envelope.texts.values() if PRIVATE in one.for_rules()
    ]


def test_the_rule_is_the_problem_and_its_figures_are_in_the_title() -> None:
    first, second = (only(alert("latency", triggered_metric_value=n)) for n in (1, "2"))
    assert first.envelope.dedup_key == second.envelope.dedup_key == "r-1"
    assert title(alert("latency")) == (
        "LangSmith: rule: latency of claims 0.4 (threshold 0.6)"
    )


def test_runs_that_a_rule_matched_are_one_alert_without_their_inputs() -> None:
    run = {"id": "1", "name": "chain", "run_type": "chain", "inputs": {"q": PRIVATE}}
    failed = {**run, "status": "error", "error": f"ValueError: {PRIVATE}"}
    found = judged({"rule_id": "r", "runs": [run, failed], "end_time": "2026-05-20"})
    (made,) = found.alerts
    assert made.envelope.title.for_rules() == "LangSmith: 1 of 2 runs of chain failed"
    texts = {name: one.for_rules() for name, one in made.envelope.texts.items()}
    assert texts["error_type"] == "ValueError"
    assert not [one for one in texts.values() if PRIVATE in one]
