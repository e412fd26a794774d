"""No text that a stranger can write changes what is decided about an alert."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ports.integration import Payload
from tests.core import rulings
from tests.integrations.planting import LURES, Room, rooms
from tests.integrations.samples import NOW
from tests.integrations.shapes import SHAPES, Shape
from tests.searching import examples

ROOMS = rooms()
# What a stranger writes who means no harm.
PLAIN = "Somebody waits for an answer"


def decided(payload: Payload, source: str) -> tuple[str, ...]:
    """Return outcome, category, severity, system and the first runbook."""
    found = rulings().understand(payload, source, "al_1")
    if found.worst is None:
        return (found.outcome,)
    rated = found.worst.assessment
    books = [one.runbook_id for one in rulings().advise(found.worst)]
    said = found.outcome, rated.category, rated.severity.value, found.worst.system
    return (*said, *books[:1])


@settings(max_examples=examples(2))
@given(
    room=st.sampled_from(ROOMS),
    text=st.sampled_from(LURES) | st.text(max_size=60),
    behind=st.booleans(),
)
def test_no_text_in_a_strangers_field_of_any_source_decides(
    room: Room, text: str, *, behind: bool
) -> None:
    clean = room.payload("", behind=True)
    assert decided(room.payload(text, behind=behind), room.source) == decided(
        clean, room.source
    )


@pytest.mark.slow
def test_a_strangers_field_that_is_left_empty_decides_nothing_either() -> None:
    left = {
        room.name
        for room in ROOMS
        if decided(room.payload("", behind=False), room.source)
        != decided(room.payload("", behind=True), room.source)
    }
    assert left == set()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_lure_decides_in_whatever_shape_it_comes(shape: Shape) -> None:
    assert {_decided(shape(lure)) for lure in LURES} == {_decided(shape(PLAIN))}


def test_what_only_a_stranger_says_is_for_a_person_to_judge() -> None:
    for lure in LURES:
        found = _decided({"text": lure})
        assert found == ("opens", "unclassified", "SEV3", "")


def test_there_is_room_for_a_stranger_in_most_sources() -> None:
    assert len({room.source for room in ROOMS}) > 25
    assert len(ROOMS) > 200


def _decided(value: object) -> tuple[str, ...]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return decided(Payload(body=raw, headers={}, received_at=NOW), "auto")
