"""Which names of people are known, and which of their words speak for themselves.

Pure. A whole name of two words or more names somebody wherever it stands. One word of
it is mostly something else as well ("Will", "Page", "Jenkins"): it counts only where
the words around it speak of a person, and never when it is an ordinary word. Where
names stand in a text is found by `bot/redact/known.py`.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

# Longer ones are no names; whoever edits theirs may write what they like.
_LONGEST, _MOST_WORDS = 80, 6
_SHORTEST_ALONE, _SHORTEST_HANDLE = 3, 2
# A name in one of these scripts has no spaces, and the text around it has none either.
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA", "HANGUL")
_SHORTEST_UNSPACED = 3
# What may stand between two words of a name.
_JOINTS = frozenset("-'._")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What somebody is called.

    Attributes:
        names: Whole names as they write them, e.g. "Dana Ruiz".
        parts: Words of it that stand for them among colleagues: first and last name.
        handles: What others write behind an @.
    """

    names: tuple[str, ...]
    parts: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeople:
    """Names in the form in which they are looked for.

    Attributes:
        whole: Names that count wherever they stand, in small letters.
        unspaced: As `whole`, in scripts that put no spaces between words.
        alone: Single words that count only beside words that speak of a person, as
            they are written.
        handles: Words that count behind an @, in small letters.
        capital: First words of names that are ordinary words as well, in small letters:
            a name begins with them only where they have a capital letter.
    """

    whole: frozenset[str] = frozenset()
    unspaced: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    capital: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anybody is known."""
        return bool(self.whole or self.unspaced or self.alone or self.handles)


NOBODY = KnownPeople()


def known_people(
    people: Iterable[Person], *, ordinary: Collection[str] = ()
) -> KnownPeople:
    """Return what is looked for.

    Args:
        ordinary: Words in small letters that mean something else than a person. A
            whole name that consists of them ("Support Team") is left out.
    """
    whole: set[str] = set()
    unspaced: set[str] = set()
    alone: set[str] = set()
    handles: set[str] = set()
    for person in people:
        for name in person.names:
            words = words_of(name)
            if is_unspaced(words):
                unspaced.add(joined(words))
            elif _names_somebody(words, ordinary):
                whole.update(_written(words))
        alone.update(_alone(person.parts, ordinary))
        handles.update(_handles(person.handles, ordinary))
    first = {words_of(name)[0][1] for name in whole}
    return KnownPeople(
        capital=frozenset(first & frozenset(ordinary)),
        whole=frozenset(whole),
        unspaced=frozenset(unspaced),
        alone=frozenset(alone),
        handles=frozenset(handles),
    )


def words_of(name: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a name, each with what stands before it; () for none.

    >>> words_of("Jean-Luc  Ruiz")
    (('', 'jean'), ('-', 'luc'), (' ', 'ruiz'))
    """
    found: list[tuple[str, str]] = []
    if len(name) > _LONGEST:
        return ()
    for gap, word in _runs(unicodedata.normalize("NFC", name.strip())):
        joint = joint_of(gap) if found else ""
        if joint is None:
            break
        found.append((joint, word.lower()))
    return tuple(found[:_MOST_WORDS])


def joint_of(gap: str) -> str | None:
    """Return how what stands between two words is compared, None where they part."""
    bare = gap.strip()
    if len(gap) > _MOST_WORDS:
        return None
    if not bare:
        return " "
    if bare == "," or (bare == "." and gap != bare):
        return f"{bare} "
    bare = bare.replace("\u2019", "'")
    return bare if gap == gap.strip() and bare in _JOINTS else None


def joined(words: Iterable[tuple[str, str]]) -> str:
    """Return words with what stands between them, in the form that is compared."""
    return "".join(part for pair in words for part in pair)


def is_unspaced(words: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a name is one word of a script without spaces."""
    name = joined(words)
    return len(name) >= _SHORTEST_UNSPACED and all(
        unicodedata.name(one, "").startswith(_UNSPACED) for one in name
    )


def _names_somebody(
    words: tuple[tuple[str, str], ...], ordinary: Collection[str]
) -> bool:
    parts = [word for _, word in words]
    return (
        len(parts) > 1
        and sum(map(len, parts)) > len(parts)
        and not any(map(str.isdigit, parts))
        and not all(part in ordinary for part in parts)
    )


def _written(words: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield a name as lists write it too: last name first, and without accents."""
    for one in {words, tuple((gap, _plain(word)) for gap, word in words)}:
        yield joined(one)
        spaces = [place for place, (gap, _) in enumerate(one) if gap == " "]
        if spaces:
            first, last = one[: spaces[-1]], one[spaces[-1] :]
            yield f"{joined(last).strip()}, {joined(first)}"


def _alone(parts: Iterable[str], ordinary: Collection[str]) -> Iterator[str]:
    for part in parts:
        word = unicodedata.normalize("NFC", part.strip())
        is_word = word.isalpha() and _SHORTEST_ALONE <= len(word) <= _LONGEST
        if is_word and word[:1].isupper() and word.lower() not in ordinary:
            yield word


def _handles(handles: Iterable[str], ordinary: Collection[str]) -> Iterator[str]:
    for handle in handles:
        words = words_of(handle)
        parts = {word for _, word in words}
        whole = joined(words)
        is_one = whole == unicodedata.normalize("NFC", handle.strip()).lower()
        fits = _SHORTEST_HANDLE <= len(whole) <= _LONGEST and " " not in whole
        if is_one and fits and not all(part in ordinary for part in parts):
            yield whole


def _plain(word: str) -> str:
    """Return a word without its accents."""
    apart = unicodedata.normalize("NFD", word)
    return "".join(one for one in apart if not unicodedata.combining(one))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each run of letters and digits with what stands before it."""
    gap, word = "", ""
    for one in text:
        if one.isalnum() or unicodedata.combining(one):
            word += one
            continue
        if word:
            yield gap, word
            gap, word = "", ""
        gap += one
    if word:
        yield gap, word
