"""Payloads that hold several events, and pages that hold none."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.batches import (
    IDS_AND_TIMES,
    events_in,
    gathered_from,
    objects_in,
)
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import CUT_LINE
from bot.envelopes.things import folded
from bot.triage import load_integrations
from tests.integrations.judging import triaged
from tests.integrations.samples import SAMPLES, Sample

PARSERS = load_integrations()
LOGS = (
    *("anthropic_audit", "azure_activity", "databricks"),
    *("gcp_audit", "github", "openai_audit"),
)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"n": 1}, {"n": 2}]',
        b'{"data": [{"n": 1}, {"n": 2}], "has_more": false}',
        b'{"n": 1}\n\n{"n": 2}\n',
        b'{"n": 1}\r\n{"n": 2}',
    ],
)
def test_a_list_a_page_and_lines_are_the_same_events(body: bytes) -> None:
    assert objects_in(events_in(body, "data[]")) == [{"n": 1}, {"n": 2}]


def test_a_line_that_was_cut_hides_no_other_event() -> None:
    found = events_in(b'{"n": 1}\n{"n": 2}\n{"n":', "data[]")
    assert objects_in(found) == [{"n": 1}, {"n": 2}]
    assert found.notes == (CUT_LINE,)


def test_one_event_is_a_list_of_one() -> None:
    assert events_in(b'{"n": 1}', "data[]").value == [{"n": 1}]


def test_a_page_without_events_is_empty() -> None:
    assert events_in(b'{"data": [], "has_more": false}', "data[]").value == []
    assert events_in(b"[]", "data[]").value == []


@pytest.mark.parametrize("body", [b"", b"no", b'{"n": 1\nno', b'{"n": 1'])
def test_what_is_neither_json_nor_lines_of_it_is_unparsed(body: bytes) -> None:
    with pytest.raises(Unparsed):
        events_in(body)


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("openai_audit", {"object": "list", "data": [], "has_more": False}),
        ("anthropic_audit", {"data": []}),
        ("github", []),
        ("databricks", []),
        ("gcp_audit", {"entries": []}),
        ("azure_activity", {"records": []}),
        ("cloudevents", []),
    ],
)
def test_an_empty_page_of_a_log_opens_nothing(source: str, page: object) -> None:
    assert triaged(page, source=source).outcome == "updates"


def test_the_one_entry_that_matters_is_found_among_thousands() -> None:
    everyday = {
        "action": "git.clone",
        "actor": "bob",
        "repo": "acme/site",
        "@timestamp": 1777888800000,
    }
    page = [{**everyday, "@timestamp": 1777888800000 + at} for at in range(3000)]
    page.insert(2900, {**everyday, "action": "protected_branch.destroy"})
    made = triaged(page, source="github")
    assert made.outcome == "opens"
    assert [one.envelope.stands_for for one in made.alerts] == [3000, 1]


def test_entries_that_differ_in_what_was_done_stay_apart() -> None:
    page = [
        {
            "action": "org.update_member",
            "actor": "bob",
            "org": "acme",
            "user": "eve",
            "permission": permission,
            "@timestamp": 1777888800000,
        }
        for permission in ("read", "admin", "read")
    ]
    made = triaged(page, source="github")
    assert [one.envelope.stands_for for one in made.alerts] == [2, 1]
    assert made.worst is not None
    assert made.worst.assessment.severity.value == "SEV2"


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 20_000 + b"{}]",
        b'{"data":[' + b"{}," * 20_000 + b"{}]}",
        b"{}\n" * 20_001,
    ],
)
def test_too_many_events_are_refused_and_not_cut_off(body: bytes) -> None:
    with pytest.raises(Unparsed):
        events_in(body, "data[]")


@pytest.mark.parametrize("source", LOGS)
def test_no_log_knows_an_event_by_its_own_id_or_time(source: str) -> None:
    """So two that differ in nothing else may be counted without reading both."""
    seen = 0
    for sample in SAMPLES:
        for event in events_of(sample) if sample.source == source else ():
            other = {
                name: f"other {value}" if _is_its_own(name, value) else value
                for name, value in event.items()
            }
            (one,), (two,) = (parsed(sample, each) for each in (event, other))
            assert (one.dedup_key, one.status) == (two.dedup_key, two.status)
            (both,) = parsed(sample, [event, other])
            assert (both.dedup_key, both.stands_for) == (one.dedup_key, 2)
            seen += other != event
    assert seen


def test_beyond_the_limit_no_event_is_read_and_every_one_is_counted() -> None:
    asked: list[Json] = []

    def read(event: Json) -> Envelope:
        asked.append(event)
        return Envelope(source="s", dedup_key=str(event), title=Untrusted("t"))

    made = gathered_from([{"n": n // 2} for n in range(3000)], read)
    assert len(made) == len(asked) == 500
    assert [made[0].stands_for, made[-1].stands_for] == [2, 2002]


def test_an_event_that_cannot_be_written_again_is_read_all_the_same() -> None:
    huge: list[Json] = [{"n": 10**30, "id": n} for n in range(3)]
    made = gathered_from(
        huge,
        lambda one: Envelope(source="s", dedup_key=str(one), title=Untrusted("t")),
    )
    assert [one.stands_for for one in made] == [1, 1, 1]


def _is_its_own(name: str, value: object) -> bool:
    return folded(name) in IDS_AND_TIMES and not isinstance(value, dict | list)


def events_of(sample: Sample) -> list[dict[str, Any]]:
    found = objects_in(events_in(sample.body, "data[]", "records[]", "entries[]"))
    return [one for one in found if len(parsed(sample, one)) == 1]


def parsed(sample: Sample, body: object) -> tuple[Envelope, ...]:
    raw = json.dumps(body).encode()
    try:
        return PARSERS[sample.source].parse(replace(sample.payload, body=raw))
    except Unparsed:
        return ()
