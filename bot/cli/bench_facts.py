"""What counts as a fact of a model's answer, when answers are measured.

Deliberately not the check of claims (`bot/assistant/claims.py`): a measure that counted
with what it measures would always be content.
"""

import re
from collections.abc import Sequence

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_TOKEN = re.compile(r"[^\W_](?:[\w.:,/@%+-]*[\w%])?")


def sentences(text: str) -> list[str]:
    """Return the sentences of an answer, bullets without their marks."""
    found = (_BULLET.sub("", one).strip() for one in _SENTENCE.split(text))
    return [one for one in found if one]


def facts_kept(source: str, answer: str, shown: Sequence[str]) -> tuple[int, int]:
    """Return how many facts of an answer are still shown, of how many.

    A fact is a number, a date or a proper noun that stands in the source and in the
    answer. A first word of a sentence is no proper noun for being written large.
    """
    known = set(_TOKEN.findall(source))
    there = {
        token
        for sentence in sentences(answer)
        for place, token in enumerate(_TOKEN.findall(sentence))
        if token in known and _carries(token, is_first=place == 0)
    }
    kept = {token for one in shown for token in _TOKEN.findall(one)}
    return len(there & kept), len(there)


def without_inventions(source: str, answer: str) -> str:
    """Return the sentences of an answer that say no number and no name of their own."""
    known = set(_TOKEN.findall(source))
    kept = (
        sentence
        for sentence in sentences(answer)
        if all(
            token in known or not _carries(token, is_first=place == 0)
            for place, token in enumerate(_TOKEN.findall(sentence))
        )
    )
    return "\n".join(kept)


def _carries(token: str, *, is_first: bool) -> bool:
    if any(mark.isdigit() for mark in token):
        return True
    return token[0].isupper() and not is_first
