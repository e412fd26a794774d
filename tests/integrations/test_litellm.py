"""What LiteLLM's proxy sends, and what it does not say."""

import json
from typing import Any

from tests.integrations.triaging import PRIVATE, judged, only, title, verdict

TOKEN = "9f2c" + "a1" * 30


def event(name: str, **more: Any) -> dict[str, Any]:
    return {
        "event": name,
        "event_group": "key",
        "event_message": "",
        "token": TOKEN,
        "spend": 90,
        "max_budget": 100,
        "key_alias": "claims",
        **more,
    }


def logged(**more: Any) -> dict[str, Any]:
    return {
        "id": "call-1",
        "call_type": "acompletion",
        "response_cost": 0.1,
        "status": "success",
        "model_group": "gpt-4o",
        "startTime": 1779271200.5,
        "metadata": {"user_api_key_team_alias": "claims"},
        "messages": [{"role": "user", "content": PRIVATE}],
        **more,
    }


def looked(status: str, **more: Any) -> dict[str, Any]:
    look = {"guardrail_name": "pii", "guardrail_mode": "pre_call", **more}
    return logged(guardrail_information=[{**look, "guardrail_status": status}])


def test_book_keeping_of_every_completion_needs_nobody() -> None:
    assert verdict(event("spend_tracked")) == ("ignored", "none", "NONE")


def test_the_token_of_a_key_is_nowhere_and_still_tells_keys_apart() -> None:
    alert = only(event("budget_crossed"))
    assert TOKEN not in repr(alert.envelope.dedup_key)
    assert not [
        one for one in alert.envelope.texts.values() if TOKEN in one.for_rules()
    ]
    other = only(event("budget_crossed", token="b" * 64))
    assert alert.envelope.dedup_key != other.envelope.dedup_key
    later = only(event("budget_crossed", spend=99))
    assert alert.envelope.dedup_key == later.envelope.dedup_key


def test_a_warning_is_milder_than_a_budget_that_is_used_up() -> None:
    assert verdict(event("threshold_crossed"))[2] == "SEV4"
    assert verdict(event("projected_limit_exceeded"))[2] == "SEV4"
    assert verdict(event("budget_crossed"))[2] == "SEV3"
    assert verdict(event("budget_crossed", spend=1000))[2] == "SEV2"


def test_a_new_key_is_a_change_worth_knowing() -> None:
    for name in ("key_created", "key_rotated", "internal_user_created"):
        assert verdict(event(name)) == ("ignored", "change_event", "INFO")


def test_braces_in_a_message_are_only_text() -> None:
    said = title(event("new_event", event_message="{who.__class__} and {0}"))
    assert "{who.__class__} and {0}" in said


def test_an_event_without_an_id_or_a_time_has_none() -> None:
    envelope = only(event("budget_crossed")).envelope
    assert envelope.source_event_id == ""
    assert envelope.occurred_at is None


def test_an_alert_in_words_is_read_without_the_prompt_that_it_quotes() -> None:
    text = (
        "Alert type: `llm_exceptions`\nLevel: `High`\nTime: `10:12`\n\nMessage: "
        f"LLM API call failed: `litellm.Timeout: {PRIVATE}`\nModel: `gpt-4o`\n"
        f"Messages: `[{{'content': '{PRIVATE}'}}]`"
    )
    alert = only({"text": text})
    assert alert.envelope.title.for_rules() == "LiteLLM: calls of gpt-4o fail: Timeout"
    assert not [
        one for one in alert.envelope.texts.values() if PRIVATE in one.for_rules()
    ]
    assert alert.assessment.category == "availability"


def test_a_report_in_words_needs_nobody() -> None:
    text = "Alert type: `daily_reports`\nLevel: `Low`\nMessage: all is well"
    assert verdict({"text": text}) == ("ignored", "none", "NONE")


def test_whether_a_guardrail_stopped_it_decides() -> None:
    found = {"breakdown": [{"detector_type": "prompt_attack", "detected": True}]}
    blocked = looked("guardrail_intervened", guardrail_response=found)
    flagged = looked("guardrail_flagged", guardrail_response=found)
    assert verdict(blocked) == ("opens", "prompt_injection", "SEV4")
    assert verdict(flagged) == ("opens", "prompt_injection", "SEV2")
    assert verdict(looked("success")) == ("ignored", "none", "NONE")


def test_a_guardrail_that_does_not_answer_is_a_failure_of_its_own() -> None:
    found = looked("guardrail_failed_to_respond")
    assert verdict(found) == ("opens", "availability", "SEV3")
    assert title(found) == "LiteLLM guardrail pii could not look at a prompt to claims"


def test_a_call_that_a_guardrail_stopped_is_one_alert() -> None:
    body = looked("guardrail_intervened")
    body |= {
        "status": "failure",
        "error_information": {"error_class": "GuardrailError"},
    }
    assert len(judged(body).alerts) == 1


def test_of_many_calls_only_the_failed_ones_open_something() -> None:
    failed = logged(status="failure", error_information={"error_class": "Timeout"})
    found = judged([logged(), failed, logged()])
    assert len(found.alerts) == 1
    assert found.outcome == "opens"
    assert found.alerts[0].assessment.severity.value == "SEV4"


def test_many_calls_that_went_well_are_one_quiet_alert() -> None:
    found = judged([logged()] * 3)
    assert found.outcome == "ignored"
    assert [one.envelope.stands_for for one in found.alerts] == [3]


def test_a_guardrail_that_only_logs_let_it_through() -> None:
    found = {"breakdown": [{"detector_type": "prompt_attack", "detected": True}]}
    more = {"guardrail_mode": "logging_only", "guardrail_response": found}
    assert verdict(looked("guardrail_intervened", **more))[2] == "SEV2"


def test_a_row_of_the_spend_log_holds_its_guardrails_as_text() -> None:
    look = {"guardrail_name": "pii", "guardrail_status": "guardrail_intervened"}
    row = {
        "request_id": "r",
        "call_type": "acompletion",
        "spend": 0.1,
        "metadata": json.dumps({"guardrail_information": [look]}),
    }
    assert verdict(row)[1] == "data_disclosure"
    assert verdict({**row, "metadata": "{"}) == ("ignored", "none", "NONE")
