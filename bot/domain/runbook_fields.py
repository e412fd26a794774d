"""Reading typed fields out of a runbook's front matter.

Each reader either returns the type it promises or raises an error that names the
file and the field, so that the writer of a runbook never sees a stack trace.
What the fields mean is not here (`bot/domain/runbook.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from bot.domain.errors import Unparsed

Member = TypeVar("Member", bound=StrEnum)


def unreadable(name: str, field: str, *, because: str) -> Unparsed:
    """Return the error that says which field of which runbook is at fault."""
    return Unparsed(
        f"{name}.md was not read",
        because=f"{field}: {because}",
        next_move="Compare it with runbooks/TEMPLATE.md.",
    )


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one map, with the path that leads to it.

    Attributes:
        name: File name without ``.md``, for messages.
        path: Prefix of the field in messages, e.g. ``steps[2].``; "" at the top.
        values: As YAML gave them.
    """

    name: str
    path: str
    values: Mapping[str, object]

    def has(self, key: str) -> bool:
        """Tell whether the field is there and not null."""
        return self.values.get(key) is not None

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """Raise Unparsed for the first field that nobody would read."""
        strange = sorted(set(self.values) - known)
        if strange:
            raise self._bad(strange[0], "there is no such field")

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a string; `default` when absent; Unparsed when it is neither."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self._bad(key, "it must be a text that is not empty")
        return " ".join(value.split())

    def count(self, key: str) -> int:
        """Return an integer of 1 or more."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._bad(key, "it must be a whole number, 1 or more")
        return value

    def day(self, key: str) -> date:
        """Return a date, written as YYYY-MM-DD without quotes."""
        value = self.values.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._bad(key, "it must be a date such as 2027-03-31, unquoted")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; an absent field is an empty list."""
        items = self._list(key)
        for n, item in enumerate(items, 1):
            if not isinstance(item, str) or not item.strip():
                raise self._bad(f"{key}[{n}]", "it must be a text that is not empty")
        return tuple(" ".join(str(item).split()) for item in items)

    def member(self, key: str, kind: type[Member]) -> Member:
        """Return a member of the enum by its value."""
        return self._member(key, self.text(key), kind)

    def members(self, key: str, kind: type[Member]) -> tuple[Member, ...]:
        """Return a list of members of the enum."""
        return tuple(self._member(key, item, kind) for item in self.texts(key))

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a map of strings as pairs, in the order of the file."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, dict):
            raise self._bad(key, "it must be a map")
        inner = Fields(self.name, f"{self.path}{key}.", _by_text(value))
        return tuple((each, inner.text(each)) for each in inner.values)

    def parts(self, key: str) -> tuple["Fields", ...]:
        """Return a list of maps; an absent field is an empty list."""
        made: list[Fields] = []
        for n, item in enumerate(self._list(key), 1):
            if not isinstance(item, dict):
                raise self._bad(f"{key}[{n}]", "it must be a map of fields")
            made.append(Fields(self.name, f"{self.path}{key}[{n}].", _by_text(item)))
        return tuple(made)

    def _list(self, key: str) -> list[object]:
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._bad(key, "it must be a list")
        return value

    def _member(self, key: str, value: str, kind: type[Member]) -> Member:
        for member in kind:
            if member.value == value:
                return member
        allowed = ", ".join(member.value for member in kind)
        raise self._bad(key, f"{value!r} is not one of {allowed}")

    def _bad(self, key: str, because: str) -> Unparsed:
        return unreadable(self.name, f"{self.path}{key}", because=because)


def _by_text(value: Mapping[object, object]) -> dict[str, object]:
    return {str(key): each for key, each in value.items()}
