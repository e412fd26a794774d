"""What the fields of an alert say, and where they begin to lure.

Words aimed at a model end what is heard of a text: nobody wrote the rest for us. Which
fields have a say is `classification_fields.py`, what follows from their words
`classification_evidence.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from bot.domain.classification_fields import Place
from bot.domain.classification_rules import Rulebook
from bot.domain.classification_text import Lexicon, fold
from bot.domain.envelope import Envelope

TITLE = "title"
"""How the redactor names the title among the fields."""
# What longer texts say is not kept.
_LONGEST_KEPT = 500


def heard_in(
    envelope: Envelope, rulebook: Rulebook
) -> Iterator[tuple[str, Place | None, frozenset[str], bool]]:
    """Yield of each field: its path, how much it counts, its terms, and if it lures.

    The path of the title is "". A fact that holds words that lure is none, and of what
    strangers wrote no terms are looked for.
    """
    fields = rulebook.fields
    raw = envelope.title.for_rules()
    place = fields.of_title(envelope)
    yield "", place, *_heard(raw, place, rulebook)
    for path, text in envelope.texts.items():
        raw = text.for_rules()
        place = fields.of_text(envelope, path, raw)
        found, is_lure = _heard(raw, place, rulebook)
        yield path, None if is_lure else place, found, is_lure


def worded(envelope: Envelope, rulebook: Rulebook) -> tuple[str, ...]:
    """Return the texts of an alert that have a say, the title before the others.

    They are those to which `heard_in` gives a place. No terms are looked for: whoever
    asks this alone builds no automaton of them, which takes 10 MB.
    """
    fields, title = rulebook.fields, envelope.title.for_rules()
    has_say = [title] if fields.of_title(envelope) is not None else []
    for path, text in envelope.texts.items():
        raw = text.for_rules()
        if fields.of_text(envelope, path, raw) is not None:
            _, is_lure = _believable(raw, rulebook.lure_lexicon, rulebook.markers)
            has_say += [] if is_lure else [raw]
    return tuple(has_say)


def instructing(envelope: Envelope, rulebook: Rulebook) -> Callable[[str], bool]:
    """Return what tells of a field that lures whether it plainly instructs."""

    def instructs(path: str) -> bool:
        raw = envelope.texts.get(path, envelope.title).for_rules()
        return _lures(raw, rulebook.instruction_lexicon, rulebook.markers)

    return instructs


def _heard(
    raw: str, place: Place | None, rulebook: Rulebook
) -> tuple[frozenset[str], bool]:
    if place is not None:
        return _said(raw, rulebook)
    ask = _lures_short if len(raw) <= _LONGEST_KEPT else _lures
    return frozenset(), ask(raw, rulebook.lure_lexicon, rulebook.markers)


def _lures(raw: str, lures: Lexicon, markers: tuple[str, ...]) -> bool:
    lowered = raw.casefold()
    return any(one in lowered for one in markers) or bool(lures.found_in(fold(raw)))


def _said(raw: str, rulebook: Rulebook) -> tuple[frozenset[str], bool]:
    """Return the terms a text says, and whether it held words that lure."""
    ask = _read_short if len(raw) <= _LONGEST_KEPT else _read
    return ask(raw, rulebook.lexicon, rulebook.lure_lexicon, rulebook.markers)


def _read(
    raw: str, lexicon: Lexicon, lures: Lexicon, markers: tuple[str, ...]
) -> tuple[frozenset[str], bool]:
    words, is_lure = _believable(raw, lures, markers)
    return lexicon.found_in(words), is_lure


# The fields of one sender say the same in most of its alerts.
_read_short = lru_cache(maxsize=4096)(_read)
_lures_short = lru_cache(maxsize=4096)(_lures)


def _believable(raw: str, lures: Lexicon, markers: tuple[str, ...]) -> tuple[str, bool]:
    """Return the folded words before the first that lure.

    What stands before was there before somebody added to it; what follows is
    theirs. The flag tells whether anything was cut.
    """
    lowered = raw.casefold()
    cuts = [at for marker in markers if (at := lowered.find(marker)) >= 0]
    folded = fold(raw[: min(cuts)]) if cuts else fold(raw)
    kept = _before_lure(folded, lures)
    return kept, bool(cuts) or kept != folded


def _before_lure(folded: str, lures: Lexicon) -> str:
    if not lures.found_in(folded):
        return folded
    words = folded.split()
    end = _first(len(words), lambda n: bool(lures.found_in(_line(words[:n]))))
    rest = words[:end]
    # The longest tail that still lures begins where the lure begins.
    drop = _first(end, lambda n: not lures.found_in(_line(rest[n:])))
    return _line(words[: max(drop - 1, 0)])


def _first(most: int, is_so: Callable[[int], bool]) -> int:
    """Return the smallest number up to `most` from which on `is_so` holds."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_so(middle) else (middle + 1, high)
    return low


def _line(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
