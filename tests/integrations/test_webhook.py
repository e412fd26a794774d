"""What is read out of a payload that nobody described to us."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.anything import SAYS_NOTHING
from bot.ports.integration import Payload
from integrations.webhook import parse, recognizes

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)


def posted(body: bytes, **headers: str) -> Payload:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Payload(body=body, headers=named, received_at=NOW)


def one(value: Any) -> Envelope:
    return parse(posted(json.dumps(value).encode()))[0]


def test_common_names_are_read() -> None:
    made = one(
        {
            "title": "It broke",
            "severity": "High",
            "state": "resolved",
            "timestamp": 1777896000,
            "event_id": "e-1",
            "dedup_key": "d-1",
            "url": "https://x.example/1",
            "model": "m-1",
        }
    )
    assert made.title.for_slack() == "It broke"
    assert made.vendor_severity == "High"
    assert made.status is Status.RESOLVED
    assert made.occurred_at == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert (made.source_event_id, made.dedup_key) == ("e-1", "d-1")
    assert made.links == ("https://x.example/1",)
    assert [entity.id for entity in made.entities] == ["m-1"]


def test_every_field_is_kept_for_the_rules() -> None:
    made = one({"a": {"b": [1, "x"]}, "c": True})
    assert {path: text.for_rules() for path, text in made.texts.items()} == {
        "a.b": "1",
        "a.b#2": "x",
        "c": "true",
    }


def test_json_inside_a_text_is_opened() -> None:
    made = one({"Message": json.dumps({"AlarmName": "inner"})})
    assert made.title.for_slack() == "inner"


def test_figures_in_the_title_do_not_make_a_new_problem() -> None:
    first, second = one({"title": "Rate 31 %"}), one({"title": "Rate 47 %"})
    assert first.dedup_key == second.dedup_key
    assert first.dedup_key != one({"title": "Cost 31 %"}).dedup_key


def test_the_nearest_state_counts() -> None:
    nested = {"state": "open", "previous": {"state": "resolved"}}
    assert one(nested).status is Status.FIRING


def test_a_list_is_a_list_of_alerts() -> None:
    made = parse(posted(b'[{"title": "a"}, {"title": "b"}, 3]'))
    assert [each.title.for_slack() for each in made] == ["a", "b"]
    assert sum(each.stands_for for each in made) == 3


def test_plain_text_is_an_alert_with_its_first_line_as_title() -> None:
    (made,) = parse(posted(b"\n Disk is full \nsecond line"))
    assert made.title.for_slack() == "Disk is full"
    assert "second line" in made.texts["text"].for_slack()


def test_what_says_nothing_is_an_alert_that_says_so() -> None:
    made = one({"x": 1})
    assert made.title.for_slack() == "A payload without a text"
    assert made.notes == (SAYS_NOTHING,)


@pytest.mark.parametrize("body", [b'{"a": ', b"[1,", b"\xff\xfe", b" \n "])
def test_only_what_cannot_be_read_is_unparsed(body: bytes) -> None:
    with pytest.raises(Unparsed):
        parse(posted(body))


def test_a_binary_event_is_read_from_its_headers() -> None:
    payload = posted(
        b'{"count": 3}',
        ce_specversion="1.0",
        ce_type="com.example.model.drift_found.v2",
        ce_source="/monitor",
        ce_subject="model/m-1",
        ce_id="9",
        ce_time="2026-05-04T10:00:00Z",
    )
    (made,) = parse(payload)
    assert made.title.for_slack() == "Model drift found: model/m-1"
    assert made.source_event_id == "/monitor 9"
    assert [(e.kind.value, e.id) for e in made.entities] == [("model", "m-1")]
    assert made.occurred_at == datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_everything_but_a_blank_body_is_recognized() -> None:
    assert recognizes(posted(b"x"))
    assert not recognizes(posted(b" \n"))


@pytest.mark.parametrize(
    "value",
    [
        {"message": "x y", "detection_timestamp": "2026-05-04 12:00:00"},
        {"message": "x y", "createdTimeUtc": "2026-05-04T12:00:00Z"},
        {"message": "x y", "since": "2026-05-04T12:00:00Z"},
        {"message": "x y", "last_ping": "2026-05-04T14:00:00+02:00"},
        {"message": "x y", "at": {"seconds": 1777896000, "nanos": 0}, "timeout": 30},
        {"message": "x y", "timestamp": {"seconds": 1777896000}},
        {"message": "x y", "sendTime": 1777896000, "endTime": 1777899600},
        {"message": "x y", "when": {"epochSeconds": 1777896000}},
        {"message": "x y", "time": "5 min", "created_at": 1777896000000},
        {"message": "x y", "fields": [{"key": "timestamp", "value": 1777896000000}]},
    ],
)
def test_a_time_is_found_under_whatever_name(value: Any) -> None:
    assert one(value).occurred_at == datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        {"message": "x y", "expires_at": "2026-05-04T12:00:00Z"},
        {"message": "x y", "phone": "1777896000"},
        {"message": "x y", "count": 1777896000},
        {"message": "x y", "window_end": "2026-05-04T12:00:00Z"},
    ],
)
def test_a_number_and_an_end_are_no_time_of_what_happened(value: Any) -> None:
    assert one(value).occurred_at is None


def test_who_did_it_and_pairs_of_key_and_value_name_things() -> None:
    pairs = [{"key": "model", "value": "claims-1"}]
    made = one({"action": "key_made", "tags": pairs})
    assert [(each.kind.value, each.id) for each in made.entities] == [
        ("model", "claims-1")
    ]


def test_a_field_may_say_by_yes_or_no_that_it_is_over() -> None:
    assert one({"message": "x y", "resolved": True}).status is Status.RESOLVED
    assert one({"message": "x y", "resolved": False}).status is Status.FIRING
