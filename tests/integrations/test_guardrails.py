"""What guardrails say: blocked or let through decides, and no content is kept."""

import base64
import json
from typing import Any

import pytest

from tests.integrations.triaging import PRIVATE, judged, only, title, verdict

BLOCKED = ("opens", "prompt_injection", "SEV4")
LET_THROUGH = ("opens", "prompt_injection", "SEV2")
QUIET = ("ignored", "none", "NONE")


def lakera(*detected: str, flagged: bool = True, **more: Any) -> dict[str, Any]:
    fired = [{"detector_type": one, "detected": True} for one in detected]
    calm = [{"detector_type": "pii/email", "detected": False}]
    return {"flagged": flagged, "breakdown": [*fired, *calm], "payload": [], **more}


def test_lakera_that_only_watches_does_not_flag_and_lets_it_through() -> None:
    assert verdict(lakera("prompt_attack", flagged=False)) == LET_THROUGH
    assert verdict(lakera("prompt_attack", action="detect")) == LET_THROUGH
    assert verdict(lakera("prompt_attack", action="block")) == BLOCKED
    assert verdict(lakera(flagged=False)) == QUIET


def test_lakera_tells_the_prompt_from_the_answer_by_the_message() -> None:
    body = lakera("moderated_content/hate")
    body["breakdown"][0]["message_id"] = 1
    roles = [{"role": "user", "content": PRIVATE}, {"role": "assistant"}]
    wrapped = {"messages": roles, "response": body}
    assert title(wrapped) == "Lakera Guard flagged an answer: moderated content hate"


def test_lakera_repeats_are_one_problem_and_requests_are_told_apart() -> None:
    first, second = (
        only(lakera("prompt_attack", metadata={"request_uuid": one})).envelope
        for one in ("a", "b")
    )
    assert first.dedup_key == second.dedup_key
    assert (first.source_event_id, second.source_event_id) == ("a", "b")


def test_what_is_let_through_does_not_hide_among_what_was_blocked() -> None:
    keys = {
        only(lakera("prompt_attack", action=one)).envelope.dedup_key
        for one in ("block", "detect")
    }
    assert len(keys) == 2


def hooks(
    *, verdict: bool = False, deny: bool, check: str = "x.promptInjection"
) -> Any:
    checks = [{"id": check, "verdict": verdict, "data": {"explanation": PRIVATE}}]
    return {"id": "pg-1", "verdict": verdict, "deny": deny, "checks": checks}


def test_portkey_denies_with_446_and_lets_through_with_246() -> None:
    denied = {"hook_results": {"before_request_hooks": [hooks(deny=True)]}}
    passed = {"hook_results": {"before_request_hooks": [hooks(deny=False)]}}
    assert verdict(denied) == BLOCKED
    assert verdict(passed) == LET_THROUGH
    row = {"ai_model": "gpt-4o", "response_status_code": 446}
    assert verdict(row) == BLOCKED
    assert verdict({**row, "response_status_code": 246}) == LET_THROUGH
    assert verdict({**row, "response_status_code": 200}) == QUIET


def test_portkey_that_minds_prompt_and_answer_says_both() -> None:
    body = {
        "hook_results": {
            "before_request_hooks": [hooks(deny=False)],
            "after_request_hooks": [hooks(deny=True, check="portkey.pii")],
        }
    }
    found = judged(body)
    categories = [one.assessment.category for one in found.alerts]
    assert categories == ["prompt_injection", "data_disclosure"]


def kong(status: int, ai: Any) -> dict[str, Any]:
    return {
        "ai": ai,
        "response": {"status": status},
        "request": {"id": "r"},
        "route": {"name": "claims"},
        "started_at": 1779271200123,
    }


def test_kong_s_prompt_guard_leaves_only_a_400_before_any_model() -> None:
    assert verdict(kong(400, {"proxy": {}})) == BLOCKED
    asked = {"proxy": {"meta": {"request_model": "gpt-4o", "llm_latency": 12}}}
    assert verdict(kong(400, asked)) == QUIET


