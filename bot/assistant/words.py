"""Words of an alert: splitting, stop words and synonyms.

A text becomes lower-case words; `InvocationThrottles` and `num_requests_waiting`
give their parts as well. Which words mean the same is data
(`bot/assistant/synonyms.yaml`). Ranking is not here (`bot/assistant/search.py`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.domain.plain_yaml import read_shipped

_WORD = re.compile(r"[^\W_]+")
_SEAM = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-zA-Z]{3})(?=[0-9])"
)
_LONGEST_TEXT = 20_000
_MOST_WORDS = 400


def words(text: str) -> list[str]:
    """Return the lower-case words of `text`, compounds split, in order.

    Texts longer than 20,000 characters or 400 words are cut: an alert says what
    is wrong at its beginning.
    """
    found = (
        part.lower()
        for word in _WORD.findall(text[:_LONGEST_TEXT])
        for part in _SEAM.split(word)
    )
    return [word for word, _ in zip(found, range(_MOST_WORDS), strict=False)]


def unfolded(text: str) -> str:
    """Return `text` with the parts of each compound word written after it.

    A search for the whole name and a search for its parts both find it.
    """

    def parts(found: re.Match[str]) -> str:
        split = _SEAM.sub(" ", found[0])
        return found[0] if split == found[0] else f"{found[0]} {split}"

    return _WORD.sub(parts, text)


def storable(text: str) -> str:
    """Return `text` as UTF-8 can carry it."""
    # A lone surrogate, which JSON can carry, is no UTF-8 and SQLite refuses it.
    return text.encode("utf-8", "replace").decode("utf-8")


def parted(text: str) -> str:
    """Return `text` with a blank at each seam of its compound words."""
    return _SEAM.sub(" ", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words to leave out, and groups of words that mean the same.

    Attributes:
        stop: Lower-case words that carry no meaning in an alert.
        groups: Each a tuple of phrases; a phrase is a tuple of lower-case words.
    """

    stop: frozenset[str]
    groups: tuple[tuple[tuple[str, ...], ...], ...]


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the package."""
    path = Path(__file__).with_name("synonyms.yaml")
    return vocabulary_from(read_shipped(path.read_text("utf-8")))


def vocabulary_from(loaded: Mapping[str, object]) -> Vocabulary:
    """Return the vocabulary of a loaded YAML file with `stop` and `groups`."""
    groups = loaded["groups"]
    if not isinstance(groups, list):
        raise TypeError("groups is not a list")
    return Vocabulary(
        stop=frozenset(str(loaded["stop"]).split()),
        groups=tuple(
            tuple(tuple(words(str(phrase))) for phrase in group) for group in groups
        ),
    )


def unique(items: Iterable[str]) -> list[str]:
    """Return the items in order, each once."""
    return list(dict.fromkeys(items))
