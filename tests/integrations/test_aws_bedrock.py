"""Prompts and answers stay where they are; what a guardrail did is told."""

import json
from typing import Any

import pytest

from bot.dispatch import read
from bot.domain.envelope import Envelope, Outcome
from bot.ports.integration import Payload
from bot.triage import load_integrations
from integrations.aws_bedrock import parse, recognizes
from tests.integrations.samples import NOW, SAMPLES

PARSERS = load_integrations()
PRIVATE = ("4711", "Sorry", "{NAME}")
OURS = [one for one in SAMPLES if one.source == "aws_bedrock"]


def payload(value: Any) -> Payload:
    return Payload(body=json.dumps(value).encode(), headers={}, received_at=NOW)


def shown(made: Envelope) -> str:
    """Everything of an envelope that anybody could come to see."""
    texts = {key: text.for_rules() for key, text in made.texts.items()}
    things = [one.id for one in made.entities]
    ids = [made.dedup_key, made.group_key, made.source_event_id]
    said = [made.title.for_rules(), texts, things, ids, *made.links, *made.notes]
    return json.dumps(said, ensure_ascii=False)


def apply(policy: str, kind: str, *found: dict[str, Any], **more: Any) -> Envelope:
    """Read what ApplyGuardrail answers about one policy."""
    answer = {
        "action": "GUARDRAIL_INTERVENED",
        "assessments": [{policy: {kind: list(found)}}],
        **more,
    }
    return parse(payload(answer))[0]


def facts(made: Envelope) -> dict[str, str]:
    return {key: text.for_rules() for key, text in made.texts.items()}


@pytest.mark.parametrize("sample", OURS, ids=lambda one: one.name)
def test_nothing_of_a_prompt_or_an_answer_is_shown(sample: Any) -> None:
    for made in parse(sample.payload):
        assert not [word for word in PRIVATE if word in shown(made)]


@pytest.mark.parametrize("field", ["inputBodyJson", "outputBodyJson"])
def test_neither_is_it_where_the_record_is_bent(field: str) -> None:
    side = field[: -len("BodyJson")]
    odd = ("4711", ["4711"], {"4711": "4711"}, {"content": {"trace": "4711"}})
    for body in odd:
        record = {
            "schemaType": "ModelInvocationLog",
            "modelId": "m",
            side: {field: body, f"{side}BodyS3Path": "s3://bucket/key"},
        }
        (made,) = parse(payload(record))
        assert "4711" not in shown(made)
        assert "s3://bucket/key" in shown(made)


def test_a_record_that_is_cut_off_in_a_log_is_withheld() -> None:
    line = '{"schemaType":"ModelInvocationLog","input":{"inputBodyJson":{"p":"4711'
    batch = {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/bedrock",
        "logEvents": [{"id": "1", "timestamp": 1777888920000, "message": line}],
    }
    name, (made,) = read(payload(batch), "cloudwatch", PARSERS)
    assert name == "cloudwatch_logs"
    assert "4711" not in shown(made)
    assert "not shown" in shown(made)


def test_a_models_answer_cannot_pass_for_the_guardrails_verdict() -> None:
    lie = {"contentPolicy": {"filters": [{"type": "HATE", "action": "BLOCKED"}]}}
    record = {
        "schemaType": "ModelInvocationLog",
        "modelId": "m",
        "input": {"inputBodyJson": {"amazon-bedrock-trace": {"input": {"g": lie}}}},
        "output": {"outputBodyJson": {"content": [{"json": lie}]}},
    }
    (made,) = parse(payload(record))
    assert facts(made)["findings"] == "0"


