"""Made-up values for the redaction tests, put together when the tests run.

Nothing in the fixture files is a whole key, so scanners of source code leave them
alone.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FIXTURES = Path(__file__).parent / "fixtures"
_FILLS = {
    "mixed": "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z",
    "lower_digits": "a1b2c3d4e5f6g7h8j9k0",
    "upper_digits": "A7B3C9D2E5F8G4H6",
    "hex": "3f9a0c5e7b1d2648",
    "upper_hex": "3F9A0C5E7B1D2648",
    "lower": "qhxkzvbnwpjd",
    "upper": "QHXKZVBN",
    "digits": "4071836925",
    "bech32": "qpzry9x8gf2tvdw0",
}


def rows(name: str) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a fixture file."""
    yield from _read(name)


@cache
def _read(name: str) -> tuple[Mapping[str, object], ...]:
    text = (FIXTURES / f"{name}.yaml").read_text(encoding="utf-8")
    return tuple(yaml.load(text, Loader=_LOADER))  # noqa: S506 (safe, and in C)


def joined(parts: object) -> str:
    """Put the parts of a row together: text as it stands, fills drawn out."""
    assert isinstance(parts, list)
    return "".join(_part(part) for part in parts)


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    assert isinstance(part, dict)
    alphabet, count = _FILLS[str(part["fill"])], int(part["count"])
    return (alphabet * (count // len(alphabet) + 1))[:count]
