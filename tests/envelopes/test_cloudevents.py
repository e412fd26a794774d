"""CloudEvents in three modes."""

import base64
from datetime import UTC, datetime

from bot.envelopes.cloudevents import (
    from_headers,
    from_json,
    is_batch,
    is_binary,
    is_event,
)
from bot.envelopes.jsonbody import Json
from bot.ports.integration import Payload

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVENT: dict[str, Json] = {
    "specversion": "1.0",
    "type": "com.example.x",
    "source": "/a",
    "id": "1",
    "time": "2026-05-04T12:00:00Z",
    "data": {"n": 1},
}


def test_a_structured_event_is_unwrapped() -> None:
    event = from_json(EVENT)
    assert (event.id, event.source, event.at, event.data) == ("1", "/a", NOON, {"n": 1})


def test_binary_attributes_are_percent_decoded() -> None:
    headers = {"ce-type": "com.example.x", "ce-source": "/a%20b", "ce-id": "7"}
    payload = Payload(body=b'{"n": 1}', headers=headers, received_at=NOON)
    event = from_headers(payload)
    assert is_binary(headers)
    assert (event.source, event.id, event.data) == ("/a b", "7", {"n": 1})


def test_binary_data_may_be_plain_text() -> None:
    payload = Payload(body=b"it broke", headers={"ce-type": "x"}, received_at=NOON)
    assert from_headers(payload).data == "it broke"


def test_packed_data_is_unpacked() -> None:
    packed = base64.b64encode(b'{"n": 2}').decode()
    event = from_json({"specversion": "1.0", "data_base64": packed})
    assert event.data == {"n": 2}


def test_data_that_is_packed_wrongly_stays_text() -> None:
    assert from_json({"data_base64": "%%%"}).data == "%%%"


def test_attributes_of_a_wrong_type_read_as_absent() -> None:
    event = from_json({"specversion": "1.0", "id": {"x": 1}, "time": [], "type": None})
    assert (event.id, event.at, event.type) == ("", None, "")


def test_only_lists_of_events_are_batches() -> None:
    assert is_event(EVENT)
    assert is_batch([EVENT, EVENT])
    assert not is_batch([])
    assert not is_batch([EVENT, {"a": 1}])


def test_what_the_producer_added_is_kept_and_the_rest_is_not_repeated() -> None:
    event = from_json({**EVENT, "severity": "high", "attempt": 3, "more": {"x": 1}})
    assert event.extensions == {"severity": "high", "attempt": "3"}
    headers = {"ce-type": "x", "ce-id": "1", "ce-severity": "high"}
    payload = Payload(body=b"{}", headers=headers, received_at=NOON)
    assert from_headers(payload).extensions == {"severity": "high"}


def test_data_that_is_text_is_not_opened() -> None:
    headers = {"ce-type": "x", "content-type": "text/plain"}
    payload = Payload(body=b'{"n": ', headers=headers, received_at=NOON)
    assert from_headers(payload).data == '{"n": '
