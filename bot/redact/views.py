"""The same text, decoded: what a secret looks like inside JSON, a URL or base64.

A view is a byte string together with the way back: every stretch of it maps to the
stretch of the input it was decoded from. Which rule matches is not decided here,
and how one escape is read is said in `escapes`.
"""

import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.redact.escapes import ESCAPES, Escape
from bot.redact.patterns import compiled, prepared

# Text inside text inside text: an alert that carries a JSON string that carries a
# log line with a URL, one step more for safety.
MAX_DEPTH = 4
MAX_BASE64_LAYERS = 2
# Together the views of one text may not outgrow it by more than this factor.
MAX_GROWTH = 6
# Readable text in base64 (RFC 4648, either alphabet) shows: of each four characters
# the first three can take only the values that bytes below 0x80 leave them. Four such
# groups in a row are text, wherever in a path or a name they begin.
_GROUP = (
    "[CDI-Za-f]"
    "[ACDEFGHQSTUVWXgijklmnwyz0123]"
    "[ABEFIJMNQRUVYZcdghklopstwx014589]"
    "[A-Za-z0-9+/_-]"
)
BASE64_RUN = f"((?:{_GROUP}){{4,}})[A-Za-z0-9+/_-]*(?:=|%3[Dd]){{0,2}}"
_LINE_BREAKS = frozenset((b"\n", b"\r\n", b"\\n"))
_PRINTABLE_SHARE = 0.95
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class View(Protocol):
    """A byte string and the way back to the input."""

    @property
    def content(self) -> bytes:
        """The decoded bytes."""
        ...

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where in the input `content[start:end]` came from, in bytes."""
        ...

    def fresh(self, start: int, end: int) -> bool:
        """Whether these lines read otherwise than in what the view was made of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The input itself."""

    content: bytes

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the same stretch: nothing was decoded."""
        return start, end

    def fresh(self, start: int, end: int) -> bool:
        """Return True: nobody has read the input before."""
        return start < end


@dataclass(frozen=True, slots=True, kw_only=True)
class Unescaped:
    """A view in which escapes were replaced by what they stand for.

    Attributes:
        content: The decoded bytes.
        outs: Where each segment starts in `content`; literal text and escapes take
            turns, literal first, so even segments map byte by byte.
        ins: Where the same segments start in the parent.
        parent: What this was decoded from.
    """

    content: bytes
    outs: list[int]
    ins: list[int]
    parent: View

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch back, taking each touched escape as a whole."""
        first = bisect_right(self.outs, start) - 1
        last = bisect_right(self.outs, max(start, end - 1)) - 1
        begin = self.ins[first]
        if first % 2 == 0:
            begin += start - self.outs[first]
        if last % 2 == 0:
            stop = self.ins[last] + end - self.outs[last]
        else:
            stop = self.ins[last + 1]
        return self.parent.origin(begin, stop)

    def fresh(self, start: int, end: int) -> bool:
        """Say whether an escape stands in these lines or at one of their ends."""
        first = bisect_left(self.outs, start) - 1
        last = bisect_right(self.outs, end) - 1
        return first != last or first % 2 == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Base64:
    """The decoded base64 runs of a view. A finding in one stands for the whole run.

    A placeholder in the middle of base64 would leave bytes nobody can decode, and
    its neighbours share characters with the secret.

    Attributes:
        content: The decoded runs. Lines of one wrapped text follow each other
            directly, other runs are kept apart by a line break.
        outs: Where each run starts in `content`.
        runs: The same runs in the parent: first byte and one past the last.
        parent: What this was decoded from.
    """

    content: bytes
    outs: list[int]
    runs: list[tuple[int, int]]
    parent: View

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the runs the stretch touches, each as a whole."""
        first = bisect_right(self.outs, start) - 1
        last = bisect_right(self.outs, max(start, end - 1)) - 1
        return self.parent.origin(self.runs[first][0], self.runs[last][1])

    def fresh(self, start: int, end: int) -> bool:
        """Return True: all of it was decoded."""
        return start < end


def views(raw: bytes) -> Iterator[View]:
    """Yield every decoded reading of the input, each once; not the input itself.

    Args:
        raw: The text as UTF-8. Lone surrogates may be present.
    """
    seen = {raw}
    budget = MAX_GROWTH * len(raw)
    waiting: list[tuple[View, int, int]] = [(Raw(content=raw), 0, 0)]
    while waiting:
        view, depth, layers = waiting.pop()
        for child in _children(view, layers):
            if child.content in seen or len(child.content) > budget:
                continue
            seen.add(child.content)
            budget -= len(child.content)
            yield child
            if depth + 1 < MAX_DEPTH:
                deeper = layers + isinstance(child, Base64)
                waiting.append((child, depth + 1, deeper))


def _children(view: View, layers: int) -> Iterator[View]:
    for escape in ESCAPES:
        if compiled(escape.pattern).search(view.content):
            yield _unescape(view, escape)
    runs = _base64(view) if layers < MAX_BASE64_LAYERS else None
    if runs is not None:
        yield runs


def _unescape(view: View, escape: Escape) -> Unescaped:
    content, short, mark = view.content, escape.short, escape.mark
    parts: list[bytes] = []
    outs, ins = [0], [0]
    written = read = 0
    at = content.find(mark)
    while at >= 0:
        # Most escapes are two bytes; there are hundreds in an alert.
        decoded, taken = short.get(content[at + 1 : at + 2], b""), 2
        if not decoded:
            decoded, taken = escape.read(content, at)
        if not taken:
            at = content.find(mark, at + 1)
            continue
        parts.append(content[read:at])
        parts.append(decoded)
        written += at - read
        read = at + taken
        outs.append(written)
        ins.append(at)
        written += len(decoded)
        outs.append(written)
        ins.append(read)
        at = content.find(mark, read)
    parts.append(content[read:])
    return Unescaped(content=b"".join(parts), outs=outs, ins=ins, parent=view)


def _base64(view: View) -> Base64 | None:
    parts: list[bytes] = []
    outs: list[int] = []
    runs: list[tuple[int, int]] = []
    written = 0
    for start, end, decoded in _base64_runs(view.content):
        if runs and view.content[runs[-1][1] : start] not in _LINE_BREAKS:
            parts.append(b"\n")
            written += 1
        outs.append(written)
        runs.append((start, end))
        parts.append(decoded)
        written += len(decoded)
    if not runs:
        return None
    return Base64(content=b"".join(parts), outs=outs, runs=runs, parent=view)


def _base64_runs(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    for match in prepared(BASE64_RUN).pattern.finditer(content):
        start = match.start()
        # Behind the text may stand more of a path: then only the sure part counts.
        for end in (match.end(), match.end(1)):
            decoded = decode_base64(content[start:end])
            if decoded is not None:
                yield start, end, decoded
                break


def decode_base64(run: bytes) -> bytes | None:
    """Decode one run, or None when it does not hold readable text.

    Both alphabets of RFC 4648 are read, with or without padding, which may stand
    there as in a URL. A character that
    is too many at the end is left out.
    """
    body = run.partition(b"%")[0].rstrip(b"=").translate(_URL_SAFE)
    body = body[: len(body) - (len(body) % 4 == 1)]
    decoded = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    strange = len(decoded.translate(None, _PRINTABLE))
    return decoded if strange <= (1 - _PRINTABLE_SHARE) * len(decoded) else None
