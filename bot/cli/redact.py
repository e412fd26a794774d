"""`tocsin redact`: shows what the redactor would mask. Keeps nothing."""

import json
import sys
from typing import TYPE_CHECKING

import click

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
        for line in sys.stdin:
            if line.strip():
                row = json.loads(line)
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
