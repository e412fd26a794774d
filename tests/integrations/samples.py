"""The fixtures of the integrations, and broken variants of them.

Fixtures are written by us after the vendors' public schemas. Beside each stands
what must come out: ``<name>.expected.json``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bot.ports.integration import Payload

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One fixture and what must come out of it."""

    source: str
    name: str
    body: bytes
    expected: Mapping[str, Any]

    @property
    def payload(self) -> Payload:
        """The fixture as it would be posted."""
        headers = self.expected.get("headers", {})
        return Payload(body=self.body, headers=headers, received_at=NOW)


def _read(path: Path) -> Sample:
    beside = path.with_suffix(".expected.json")
    return Sample(
        source=path.parent.name,
        name=path.stem,
        body=path.read_bytes(),
        expected=json.loads(beside.read_text("utf-8")),
    )


SAMPLES = [
    _read(path)
    for path in sorted(FIXTURES.glob("*/*.json"))
    if not path.name.endswith(".expected.json")
]

_JUNK: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**60), max_value=10**60),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.just({"a": {"b": [[[[]]]]}}),
    st.just("x" * 10_000),
    st.just("half a character \ud800"),
)


@st.composite
def broken(draw: st.DrawFn, sample: Sample) -> Payload:
    """Return a fixture cut off, with wrong types, too deep or with keys twice."""
    ways = ("cut", "retyped", "deep", "twice", "bytes")
    match draw(st.sampled_from(ways)):
        case "cut":
            body = sample.body[: draw(st.integers(0, len(sample.body)))]
        case "retyped":
            body = json.dumps(_retyped(draw, json.loads(sample.body))).encode()
        case "deep":
            depth = draw(st.sampled_from([10, 63, 64, 65, 5000]))
            body = b'{"a":' * depth + sample.body + b"}" * depth
        case "twice":
            body = sample.body.replace(b'"status"', b'"labels"')
        case _:
            place = draw(st.integers(0, len(sample.body)))
            noise = draw(st.binary(min_size=1, max_size=8))
            body = sample.body[:place] + noise + sample.body[place:]
    headers = dict(sample.expected.get("headers", {}))
    return Payload(body=body, headers=headers, received_at=NOW)


def _retyped(draw: st.DrawFn, value: Any) -> Any:
    """Replace some values, at any depth, by something of another type."""
    if draw(st.integers(0, 5)) == 0:
        return draw(_JUNK)
    if isinstance(value, dict):
        return {key: _retyped(draw, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_retyped(draw, one) for one in value]
    return value
