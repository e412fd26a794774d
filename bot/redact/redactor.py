"""The redactor: text in, text out that may be shown.

It searches every reading of a text, brings what it finds back to the characters of
the input and puts placeholders there. When it cannot check a text it withholds it.
Walking JSON values is in `values`.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace

from bot.domain.known_people import NOBODY, KnownPeople
from bot.redact import values
from bot.redact.budget import Budget, Spending
from bot.redact.definition import Definition
from bot.redact.engine import Engine, Hit, ends_nothing, made_plain
from bot.redact.findings import Finding, Redacted, Withheld
from bot.redact.known import GROUP, KIND, KnownNames
from bot.redact.placeholders import NOT_CHECKED, TOO_LARGE, existing, placeholder
from bot.redact.spans import Span, apart, in_characters, joined, mapped, within
from bot.redact.views import Raw, View, views

# Names of fields are short; what is longer gives no context.
_LONGEST_NAME = 256
# No hits, and no encoded text that may hold some.
_NOTHING: tuple[list[Hit], bool] = ([], False)


class Redactor:
    """Takes out of text what the definition calls sensitive.

    Safe to share between threads: nothing of a text is kept between calls.

    Args:
        definition: What counts as sensitive.
        key: Secret of this installation; with it placeholders cannot be guessed
            back to values.
        known_names: Names of people to take out beside those of the definition,
            matched as whole words without regard to case.
        budget: What one text may cost before it is withheld.

    Raises:
        BadSettings: The rules together are more than the engine takes.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        key: bytes,
        known_names: Iterable[str] = (),
        budget: Budget | None = None,
    ) -> None:
        self.definition = definition
        self._key = key
        self._budget = budget or Budget()
        self._engine = Engine(definition)
        self._names = KnownNames((*definition.known_names, *known_names))
        # What ships comes last: a site's rule for a kind of ours changes no family.
        named = ((rule.kind, rule.group) for rule in definition.rules)
        self._groups = {**dict(named), KIND: GROUP}

    def knowing(
        self, names: Iterable[str] = (), people: KnownPeople = NOBODY
    ) -> "Redactor":
        """Return a redactor that knows these names instead, for a roster that changes.

        The rules are shared: this costs nothing but the list.

        Args:
            names: Each counts as it is, beside those of the definition.
            people: Names that were learned.
        """
        other = copy(self)
        listed = (*self.definition.known_names, *names)
        other._names = KnownNames(listed, people)  # noqa: SLF001 (our own kind)
        return other

    def find(self, text: str) -> tuple[Finding, ...]:
        """Say what is sensitive in a text, without changing it.

        Returns:
            Findings in order, none overlapping; offsets are characters of `text`.

        Raises:
            Withheld: The text is too large, too dense, or the engine failed. The
                error does not quote the text.
        """
        raw = _bytes(text)
        pairs = in_characters(text, raw, self._spans(raw))
        return tuple(finding for finding, _ in pairs)

    def redact(self, text: str, *, scope: str = "", sealed: str = "") -> Redacted:
        """Replace what is sensitive by placeholders.

        Args:
            text: Any text.
            scope: Equal values get equal placeholders within one scope.
            sealed: Words that lead to the sealed original, for example a link to a
                share; they stand behind the sentence when the text is withheld.

        Returns:
            The redacted text, or one sentence that says the text was withheld.
        """
        raw = _bytes(text)
        try:
            spans = self._spans(raw)
        except Withheld:
            return self._withheld(raw, sealed)
        return self._redacted(text, raw, spans, scope)

    def group_of(self, kind: str) -> str:
        """Return the family of a kind, e.g. ``pii``; "" for one that is no kind."""
        return self._groups.get(kind, "")

    def told_apart(self, text: str) -> str:
        """Return 32 hex digits that tell a text from every other, and no more.

        For ids that hold something sensitive: four digits of a placeholder would make
        two of many ids the same. Keyed, so that it cannot be guessed back.
        """
        message = b"id\0" + _bytes(text)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:32]

    def redact_between(
        self, text: str, start: int, end: int, *, scope: str = ""
    ) -> tuple[Redacted, int]:
        """Redact a part of a text of which more is known, for streams.

        Args:
            text: The part, and what stands before and behind it as context.
            start: First character of the part; what stands before has been shown.
            end: One past its last. Less is taken where something sensitive begins
                before the end and reaches over; more where that would be nothing.
            scope: As for `redact`.

        Returns:
            The part, redacted or withheld, and one past its last character. Offsets
            of findings are those within the part.
        """
        raw = _bytes(text)
        try:
            pairs = tuple(in_characters(text, raw, self._spans(raw)))
        except Withheld:
            return self._withheld(_bytes(text[start:end])), end
        over = next((f for f, _ in pairs if f.start < end < f.end), None)
        if over is not None:
            end = over.start if over.start > start else over.end
        inside = [
            (replace(f, start=max(f.start - start, 0), end=f.end - start), span)
            for f, span in pairs
            if start < f.end <= end
        ]
        return self._filled(text[start:end], inside, scope), end

    def redact_value(
        self, value: object, *, scope: str = ""
    ) -> tuple[object, tuple[Finding, ...]]:
        """Redact the strings of a JSON-like value; names in it give context.

        Numbers, booleans and None stay. Offsets of the findings are those within
        the string they were found in.

        Args:
            value: Strings, numbers, None, and mappings and sequences of such.
            scope: As for `redact`.
        """
        return values.redacted(value, self, scope=scope)

    def redact_named(
        self, name: str, value: str, *, scope: str = "", sealed: str = ""
    ) -> Redacted:
        """Redact a string that stands under a name, as in `{"password": "x"}`.

        Args:
            name: The key it stands under.
            value: The string.
            scope: As for `redact`.
            sealed: As for `redact`.
        """
        raw = _bytes(value)
        try:
            spans = self._or_withheld(raw, lambda: self._named_spans(name, value, raw))
        except Withheld:
            return self._withheld(raw, sealed)
        return self._redacted(value, raw, spans, scope)

    def _redacted(
        self, text: str, raw: bytes, spans: list[Span], scope: str
    ) -> Redacted:
        return self._filled(text, in_characters(text, raw, spans), scope)

    def _filled(
        self, text: str, pairs: Iterable[tuple[Finding, Span]], scope: str
    ) -> Redacted:
        """Put placeholders where the findings are."""
        parts: list[str] = []
        findings: list[Finding] = []
        at = 0
        for finding, span in pairs:
            parts += (text[at : finding.start], self._named(span, scope))
            findings.append(finding)
            at = finding.end
        whole = "".join((*parts, text[at:]))
        return Redacted(text=whole, findings=tuple(findings))

    def _spans(self, raw: bytes) -> list[Span]:
        return self._or_withheld(raw, lambda: self._search_all(raw))

    def _named_spans(self, name: str, value: str, raw: bytes) -> list[Span]:
        """Search the value as it stands in a line of JSON, so that its name counts."""
        before = _bytes(f'"{name[:_LONGEST_NAME]}": "')
        line = before + raw + b'"'
        spending = self._budget.begin()
        found = self._search(Raw(content=line), spending)
        plain = ends_nothing(value)
        if plain and found == _NOTHING:
            return []
        spans = self._all_spans(line, found, spending)
        inside = list(within(spans, len(before), len(before) + len(raw)))
        if inside and inside[0].end == len(raw):
            return inside
        hits = found[0]
        if not plain:
            # What would end the value in a line of JSON does not count here.
            line = before + _bytes(made_plain(value)) + b'"'
            hits, _ = self._engine.search(Raw(content=line), spending)
        stretch = (len(before), len(line) - 1)
        kind = next((h.rule.kind for h in hits if (h.start, h.end) == stretch), None)
        if kind is None:
            return inside
        whole = Span(start=0, end=len(raw), trust=(0, 0), kind=kind, value=raw)
        return apart([whole], list(existing(raw)))

    def _search_all(self, raw: bytes) -> list[Span]:
        spending = self._budget.begin()
        found = self._search(Raw(content=raw), spending)
        return [] if found == _NOTHING else self._all_spans(raw, found, spending)

    def _all_spans(
        self, raw: bytes, found: tuple[list[Hit], bool], spending: Spending
    ) -> list[Span]:
        """Bring together what was found in the text and what its readings hold."""
        hits, encoded = found
        spans = list(mapped(Raw(content=raw), hits))
        if encoded:
            for view in views(raw):
                spans += mapped(view, self._search(view, spending)[0])
        return apart(joined(spans), list(existing(raw)))

    def _search(self, view: View, spending: Spending) -> tuple[list[Hit], bool]:
        hits, encoded = self._engine.search(view, spending)
        return [*hits, *self._names.search(view.content, spending)], encoded

    def _named(self, span: Span, scope: str) -> str:
        return placeholder(key=self._key, scope=scope, kind=span.kind, value=span.value)

    def _or_withheld(self, raw: bytes, search: Callable[[], list[Span]]) -> list[Span]:
        """Fail closed: what cannot be searched must not pass."""
        limit = self._budget.max_bytes
        if len(raw) > limit:
            raise Withheld.too_large(limit=limit)
        try:
            return search()
        except Withheld:
            raise
        except Exception:  # noqa: BLE001 (whatever went wrong, unchecked text must not pass)
            raise Withheld.engine_failed() from None

    def _withheld(self, raw: bytes, sealed: str = "") -> Redacted:
        words = TOO_LARGE if len(raw) > self._budget.max_bytes else NOT_CHECKED
        text = f"{words} {sealed}" if sealed else words
        return Redacted(text=text, findings=(), withheld=True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
