"""Each part of a delivery is read by who takes it, whichever door it came through."""

import json
from typing import Any

import pytest

from bot.dispatch import AUTO, DEAD_LETTER, read, recognized
from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.ports.integration import Payload
from bot.triage import load_integrations
from tests.integrations.samples import NOW, SAMPLES

PARSERS = load_integrations()
ALARM = {"AlarmName": "a", "NewStateValue": "ALARM"}
TRAIL = {"eventSource": "bedrock.amazonaws.com", "eventName": "DeleteGuardrail"}
EVENT = {"id": "1", "source": "aws.ec2", "detail-type": "X", "detail": {"state": "y"}}
LOG = {"schemaType": "ModelInvocationLog", "modelId": "m", "requestId": "q-1"}


def payload(value: Any, **headers: str) -> Payload:
    body = value if isinstance(value, str) else json.dumps(value)
    return Payload(body=body.encode(), headers=headers, received_at=NOW)


def queue(*values: Any) -> dict[str, Any]:
    texts = (one if isinstance(one, str) else json.dumps(one) for one in values)
    return {"Records": [{"messageId": "m", "body": text} for text in texts]}


def sources(value: Any, source: str = AUTO) -> list[str]:
    given = payload(value)
    _, found = read(given, recognized(given, source, PARSERS), PARSERS)
    return [one.source for one in found]


def test_a_batch_of_many_kinds_is_read_by_as_many() -> None:
    mixed = queue(ALARM, TRAIL, EVENT, LOG, "AWS Budget Notification", "words")
    assert sources(mixed) == [
        "cloudwatch",
        "aws_cloudtrail",
        "eventbridge",
        "aws_bedrock",
        "aws_cost",
        "cloudwatch",
    ]


@pytest.mark.parametrize("source", ["cloudwatch", "aws_guardduty", "eventbridge"])
def test_to_whichever_door_of_aws_it_was_posted(source: str) -> None:
    assert sources(TRAIL, source) == ["aws_cloudtrail"]
    assert sources(queue(ALARM, LOG), source) == ["cloudwatch", "aws_bedrock"]


def test_other_sources_read_what_is_posted_to_them_themselves() -> None:
    assert sources(TRAIL, "webhook") == ["webhook"]


def test_one_part_that_nobody_reads_does_not_hide_the_others() -> None:
    given = payload(queue(TRAIL, ""))
    _, found = read(given, "cloudwatch", PARSERS)
    assert [one.source for one in found] == ["aws_cloudtrail", "cloudwatch"]
    assert "could not be read" in found[1].title.for_rules()


def test_alone_it_is_unparsed() -> None:
    with pytest.raises(Unparsed):
        read(payload(""), "cloudwatch", PARSERS)


def test_what_a_source_does_not_send_is_unparsed_and_never_an_accident() -> None:
    members = [name for name, one in PARSERS.items() if one.MANIFEST.family]
    assert len(members) >= 9
    for name in members:
        values: tuple[Any, ...] = ({"findings": []}, {"a": 1}, [1], "x")
        for value in values:
            given = payload(value)
            try:
                source, found = read(given, name, PARSERS)
            except Unparsed:
                assert name != "cloudwatch"
            else:
                assert source == "cloudwatch"
                assert found


def test_of_a_dead_letter_every_alert_says_so() -> None:
    given = payload(queue(ALARM, TRAIL), **{DEAD_LETTER: "orders"})
    _, found = read(given, "cloudwatch", PARSERS)
    assert all("dead-letter queue (orders)" in one.notes[-1] for one in found)


def wrapped(body: bytes) -> dict[str, dict[str, Any]]:
    text = body.decode()
    sns = {"Type": "Notification", "TopicArn": "arn:aws:sns:x:1:t", "Message": text}
    sns |= {"MessageId": "m-1", "Timestamp": "2026-05-04T10:55:01.180Z"}
    return {
        "sns": sns,
        "lambda of sns": {"Records": [{"Sns": sns}]},
        "lambda of a queue": queue(text),
        "a queue of sns": queue(json.dumps(sns)),
    }


def without_carrier(made: Envelope) -> tuple[Any, ...]:
    return (made.source, made.dedup_key, made.title, made.status, made.entities)


BARE = [
    one
    for one in SAMPLES
    if one.source.startswith("aws_") or one.source == "eventbridge"
]


@pytest.mark.parametrize("sample", BARE, ids=lambda one: f"{one.source}/{one.name}")
def test_a_wrapping_changes_nothing_about_the_alert(sample: Any) -> None:
    _, bare = read(sample.payload, sample.source, PARSERS)
    for way, value in wrapped(sample.body).items():
        given = payload(value)
        assert recognized(given, AUTO, PARSERS) == sample.source
        _, found = read(given, sample.source, PARSERS)
        assert [*map(without_carrier, found)] == [*map(without_carrier, bare)]
        assert all(one.occurred_at is not None or "sns" not in way for one in found)
