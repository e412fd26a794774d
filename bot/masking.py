"""An envelope without secrets: every text, id, link and field name of it redacted.

What is sensitive is the redactor's business (`bot/redact`); what the envelope means is
`bot/triage.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Protocol

from bot.domain.envelope import Entity, Envelope, Mask
from bot.domain.untrusted import Untrusted
from bot.envelopes.wording import is_a_name
from bot.redact.findings import Redacted

ORIGINAL = "Whoever may opens it with \u201cOpen original\u2026\u201d on the card."
"""The way to what could not be checked; the payload itself stays sealed."""

# Too short to hold anything, and too common to ask about each time.
_HARMLESS = frozenset({"true", "false", "none", "null"})
_SHORTEST = 4
# Marks that stand in a name only where it is more than a name.
_NO_NAME = frozenset(" :/")
# What was cut has an ellipsis behind it. Half a key fits no rule, so a last word that
# may be one goes with it: one with a digit or a mark in it, a long one, or a number.
_CUT = "\u2026"
_MARKS = frozenset("0123456789@_=:/+-")
_DIGITS = "0123456789 .-"
_HALF, _LONG = 6, 16
# What a rule knows only by the words around it is taken out also where the same value
# stands without them; one this long, so that no common word goes with it.
_SHORTEST_VALUE = 8
_MOST_VALUES = 50
_ENDS = "\u203a"


class Masker(Protocol):
    """What triage asks of the redactor (`bot.redact.Redactor`)."""

    def redact(self, text: str, *, scope: str = "", sealed: str = "") -> Redacted:
        """Redact a text that stands alone."""
        ...

    def redact_named(
        self, name: str, value: str, *, scope: str = "", sealed: str = ""
    ) -> Redacted:
        """Redact a text that stands under a name."""
        ...

    def group_of(self, kind: str) -> str:
        """Return the family of a kind, "" for none."""
        ...

    def told_apart(self, text: str) -> str:
        """Return digits that tell a text from every other, and no more."""
        ...


class Masking:
    """Redacts envelopes of one payload; equal texts are looked at once."""

    def __init__(self, redactor: Masker) -> None:
        self._redactor = redactor
        self._known: dict[tuple[str, str], Redacted] = {}

    def clean(self, envelope: Envelope) -> tuple[Envelope, tuple[Mask, ...]]:
        """Return the envelope without secrets, and what was masked where."""
        title = self._redacted("", envelope.title.for_redaction())
        found = {
            path: self._redacted(_name(path), text.for_redaction())
            for path, text in envelope.texts.items()
        }
        given = [envelope.title, *envelope.texts.values()]
        known = _values(zip(given, (title, *found.values()), strict=True))
        entities = [Entity(one.kind, self._entity(one.id)) for one in envelope.entities]
        ids = [Entity(one.kind, _without(one.id, known)) for one in entities]
        clean = replace(
            envelope,
            title=Untrusted(_without(title.text, known)),
            texts={
                self._path(path): Untrusted(_without(one.text, known))
                for path, one in found.items()
            },
            entities=tuple(dict.fromkeys(ids)),
            source_event_id=self._id(envelope.source_event_id, known),
            dedup_key=self._id(envelope.dedup_key, known),
            group_key=self._id(envelope.group_key, known),
            vendor_severity=self._word(envelope.vendor_severity, known),
            links=tuple(one for one in envelope.links if self._may_stay(one, known)),
        )
        # Most titles are one of the texts: what is in it is there once.
        raw = envelope.title.for_redaction()
        is_a_text = any(raw == one.for_redaction() for one in envelope.texts.values())
        return clean, self._masks(found if is_a_text else {"": title} | found)

    def _masks(self, found: Mapping[str, Redacted]) -> tuple[Mask, ...]:
        """Return what was masked in which field; "" is the title."""
        counts: dict[tuple[str, str], int] = {}
        for path, one in found.items():
            kinds = ["withheld"] if one.withheld else [f.kind for f in one.findings]
            for kind in kinds:
                place = kind, self._path(path) or "title"
                counts[place] = counts.get(place, 0) + 1
        return tuple(
            Mask(
                kind=kind,
                count=count,
                path=path,
                group=self._redactor.group_of(kind),
            )
            for (kind, path), count in counts.items()
        )

    def _redacted(self, name: str, text: str) -> Redacted:
        if len(text) < _SHORTEST or text.casefold() in _HARMLESS:
            return Redacted(text=text, findings=())
        if _CUT in text:
            text = _whole_words(text)
        if (name, text) not in self._known:
            redactor = self._redactor
            self._known[name, text] = (
                redactor.redact_named(name, text, sealed=ORIGINAL)
                if name
                else redactor.redact(text, sealed=ORIGINAL)
            )
        return self._known[name, text]

    def _entity(self, text: str) -> str:
        """Return what a thing is called; where too little of it is left, digits."""
        found = self._bare(text)
        return f"{_CUT}{self._redactor.told_apart(text)}" if found == _CUT else found

    def _word(self, text: str, known: Mapping[str, str]) -> str:
        return _without(self._bare(text), known)

    def _bare(self, text: str) -> str:
        """Return a text without the sentence that leads to its original."""
        found = self._redacted("", text)
        return found.text.removesuffix(f" {ORIGINAL}") if found.withheld else found.text

    def _may_stay(self, text: str, known: Mapping[str, str]) -> bool:
        found = self._redacted("", text)
        return not (found.findings or found.withheld or _without(text, known) != text)

    def _id(self, text: str, known: Mapping[str, str]) -> str:
        """Return an id as it is; masked and told apart where that took something out.

        Equal ids stay equal, different ones different, and patterns of maintenance
        windows still fit what was not masked.
        """
        if self._may_stay(text, known):
            return text
        return f"{self._word(text, known)} {self._redactor.told_apart(text)}"

    def _path(self, path: str) -> str:
        """Return a field's name without what it gives away; others stay different."""
        if is_a_name(path) and not _NO_NAME.intersection(path):
            return path
        return self._bare(path)


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _values(found: Iterable[tuple[Untrusted, Redacted]]) -> dict[str, str]:
    """Return values that were taken out, the longest first, with their placeholders."""
    pairs = dict(islice((one for pair in found for one in _taken(*pair)), _MOST_VALUES))
    return dict(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


def _taken(given: Untrusted, found: Redacted) -> Iterator[tuple[str, str]]:
    """Yield what was taken out of a text, with what stands there now."""
    if found.withheld or not found.findings:
        return
    text, at, out = _whole_words(given.for_redaction()), 0, 0
    for one in found.findings:
        start = out + one.start - at
        end = found.text.find(_ENDS, start) + 1 or len(found.text)
        for value in _forms(text[one.start : one.end]):
            yield value, found.text[start:end]
        at, out = one.end, end


def _forms(value: str) -> Iterator[str]:
    """Yield a value and its last part, which is what names are often cut down to."""
    for one in dict.fromkeys((value, *(value.rpartition(mark)[2] for mark in "/:="))):
        if len(one) >= _SHORTEST_VALUE and any(map(str.isdigit, one)):
            yield one


def _without(text: str, known: Mapping[str, str]) -> str:
    """Return a text without the values that were taken out elsewhere."""
    for value, shown in known.items():
        if value in text:
            text = text.replace(value, shown)
    return text


def _whole_words(text: str) -> str:
    """Return a text that was cut without the half words."""
    *cut, last = text.split(_CUT)
    return _CUT.join([*(_without_half(piece) for piece in cut), last])


def _without_half(piece: str) -> str:
    """Return what stands before an ellipsis, without a last word that is half a key."""
    number = piece.rstrip(_DIGITS)
    if len(piece) - len(number) >= _HALF:
        piece = number
    word = "" if piece[-1:].isspace() else (piece.rsplit(None, 1) or [""])[-1]
    is_half = len(word) >= _LONG or (len(word) >= _HALF and not _MARKS.isdisjoint(word))
    return piece[: len(piece) - len(word)] if is_half else piece