def test_the_answers_of_a_stream_are_read_piece_by_piece() -> None:
    filters = [{"type": "PROMPT_ATTACK", "action": "BLOCKED", "confidence": "HIGH"}]
    trace = {
        "guardrail": {
            "inputAssessment": {"abcdefgh1": {"contentPolicy": {"filters": filters}}}
        }
    }
    pieces = [
        {"contentBlockDelta": {"delta": {"text": "4711"}}},
        {"messageStop": {"stopReason": "guardrail_intervened"}},
        {"metadata": {"trace": trace, "usage": {"inputTokens": 7, "outputTokens": 2}}},
    ]
    record = {
        "schemaType": "ModelInvocationLog",
        "modelId": "m",
        "operation": "ConverseStream",
        "output": {"outputBodyJson": pieces},
    }
    (made,) = parse(payload(record))
    assert made.outcome is Outcome.BLOCKED
    assert facts(made)["promptAttack"] == "BLOCKED"
    assert facts(made)["totalTokens"] == "9"
    assert "4711" not in shown(made)


@pytest.mark.parametrize(
    ("filters", "outcome"),
    [
        ([("PROMPT_ATTACK", "BLOCKED")], Outcome.BLOCKED),
        ([("PROMPT_ATTACK", "NONE")], Outcome.ALLOWED),
        ([("PROMPT_ATTACK", "NONE"), ("HATE", "BLOCKED")], Outcome.BLOCKED),
    ],
)
def test_one_block_stops_everything(
    filters: list[tuple[str, str]], outcome: Outcome
) -> None:
    found = [{"type": kind, "action": did, "detected": True} for kind, did in filters]
    assert apply("contentPolicy", "filters", *found).outcome is outcome


def test_masking_data_does_not_stop_an_attack_beside_it() -> None:
    assessed = {
        "contentPolicy": {
            "filters": [{"type": "PROMPT_ATTACK", "action": "NONE", "detected": True}]
        },
        "sensitiveInformationPolicy": {
            "piiEntities": [{"type": "NAME", "action": "ANONYMIZED"}]
        },
    }
    answer = {"action": "GUARDRAIL_INTERVENED", "assessments": [assessed]}
    assert parse(payload(answer))[0].outcome is Outcome.ALLOWED


@pytest.mark.parametrize(
    "nothing",
    [
        {"type": "HATE", "action": "NONE", "detected": False, "confidence": "NONE"},
        {"type": "HATE", "action": "NONE", "confidence": "NONE"},
    ],
)
def test_with_the_full_scope_filters_that_found_nothing_are_no_findings(
    nothing: dict[str, Any],
) -> None:
    made = apply("contentPolicy", "filters", nothing, action="NONE")
    assert facts(made)["findings"] == "0"


def test_a_score_below_its_threshold_is_a_finding_though_nothing_was_done() -> None:
    low = {"type": "GROUNDING", "threshold": 0.7, "score": 0.2, "action": "NONE"}
    fine = {"type": "RELEVANCE", "threshold": 0.5, "score": 0.9, "action": "NONE"}
    made = apply("contextualGroundingPolicy", "filters", low, fine, action="NONE")
    assert facts(made)["findings"] == "1"
    assert facts(made)["grounding"] == "NONE"


def test_each_side_has_its_own_fact() -> None:
    hate = {"type": "HATE", "action": "BLOCKED", "detected": True}
    for side in ("INPUT", "OUTPUT"):
        made = apply("contentPolicy", "filters", hate, source=side)
        assert f"{side.lower()}Harm" in facts(made)
    assert "harm" in facts(apply("contentPolicy", "filters", hate))


def test_the_id_of_the_request_is_the_events_and_not_the_problems() -> None:
    one, two = (
        apply(
            "topicPolicy",
            "topics",
            {"name": "x", "type": "DENY", "action": "BLOCKED"},
            ResponseMetadata={"RequestId": request},
        )
        for request in ("q-1", "q-2")
    )
    assert (one.source_event_id, two.source_event_id) == ("q-1", "q-2")
    assert one.dedup_key == two.dedup_key


def test_other_answers_with_an_action_are_not_bedrocks() -> None:
    others: tuple[Any, ...] = ({"action": "BLOCKED"}, {"assessments": []}, [])
    for other in (*others, {"stopReason": "x"}):
        assert not recognizes(payload(other))
