"""Payloads that hold several events, and pages that hold none."""

import pytest

from bot.domain.errors import Unparsed
from bot.envelopes.batches import events_in, objects_in
from bot.envelopes.jsonlines import CUT_LINE
from tests.integrations.judging import triaged


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