def test_kong_masking_counts_only_when_something_was_left() -> None:
    def sanitizer(found: int, masked: int) -> Any:
        items = [{"original": PRIVATE}]
        return {
            "sanitizer": {
                "pii_identified": found,
                "pii_sanitized": masked,
                "sanitized_items": items,
            },
            "proxy": {"meta": {"llm_latency": 1}},
        }

    assert verdict(kong(200, sanitizer(2, 2))) == QUIET
    assert verdict(kong(200, sanitizer(2, 1)))[1] == "data_disclosure"


def test_kong_reasons_in_a_sentence_are_not_shown() -> None:
    guard = {"proxy": {"custom-guard": {"input_block_reason": f"it said {PRIVATE}"}}}
    assert title(kong(400, guard)) == (
        "Kong AI Gateway blocked a prompt to claims: custom guard"
    )


def analyzer(**policy: bool) -> dict[str, Any]:
    found = {"prompt_injection": True, "unsafe_input": True}
    return {"verdict": True, "categories": found, "policy": policy, "model": "m"}


def test_hiddenlayer_s_policy_says_whether_it_would_have_been_stopped() -> None:
    assert verdict(analyzer(block_prompt_injection=True)) == BLOCKED
    assert verdict(analyzer(block_prompt_injection=False)) == LET_THROUGH
    minded = {**analyzer(), "verdict": False}
    assert verdict(minded) == QUIET


@pytest.mark.parametrize(
    ("action", "expected"),
    [("BLOCK", BLOCKED), ("DETECT", LET_THROUGH), ("REDACT", BLOCKED)],
)
def test_hiddenlayer_s_action_decides(action: str, expected: tuple[str, ...]) -> None:
    rules = [{"rule_name": "prompt_injection", "risk_level": "HIGH"}]
    body = {"outcome": {"action": action, "threat_level": "HIGH", "detections": rules}}
    assert verdict(body) == expected


def rail(kind: str, name: str, *, stop: bool) -> dict[str, Any]:
    return {"type": kind, "name": name, "stop": stop, "started_at": 1779271200.5}


def test_nemo_asks_for_somebody_only_when_a_rail_stopped() -> None:
    calm = rail("input", "self check input", stop=False)
    hit = rail("output", "self check output", stop=True)
    answer = [{"role": "assistant", "content": PRIVATE}]
    assert verdict({"log": {"activated_rails": [calm]}, "response": answer}) == QUIET
    body = {"log": {"activated_rails": [calm, hit]}, "response": answer}
    assert verdict(body) == ("opens", "harmful_output", "SEV4")


def test_nemo_names_the_flow_without_its_parameters() -> None:
    one = rail("input", "content safety check input $model=guard", stop=True)
    said = "NeMo Guardrails blocked a prompt: content safety check input"
    assert title({"log": {"activated_rails": [one]}}) == said


def test_nemo_s_check_names_only_the_rails_that_stopped() -> None:
    checked = {
        "status": "blocked",
        "rails_status": {
            "self check output": {"status": "blocked"},
            "self check input": {"status": "success"},
        },
    }
    assert verdict(checked) == ("opens", "harmful_output", "SEV4")
    names = {"log": {"activated_rails": ["jailbreak detection heuristics"]}}
    assert verdict({"guardrails_data": names}) == BLOCKED
    calm = {"status": "success", "rails_status": {"x": {"status": "success"}}}
    assert verdict(calm) == QUIET


def scan(*, valid: bool, **scores: float) -> dict[str, Any]:
    return {"is_valid": valid, "scanners": scores, "sanitized_prompt": PRIVATE}


def test_llm_guard_scores_of_minus_one_say_nothing() -> None:
    alert = only(scan(valid=False, Secrets=1.0, PromptInjection=-1.0))
    assert alert.assessment.category == "credential_exposure"
    assert "scanners.PromptInjection" not in alert.envelope.texts


def test_llm_guard_that_masked_a_name_and_called_it_valid_needs_nobody() -> None:
    assert verdict(scan(valid=True, Anonymize=1.0)) == QUIET


