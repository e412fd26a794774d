"""An envelope without secrets: every text, id, link and field name of it redacted.

What is sensitive is the redactor's business (`bot/redact`); what the envelope means is
`bot/triage.py`.
"""

import re
from dataclasses import replace
from typing import Protocol

from bot.domain.envelope import Entity, Envelope, Mask
from bot.domain.untrusted import Untrusted
from bot.redact.findings import Redacted

# Too short to hold anything, and too common to ask about each time.
_HARMLESS = frozenset({"true", "false", "none", "null"})
_SHORTEST = 4
# Names that hold nothing: words of letters and small numbers, none of them long. All
# others may themselves be a key, a number or an address.
_PLAIN_NAME = re.compile(
    r"(?:(?:[A-Za-z_][a-z_-]{0,19}|[A-Z_-]{1,20}|[0-9]{1,3})(?=[A-Z.\[\]]|$)[.\[\]]*)*"
)
# What was cut has an ellipsis behind it. Half a key fits no rule, so a last word that
# may be one goes with it: one with a digit or a mark in it, a long one, or a number.
_CUT = "\u2026"
_HALF_A_WORD = re.compile(
    r"(?:(?=\S*[0-9@_=:/+-])\S{6,}|\S{16,}|[0-9][0-9 .-]{4,}[0-9 .-])\u2026"
)


class Masker(Protocol):
    """What triage asks of the redactor (`bot.redact.Redactor`)."""

    def redact(self, text: str, *, scope: str = "") -> Redacted:
        """Redact a text that stands alone."""
        ...

    def redact_named(self, name: str, value: str, *, scope: str = "") -> Redacted:
        """Redact a text that stands under a name."""
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
        counts: dict[tuple[str, str], int] = {}

        def masked(path: str, text: str) -> str:
            found = self._redacted(path.rpartition(".")[2] if path else "", text)
            kinds = ["withheld"] if found.withheld else [f.kind for f in found.findings]
            for kind in kinds:
                place = kind, path or "title"
                counts[place] = counts.get(place, 0) + 1
            return found.text

        title = masked("", envelope.title.for_redaction())
        texts = {
            self._path(path): Untrusted(masked(path, text.for_redaction()))
            for path, text in envelope.texts.items()
        }
        entities = [Entity(one.kind, self._entity(one.id)) for one in envelope.entities]
        clean = replace(
            envelope,
            title=Untrusted(title),
            texts=texts,
            entities=tuple(dict.fromkeys(entities)),
            source_event_id=self._id(envelope.source_event_id),
            dedup_key=self._id(envelope.dedup_key),
            group_key=self._id(envelope.group_key),
            vendor_severity=self._redacted("", envelope.vendor_severity).text,
            links=tuple(link for link in envelope.links if self._is_clean(link)),
        )
        masks = [
            Mask(kind=kind, count=count, path=self._path(path))
            for (kind, path), count in counts.items()
        ]
        return clean, tuple(masks)

    def _redacted(self, name: str, text: str) -> Redacted:
        if len(text) < _SHORTEST or text.casefold() in _HARMLESS:
            return Redacted(text=text, findings=())
        if _CUT in text:
            text = _whole_words(text)
        if (name, text) not in self._known:
            redactor = self._redactor
            self._known[name, text] = (
                redactor.redact_named(name, text) if name else redactor.redact(text)
            )
        return self._known[name, text]

    def _entity(self, text: str) -> str:
        """Return what a thing is called; where too little of it is left, digits."""
        found = self._redacted("", text).text
        return f"{_CUT}{self._redactor.told_apart(text)}" if found == _CUT else found

    def _is_clean(self, text: str) -> bool:
        found = self._redacted("", text)
        return not found.findings and not found.withheld

    def _id(self, text: str) -> str:
        """Return an id as it is; masked and told apart where that took something out.

        Equal ids stay equal, different ones different, and patterns of maintenance
        windows still fit what was not masked.
        """
        if self._is_clean(text):
            return text
        shown = self._redacted("", text).text
        return f"{shown} {self._redactor.told_apart(text)}"

    def _path(self, path: str) -> str:
        """Return a field's name without what it gives away; others stay different."""
        return path if _PLAIN_NAME.fullmatch(path) else self._redacted("", path).text


def _whole_words(text: str) -> str:
    """Return a text that was cut without the half words."""
    return _HALF_A_WORD.sub(_CUT, text)
