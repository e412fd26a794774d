"""What the alerts themselves say, where a model's claim about it was not believed.

A claim with one thing of its own is dropped whole, and with it what it says truly. That
stands in the alert: so a sentence of the alert is shown in its own words, or what the
claim names rightly is named, and nothing else. No word of the claim is repeated.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bot.assistant.claims import MOST_CLAIMS, Checked, is_live, plain
from bot.assistant.facts import Mark, marks
from bot.assistant.orders import ORDERS, is_order, speaks_to_reader
from bot.assistant.telling import OURS
from bot.domain.summary import BETWEEN, Claim
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told

MOST_QUOTED = 2
_LONGEST_QUOTED = 220
_LONGEST_NAMED = 240
_LONGEST_ITEM = 60
_BOTH = (False, True)
_LONGEST_SENTENCE = 1_000  # longer is no sentence, and takes long to judge
_LONGEST_READ = 5_000
# A sentence that shares less with a claim is not worth its line.
_FEWEST_SHARED = 2
_SENTENCE = re.compile(r"(?<=[.!?])\s+|[\n\t|]+")
# Between words that are named together: "Mon, 15 Nov 2022".
_TOGETHER = re.compile(r"\s|, ?")
# Of what speaks to its reader, a name or a small figure at most: nothing that could be
# dialled, followed or decoded.
_HARMLESS = re.compile(r"[^\W\d_]{2,16}(?:-?\d{1,3})?(?:-[^\W\d_]{1,12})?|\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWords:
    """What is shown instead of claims that were dropped."""

    quotes: tuple[Claim, ...] = ()
    named: Claim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence of an alert.

    Attributes:
        is_quotable: It may be repeated as it stands.
        is_spoken: It may speak to its reader.
    """

    id: str
    text: str
    marks: tuple[Mark, ...]
    is_quotable: bool
    is_spoken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A fact of a claim that was dropped.

    Attributes:
        evidence: Alerts that it may stand in.
        by_order: The claim was an order; then nothing that speaks to its reader counts.
    """

    mark: Mark
    evidence: tuple[str, ...]
    by_order: bool


class _Search:
    """Finds what is wanted in sentences, however much of both there is."""

    def __init__(self, wanted: Iterable[_Wanted]) -> None:
        self._keys: set[tuple[str, bool, str]] = set()
        self._words: dict[tuple[str, bool, str], str] = {}
        for one in wanted:
            for place in product(one.evidence, (False,) if one.by_order else _BOTH):
                self._keys.add((*place, one.mark.key))
                self._words[(*place, one.mark.word)] = one.mark.key

    def met(self, mark: Mark, sentence: _Sentence) -> str:
        """Return which fact a word of a sentence says, "" for none that is wanted."""
        place = (sentence.id, sentence.is_spoken)
        if not mark.carries:
            return self._words.get((*place, mark.word), "")
        return next((one for one in mark.keys if (*place, one) in self._keys), "")

    def shared(self, sentence: _Sentence) -> list[Mark]:
        """Return the words of a sentence that say what is wanted."""
        return [mark for mark in sentence.marks if self.met(mark, sentence)]


def source_words(found: Checked, told: Sequence[Told]) -> SourceWords:
    """Return what of dropped claims the alerts say in their own words.

    Args:
        found: With the claims that were lost.
        told: Exactly what the model was told.
    """
    said = {mark.word for one in found.claims for mark in _marks_of(one)}
    wanted = [one for one in _wanted(found.lost) if one.mark.word not in said]
    if not wanted:
        return SourceWords()
    cited = {one for claim in found.lost for one in claim.evidence}
    sentences = [one for part in told if part.id in cited for one in _sentences(part)]
    room = min(MOST_QUOTED, max(MOST_CLAIMS - 1 - len(found.claims), 0))
    fresh = [one for one in sentences if not _repeats(one, said)]
    quotes = tuple(_quotes(wanted, fresh, room))
    quoted = {mark.word for one in quotes for mark in _marks_of(one)}
    left = [one for one in wanted if one.mark.word not in quoted]
    return SourceWords(quotes=quotes, named=_named(left, sentences))


def items_of(text: str, meant: Iterable[Mark]) -> Iterator[str]:
    """Yield the words that are meant, those that stand together as one."""
    run: list[Mark] = []
    for mark in sorted(meant, key=lambda one: one.start):
        if run and not _TOGETHER.fullmatch(text[run[-1].end : mark.start]):
            yield text[run[0].start : run[-1].end]
            run = []
        run.append(mark)
    if run:
        yield text[run[0].start : run[-1].end]


def joined(items: Iterable[str]) -> str:
    """Return as many different items as find room."""
    found = ""
    for one in dict.fromkeys(items):
        more = f"{found}{BETWEEN}{one}" if found else one
        if len(more) <= _LONGEST_NAMED:
            found = more
    return found


def _marks_of(claim: Claim) -> list[Mark]:
    return marks(claim.text.for_rules())


def _wanted(lost: Sequence[Claim]) -> Iterator[_Wanted]:
    for claim in lost:
        by_order = is_order(claim.text.for_rules())
        for mark in _marks_of(claim):
            if mark.carries:
                yield _Wanted(mark=mark, evidence=claim.evidence, by_order=by_order)


def _sentences(part: Told) -> Iterator[_Sentence]:
    for raw in _SENTENCE.split(part.text.for_html_text(limit=_LONGEST_READ)):
        told = plain(Untrusted(raw), limit=_LONGEST_READ)
        text, read = told.for_slack(limit=_LONGEST_READ), told.for_rules()
        if not text:
            continue
        # Letters that only look like others may hide an order.
        is_long = len(text) > _LONGEST_SENTENCE
        is_spoken = is_long or text != read or speaks_to_reader(read)
        yield _Sentence(
            id=part.id,
            text=text,
            marks=tuple(marks(text)),
            is_spoken=is_spoken,
            is_quotable=not is_spoken and not is_live(read) and part.name not in OURS,
        )


def _quotes(
    wanted: Sequence[_Wanted], sentences: Sequence[_Sentence], room: int
) -> Iterator[Claim]:
    """Yield the sentences that say most of what is wanted, best first."""
    left, free = list(wanted), [one for one in sentences if one.is_quotable]
    for _ in range(room):
        search = _Search(left)
        shared = [search.shared(one) for one in free]
        tell = [len({mark.key for mark in one}) for one in shared]
        if max(tell, default=0) < _FEWEST_SHARED:
            return
        best = tell.index(max(tell))
        sentence = free.pop(best)
        text = _cut(sentence, shared[best])
        shown = {mark.word for mark in marks(text)}
        left = [one for one in left if one.mark.word not in shown]
        yield Claim(
            text=Untrusted(f"The alert says: \u201c{text}\u201d"),
            evidence=(sentence.id,),
        )


def _repeats(sentence: _Sentence, said: Collection[str]) -> bool:
    """Tell whether a claim that holds says half of a sentence already."""
    told = {mark.word for mark in sentence.marks if mark.carries}
    return 2 * len(told.intersection(said)) >= len(told)


def _cut(sentence: _Sentence, shared: Sequence[Mark]) -> str:
    """Return as much of a sentence as is shown, whole words around what is shared."""
    text = sentence.text
    if len(text) <= _LONGEST_QUOTED:
        return text
    begin = max(min(shared[0].start, len(text) - _LONGEST_QUOTED), 0)
    if begin:
        begin = text.rfind(" ", 0, begin + 1) + 1
    end = text.rfind(" ", begin, begin + _LONGEST_QUOTED)
    if end <= begin or begin + _LONGEST_QUOTED >= len(text):
        end = min(begin + _LONGEST_QUOTED, len(text))
    before, after = "\u2026" * (begin > 0), "\u2026" * (end < len(text))
    return f"{before}{text[begin:end]}{after}"


def _named(wanted: Sequence[_Wanted], sentences: Sequence[_Sentence]) -> Claim | None:
    """Return what is wanted, each where it is first named, as a list of facts."""
    search, found = _Search(wanted), set[str]()
    items: list[str] = []
    evidence: dict[str, None] = {}
    # What may be quoted first: beside it the same word means more.
    for sentence in sorted(sentences, key=lambda one: one.is_spoken):
        met: list[Mark] = []
        for mark in sentence.marks:
            key = search.met(mark, sentence)
            if key and key not in found and _may_be_named(mark, sentence):
                found.add(key)
                met.append(mark)
        for item in _fit(sentence, met):
            items.append(item)
            evidence[sentence.id] = None
    text = joined(items)
    if not text:
        return None
    return Claim(text=Untrusted(text), evidence=tuple(evidence))


def _may_be_named(mark: Mark, sentence: _Sentence) -> bool:
    if is_live(mark.said) or len(mark.said) > _LONGEST_ITEM:
        return False
    if not sentence.is_spoken:
        return True
    is_verb = mark.word.casefold() in ORDERS
    return not is_verb and bool(_HARMLESS.fullmatch(mark.said))


def _fit(sentence: _Sentence, met: Sequence[Mark]) -> Iterator[str]:
    """Yield what is named of a sentence, word by word where it may give an order."""
    if sentence.is_spoken:
        yield from (mark.said for mark in met)
        return
    for item in items_of(sentence.text, met):
        if len(item) <= _LONGEST_ITEM and not is_order(item):
            yield item
        else:
            yield from (mark.said for mark in met if mark.said in item)
