"""Events of producers nobody described to us, in a wrapping that everybody knows."""

import base64
from typing import Any

import pytest

from bot.domain.envelope import Status
from bot.domain.errors import Unparsed
from bot.ports.integration import Payload
from integrations.cloudevents import parse
from tests.integrations.judging import triaged, verdict
from tests.integrations.samples import NOW


def event(**more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": "com.example.ai.guardrail.intervened.v1",
        "source": "/gateway/eu",
        "subject": "model/claims",
        "id": "7",
        "time": "2026-05-04T10:00:00Z",
        **more,
    }


def test_source_and_id_name_an_event_and_the_type_its_title() -> None:
    made = triaged(event(data={"action": "NONE"})).alerts[0].envelope
    assert made.source_event_id == "/gateway/eu 7"
    assert made.title.for_slack() == "Guardrail intervened: model/claims"
    assert [one.id for one in made.entities] == ["claims"]


def test_a_sentence_of_the_data_is_a_better_title() -> None:
    made = triaged(event(data={"message": "Four answers held an address"}))
    title = made.alerts[0].envelope.title.for_slack()
    assert title == "Four answers held an address"


@pytest.mark.parametrize(
    "data",
    [
        {"data": {"category": "PII", "action": "NONE"}},
        {"data_base64": base64.b64encode(b'{"category": "PII"}').decode()},
    ],
)
def test_data_is_read_in_whatever_form(data: dict[str, Any]) -> None:
    found = event(type="com.example.check.finding.v1", **data)
    assert verdict(found) == "cloudevents data_disclosure SEV2"


def test_data_that_is_a_text_is_kept_and_decides_nothing() -> None:
    found = event(type="com.example.check.v1", data="PII", datacontenttype="text/plain")
    (made,) = triaged(found).alerts
    assert "PII" in [text.for_rules() for text in made.envelope.texts.values()]
    assert made.assessment.category == "unclassified"


def test_an_extension_may_hold_the_severity() -> None:
    made = triaged(event(severity="critical", data={})).alerts[0].envelope
    assert made.vendor_severity == "critical"
    assert made.texts["severity"].for_rules() == "critical"


def test_a_batch_is_one_alert_an_event_and_an_end_resolves() -> None:
    over = event(type="com.example.incident.resolved", id="8")
    batch = triaged([event(), over])
    assert [one.envelope.status for one in batch.alerts] == [
        Status.FIRING,
        Status.RESOLVED,
    ]


def test_what_is_no_event_is_unparsed() -> None:
    for body in (b"{}", b"[1]", b'{"type": "x"}', b"no"):
        with pytest.raises(Unparsed):
            parse(Payload(body=body, headers={}, received_at=NOW))


def test_an_event_that_says_nothing_known_asks_a_person() -> None:
    nothing = event(type="com.example.thing.x", subject="y", source="z")
    assert verdict(nothing) == "cloudevents unclassified SEV3"
