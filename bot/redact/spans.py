"""Spans: hits brought back to the input, joined, cut and counted in characters.

Findings in different readings of a text overlap: the same key is seen raw, inside
JSON, and as the value of a header. One stretch of the input is one finding.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.redact.engine import Hit
from bot.redact.findings import Finding
from bot.redact.rules import Strength
from bot.redact.views import View

_TRUST = {Strength.PREFIX: 0, Strength.CONTEXT: 1, Strength.GENERIC: 2}
# Bytes that continue a character in UTF-8.
_CONTINUATION = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the input, in bytes.

    Attributes:
        start: First byte.
        end: One past the last byte.
        trust: Lower names a joined span: strength first, then place of the rule.
        kind: Kind of the rule.
        value: The matched bytes as decoded; the same secret has the same value
            however it is written.
    """

    start: int
    end: int
    trust: tuple[int, int]
    kind: str
    value: bytes


def mapped(view: View, hits: Iterable[Hit]) -> Iterator[Span]:
    """Bring the hits in a view back to the input."""
    for hit in hits:
        start, end = view.origin(hit.start, hit.end)
        yield Span(
            start=start,
            end=end,
            trust=(_TRUST[hit.rule.strength], hit.rank),
            kind=hit.rule.kind,
            value=view.content[hit.start : hit.end],
        )


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap; the result is ordered.

    A joined span is named by its most trusted part, unless that is less than half
    of it: a cookie header with a token inside stays a cookie header.
    """
    groups: list[list[Span]] = []
    reach = -1
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.start < reach:
            groups[-1].append(span)
        elif span.end > span.start:
            groups.append([span])
        reach = max(reach, span.end)
    return [_one(group) for group in groups]


def _one(group: list[Span]) -> Span:
    start, end = group[0].start, max(span.end for span in group)
    half = (end - start) / 2
    best = min(group, key=lambda s: (s.end - s.start < half, s.trust))
    return replace(best, start=start, end=end)


def apart(spans: Iterable[Span], holes: list[tuple[int, int]]) -> list[Span]:
    """Cut out of the spans what was redacted before.

    Args:
        spans: Ordered, not overlapping.
        holes: Where placeholders stand: ordered, not overlapping.
    """
    if not holes:
        return list(spans)
    return [piece for span in spans for piece in _pieces(span, holes)]


def _pieces(span: Span, holes: list[tuple[int, int]]) -> Iterator[Span]:
    start = span.start
    for left, right in holes:
        if right <= start or left >= span.end:
            continue
        if left > start:
            yield replace(span, start=start, end=left)
        start = right
    if start < span.end:
        yield replace(span, start=start)


def within(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """Cut spans to a stretch and count from its first byte."""
    for span in spans:
        left, right = max(span.start, start), min(span.end, end)
        if left < right:
            yield replace(span, start=left - start, end=right - start)


def in_characters(
    text: str, raw: bytes, spans: Iterable[Span]
) -> Iterator[tuple[Finding, Span]]:
    """Turn byte offsets into character offsets.

    A span that starts or ends within a character takes the whole character.

    Args:
        text: The input.
        raw: The same as UTF-8.
        spans: Ordered, not overlapping.
    """
    plain = len(text) == len(raw)
    at = counted = last = 0
    for span in spans:
        if plain:
            start, end = span.start, span.end
        else:
            counted += _characters(raw[at : span.start])
            # A continuation byte belongs to the character counted before it.
            start = max(last, counted - _is_continuation(raw, span.start))
            counted += _characters(raw[span.start : span.end])
            at, end = span.end, counted
        if end > start:
            yield Finding(kind=span.kind, start=start, end=end), span
        last = end


def _characters(raw: bytes) -> int:
    """How many characters start in these bytes."""
    return len(raw.translate(None, _CONTINUATION))


def _is_continuation(raw: bytes, at: int) -> bool:
    return raw[at] in _CONTINUATION
