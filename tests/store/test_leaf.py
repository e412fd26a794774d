"""An entry has one byte form, and it is RFC 8785's."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import LogError, Tampered
from bot.ports import NewEntry
from bot.store.leaf import (
    MAX_INT,
    is_canonical,
    parse_leaf,
    parsed_leaf,
    word_digest,
)
from bot.store.leaf import (
    leaf_of as made,
)
from tests.store.making import NOON

# Small on purpose: every rule of the form shows in a few keys, a few levels down, and
# most of the time went into making large bodies.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ascii_keys = st.text(st.characters(max_codepoint=127), max_size=5)
bodies = st.dictionaries(
    ascii_keys,
    st.recursive(
        st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | texts,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(ascii_keys, inner, max_size=4)
        ),
        max_leaves=6,
    ),
    max_size=4,
)


def leaf_of(body: dict[Any, Any], *, at: datetime = NOON, **words: str) -> bytes:
    entry = NewEntry(kind="k.v1", at=at, actor="U0ONCALL", body=body)
    return made(entry, seq=3, stream="s", version=2, words=words)[0]


def canonical(value: object) -> str:
    """Return RFC 8785's form, written from its text; numbers are whole here."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case str():
            return '"' + "".join(map(escaped, value)) + '"'
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case dict():
            # §3.2.3: keys are sorted by their UTF-16 code units.
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            pairs = (f"{canonical(name)}:{canonical(value[name])}" for name in names)
            return "{" + ",".join(pairs) + "}"
        case _:
            raise TypeError(type(value))


def escaped(character: str) -> str:
    """Return a character as §3.2.2.2 wants it inside a string."""
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    short |= {'"': '\\"', "\\": "\\\\"}
    if character in short:
        return short[character]
    return f"\\u{ord(character):04x}" if character < " " else character


@given(bodies)
def test_a_leaf_is_in_the_canonical_form_of_rfc_8785(body: dict[str, Any]) -> None:
    leaf = leaf_of(body, title="5d1e")
    assert leaf == canonical(json.loads(leaf)).encode()


@given(bodies)
def test_the_standard_library_writes_the_same_bytes(body: dict[str, Any]) -> None:
    facts = {
        "v": 1,
        "seq": 3,
        "stream": "s",
        "version": 2,
        "kind": "k.v1",
        "at": "2026-11-21T12:00:00.000000Z",
        "actor": "U0ONCALL",
        "body": body,
        "words": {"title": "5d1e"},
    }
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert leaf_of(body, title="5d1e") == text.encode()


@given(bodies)
def test_a_leaf_says_what_was_put_into_it(body: dict[str, Any]) -> None:
    facts = parse_leaf(leaf_of(body, title="5d1e"))
    assert (facts.seq, facts.stream, facts.version) == (3, "s", 2)
    assert (facts.kind, facts.at, facts.actor) == ("k.v1", NOON, "U0ONCALL")
    assert (facts.body, facts.words) == (body, {"title": "5d1e"})


@given(st.datetimes(timezones=st.timezones()))
def test_every_time_is_written_in_utc_with_microseconds(when: datetime) -> None:
    utc = when.astimezone(UTC)
    entry = NewEntry(kind="k.v1", at=when, actor="U0ONCALL", body={"n": [1]})
    leaf, facts = made(entry, seq=3, stream="s", version=2, words={"title": "5d1e"})
    assert facts == parse_leaf(leaf)
    assert facts.at == utc
    assert leaf_of({}, at=when) == leaf_of({}, at=utc)


def test_a_time_looks_the_same_wherever_it_was_written() -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert b'"at":"2026-11-21T12:00:00.000000Z"' in leaf_of({}, at=tokyo)


def deep(levels: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for _ in range(levels):
        body = {"a": body}
    return body


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ({"score": 0.5}, "body.score is a float"),
        ({"list": [1, 2.0]}, "body.list[1] is a float"),
        ({"when": NOON}, "body.when is a datetime"),
        ({"raw": b"x"}, "body.raw is a bytes"),
        ({"some": {1, 2}}, "body.some is a set"),
        ({"big": 2**53}, "body.big is beyond 2^53-1"),
        ({"small": -(2**53)}, "body.small is beyond 2^53-1"),
        ({"é": 1}, r"body has the key '\xe9', and keys are ASCII text"),
        ({1: 1}, "body has the key 1, and keys are ASCII text"),
        ({"text": "\ud800"}, "it holds text that is not Unicode"),
        (deep(40), "body" + ".a" * 32 + " is nested too deeply"),
        ({"text": "x" * 65_535}, "it has 65,673 bytes, more than 65,535"),
    ],
)
def test_what_has_no_one_byte_form_is_refused(
    body: dict[Any, Any], because: str
) -> None:
    with pytest.raises(LogError) as refused:
        leaf_of(body)
    assert str(refused.value) == (
        f"The entry was not recorded: {because}. Record only text, whole numbers, "
        "true, false, null, lists and maps."
    )


@pytest.mark.parametrize("wrong", [{"kind": None}, {"actor": 7}])
def test_a_kind_or_an_actor_that_is_no_text_is_refused(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"kind": "k.v1", "actor": "U0ONCALL", **wrong}
    entry = NewEntry(at=NOON, body={}, **given)
    with pytest.raises(LogError, match="its kind and actor are texts"):
        made(entry, seq=3, stream="s", version=2, words={})


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(LogError, match="`at` has no time zone"):
        leaf_of({}, at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    "leaf", [b"", b"[]", b"{}", b'{"v":1}', leaf_of({}).replace(b'"v":1', b'"v":2')]
)
def test_what_is_not_an_entry_cannot_be_read(leaf: bytes) -> None:
    with pytest.raises(Tampered) as refused:
        parsed_leaf(3, leaf)
    assert str(refused.value).startswith(
        "Entry 3 is not what was recorded: it cannot be read. "
    )


def test_the_same_facts_in_another_order_are_not_canonical() -> None:
    leaf = leaf_of({})
    assert is_canonical(leaf)
    assert not is_canonical(json.dumps(json.loads(leaf)).encode())


def test_a_word_digest_is_the_documented_hash() -> None:
    # printf 'tocsin.word.v1\0AAAAAAAAAAAAAAAAé' | sha256sum
    assert word_digest(b"A" * 16, "é") == (
        "6ae627c983362d9f922fd2d117c3cf0248e0d8f7e47cfaf4c57cfe769a015f51"
    )
