"""What of a sentence carries a fact: numbers, times, addresses, ids and names.

Two texts are compared by it: whoever says no fact that the other does not say, adds
nothing to it. What may be believed of a model is decided in `claims.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A placeholder of the redactor, or a word with what is written inside: an address,
# a time, a number with its sign and its commas.
_PART = re.compile(
    r"\u2039[^\u203a]*\u203a"
    r"|[@#]?(?:(?<!\w)[-+](?=\d))?[^\W_](?:(?:[\w.:/@+%-]|,(?=\d))*[\w%])?"
)
_INSIDE = re.compile(r"[\w%](?:[.:/@+_-])[\w%]")
# A sentence begins with the text, a bullet, a quotation or a bracket.
_SENTENCE = re.compile(r"[.!?:;]\s+[^\w\s@#]*|^[^\w@#\u2039]*")
# "one" and "no" are more often words than numbers.
_NUMBERS = re.compile(
    r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|"
    r"six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:hundred|"
    r"thousand|million|billion|dozen)s?|twice|thrice|half|double|triple"
)
_UNITS = re.compile(
    r"ms|s|m|h|d|(?:sec|second|min|minute|hour|day|week|month|year)s?|%|percent|b|"
    r"[kmgt]i?b|bytes?|usd|eur|(?:dollar|euro|token|call|request|time|alert|user|error)"
    r"s?|people|x"
)
# How a sentence of a report begins, when it does not begin with a name.
_OPENERS = frozenset(
    """
    a about access according action activity added adding address affected affecting
    after again against agent ai aimed alert alerted all allowed allowing also among
    an analysis and announced announcement another answer any api approved around
    article as asked at attached attachment attack attacker attempted author
    authored authorities based because before began beginning between blocked
    blocking both but by call caller caused causing change changed clients company
    conclusion confirmed containing content context cost costs created currently
    customer customers data database date decoded deleted denied describes designed
    despite details detected disabled discovered document documents during each
    effective either employees enabled endpoint error errors event events every
    evidence exceeded expected exposed failed failing failure featuring few finally
    first fix flagged focusing following for found from further furthermore
    generated given guardrail happened he headline here highlighted highlights host
    how however human i identified if impact in incident included includes including
    increased information initially input instance instead introduced investigating
    investigation invocation is issue it its job key last lastly latency launched
    launching leading list located log logged logs made many matched meanwhile
    message messages metrics missing model more moreover most neither new next no
    nobody none not note notes nothing now observed of offering okay on one only
    operators or organized other otherwise our output over overall payload people
    pipeline planned please policies policy posted presented previously primarily
    processed promoting prompt prompts provided providing published quarantined
    queries query raised rate reached reading reason received recent recently
    records regarding rejected related released repeated report reported reports
    request requested requests resolved response responses restarted result results
    role rule running scheduled scientists second security seen sent server servers
    service services session sessions several she showed showing shows since so some
    somebody someone something source sources specifically spend staff started
    starting stating status still stopped subject such suggested summarized summary
    supporting sure system systems taken targeted team text than that the their then
    there therefore these they third this those though threatened thus time title to
    token tokens tool tools topic traffic translation triggered under unless until
    unusual unusually update upon usage used user users using usually version warned
    warning we what when where whether which while who whose why with within without
    workers working written yes you your
    """.split()  # noqa: SIM905 - a list of so many would be a page
)
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|rs|rsday|urday)?"
_MONTH = (
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|"
    r"tember|ober|ember)?"
)
_CALENDAR = re.compile(f"(?:{_DAY}|{_MONTH})")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
# Compounds of plain words: "company-wide" names nothing, "support-bot" may.
_COMPOUND = re.compile(
    r"[a-z]+-(?:wide|based|related|specific|level|driven|side|time|party|known|friendly)"
    r"|(?:well|non|pre|re|multi|real|third|long|short|high|low|so|self|full|part)-[a-z]+"
)
# A moment in UTC, or in a zone that is not told, says its day and its time.
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)t(?P<time>(?P<minute>\d\d:\d\d)(?::\d\d)?)"
    r"(?:[.]\d+)?(?:z|[+]00:?00)?"
)
_CLOCK = re.compile(r"(?P<minute>\d\d:\d\d):\d\d(?:[.]\d+)?z?")


def facts(text: str) -> frozenset[str]:
    """Return what of a text carries a fact, case folded.

    Numbers, also in words and each with its unit; times, addresses, ids, placeholders;
    names: words with capitals, other than an ordinary one that begins a sentence, with
    marks inside, or in another script.
    """
    begins = {found.end() for found in _SENTENCE.finditer(text)}
    parts = list(_PART.finditer(text))
    found = {
        _same(part[0])
        for part in parts
        if _carries(part[0], is_first=part.start() in begins)
    }
    return frozenset(found | set(_measures([part[0] for part in parts])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word where it stands, from `start` to `end`: a number has its unit with it.

    Attributes:
        word: Without the unit.
        carries: It carries a fact.
    """

    start: int
    end: int
    word: str
    said: str
    carries: bool

    @property
    def key(self) -> str:
        """Return as what it is compared: a number with its unit, if it has one."""
        return _same(self.word) if self.said == self.word else self.said.casefold()

    @property
    def keys(self) -> frozenset[str]:
        """Return as what others may name it: a number also without its unit."""
        return frozenset({_same(self.word), self.key})


