"""Where names that are known stand in a text.

A list beats guessing: it does not take "Grafana" for a person. Which names are on it
is the caller's business, and which of their words count by themselves is said in
`bot/domain/known_people.py`. One pattern looks for the first words of all names; what
follows is looked up, so that the number of people costs memory and no time.
"""

import unicodedata
from collections.abc import Iterable, Iterator

import re2

from bot.domain.known_people import NOBODY, KnownPeople, joint_of
from bot.redact.budget import Budget, Spending
from bot.redact.engine import Hit
from bot.redact.patterns import Pattern, compiled_unicode
from bot.redact.rules import Rule, Strength

KIND, GROUP = "known_name", "pii"
# A single letter is an initial, not a name.
_SHORTEST = 2
_LETTER = r"\pL\pN\pM"
_WORD = rf"(?i)(?:^|[^{_LETTER}_])({{words}})(?:[^{_LETTER}]|$)"
_ANYWHERE = r"(?i)({words})"
# Without a group: with thousands of words RE2 finds groups only slowly.
_FIRST = rf"(?:^|[^{_LETTER}_])(?:{{words}})(?:[^{_LETTER}]|$)"
# What comes behind a first word, a word at a time; a name has at most six.
_NEXT = compiled_unicode(rf"([^{_LETTER}]{{1,4}})([{_LETTER}]+)")
_LOOKED_AT_BYTES = 160
# Below every rule of the definition: `kind` of an e-mail wins over the name in it.
_RANK = 1_000_000
# Words that speak of a person, before a name and behind it.
_BEFORE = compiled_unicode(
    r"(?i)(?:^|[^\pL\pN_./-])(?:by|from|to|with|for|cc|hi|hello|hey|dear|thanks|ask(?:ed)?|"
    r"contact(?:ed)?|ping(?:ed)?|paged|called|told|tell|email(?:ed)?|user|"
    r"employee|colleague|engineer|developer|analyst|operator|owner|author|"
    r"assignee|assigned|reporter|reported|requester|approver|approved|manager|"
    r"customer|patient|member|contractor|oncall|on-call|mr|mrs|ms|dr)"
    r"""[.:=]?["']?\s{0,3}[:=]?\s{0,3}["'(<]?$"""
)
_BEHIND = compiled_unicode(
    r"(?i)^(?:['\x{2019}]s[^\pL\pN]|[\"']?,?\s+(?:said|says|asked|asks|reported|reports|"
    r"wrote|writes|confirmed|confirms|told|called|pasted|shared|leaked|exported|"
    r"uploaded|sent|approved|opened|ran|deployed|noticed|noted|saw|logged|clicked)"
    r"(?:[^\pL\pN]|$))"
)
# A single word that goes on like this is part of a longer thing, such as a host.
_GOES_ON = compiled_unicode(rf"^(?:[-/:@=.\\]+[{_LETTER}]|[(_])")
_AT = compiled_unicode(rf"(?:^|[^{_LETTER}_.@/-])@$")
_BEFORE_BYTES, _BEHIND_BYTES = 32, 24


