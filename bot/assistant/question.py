"""A question as it is understood: what it asks for, about which time, in which words.

A question is outside text. Nothing of it is ever done: one that asks for a deed is
answered with how a person does it. Which words mean what is data (`questions.yaml`);
the answers are in `question_facts.py` and `question_search.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path

from bot.domain.plain_yaml import read_shipped
from bot.domain.untrusted import Untrusted

LONGEST = 500
"""Characters of a question; the rest is not read."""

_POLITE = re.compile(
    r"(?:(?:please|pls|hey|hi|hello|ok|okay|tocsin|now|just|and|so|then|kindly|thanks|"
    r"you (?:must|should|need to|have to|will)|i (?:want|need) you to|"
    r"go (?:ahead )?and|(?:can|could|would|will) you|let'?s)\b[\s,:!.-]*)+"
)
_ASKED_OF_US = re.compile(r"\b(?:can|could|would|will) you\b")
_TELL_ME = re.compile(
    r"(?:tell|show|give|remind) (?:me|us)\b[\s,:]*|let (?:me|us) know\b"
)
_HOW = re.compile(
    r"\bhow (?:do|can|should|would|could|to|must|does one)\b|\b(?:can|should|may|must) "
    r"(?:i|we|one)\b|\bwhat (?:should|must|can|do) (?:i|we)\b|"
    r"\b(?:steps?|procedure|runbook|playbook) (?:to|for)\b|"
    r"\bwhen (?:should|do|must) (?:i|we)\b|\bwhat if\b|\bwhat does\b.*\bmean\b|"
    r"\bwhom? (?:must|should|do we|do i|has to|needs? to)\b"
)
_CLOCK = r"(\d{1,2}):(\d{2})(?::\d{2})?"
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_CLOCK}\s*(?:and|to|until|till|-)\s*{_CLOCK}"
)
_ONE_SIDE = re.compile(
    rf"\b(before|until|till|by|after|since|from|at|around|about)\s+(?:about\s+)?{_CLOCK}"
)
_AROUND = timedelta(minutes=5)
_DAY = timedelta(days=1)
_LAST_HOUR, _LAST_MINUTE = 23, 59


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time somebody asks about, aware UTC; None where it is open."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether a moment is in it."""
        after = self.begins is None or at >= self.begins
        return after and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question.

    Attributes:
        text: In lower case, on one line, as it is compared.
        deed: What it asks to be done, a key of ``deeds``; "" for none.
        is_how: It asks what one can or should do, not what happened.
    """

    text: str
    deed: str = ""
    is_how: bool = False


@cache
def vocabulary() -> Mapping[str, object]:
    """Return the words of questions."""
    path = Path(__file__).with_name("questions.yaml")
    found: Mapping[str, object] = read_shipped(path.read_text("utf-8"))
    return found


def understood(question: Untrusted) -> Asked:
    """Return what a question asks for.

    Args:
        question: Masked, without the mention of the bot.
    """
    text = " ".join(question.for_rules()[:LONGEST].lower().split())
    begun = _POLITE.match(text)
    polite, rest = (begun[0], text[begun.end() :]) if begun else ("", text)
    told = _TELL_ME.match(rest)
    if told is not None:
        rest = rest[told.end() :].strip()
        return Asked(text=rest, is_how=bool(_HOW.search(rest)))
    asks_us = bool(_ASKED_OF_US.search(polite))
    return Asked(
        text=rest or text,
        deed=_deed(rest, is_order=asks_us or not rest.endswith("?")),
        is_how=bool(_HOW.search(text)),
    )


def window_of(text: str, *, at: datetime) -> Window | None:
    """Return the time that a question names, None if it names none.

    Args:
        at: What "10:02" is on the day of: the last such moment before it. Times are
            UTC, as everywhere.
    """
    if found := _BETWEEN.search(text):
        begins = _moment(found[1], found[2], at)
        ends = _moment(found[3], found[4], at)
        if begins is None or ends is None:
            return None
        later = ends if ends > begins else ends + _DAY
        return Window(begins=begins, ends=later)
    found = _ONE_SIDE.search(text)
    moment = _moment(found[2], found[3], at) if found else None
    if found is None or moment is None:
        return None
    match found[1]:
        case "before" | "until" | "till" | "by":
            # Of today, also where it is still to come.
            is_past = moment.date() == at.date()
            return Window(ends=moment if is_past else moment + _DAY)
        case "after" | "since" | "from":
            return Window(begins=moment)
        case _:
            return Window(begins=moment - _AROUND, ends=moment + _AROUND)


def _moment(hour: str, minute: str, at: datetime) -> datetime | None:
    if int(hour) > _LAST_HOUR or int(minute) > _LAST_MINUTE:
        return None
    found = datetime.combine(at, time(int(hour), int(minute)), tzinfo=at.tzinfo)
    return found if found <= at else found - _DAY


def _deed(text: str, *, is_order: bool) -> str:
    """Return the kind of deed that a text begins with, "" if it begins with none."""
    first = re.match(r"[a-z]+", text)
    return _deeds().get(first[0], "") if first and is_order else ""


@cache
def _deeds() -> dict[str, str]:
    deeds = vocabulary()["deeds"]
    if not isinstance(deeds, dict):
        raise TypeError("deeds is not a map")
    return {word: kind for kind, words in deeds.items() for word in words.split()}
