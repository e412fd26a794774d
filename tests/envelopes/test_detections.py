"""Names of what fired, out of the answers of other vendors' guardrails."""

from typing import Any

import pytest

from bot.envelopes.detections import detections_in, detections_said


def bedrock(**policies: Any) -> dict[str, Any]:
    return {"bedrock_guardrail_response": {"assessments": [policies]}}


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (
            bedrock(topicPolicy={"topics": [{"name": "Coffee", "action": "BLOCKED"}]}),
            ("denied topic Coffee",),
        ),
        (
            bedrock(contentPolicy={"filters": [{"type": "HATE", "action": "NONE"}]}),
            (),
        ),
        (
            bedrock(
                sensitiveInformationPolicy={
                    "piiEntities": [{"type": "EMAIL", "match": "a@b.example"}]
                }
            ),
            ("pii EMAIL",),
        ),
        (bedrock(wordPolicy={"customWords": [{"match": "a word"}]}), ("banned word",)),
        ({"breakdown": [{"detector_type": "x", "detected": True}]}, ("x",)),
        ({"breakdown": [{"detector_type": "x", "detected": False}]}, ()),
        ({"results": [{"categories": {"hate": True, "sexual": False}}]}, ("hate",)),
        ([{"entity_type": "PHONE_NUMBER", "start": 1}], ("pii PHONE_NUMBER",)),
        ({"userPromptAnalysis": {"attackDetected": True}}, ("prompt attack",)),
        ("a text", ()),
        (None, ()),
    ],
)
def test_only_names_of_what_fired_are_read(answer: Any, names: tuple[str, ...]) -> None:
    assert detections_in(answer) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Blocked entity detected: CREDIT_CARD by Guardrail", ("pii CREDIT_CARD",)),
        ("{'detector_type': 'prompt_attack', 'detected': True}", ("prompt_attack",)),
        ("{'detector_type': 'prompt_attack', 'detected': False}", ()),
        ("{'action': 'BLOCKED', 'confidence': 'HIGH', 'type': 'HATE'}", ("HATE",)),
        ("Violated jailbreak threshold", ("jailbreak",)),
        ("you wrote: give me a password", ()),
    ],
)
def test_a_refusal_in_words_names_only_kinds(text: str, names: tuple[str, ...]) -> None:
    assert detections_said(text) == names
