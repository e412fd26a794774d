"""Reads single values of a parsed file, and collects what is wrong with them.

Nothing here knows what a drill is; which keys there are says `drill_reading.py`.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str | int, ...]
_LONGEST = 2000
_MOST_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes:
        place: Keys and positions that lead to it, e.g. ``("msel", 2, "obj")``.
        because: What is wrong, without a full stop.
        next_move: A sentence: what the writer can do.
        is_warning: It can be played all the same, but not as it was meant.
    """

    place: Place
    because: str
    next_move: str
    is_warning: bool = False


@dataclass(kw_only=True)
class Fields:
    """Reads values; a value that cannot be used is a problem and reads as empty."""

    problems: list[Problem] = field(default_factory=list)

    def _no(self, place: Place, because: str, next_move: str) -> None:
        self.problems.append(Problem(place=place, because=because, next_move=next_move))

    def _warn(self, place: Place, because: str, next_move: str) -> None:
        self.problems.append(
            Problem(place=place, because=because, next_move=next_move, is_warning=True)
        )

    def _keys(self, at: Place, row: Mapping[str, Any], known: frozenset[str]) -> None:
        for key in row:
            if key in known:
                continue
            near = difflib.get_close_matches(str(key), sorted(known), n=1)
            hint = f"Did you mean `{near[0]}`?" if near else "Take it out."
            self._no((*at, str(key)), f"the key {str(key)[:40]!a} is unknown", hint)

    def _row(self, at: Place, raw: Any, known: frozenset[str]) -> Mapping[str, Any]:
        if not isinstance(raw, Mapping):
            self._no(
                at, "it is no mapping of keys", "Write it as in the shipped drill."
            )
            return {}
        row = self._joined(at, raw, known)
        self._keys(at, row, known)
        return row

    def _joined(
        self, at: Place, raw: Mapping[str, Any], known: frozenset[str]
    ) -> Mapping[str, Any]:
        """Put a text together again that a comma has split.

        In ``{id: O1, text: Stop it, then tell}`` YAML reads a key ``then tell``
        without a value.
        """
        row: dict[str, Any] = {}
        last = ""
        for key, value in raw.items():
            if key not in known and value is None and isinstance(row.get(last), str):
                row[last] = f"{row[last]}, {key}"
                said = "a comma splits this text; it was put together again"
                self._warn((*at, last), said, "Put the text into quotes.")
                continue
            row[key] = value
            last = key
        return row

    def _rows(self, raw: Mapping[str, Any], key: str) -> list[tuple[int, Any]]:
        found = raw.get(key) or []
        if not isinstance(found, list):
            self._no((key,), "it is no list", "Write one entry a line, with a dash.")
            return []
        return list(enumerate(found))

    def _text(
        self, at: Place, row: Mapping[str, Any], key: str, default: str | None = None
    ) -> str:
        found = row.get(key, default)
        if isinstance(found, str) and (found.strip() or default is not None):
            if len(found) > _LONGEST:
                self._no((*at, key), f"it is over {_LONGEST} characters", "Shorten it.")
            return found.strip()
        self._no((*at, key), f"{key} is missing or is no text", f"Add `{key}: …`.")
        return ""

    def _texts(self, at: Place, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = row.get(key) or []
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return tuple(found)
        self._no((*at, key), f"{key} is no list of texts", f"Write `{key}: [a, b]`.")
        return ()

    def _minutes(
        self,
        at: Place,
        row: Mapping[str, Any],
        key: str,
        *,
        default: int | None = None,
        least: int = 0,
    ) -> int:
        found = row.get(key, default)
        is_number = isinstance(found, int) and not isinstance(found, bool)
        if is_number and least <= int(found or 0) <= _MOST_MIN:
            return int(found or 0)
        because = f"{key} is no whole number from {least} to {_MOST_MIN}"
        self._no((*at, key), because, f"Write for example `{key}: {max(least, 5)}`.")
        return 0
