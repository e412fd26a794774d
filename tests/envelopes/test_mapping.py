"""A source as data: field paths become envelopes."""

from datetime import UTC, datetime

import pytest

from bot.domain.envelope import Entity, EntityKind, Outcome, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import leaves
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.mapping import (
    MAX_ALERTS,
    SourceMap,
    digest,
    envelopes_of,
    identifier,
    links_of,
)
from bot.envelopes.names import TITLE, best
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in

GATEWAY = SourceMap(
    source="gateway",
    each="events[]",
    title=("what", "rule"),
    title_else="An event of the gateway",
    texts=("what", "findings[].kind"),
    event_id=("id",),
    dedup=("rule",),
    group=("session",),
    status=("state",),
    status_words={"gone": Status.RESOLVED},
    severity=("level",),
    occurred_at=("at",),
    entities={"model": EntityKind.MODEL},
    outcome=("verdict",),
    outcome_words={"stopped": Outcome.BLOCKED},
    links=("see",),
)
EVENT: dict[str, Json] = {
    "id": 7,
    "what": "Injection stopped",
    "rule": "inj-1",
    "session": "s-1",
    "state": "gone",
    "level": "High",
    "at": "2026-05-04T12:00:00Z",
    "model": "m-1",
    "verdict": "Stopped",
    "findings": [{"kind": "a"}, {"kind": "b"}],
    "see": "https://example.com/7",
}


def test_every_field_lands_where_the_map_says() -> None:
    (made,) = envelopes_of(Document(value={"events": [EVENT]}), GATEWAY)
    assert made.source_event_id == "7"
    assert made.dedup_key == "inj-1"
    assert made.group_key == "s-1"
    assert made.status is Status.RESOLVED
    assert made.occurred_at == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert made.title.for_slack() == "Injection stopped"
    assert [*made.texts] == ["what", "findings.kind", "findings.kind#2"]
    assert made.entities == (Entity(EntityKind.MODEL, "m-1"),)
    assert made.vendor_severity == "High"
    assert made.outcome is Outcome.BLOCKED
    assert made.links == ("https://example.com/7",)


def test_wrong_types_read_as_absent() -> None:
    bent: Json = {key: [{}] for key in EVENT}
    (made,) = envelopes_of(Document(value={"events": [bent]}), GATEWAY)
    assert made.title.for_slack() == "An event of the gateway"
    assert made.status is Status.FIRING
    assert made.dedup_key


def test_no_alert_where_alerts_are_due_is_unparsed() -> None:
    with pytest.raises(Unparsed, match="there is no alert at"):
        envelopes_of(Document(value={"events": "none"}), GATEWAY)


def test_the_last_alert_stands_for_those_beyond_the_limit() -> None:
    many = Document(value={"events": [EVENT] * (MAX_ALERTS + 20)})
    made = envelopes_of(many, GATEWAY)
    assert len(made) == MAX_ALERTS
    assert sum(one.stands_for for one in made) == MAX_ALERTS + 20


def test_a_long_id_becomes_its_digest_and_never_meets_another() -> None:
    assert identifier("a" * 300) != identifier("a" * 301)
    assert len(identifier("a" * 300)) == 32
    assert identifier("a\n\u200bb") == "a b"


def test_equal_values_have_equal_digests() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_only_web_addresses_are_links() -> None:
    found = ["javascript:alert(1)", "https://a.example", "https://a.example", "x"]
    assert links_of(found) == ("https://a.example",)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Resolved", Status.RESOLVED),
        ("incident.resolved", Status.RESOLVED),
        ("ALERT_RECOVERY", Status.RESOLVED),
        ("alert-acknowledged", Status.UPDATE),
        ("firing", Status.FIRING),
        ("purple", None),
        ("x" * 500, None),
    ],
)
def test_words_for_a_state_are_understood(word: str, status: Status | None) -> None:
    assert status_of(word) is status


def test_things_are_named_in_the_order_of_what_they_say() -> None:
    pairs = [("instance", "i-1"), ("Model_ID", "m-1"), ("service", "s-1")]
    assert [one.kind for one in entities_in(pairs)] == [
        EntityKind.MODEL,
        EntityKind.SERVICE,
        EntityKind.SERVICE,
    ]


def test_beside_a_card_the_model_name_is_the_cards() -> None:
    pairs = [("gpu", "3"), ("Hostname", "node-7"), ("modelName", "H100")]
    assert entities_in(pairs) == (Entity(EntityKind.GPU, "node-7 gpu 3"),)


def test_the_best_title_is_shallow_and_well_named() -> None:
    found = leaves(
        {"type": "x", "data": {"title": "The title"}, "action": "none"}, most=9
    )
    assert best(found, TITLE) == "The title"
