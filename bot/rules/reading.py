"""Reading one entry of a rules file, with errors that name the rule and the key.

What the keys mean is `bot/rules/loader.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from bot.domain.classification_text import expression
from bot.domain.errors import BadSettings

Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Entry:
    """One map of a rules file.

    Attributes:
        where: How a message names it, e.g. ``rules/triage.yaml, rule cost.spike``.
        values: As YAML gave them.
    """

    where: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, where: str, value: object) -> "Entry":
        """Return an entry; BadSettings when it is not a map."""
        if not isinstance(value, dict):
            raise bad(where, "it must be a map")
        return cls(where, {str(key): each for key, each in value.items()})

    def only(self, *known: str) -> "Entry":
        """Return itself; BadSettings names the first unknown key and the nearest."""
        for key in self.values:
            if key not in known:
                raise bad(self.where, f"there is no key {key!r}{_nearest(key, known)}")
        return self

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise bad(self.where, f"{key} must be a text that is not empty")
        return " ".join(value.split())

    def number(self, key: str) -> float | None:
        """Return a number, None when it is not given."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise bad(self.where, f"{key} must be a number")
        return float(value)

    def whole(self, key: str, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.values.get(key)
        fits = isinstance(value, int) and not isinstance(value, bool)
        if not fits or not isinstance(value, int) or not least <= value <= most:
            raise bad(
                self.where, f"{key} must be a whole number from {least} to {most}"
            )
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean, false when it is not given."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise bad(self.where, f"{key} must be true or false")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of scalars as texts; an absent one is empty."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise bad(self.where, f"{key} must be a list")
        return tuple(self._word(key, each) for each in value)

    def known_words(self, key: str, known: Iterable[str]) -> frozenset[str]:
        """Return a list of words, each of which is a known one."""
        found, names = self.words(key), tuple(known)
        for word in found:
            Entry(self.where, {key: word}).among(key, names)
        return frozenset(found)

    def terms(self, key: str) -> tuple[str, ...]:
        """Return a list of terms, each of which can match something."""
        found = self.words(key)
        for term in found:
            try:
                expression(term)
            except ValueError as error:
                raise bad(self.where, f"{key}: {error}") from error
        return found

    def term_groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return a list of lists of terms; one flat list is one group."""
        value = self.values.get(key)
        if not isinstance(value, list) or not any(isinstance(v, list) for v in value):
            group = self.terms(key)
            return (group,) if group else ()
        inner = [Entry(self.where, {key: each}) for each in value]
        return tuple(each.terms(key) for each in inner)

    def entries(self, key: str) -> tuple["Entry", ...]:
        """Return a list of maps, each named by its id where it has one."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise bad(self.where, f"{key} must be a list")
        return tuple(
            Entry.of(_named(self.where, key, place, each), each)
            for place, each in enumerate(value, 1)
        )

    def choice(self, key: str, kind: type[Member]) -> Member:
        """Return a member of the enum by its value."""
        value = self.text(key)
        for member in kind:
            if member.value == value:
                return member
        known = [member.value for member in kind]
        raise bad(self.where, f"{key} {value!r} is not known{_nearest(value, known)}")

    def choice_or_none(self, key: str, kind: type[Member]) -> Member | None:
        """Return a member of the enum, None when the key is not given."""
        return self.choice(key, kind) if key in self.values else None

    def among(self, key: str, known: Iterable[str]) -> str:
        """Return a text that is one of the known ones."""
        value, names = self.text(key), tuple(known)
        if value not in names:
            raise bad(
                self.where, f"{key} {value!r} is not known{_nearest(value, names)}"
            )
        return value

    def _word(self, key: str, value: object) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case str() if value.strip():
                return " ".join(value.split())
            case int() | float():
                return str(value)
            case _:
                raise bad(self.where, f"{key} must hold texts that are not empty")


def bad(where: str, because: str) -> BadSettings:
    """Return the error that names the place in the rules that is at fault."""
    return BadSettings(
        "The triage rules were not read",
        because=f"{where}: {because}",
        next_move="Correct the entry; docs/concepts/triage.md lists the keys.",
    )


def _named(where: str, key: str, place: int, value: object) -> str:
    name = value.get("id") if isinstance(value, dict) else None
    return f"{where}, {name}" if isinstance(name, str) else f"{where}, {key}[{place}]"


def _nearest(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), n=1)
    return f"; the nearest is {near[0]!r}" if near else ""
