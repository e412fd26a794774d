"""A timeline as Markdown, JSON or CSV.

What people and senders wrote is quoted so that it cannot become markup, a link or
a spreadsheet formula. The texts were redacted before they were stored.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime

import orjson

from bot.domain.untrusted import Untrusted
from bot.readmodels.timeline import EXERCISE, Line
from bot.redact import masked_in, told

JSON_VERSION = 1
_COLUMNS = (
    *("incident", "seq", "at", "occurred_at", "actor", "text", "words"),
    "masked",
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~])")
_PERSON = re.compile(r"<@(\w+)>")
# A cell that starts so is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def markdown(incident: str, story: Sequence[Line], *, masked_by: str = "") -> str:
    """Return the timeline as a Markdown table, times in UTC.

    Args:
        masked_by: The definition of sensitive data in force, in a line; "" if unknown.
    """
    rows = [
        f"| {_time(line.at)} | {line.actor} | {_told(line)} | {line.seq} |"
        for line in story
    ]
    head = [
        f"# {_exercise(story)}Timeline of {incident}",
        "",
        "Times are UTC. The last column is the entry's number in the log.",
        *_masked(story),
        *([f"Masked by the definition {masked_by}."] if masked_by else []),
        "",
        "| When | Who | What | Entry |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def as_json(incident: str, story: Sequence[Line], *, masked_by: str = "") -> str:
    """Return the timeline as one JSON object; `masked_by` as for `markdown`."""
    told = [
        {
            "seq": line.seq,
            "at": line.at.isoformat(),
            "occurred_at": line.occurred_at and line.occurred_at.isoformat(),
            "observed_at": line.observed_at and line.observed_at.isoformat(),
            "kind": line.kind,
            "actor": line.actor,
            "text": line.text,
            "words": _plain(line.words),
            "masked": masked_in([_plain(line.words) or ""]),
        }
        for line in story
    ]
    is_drill = any(line.drill for line in story)
    answer = {
        "version": JSON_VERSION,
        "incident": incident,
        "drill": is_drill,
        "masked": masked_in(_plain(line.words) or "" for line in story),
        "masked_by": masked_by,
        "timeline": told,
    }
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n"


def as_csv(incident: str, story: Sequence[Line], *, masked_by: str = "") -> str:  # noqa: ARG001 - no room for it in a table
    """Return the timeline as CSV with a header line."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in story:
        occurred = line.occurred_at.isoformat() if line.occurred_at else ""
        writer.writerow(
            [
                incident,
                line.seq,
                line.at.isoformat(),
                occurred,
                line.actor,
                line.text,
                _cell(_plain(line.words) or ""),
                line.masked,
            ]
        )
    return out.getvalue()


def _masked(story: Sequence[Line]) -> list[str]:
    said = told(masked_in(_plain(line.words) or "" for line in story))
    return [f"In what people and senders wrote is masked: {said}."] if said else []


def _exercise(story: Sequence[Line]) -> str:
    return f"{EXERCISE}: " if any(line.drill for line in story) else ""


def _told(line: Line) -> str:
    text = _PERSON.sub(r"@\1", line.text)
    words = _plain(line.words)
    if words is None:
        return text
    quoted = _MARKDOWN.sub(r"\\\1", " ".join(words.split()))
    masked = f" ({line.masked})" if line.masked else ""
    return f"{text} “{quoted}”{masked}"


def _plain(words: Untrusted | None) -> str | None:
    return None if words is None else words.for_html_text()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
