"""Which fields of an alert have a say, and how much: who wrote them decides.

An operator or a vendor chose what a rule, a metric or an event is called; anybody can
write into a log line, a chat message, a description, a user agent. Words of the first
are evidence, words of the second never are, whatever they say. Which field is which is
data (`bot/rules/fields.yaml`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from bot.domain.envelope import Envelope

# A fact is a name, not a paragraph.
_LONGEST_FACT = 120
_MOST_FACT_WORDS = 12
_LONGEST_TITLE = 300
ASKED = "text"
"""The source of a free text whose kind somebody asks for: there its words decide."""


class Place(IntEnum):
    """Where words stand that have a say, most trustworthy first.

    FACT is what a rule, metric or event is called: an operator or a vendor chose
    it. TITLE is a line that one of them worded, or what a thing is called. What
    strangers can write is no place: it has no say.
    """

    FACT = 0
    TITLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingFields:
    """The fields that decide; every other one is a stranger's.

    Attributes:
        rule_names: Names of fields, folded, that hold what a rule is called: a fact.
        facts: Names of fields, folded, whose short values are facts, too.
        loose: Sources of whose other facts only those of one word count.
        things: Names of fields, folded, that hold what a thing is called: one word
            without blanks counts like a title.
        titles: Source to fields whose words count like a title: ends of paths,
            folded; the empty path is the title itself.
    """

    rule_names: frozenset[str]
    facts: frozenset[str]
    loose: frozenset[str]
    things: frozenset[str]
    titles: Mapping[str, frozenset[tuple[str, ...]]]

    def of_title(self, envelope: Envelope) -> Place | None:
        """Return how much the title of an alert counts, None where it does not."""
        asked = envelope.integration == ASKED
        return Place.TITLE if asked or self._is_titled(envelope, ()) else None

    def of_text(self, envelope: Envelope, path: str, raw: str) -> Place | None:
        """Return how much the text under a path counts, None where it does not."""
        named = parts(path)
        if self._is_fact(envelope, named[-1], raw):
            return Place.FACT
        if named[-1] in self.things and _is_word(raw):
            return Place.TITLE
        if self._is_titled(envelope, named) and len(raw) <= _LONGEST_TITLE:
            return Place.TITLE
        return None

    def _is_fact(self, envelope: Envelope, name: str, raw: str) -> bool:
        if name in self.rule_names:
            return _is_name(raw)
        is_loose = envelope.integration in self.loose
        return name in self.facts and (_is_word(raw) if is_loose else _is_name(raw))

    def _is_titled(self, envelope: Envelope, path: tuple[str, ...]) -> bool:
        ends = (
            end
            for source in {envelope.source, envelope.integration}
            for end in self.titles.get(source, ())
        )
        return any(end == path[-len(end) :] if end else not path for end in ends)


# The fields of one sender are the same in all of its alerts.
@lru_cache(maxsize=4096)
def parts(path: str) -> tuple[str, ...]:
    """Return the folded names of a path, without the numbers of repeated fields."""
    named = (part.rsplit("#", 1)[0] for part in path.split("."))
    folded = ("".join(c for c in part.casefold() if c.isalnum()) for part in named)
    return tuple(part for part in folded if part) or ("",)


def _is_name(raw: str) -> bool:
    return len(raw) <= _LONGEST_FACT and len(raw.split()) <= _MOST_FACT_WORDS


def _is_word(raw: str) -> bool:
    return len(raw) <= _LONGEST_FACT and len(raw.split()) == 1
