"""Finding the rules' words in text from outside, in linear time.

Text is folded to lower-case ASCII words first, so that one word of a rule fits
``PromptInjection``, ``prompt_injection`` and "Prompt injection". Which words mean
what is data (`bot/rules`).
"""

import functools
import re
from collections.abc import Iterable
from typing import Any

import re2

# Longer texts are cut: what an alert is about stands at its beginning.
_LONGEST = 4000
# Names are short; prose with capitals inside words is not worth taking apart.
_LONGEST_NAME = 200
# Above this the automaton would forget states, never answers: far more than the
# shipped rules need.
_AUTOMATON_BYTES = 64 * 1024 * 1024
_GAP = "(?: [^ ]+){0,4} "
# Where `_begins_a_word` says that a word begins, in ASCII.
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")


class _Spaces(dict[int, str]):
    """A translation table: everything that is not a letter or digit is a space."""

    def __missing__(self, mark: int) -> str:
        self[mark] = " "
        return " "


_FOLD = _Spaces(
    {ord(mark): mark for mark in "abcdefghijklmnopqrstuvwxyz0123456789"}
    | {ord(mark): mark.lower() for mark in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
)


def fold(text: str) -> str:
    """Return a text as folded words with one space on either side of each.

    A name is folded twice, whole and taken apart: ``vLLMQueueWait`` gives
    "vllmqueuewait" and "v llm queue wait".
    """
    whole = text[:_LONGEST]
    forms = [whole]
    if len(whole) <= _LONGEST_NAME and (taken_apart := _apart(whole)) != whole:
        forms.append(taken_apart)
    lines = dict.fromkeys(" ".join(form.translate(_FOLD).split()) for form in forms)
    return f" {' | '.join(lines)} "


def _apart(text: str) -> str:
    if text.isascii():
        return _SEAM.sub(" ", text)
    made: list[str] = []
    for at, mark in enumerate(text):
        if at and mark.isupper() and _begins_a_word(text, at):
            made.append(" ")
        made.append(mark)
    return "".join(made)


def _begins_a_word(text: str, at: int) -> bool:
    """Tell whether the capital at `at` begins a word: aB, ABc and 1Bc."""
    before, after = text[at - 1], text[at + 1 : at + 2]
    if before.islower():
        return True
    return after.islower() and (before.isupper() or before.isdigit())


class Lexicon:
    """All words of all rules, compiled into one automaton.

    A term is words with single spaces; ``*`` ends a word in any way, ``~`` between
    two words lets up to four others stand there. A term between slashes is a
    regular expression (RE2) over the folded text.

    Args:
        terms: Of which `expression` makes something, as their reader has tried.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = tuple(dict.fromkeys(terms))

    def found_in(self, folded: str) -> frozenset[str]:
        """Return the terms that a folded text contains."""
        if not self._terms:
            return frozenset()
        places = self._automaton.Match(folded) or ()
        return frozenset(self._terms[place] for place in places)

    @functools.cached_property
    def _automaton(self) -> Any:
        """Built when it is first asked: many who read the rules never ask."""
        options = re2.Options()
        options.max_mem = _AUTOMATON_BYTES
        options.log_errors = False
        made = re2.Set.SearchSet(options)
        for one in self._terms:
            made.Add(expression(one))
        made.Compile()
        return made


def expression(term: str) -> str:
    """Return the regular expression of one term.

    Raises:
        ValueError: The term can match nothing, or is not a valid expression.
    """
    if len(term) > 1 and term.startswith("/") and term.endswith("/"):
        return _checked(term[1:-1], term)
    words = term.split()
    if not words or "~" in (words[0], words[-1]):
        raise ValueError("a term begins and ends with a word")
    pattern = " "
    for word in words:
        pattern = pattern.rstrip(" ") + _GAP if word == "~" else pattern + _word(word)
    return pattern


def _word(word: str) -> str:
    stem = word.removesuffix("*")
    if not stem or stem != "".join(stem.translate(_FOLD).split()):
        raise ValueError(f"{word!r} can never match: write small letters and digits")
    return f"{stem}[^ ]* " if word.endswith("*") else f"{stem} "


def _checked(pattern: str, term: str) -> str:
    try:
        re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"{term!r} is not a valid expression") from error
    return pattern
