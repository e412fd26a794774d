"""One collected file without what is sensitive, and still of its form.

JSON and CSV are redacted leaf by leaf, names included, so that they can be parsed
afterwards; then the whole once more, for what only shows over several fields. Where
that second look would break the form, the file becomes plain text: masked goes before
parseable. What is sensitive is the redactor's business (`bot/redact`).
"""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.redact import Stream
from bot.redact.placeholders import NOT_CHECKED, TOO_LARGE
from bot.redact.values import redacted
from bot.sharing.archive import Type
from bot.sharing.remembering import Remembering

MOST_CHARACTERS = 1 << 20
"""How much of one file a bundle takes."""
_OVERLAP = 64 * 1024
_MOST_LINES = 50_000
# A number of so many digits may be that of a card or of a person.
_LONG_NUMBER = 9
# A spreadsheet runs what begins like this; OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A number, or a field's name as CloudWatch writes it.
_HARMLESS = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|@\w+|-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A file that may be shown.

    Attributes:
        type: How it can be read now; `text` where its form was lost.
        cut: It was longer than a bundle takes.
        withheld: Parts of it could not be checked and are not there.
    """

    text: str
    type: Type
    cut: bool = False
    withheld: bool = False


def cleaned(content: str, kind: Type, memory: Remembering) -> Clean:
    """Return a file redacted.

    Args:
        kind: Its form, as its name says; what has not that form is text.

    Raises:
        OutOfTime: There is no time left.
    """
    if not content:
        return Clean(text="", type=kind)
    wash = _Wash(memory)
    made = wash.formed(content, kind) or wash.text(content)
    withheld = NOT_CHECKED in made.text or TOO_LARGE in made.text
    return replace(made, withheld=withheld)


class _Wash:
    def __init__(self, memory: Remembering) -> None:
        self._memory = memory

    def formed(self, content: str, kind: Type) -> Clean | None:
        """Return a file that keeps its form; None where it has none or would not."""
        work = {"json": self._json, "jsonl": self._lines, "csv": self._table}.get(kind)
        kept, cut = (content, False) if kind == "json" else _head(content)
        if work is None or len(kept) > MOST_CHARACTERS + _OVERLAP:
            return None
        try:
            leaves, reads = work(kept)
            whole = self._whole(leaves)
        except (ValueError, RecursionError, csv.Error):
            return None
        shown, longer = _head(whole)
        is_formed = _keeps_form(reads, leaves, whole) and not (
            longer and kind == "json"
        )
        form: Type = kind if is_formed else "text"
        return Clean(text=shown, type=form, cut=cut or longer)

    def text(self, content: str) -> Clean:
        """Return a file as text.

        What is behind the cut is looked at too: nothing sensitive is cut in two.
        """
        whole = self._whole(content[: MOST_CHARACTERS + _OVERLAP])
        shown, longer = _head(whole)
        cut = longer or len(content) > MOST_CHARACTERS + _OVERLAP
        return Clean(text=shown, type="text", cut=cut)

    def _whole(self, content: str) -> str:
        stream = Stream(self._memory.redactor, scope=self._memory.scope)
        parts = []
        for part in stream.feed([content]):
            self._memory.look_at_the_clock()
            parts.append(part)
        return "".join(parts)

    def _json(self, content: str) -> tuple[str, Callable[[str], object]]:
        return self._value(content, indent=1), _shape_of_json

    def _lines(self, content: str) -> tuple[str, Callable[[str], object]]:
        lines = content.rstrip("\n").split("\n")
        if len(lines) > _MOST_LINES:
            raise ValueError("so many lines are masked faster as text")
        clean = (self._line(one) for one in lines)
        return "".join(f"{one}\n" for one in clean), _shape_of_lines

    def _line(self, line: str) -> str:
        try:
            return self._value(line, indent=None)
        except ValueError:
            return self._memory.redact(line).text

    def _value(self, content: str, *, indent: int | None) -> str:
        value = json.loads(
            content,
            parse_constant=str,
            parse_int=lambda digits: self._number(digits, int),
            parse_float=lambda digits: self._number(digits, float),
        )
        done, _ = redacted(value, self._memory, scope=self._memory.scope)
        return json.dumps(done, ensure_ascii=False, indent=indent, allow_nan=False)

    def _number(self, digits: str, kind: Callable[[str], float]) -> object:
        """Return a number, or text where it is one of a person's or none of JSON's."""
        if len(digits) >= _LONG_NUMBER:
            shown = self._memory.redact(digits)
            if shown.findings:
                return shown.text
        number = kind(digits)
        return number if math.isfinite(number) else digits

    def _table(self, content: str) -> tuple[str, Callable[[str], object]]:
        rows = list(csv.reader(io.StringIO(content), strict=True))
        if not rows:
            raise ValueError("a table has at least a line of names")
        made = io.StringIO()
        # RFC 4180; with a bare line feed a carriage return would not be quoted.
        writer = csv.writer(made, lineterminator="\r\n")
        names = rows[0]
        writer.writerow([self._cell("", one) for one in names])
        for row in rows[1:]:
            named = [*names, *[""] * (len(row) - len(names))]
            writer.writerow(
                [self._cell(name, one) for name, one in zip(named, row, strict=False)]
            )
        return made.getvalue(), _shape_of_table

    def _cell(self, name: str, text: str) -> str:
        shown = self._memory.redact_named(name, text).text
        return f"'{shown}" if _may_run(shown) else shown


def _head(text: str) -> tuple[str, bool]:
    """Return what a bundle takes of a text, cut behind a line, and whether it was."""
    if len(text) <= MOST_CHARACTERS:
        return text, False
    head = text[:MOST_CHARACTERS]
    return head[: head.rfind("\n") + 1] or head, True


def _keeps_form(reads: Callable[[str], object], before: str, after: str) -> bool:
    """Tell whether the second look took words only."""
    try:
        return reads(before) == reads(after)
    except (ValueError, RecursionError, csv.Error):
        return False


def _shape_of_json(text: str) -> object:
    """Return what must stay the same: the form without the words."""
    return _shape(json.loads(text, parse_constant=str))


def _shape(value: Any) -> object:
    match value:
        case dict():
            return ["{", *(_shape(one) for one in value.values())]
        case list():
            return ["[", *(_shape(one) for one in value)]
        case _:
            return ""


def _shape_of_lines(text: str) -> object:
    return [_shape_of_line(line) for line in text.split("\n")]


def _shape_of_line(line: str) -> object:
    try:
        return _shape_of_json(line)
    except ValueError:
        return None


def _shape_of_table(text: str) -> object:
    return [len(row) for row in _rows(text)]


def _rows(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text), strict=True)


def _may_run(cell: str) -> bool:
    """Tell whether a spreadsheet would compute a cell instead of showing it."""
    return cell.startswith(_FORMULA) and _HARMLESS.fullmatch(cell) is None
