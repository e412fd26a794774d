"""Every event survives being stored, and no word is among the facts."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import codec
from bot.domain.action_events import ActionEvent
from bot.domain.codec import (
    decode,
    decode_action,
    decode_freeze,
    decode_share,
    encode,
)
from bot.domain.errors import Tampered
from bot.domain.events import Event
from bot.domain.freeze_events import FreezeEvent
from bot.domain.ruling import Ruling
from bot.domain.share_events import ShareEvent
from bot.domain.untrusted import Untrusted

KINDS = (
    *(*get_args(Event), *get_args(ActionEvent), *get_args(ShareEvent)),
    *get_args(FreezeEvent),
)
ROOMS = ("incident.", "action.", "share.", "freeze.")
AnyEvent = Event | ActionEvent | ShareEvent | FreezeEvent
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def value_of(  # noqa: C901 - one case per kind of field
    hint: Any,
) -> st.SearchStrategy[Any]:
    if hint == Untrusted | None:
        return st.builds(Untrusted, texts)
    if hint is datetime:
        return st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    if hint == tuple[str, ...]:
        return st.lists(texts, max_size=3).map(tuple)
    if hint == tuple[int, ...]:
        return st.lists(st.integers(0, 99), max_size=3).map(tuple)
    if hint == tuple[tuple[str, str], ...]:
        return st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
    if hint == tuple[tuple[str, str], ...] | None:
        return st.none() | value_of(tuple[tuple[str, str], ...])
    if hint == tuple[tuple[str, ...], ...]:
        return st.lists(value_of(tuple[str, ...]), max_size=3).map(tuple)
    if hint == Ruling | None:
        return st.none() | any_event(Ruling)
    if hint == tuple[Ruling, ...]:
        return st.lists(any_event(Ruling), max_size=2).map(tuple)
    return {str: texts, bool: st.booleans(), int: st.integers(0, 2**50)}[hint]


def any_event(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = {n: h for n, h in get_type_hints(kind).items() if n != "name"}
    return st.builds(kind, **{name: value_of(hint) for name, hint in hints.items()})


def read(name: str, body: dict[str, Any], words: dict[str, Any]) -> AnyEvent:
    if name.startswith("share."):
        return decode_share(name, body, words)
    if name.startswith("freeze."):
        return decode_freeze(name, body, words)
    reader = decode_action if name.startswith("action.") else decode
    return reader(name, body, words)


events = st.one_of(*[any_event(kind) for kind in KINDS])


@given(events)
def test_an_event_comes_back_as_it_was(event: AnyEvent) -> None:
    name, body, words = encode(event)
    stored = orjson.loads(orjson.dumps(body))
    assert read(name, stored, words) == event


@given(events)
def test_erased_words_read_as_none_and_the_facts_stay(
    event: AnyEvent,
) -> None:
    name, body, words = encode(event)
    erased = read(name, body, dict.fromkeys(words))
    assert encode(erased) == (name, body, {})


@given(events)
def test_facts_hold_only_what_the_log_may_hold(event: AnyEvent) -> None:
    def check(value: object) -> None:
        match value:
            case str() | int() | bool() | None:
                return
            case list():
                for inner in value:
                    check(inner)
            case dict():
                for name, inner in value.items():
                    check(str(name))
                    check(inner)
            case _:
                pytest.fail(f"{type(value)} is not a fact")

    for value in encode(event)[1].values():
        check(value)


def test_stored_names_are_unique_and_carry_a_version() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    assert all(name.startswith(ROOMS) and ".v" in name for name in names)


def test_an_event_is_read_as_what_it_was_written_for() -> None:
    with pytest.raises(Tampered, match=r"knows no event 'action\.applied\.v1'"):
        decode("action.applied.v1", {}, {})
    with pytest.raises(Tampered, match=r"knows no event 'incident\.nagged\.v1'"):
        decode_action("incident.nagged.v1", {}, {})


def test_a_name_nobody_wrote_is_refused() -> None:
    with pytest.raises(Tampered, match=r"knows no event 'incident\.exploded\.v1'"):
        decode("incident.exploded.v1", {}, {})


@pytest.mark.parametrize("body", [{}, {"by": 7}, {"by": "U1", "more": 1}])
def test_a_body_of_another_form_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Tampered, match=r"do not have their stored form"):
        decode("incident.acknowledged.v1", body, {})


def test_an_old_version_is_upgraded_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def rename(body: dict[str, Any]) -> dict[str, Any]:
        return {"by": body["user"]}

    old = {"incident.acknowledged.v0": ("incident.acknowledged.v1", rename)}
    monkeypatch.setattr(codec, "UPGRADES", old)
    event = decode("incident.acknowledged.v0", {"user": "U1"}, {})
    assert encode(event) == ("incident.acknowledged.v1", {"by": "U1"}, {})