def marks(text: str) -> list[Mark]:
    """Return the words of a text where they stand, in order."""
    begins = {found.end() for found in _SENTENCE.finditer(text)}
    parts = list(_PART.finditer(text))
    found: list[Mark] = []
    for n, part in enumerate(parts):
        end = part.end()
        follows = parts[n + 1] if n + 1 < len(parts) else None
        if follows and _is_number(part[0]) and _UNITS.fullmatch(follows[0].casefold()):
            end = follows.end() if not text[end : follows.start()].strip() else end
        is_first = part.start() in begins
        carries = _carries(part[0], is_first=is_first)
        said = text[part.start() : end]
        found.append(
            Mark(start=part.start(), end=end, word=part[0], said=said, carries=carries)
        )
    return found


def known_facts(text: str) -> frozenset[str]:
    """Return every fact that a sentence may repeat of a text.

    That is more than `facts`: each of its words, however it is written, and of each
    moment also its day and its minute.
    """
    words = {_same(part[0]) for part in _PART.finditer(text)}
    return facts(text) | words | {less for word in words for less in _less(word)}


def _less(word: str) -> Iterator[str]:
    """Yield what a moment says with fewer digits."""
    for found in (_MOMENT.fullmatch(word), _CLOCK.fullmatch(word)):
        if found is not None:
            yield from (one for one in found.groups() if one)


def _same(word: str) -> str:
    """Return a word as it is compared: Nov is November, and 1st is 1."""
    folded = word.casefold()
    if found := _ORDINAL.fullmatch(folded):
        return found[1]
    if found := _CALENDAR.fullmatch(folded):
        return found[1] or found[2]
    return folded


def _carries(word: str, *, is_first: bool) -> bool:
    if word[0] in "\u2039@#" or not word.isascii() or _is_number(word):
        return True
    folded = word.casefold()
    if _INSIDE.search(word) and not _COMPOUND.fullmatch(folded if is_first else word):
        return True
    capitals = sum(map(str.isupper, word))
    # A first word is written large without being a name, if it is an ordinary one.
    is_ordinary = word == "I" or (is_first and folded.split("-")[0] in _OPENERS)
    if is_first and _COMPOUND.fullmatch(folded):
        return capitals > 1
    return capitals > 1 or (capitals == 1 and not is_ordinary)


def _measures(words: Sequence[str]) -> Iterator[str]:
    """Yield numbers with their units: four minutes are no four hours."""
    for number, unit in pairwise(words):
        if _UNITS.fullmatch(unit.casefold()) and _is_number(number):
            yield f"{_same(number)} {unit.casefold()}"


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word)) or bool(_NUMBERS.fullmatch(word.casefold()))