class KnownNames:
    """Finds names in whatever case they are written.

    Args:
        names: Those that somebody listed: each counts as it is, also a single word.
        people: Those that were learned.
    """

    def __init__(self, names: Iterable[str] = (), people: KnownPeople = NOBODY) -> None:
        cleaned = {tuple(name.split()) for name in names}
        listed = sorted((n for n in cleaned if len("".join(n)) >= _SHORTEST), key=len)
        written = [r"\s+".join(re2.escape(word) for word in n) for n in listed[::-1]]
        self._listed = _pattern(_WORD, written)
        self._people = people
        self._whole = frozenset((*people.whole, *people.handles))
        self._begun = frozenset(_beginnings(self._whole))
        self._first = _pattern(_FIRST, _first_words(people))
        self._unspaced = _pattern(_ANYWHERE, map(re2.escape, people.unspaced))
        self._rule = Rule(kind=KIND, group=GROUP, pattern="", strength=Strength.GENERIC)

    def search(self, content: bytes, spending: Spending | None = None) -> Iterator[Hit]:
        """Yield where a known name stands.

        Args:
            content: Text as UTF-8.
            spending: Shared by the readings of one text; None for the usual budget.

        Raises:
            Withheld: The budget is spent.
        """
        for pattern in (self._listed, self._unspaced):
            for start, end in _matches(pattern, content):
                yield self._hit(start, end)
        spending = spending or Budget().begin()
        reached = 0
        for start, end in _bare_matches(self._first, content):
            if start < reached:
                continue
            # Most first words are followed by something else; that costs reading.
            spending.spend(candidates=0, read_bytes=_LOOKED_AT_BYTES)
            last = self._end(content, start, end)
            if last:
                spending.spend(candidates=1, read_bytes=0)
                yield self._hit(start, last)
                reached = last

    def _hit(self, start: int, end: int) -> Hit:
        return Hit(start=start, end=end, rank=_RANK, rule=self._rule)

    def _end(self, content: bytes, start: int, end: int) -> int:
        """Return where the name that begins here ends, 0 if none does."""
        whole = self._longest(content, start, end)
        if whole or content[start:end].decode() not in self._people.alone:
            return whole
        behind = content[end : end + _BEHIND_BYTES]
        if _GOES_ON.search(behind):
            return 0
        before = content[max(0, start - _BEFORE_BYTES) : start]
        speaks = _BEFORE.search(before) or _BEHIND.search(behind)
        return end if speaks else 0

    def _longest(self, content: bytes, start: int, end: int) -> int:
        """Return where the longest whole name or handle that begins here ends."""
        before = content[max(0, start - _BEFORE_BYTES) : start]
        is_called, reached = bool(_AT.search(before)), 0
        for said, at in self._readings(content, start, end):
            is_handle = is_called and said in self._people.handles
            if said in self._people.whole or (
                is_handle and not _GOES_ON.search(content[at : at + _BEHIND_BYTES])
            ):
                reached = at
        return reached

    def _readings(
        self, content: bytes, start: int, end: int
    ) -> Iterator[tuple[str, int]]:
        """Yield one word, two and so on, for as long as a name may begin so."""
        said, at = _as_known(content[start:end]), end
        yield said, at
        tail = content[end : end + _LOOKED_AT_BYTES]
        for match in _NEXT.finditer(tail) if said in self._begun else ():
            joint = joint_of((match.group(1) or b"").decode("utf-8", "replace"))
            if end + match.start() != at or joint is None:
                return
            said += joint + _as_known(match.group(2) or b"")
            at = end + match.end()
            yield said, at
            if said not in self._begun:
                return


def _matches(pattern: Pattern | None, content: bytes) -> Iterator[tuple[int, int]]:
    if pattern is None:
        return
    match = pattern.search(content, 0)
    while match is not None:
        start, end = match.start(1), match.end(1)
        yield start, end
        match = pattern.search(content, end)


def _bare_matches(pattern: Pattern | None, content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where words stand, without what was looked at around them."""
    if pattern is None:
        return
    match = pattern.search(content, 0)
    while match is not None:
        start, end = match.start(), match.end()
        found = content[start:end].decode("utf-8", "replace")
        if not _is_of_a_word(found[0]):
            start += len(found[0].encode())
        if not _is_of_a_word(found[-1]):
            end -= len(found[-1].encode())
        yield start, end
        match = pattern.search(content, end)


def _pattern(form: str, words: Iterable[str]) -> Pattern | None:
    found = "|".join(words)
    return compiled_unicode(form.format(words=found)) if found else None


def _first_words(people: KnownPeople) -> Iterator[str]:
    """Yield patterns of the first words of names, each way to write their accents."""
    words = {_first(name) for name in (*people.whole, *people.handles)}
    words |= {one.lower() for one in people.alone}
    for one in sorted(words, key=lambda one: (-len(one), one)):
        ways = {unicodedata.normalize(form, one) for form in ("NFC", "NFD")}
        for way in sorted(ways):
            if one in people.capital:
                yield from map(re2.escape, {way.capitalize(), way.upper()})
            else:
                yield f"(?i:{re2.escape(way)})"


def _beginnings(names: Iterable[str]) -> Iterator[str]:
    """Yield what a name may be so far, at each of its words."""
    for name in names:
        for place, one in enumerate(name):
            if place and not _is_of_a_word(one) and _is_of_a_word(name[place - 1]):
                yield name[:place]


def _first(name: str) -> str:
    return next(_beginnings([name]), name)


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))


def _as_known(word: bytes) -> str:
    return unicodedata.normalize("NFC", word.decode("utf-8", "replace")).lower()
