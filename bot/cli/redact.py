"""`tocsin redact`: shows what the redactor would mask. Keeps nothing."""

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from bot.domain.errors import BadRequest

if TYPE_CHECKING:
    from bot.redact import Redactor

# A fixed key: placeholders of this command compare within one run only.
_KEY = b"tocsin redact"
_CHUNK = 64 * 1024


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print text and findings.")
@click.option(
    "--jsonl",
    "as_lines",
    is_flag=True,
    help="Read {id, text} lines; print {id, text, findings} lines.",
)
def redact(*, as_json: bool, as_lines: bool) -> None:
    """Mask secrets and personal data in standard input."""
    redactor = _redactor()
    if as_lines:
        for number, line in enumerate(sys.stdin, start=1):
            if line.strip():
                row = _row(line, number)
                _print(redactor, row["text"], row.get("id"))
        return
    if as_json:
        _print(redactor, sys.stdin.read(), None)
        return
    from bot.redact import Stream

    chunks = iter(lambda: sys.stdin.read(_CHUNK), "")
    for piece in Stream(redactor).feed(chunks):
        click.echo(piece, nl=False)


def _redactor() -> "Redactor":
    from bot.cli.opening import open_settings
    from bot.config.site_file import site_text
    from bot.redact import Redactor, load_definition

    overlay = open_settings().redact.overlay
    text = site_text(overlay) or None
    return Redactor(load_definition(text), key=_KEY)


def _row(line: str, number: int) -> dict[str, Any]:
    """Read one line; what is wrong with it is told without quoting it."""
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise BadRequest(
            f"Line {number} was not redacted, nor any behind it",
            because="it is not a JSON object whose text is a string",
            next_move='Write each line as {"id": "1", "text": "..."}.',
        )
    return row


def _print(redactor: "Redactor", text: str, row_id: object) -> None:
    found = redactor.redact(text)
    answer: dict[str, object] = {
        "text": found.text,
        "findings": [
            {"kind": one.kind, "start": one.start, "end": one.end}
            for one in found.findings
        ],
    }
    if found.withheld:
        answer["withheld"] = True
    if row_id is not None:
        answer = {"id": row_id, **answer}
    click.echo(json.dumps(answer, ensure_ascii=False))
