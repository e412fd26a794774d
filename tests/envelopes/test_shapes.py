"""Telling a source by the shape of its payload."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.domain.envelope import EntityKind
from bot.envelopes.mapping import SourceMap, reader
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.ports.integration import Payload

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)


def payload(body: Any) -> Payload:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Payload(body=raw, headers={}, received_at=NOW)


def test_every_path_that_is_asked_for_must_hold_something() -> None:
    shape = Shape(has=("a.b", "c"))
    assert fits({"a": {"b": 0}, "c": ""}, shape)
    assert not fits({"a": {"b": 0}, "c": None}, shape)
    assert not fits({"a": [], "c": 1}, shape)


def test_a_look_alike_is_told_by_what_it_has_beside() -> None:
    shape = Shape(has=("alerts",), none_of=("orgId",))
    assert fits({"alerts": []}, shape)
    assert not fits({"alerts": [], "orgId": 1}, shape)


def test_one_of_several_names_is_enough() -> None:
    shape = Shape(any_of=("x", "y[].z"))
    assert fits({"y": [{"z": 1}]}, shape)
    assert not fits({"y": [{}]}, shape)


def test_a_word_fits_whatever_its_case_and_with_any_ending() -> None:
    shape = Shape(words={"type": ("alert", "prompt-*")})
    assert fits({"type": "Alert"}, shape)
    assert fits({"type": "prompt-version"}, shape)
    assert not fits({"type": "alerts"}, shape)
    assert not fits({"type": ["alert"]}, shape)


def test_of_a_list_the_first_object_is_looked_at() -> None:
    recognizes = recognizer(Shape(has=("mine",)), Shape(has=("ours",)))
    assert recognizes(payload([{"ours": 1}, {"theirs": 1}]))
    assert not recognizes(payload([{"theirs": 1}, {"mine": 1}]))
    assert not recognizes(payload([]))


def test_lines_of_json_are_looked_at_as_a_list() -> None:
    recognizes = recognizer(Shape(has=("mine",)))
    assert recognizes(payload(b'{"mine": 1}\n{"mine": 2}\n'))
    assert not recognizes(payload(b"mine: 1\nmine: 2"))


def test_a_source_that_is_only_a_map_reads_one_alert_a_line() -> None:
    parse = reader(
        SourceMap(
            source="gateway",
            title=("rule",),
            title_else="An event",
            entities={"model": EntityKind.MODEL},
        )
    )
    made = parse(payload(b'{"rule": "a", "model": "m"}\n{"rule": "b"}'))
    assert [one.title.for_slack() for one in made] == ["a", "b"]
    assert len({one.dedup_key for one in made}) == 2
