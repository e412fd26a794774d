"""Unpacking the JSON encoding of OTLP."""

from typing import Any

from bot.envelopes.otlp import Record, records_in


def attribute(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def one(entry: Any) -> Record:
    (found,) = records_in(entry)
    return found


def exported(span: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [attribute("service.name", stringValue="claims")]}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]
    }


def test_typed_values_become_texts_and_lists() -> None:
    listed = {"values": [{"stringValue": "stop"}, {"intValue": "3"}]}
    found = one(
        exported(
            {
                "traceId": "t",
                "spanId": "s",
                "status": {"code": 2},
                "attributes": [
                    attribute("a", intValue="7"),
                    attribute("b", boolValue=True),
                    attribute("c", arrayValue=listed),
                ],
            }
        )
    )
    assert found.attributes == {"a": "7", "b": "true", "c": ""}
    assert found.lists == {"c": ("stop", "")}
    assert (found.trace_id, found.span_id, found.service) == ("t", "s", "claims")
    assert found.failed
    assert found.is_span


def test_an_event_knows_its_span_but_not_its_failure() -> None:
    span = {
        "traceId": "t",
        "spanId": "s",
        "attributes": [attribute("m", stringValue="x"), attribute("error.type")],
        "events": [{"name": "e", "timeUnixNano": "1779271200000000000"}],
    }
    _, event = records_in(exported(span))
    assert event.attributes == {"m": "x"}
    assert (event.event, event.trace_id, event.is_span) == ("e", "t", False)
    assert event.at is not None


def test_a_span_of_another_exporter_is_read_alone() -> None:
    found = one(
        {
            "context": {"trace_id": "0x1", "span_id": "0x2"},
            "attributes": {"a": 1, "b": ["x", "y"]},
            "status": {"status_code": "ERROR"},
            "start_time": "2026-05-20T10:00:00Z",
        }
    )
    assert found.attributes["a"] == "1"
    assert found.lists == {"b": ("x", "y")}
    assert found.failed


def test_rubbish_holds_no_records() -> None:
    rubbish: list[Any] = [{"resourceSpans": "x"}, {"resourceLogs": [1]}, 7]
    for entry in rubbish:
        assert list(records_in(entry)) == []