def armor(filters: Any, **more: Any) -> dict[str, Any]:
    result = {"filterMatchState": "MATCH_FOUND", "filterResults": filters, **more}
    return {"sanitizationResult": result}


ATTACK = {"piAndJailbreakFilterResult": {"matchState": "MATCH_FOUND"}}


def test_model_armor_is_read_as_an_object_or_a_list_and_in_words_or_numbers() -> None:
    by_name = armor({"pi_and_jailbreak": ATTACK})
    numbers = armor(
        [{"piAndJailbreakFilterResult": {"matchState": 2}}], filterMatchState=2
    )
    assert title(by_name) == title(numbers)
    assert only(by_name).envelope.dedup_key == only(numbers).envelope.dedup_key


def test_model_armor_says_in_its_log_whether_it_was_stopped() -> None:
    def logged(verdict: str) -> dict[str, Any]:
        inner = armor({"pi_and_jailbreak": ATTACK}, sanitizationVerdict=verdict)
        return {"jsonPayload": {**inner, "sanitizationInput": {"text": PRIVATE}}}

    prefix = "MODEL_ARMOR_SANITIZATION_VERDICT_"
    assert verdict(logged(f"{prefix}BLOCK")) == BLOCKED
    assert verdict(logged(f"{prefix}ALLOW")) == LET_THROUGH


def test_model_armor_is_read_through_a_push_of_a_topic() -> None:
    entry = {"jsonPayload": armor({"pi_and_jailbreak": ATTACK}), "insertId": "i-1"}
    data = base64.b64encode(json.dumps(entry).encode()).decode()
    alert = only({"message": {"data": data}, "subscription": "s"})
    assert alert.envelope.source == "model_armor"
    assert alert.envelope.source_event_id == "i-1"


def test_model_armor_that_did_not_look_is_not_the_same_as_nothing_found() -> None:
    calm = {"piAndJailbreakFilterResult": {"matchState": "NO_MATCH_FOUND"}}
    body = armor({"pi_and_jailbreak": calm}, filterMatchState="NO_MATCH_FOUND")
    assert verdict(body) == QUIET
    body["sanitizationResult"]["invocationResult"] = "PARTIAL"
    assert verdict(body) == ("opens", "availability", "SEV3")


def test_model_armor_names_kinds_of_data_and_never_the_data() -> None:
    finding = {"infoType": "US_SOCIAL_SECURITY_NUMBER", "quote": PRIVATE}
    found = {"inspectResult": {"matchState": "MATCH_FOUND", "findings": [finding]}}
    alert = only(armor({"sdp": {"sdpFilterResult": found}}))
    texts = {name: one.for_rules() for name, one in alert.envelope.texts.items()}
    assert texts["info_type"] == "US_SOCIAL_SECURITY_NUMBER"
    assert PRIVATE not in str(texts)


@pytest.mark.parametrize("listed", [False, True])
def test_model_armor_that_masked_data_stopped_it(*, listed: bool) -> None:
    found = {"deidentifyResult": {"matchState": "MATCH_FOUND", "data": {"text": "x"}}}
    sdp = {"sdpFilterResult": found}
    assert verdict(armor([sdp] if listed else {"sdp": sdp}))[2] == "SEV4"


def test_a_shield_in_front_of_documents_makes_it_worse() -> None:
    user = {"userPromptAnalysis": {"attackDetected": True}}
    document = {"documentsAnalysis": [{"attackDetected": True}]}
    assert verdict(user) == BLOCKED
    assert verdict(document) == ("opens", "prompt_injection", "SEV3")
    assert verdict({"userPromptAnalysis": {"attackDetected": False}}) == QUIET


def test_a_filter_that_only_annotates_let_it_through() -> None:
    def answer(**marks: bool) -> dict[str, Any]:
        kinds = {"hate": {"filtered": False}, "jailbreak": marks}
        return {"prompt_filter_results": [{"content_filter_results": kinds}]}

    assert verdict(answer(detected=True, filtered=False)) == LET_THROUGH
    assert verdict(answer(detected=True, filtered=True)) == BLOCKED
    assert verdict(answer(detected=False, filtered=False)) == QUIET
