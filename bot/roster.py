"""Whose names are known just now. In memory only: names are words about people.

Learned from the workspace (`bot/slack/roster.py`) and from the registry; handed to
whoever masks what comes from outside: the process that reads payloads, and what is
collected for bundles. Not to `bot/guards.py`: people's own names stay on cards and in
the lines that tell who did what.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.config import shipped_runbooks
from bot.domain.known_people import NOBODY, KnownPeople, Person, known_people
from bot.domain.registry import Registry
from bot.redact import Redactor
from bot.redact.known import KnownNames
from bot.redact.patterns import PatternError

_WORD = re.compile(r"[^\W\d_]{3,}")
_UNUSABLE = "more names than can be looked for"
_TEXTS = (".yaml", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What can be said of a roster without naming anybody.

    Attributes:
        workspace: How many people of Slack are known by name.
        registry: How many of the registry's owners and deputies.
        learned_at: When Slack said so last, aware UTC; None when it never did.
        problem: Why it did not say so at the last try; "" when it did.
    """

    workspace: int = 0
    registry: int = 0
    learned_at: datetime | None = None
    problem: str = ""


class Roster:
    """Keeps the names. Safe for threads.

    Args:
        registry: Whose owners and deputies count too, where they are written as names.
    """

    def __init__(self, registry: Registry) -> None:
        self._lock = threading.Lock()
        self._owners = tuple(_owners(registry))
        self._known = known_people(self._owners, ordinary=ordinary_words())
        self._told = Told(registry=len(self._owners))
        self._made: tuple[Redactor, int, Redactor] | None = None
        self._edition = 0
        self.looked = threading.Event()

    @property
    def known(self) -> KnownPeople:
        """Who is known."""
        with self._lock:
            return self._known

    @property
    def edition(self) -> int:
        """A number that changes whenever who is known does."""
        with self._lock:
            return self._edition

    @property
    def told(self) -> Told:
        """What can be said of it without naming anybody."""
        with self._lock:
            return self._told

    def learn(
        self, people: Sequence[Person], *, at: datetime, problem: str = ""
    ) -> None:
        """Know these people of the workspace from now on, instead of those before.

        Args:
            at: When Slack was asked, aware UTC.
            problem: What Slack did not say.
        """
        both = (*people, *self._owners)
        known = known_people(both, ordinary=ordinary_words())
        try:
            KnownNames(people=known)
        except PatternError:
            # Nobody's name may end the process that reads alerts.
            self.failed(_UNUSABLE)
            return
        with self._lock:
            if known != self._known:
                self._known = known
                self._edition += 1
            self._told = Told(
                workspace=len(people),
                registry=len(self._owners),
                learned_at=at,
                problem=problem,
            )
        self.looked.set()

    def failed(self, problem: str) -> None:
        """Note that the workspace did not say who is there; who was known still is."""
        with self._lock:
            self._told = replace(self._told, problem=problem)
        self.looked.set()

    def numbers(self) -> Mapping[str, object]:
        """Return what the doctor is told, as JSON values."""
        told = self.told
        at = told.learned_at
        return {
            "workspace": told.workspace,
            "registry": told.registry,
            "learned_at": None if at is None else at.isoformat(),
            "problem": told.problem,
        }

    def masking(self, redactor: Redactor) -> Redactor:
        """Return a redactor that takes these names out as well."""
        with self._lock:
            known, edition = self._known, self._edition
            if self._made and self._made[:2] == (redactor, edition):
                return self._made[2]
        made = redactor.knowing(people=known) if known else redactor
        with self._lock:
            self._made = (redactor, edition, made)
        return made


@cache
def ordinary_words() -> frozenset[str]:
    """Return words in small letters that are not looked for as names.

    They are those of our own rules and runbooks: what these say of incidents, vendors
    and products is no person, whatever somebody is called.
    """
    said: set[str] = set()
    for text in _shipped_texts():
        said.update(text.lower().split())
    return frozenset(_WORD.findall(" ".join(said)))


def _shipped_texts() -> Iterator[str]:
    for folder in (files("bot.rules"), files("bot.redact"), shipped_runbooks()):
        yield from _texts_in(folder)


def _texts_in(folder: Traversable) -> Iterator[str]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _texts_in(one)
        elif one.name.endswith(_TEXTS):
            yield one.read_text("utf-8")


def _owners(registry: Registry) -> Iterator[Person]:
    """Yield who is written as a name; ids and names of teams are none."""
    named = {name for one in registry.systems for name in (one.owner, one.deputy)}
    for name in sorted(named):
        known = known_people([Person(names=(name,))], ordinary=ordinary_words())
        words = name.split()
        is_titled = all(word[:1].isupper() for word in words)
        if known != NOBODY and is_titled and not _is_ordinary(words):
            yield Person(names=(name,))


def _is_ordinary(words: Iterable[str]) -> bool:
    """Tell whether any word is an ordinary one, as in "Payments Team"."""
    return any(word.lower() in ordinary_words() for word in words)
