"""Every gate says the same: which entries occur in a text."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import Definition, Redactor
from bot.redact.engine import Engine
from bot.redact.gates import HyperscanGate, Re2Gate, gate, has_hyperscan
from bot.redact.patterns import literal
from tests.redact.rows import joined, rows

LITERALS = ["abc", "(?i)" + literal("tok_en-1"), literal("\u2039x")]
PATTERNS = ["x+y", r"(?m)^z$"]
needs_hyperscan = pytest.mark.skipif(
    not has_hyperscan(), reason="hyperscan has no wheel for this machine"
)
BOTH = [Re2Gate, pytest.param(HyperscanGate, marks=needs_hyperscan)]


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("padding", [0, 5000])
def test_a_gate_answers_what_occurs_and_is_empty_otherwise(
    make: type[Re2Gate] | type[HyperscanGate], padding: int
) -> None:
    asked = make(LITERALS, PATTERNS)
    dots = b"." * padding
    assert sorted(asked.hits(b"..abc..xxy abc" + dots)) == [0, 3]
    assert sorted(asked.hits(dots + b"TOK_EN-1\nz\n\xe2\x80\xb9x")) == [1, 2, 4]
    assert asked.hits(b"nothing" + dots) == []


@needs_hyperscan
def test_hyperscan_is_used_where_it_can_be_imported() -> None:
    assert isinstance(gate(["a"], ["b"]), HyperscanGate)


def test_without_hyperscan_re2_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert not has_hyperscan()
    assert isinstance(gate(["a"], ["b"]), Re2Gate)


@needs_hyperscan
def test_what_only_long_texts_need_is_built_for_the_first_of_them() -> None:
    asked = HyperscanGate(LITERALS, PATTERNS)
    asked.hits(b"abc")
    assert "long" not in vars(asked)
    asked.hits(b"." * 5000)
    assert asked.long is not None


def test_where_hyperscan_fails_at_the_first_long_text_re2_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = HyperscanGate(LITERALS, PATTERNS)
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert asked.hits(b"abc" + b"." * 5000) == [0]


@needs_hyperscan
def test_both_gates_lead_to_the_same_findings(definition: Definition) -> None:
    one, other = (Redactor(definition, key=b"k") for _ in range(2))
    one._engine = Engine(definition, Re2Gate)
    other._engine = Engine(definition, HyperscanGate)
    texts = [f"the key was {joined(row['parts'])} in" for row in rows("prefixes")]
    texts += [
        str(row["text"]).replace("@@", "aB3dE6gH9jK2mN5p") for row in rows("contextual")
    ]
    texts += [
        str(row["text"]).replace("@@", joined(row["value"])) for row in rows("people")
    ]
    texts += ["\n".join(texts), " ".join(map(str, rows("must_keep"))) * 9]
    differing = [text for text in texts if one.find(text) != other.find(text)]
    assert differing == []


@needs_hyperscan
@given(text=st.binary(max_size=60), longer=st.booleans())
def test_both_gates_let_the_same_through(text: bytes, longer: bool) -> None:  # noqa: FBT001
    text = text * (40 if longer else 1)
    assert sorted(_RE2.hits(text)) == sorted(_HYPERSCAN.hits(text))


_RE2 = Re2Gate(LITERALS, PATTERNS)
_HYPERSCAN = HyperscanGate(LITERALS, PATTERNS) if has_hyperscan() else _RE2
