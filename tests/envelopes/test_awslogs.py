"""Log lines are unpacked whatever they lie in, and only as far as is safe."""

import base64
import gzip
import json
import zlib
from functools import cache
from typing import Any

import pytest

from bot.envelopes.aws_delivery import MOST, Delivery, deliveries, documents
from bot.envelopes.awslogs import MOST_BYTES, NOT_OPENED, TOO_LARGE, unpacked
from bot.envelopes.jsonbody import loads
from bot.ports.integration import Payload
from tests.integrations.samples import NOW


def batch(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    lines = [
        {"id": f"l-{place}", "timestamp": 1777888920000, "message": text}
        for place, text in enumerate(messages, 1)
    ]
    return {
        "messageType": kind,
        "owner": "444455556666",
        "logGroup": "/aws/lambda/f",
        "logStream": "s",
        "logEvents": lines,
    }


def packed(value: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(value).encode())).decode()


@cache
def bomb(size: int = 3 * MOST_BYTES) -> str:
    """A few kilobytes of base64 that are zeros without end."""
    machine = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    made = b"".join(machine.compress(block) for _ in range(size // len(block)))
    return base64.b64encode(made + machine.flush()).decode()


def opened(value: Any) -> tuple[Delivery, ...]:
    return deliveries(loads(json.dumps(value)))


PACKED = packed(batch("a", "b"))
WAYS: dict[str, Any] = {
    "lambda": {"awslogs": {"data": PACKED}},
    "firehose": {"records": [{"data": packed(batch("a", "b"))}]},
    "firehose_lambda": {
        "records": [{"recordId": "1", "data": packed(batch("a", "b"))}]
    },
    "kinesis": {
        "Records": [{"kinesis": {"partitionKey": "p", "data": packed(batch("a", "b"))}}]
    },
    "queue": {
        "Records": [
            {"body": json.dumps({"awslogs": {"data": packed(batch("a", "b"))}})}
        ]
    },
    "unpacked": batch("a", "b"),
}


@pytest.mark.parametrize("value", WAYS.values(), ids=WAYS)
def test_lines_are_the_same_whichever_way_they_come(value: Any) -> None:
    found = opened(value)
    assert [one.value for one in found] == ["a", "b"]
    logs = [one.log for one in found if one.log]
    assert [(log.group, log.id, log.account) for log in logs] == [
        ("/aws/lambda/f", "l-1", "444455556666"),
        ("/aws/lambda/f", "l-2", "444455556666"),
    ]


def test_a_line_of_json_is_opened() -> None:
    (one,) = opened(batch('{"schemaType": "ModelInvocationLog"}'))
    assert one.value == {"schemaType": "ModelInvocationLog"}


def test_a_bomb_is_not_unpacked_and_still_an_alert() -> None:
    assert unpacked(bomb()).problem == TOO_LARGE
    for value in ({"awslogs": {"data": bomb()}}, {"records": [{"data": bomb()}]}):
        (one,) = opened(value)
        assert one.value == TOO_LARGE
        assert one.log is not None
        assert one.log.is_closed


def test_just_as_much_as_allowed_is_unpacked() -> None:
    fits = base64.b64encode(gzip.compress(b"x" * MOST_BYTES)).decode()
    above = base64.b64encode(gzip.compress(b"x" * (MOST_BYTES + 1))).decode()
    assert len(unpacked(fits).text) == MOST_BYTES
    assert unpacked(above).problem == TOO_LARGE


@pytest.mark.parametrize(
    "data",
    ["?", "bm90IHBhY2tlZA==", packed({})[:-12], "H4sIAAAA", packed([1, 2]), "eJw="],
    ids=["no base64", "not packed", "cut", "a head only", "a list", "zlib"],
)
def test_what_cannot_be_unpacked_is_said(data: str) -> None:
    (one,) = opened({"awslogs": {"data": data}})
    assert one.log is not None
    assert one.log.is_closed
    assert one.value == NOT_OPENED


def test_a_try_of_cloudwatch_logs_is_told_apart() -> None:
    (one,) = opened(batch("CWL CONTROL MESSAGE: Checking", kind="CONTROL_MESSAGE"))
    assert one.log is not None
    assert one.log.is_control


def test_of_too_many_lines_the_last_stands_for_the_rest() -> None:
    found = opened(batch(*map(str, range(MOST + 50))))
    assert len(found) == MOST
    assert found[-1].stands_for == 51
    assert found[0].stands_for == 1


def test_batches_in_batches_are_counted_to_the_last() -> None:
    inner = {"awslogs": {"data": packed(batch(*map(str, range(MOST + 1))))}}
    found = opened([inner, inner, *[{"a": 1}] * MOST])
    assert len(found) == MOST
    assert sum(one.stands_for for one in found) == 2 * (MOST + 1) + MOST


def test_lines_of_json_in_one_body_are_as_many_things() -> None:
    def body(text: str) -> Payload:
        return Payload(body=text.encode(), headers={}, received_at=NOW)

    assert [one.value for one in documents(body('{"a": 1}\n\n{"a": 2}\n'))] == [
        {"a": 1},
        {"a": 2},
    ]


def test_records_that_nobody_knows_stay_beside_those_that_are_known() -> None:
    found = opened({"Records": [{"body": "words"}, {"odd": 1}]})
    assert [one.value for one in found] == ["words", {"odd": 1}]


def test_a_dead_letter_is_marked() -> None:
    source = "arn:aws:sqs:x:1:orders"
    record = {"body": "words", "attributes": {"DeadLetterQueueSourceArn": source}}
    (one,) = opened({"Records": [record]})
    assert "dead-letter queue (orders)" in one.document.notes[0]
