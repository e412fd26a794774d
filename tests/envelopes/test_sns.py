"""Taking off what AWS wraps around things, in whichever order it was put on."""

import json
from typing import Any

from bot.envelopes.aws_delivery import deliveries
from bot.envelopes.eventbridge import read_event
from bot.envelopes.jsonbody import Document, loads
from bot.envelopes.sns import SnsKind, read_message

TOPIC = "arn:aws:sns:eu-central-1:444455556666:ai-alarms"
ALARM = {"AlarmName": "a", "NewStateValue": "ALARM"}
EVENT: dict[str, Any] = {
    "id": "1",
    "detail-type": "X",
    "source": "aws.x",
    "detail": {"a": 1},
}


def sns(message: Any, **more: Any) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": text,
        "Timestamp": "2026-05-04T10:55:01.180Z",
        **more,
    }


def values(given: Any) -> list[Any]:
    return [one.document.value for one in deliveries(loads(json.dumps(given)))]


def test_what_is_bare_stays_as_it_is() -> None:
    assert values(ALARM) == [ALARM]
    (one,) = deliveries(Document(value="words"))
    assert (one.document.value, one.message) == ("words", None)


def test_the_message_of_sns_is_taken_out() -> None:
    assert values(sns(ALARM)) == [ALARM]
    (one,) = deliveries(Document(value=sns(ALARM, Subject="ALARM")))
    assert one.message is not None
    assert one.message.subject == "ALARM"


def test_a_message_in_words_stays_a_text() -> None:
    assert values(sns("AWS Budget Notification")) == ["AWS Budget Notification"]
    assert values(sns("{ broken")) == ["{ broken"]


def test_records_of_lambda_are_told_apart() -> None:
    of_sns = {"Records": [{"EventSource": "aws:sns", "Sns": sns(ALARM)}] * 2}
    assert values(of_sns) == [ALARM, ALARM]
    of_sqs = {"Records": [{"body": json.dumps(sns(EVENT))}, {"body": "words"}]}
    assert values(of_sqs) == [EVENT, "words"]


def test_records_that_wrap_nothing_are_left_alone() -> None:
    odds: tuple[Any, ...] = ({"Records": []}, {"Records": "x"}, {"Records": [1, None]})
    for odd in odds:
        assert values(odd) == [odd]


def test_wrappings_lie_in_each_other_only_so_deep() -> None:
    deep: Any = ALARM
    for _ in range(10):
        deep = sns(deep)
    (left,) = values(deep)
    assert left["Type"] == "Notification"


def test_other_objects_are_no_message_of_sns() -> None:
    others: tuple[Any, ...] = ({}, [], "x", {"Type": "Notification"})
    for other in (*others, sns(ALARM, Type="Other")):
        assert read_message(other) is None
    assert read_message(sns(ALARM, TopicArn=None)) is None


def test_certificates_are_named_in_two_ways() -> None:
    for name in ("SigningCertURL", "SigningCertUrl"):
        found = read_message(sns(ALARM, **{name: "https://x"}))
        assert found is not None
        assert found.signing_cert_url == "https://x"


def test_one_message_has_one_key_however_it_comes() -> None:
    same = [read_message(sns("a")), read_message(sns("a", Signature="other"))]
    others = [
        read_message(sns("a", MessageId="m-2")),
        read_message(sns("a", TopicArn="arn:aws:sns:x")),
        read_message(sns("another sample with the same id")),
    ]
    assert len({one.delivery_key for one in same if one}) == 1
    assert len({one.delivery_key for one in (*same, *others) if one}) == 4


def test_the_three_kinds_are_known() -> None:
    for kind in SnsKind:
        found = read_message(sns("a", Type=kind.value))
        assert found is not None
        assert found.kind is kind


def test_the_frame_of_an_event_is_read() -> None:
    stamp = "1777892101000"
    found = read_event({**EVENT, "time": stamp, "resources": ["arn:a", 7, None]})
    assert found is not None
    assert (found.id, found.source, found.detail_type) == ("1", "aws.x", "X")
    assert found.resources == ("arn:a", "7")
    assert found.at is not None
    assert found.at.isoformat() == "2026-05-04T10:55:01+00:00"


def test_without_its_frame_it_is_no_event() -> None:
    for missing in EVENT:
        cut = {key: one for key, one in EVENT.items() if key != missing}
        assert (read_event(cut) is None) == (missing != "id")
