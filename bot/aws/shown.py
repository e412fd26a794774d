"""How what was read from AWS is written into a file for people: JSON, CSV, changes.

Values come from outside: a cell that a spreadsheet would take for a formula is made a
text. What is sensitive in them is the redactor's business.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

MOST_BYTES = 512 * 1024
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 500


def as_json(value: Any) -> str:
    """Return a value as JSON that reads well; times in ISO 8601."""
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a table with a line of headings; what a row lacks is blank."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(row.get(name)) for name in columns])
    return written.getvalue()


def fitting(lines: Iterable[str], most: int = MOST_BYTES) -> tuple[list[str], bool]:
    """Return the first lines that fit into so many bytes; whether there are more."""
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > most:
            return kept, True
        kept.append(line)
    return kept, False


def only(fields: Iterable[str], thing: Mapping[str, Any]) -> dict[str, Any]:
    """Return some fields of a thing, those that it has."""
    return {name: thing[name] for name in fields if thing.get(name) not in (None, "")}


def changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return what differs: ``{"path", "before", "after"}``, in order of path.

    Lists are compared by what they hold, whatever its order: in a list of things with a
    name or a type those are compared by it.
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [
        {"path": path, "before": old.get(path), "after": new.get(path)}
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def number(count: int, one: str, many: str = "") -> str:
    """Return a number of things as people say it: ``1 key``, ``2 keys``.

    Args:
        many: Where an s behind `one` is not enough.
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def at_text(at: Any) -> str:
    """Return an instant as people read it, UTC; "" for none."""
    if not isinstance(at, datetime):
        return str(at or "")
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds")[:19]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(_unnamed(one), f"{path}[{_named(one)}]")
    else:
        yield path, value


def _named(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    names = ("name", "type", "text", "VariantName", "Name")
    return next((str(one[name]) for name in names if name in one), as_json(one))


def _unnamed(one: Any) -> Any:
    """Return what is compared of an item: that a plain one is there at all."""
    return one if isinstance(one, Mapping) else "there"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: Any) -> str:
    text = (
        at_text(value) if value is None or isinstance(value, datetime) else str(value)
    )
    text = " ".join(text.split())[:_LONGEST_CELL]
    return f"'{text}" if text.startswith(_FORMULAS) else text
