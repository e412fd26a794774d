"""`tocsin runbooks`: shows, checks and searches the runbooks.

Exit status: 0 fine, 1 problems found or nothing fits, 2 wrong usage. What makes a
runbook good is in `bot/domain/runbook_lint.py`, what makes one fit in
`bot/assistant/search.py`.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.guarded import say, say_json
from bot.cli.runbooks_linted import linted, unfinished

if TYPE_CHECKING:
    from bot.assistant.search import Hit, RunbookIndex

_JSONL = click.Path(exists=True, dir_okay=False, path_type=Path)
_INNER = ("fit", "near")
"""What of a hit is not printed: it may be measured otherwise tomorrow."""
_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)


def shipped_runbooks() -> Path:
    """Return the directory of the runbooks that ship beside the package."""
    from bot import config

    return config.shipped_runbooks()


@click.group()
def runbooks() -> None:
    """Show, check and search the runbooks."""


@runbooks.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_runbooks(*, as_json: bool) -> None:
    """Print every shipped runbook: id, title, review date."""
    from bot.assistant.library import load_runbooks

    rows = [
        {
            "id": book.id,
            "title": book.title,
            "version": book.version,
            "digest": book.digest,
            "owner": book.owner,
            "review_by": book.review_by.isoformat(),
            "categories": list(book.categories),
            "steps": len(book.steps),
        }
        for book in load_runbooks(shipped_runbooks())
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say(
            f"{row['id']}  {row['title']}  "
            f"({row['steps']} steps, review by {row['review_by']})"
        )


@runbooks.command("lint")
@click.argument("directory", type=_DIRECTORY, required=False)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Compare review dates with this day instead of the clock's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def lint(directory: Path | None, today: datetime | None, *, as_json: bool) -> None:
    """Check every rb-*.md in DIRECTORY, by default the shipped ones.

    What a draft (`status: draft`) leaves open is a warning, not a problem.

    Exit status: 0 all are fine, 1 there are problems, 2 wrong usage.
    """
    from bot.assistant.library import runbook_paths

    directory = directory or shipped_runbooks()
    paths = runbook_paths(directory)
    if not paths:
        raise click.UsageError(f"{directory} has no file rb-*.md")
    today = today or _now()
    found = [
        {"file": name, "problem": problem} for name, problem in linted(paths, today)
    ]
    if as_json:
        say_json(found)
    else:
        for each in found:
            say(f"{each['file']}: {each['problem']}")
        warned = list(unfinished(paths))
        for name, warning in warned:
            say(f"{name}: warning, it is a draft: {warning}")
        more = f", {len(warned)} warnings" if warned else ""
        say(f"{len(paths)} runbooks, {len(found)} problems{more}", err=True)
    sys.exit(1 if found else 0)


@runbooks.command("draft")
@click.argument("incident")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write it there instead of printing it; an existing file is kept.",
)
def draft(incident: str, output: Path | None) -> None:
    """Draft a runbook from what was done in INCIDENT, for example INC-0001.

    The file says `status: draft`: nobody is offered it until people finished it.
    """
    from bot.cli.runbook_draft import drafted

    drafted(incident.upper(), output)


@runbooks.command("search")
@click.argument("text", required=False)
@click.option(
    "--corpus", type=_JSONL, help="Search these {id, title?, text} lines instead."
)
@click.option(
    "--queries",
    type=_JSONL,
    help="Ask each {id, text} or {id, alert_text} line; print one JSON line each.",
)
@click.option(
    "-k", "most", type=click.IntRange(1, 50), default=3, help="At most so many hits."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def search(
    text: str | None,
    corpus: Path | None,
    queries: Path | None,
    *,
    most: int,
    as_json: bool,
) -> None:
    """Find the runbooks that fit TEXT, with the reason.

    Exit status: 0 something fits, 1 nothing fits, 2 wrong usage. With --queries
    it is 0 whatever was found.
    """
    from bot.domain.untrusted import visible

    if (text is None) == (queries is None):
        raise click.UsageError("Give either TEXT or --queries.")
    index, floor = _index(corpus)
    if queries is not None:
        for row in _rows(queries):
            asked = row.get("alert_text", row.get("text"))
            hits = index.search(_text(asked, queries), most, floor=floor)
            say_json({"id": row.get("id"), "hits": _plain(hits)})
        return
    hits = index.search(text or "", most, floor=floor)
    if as_json:
        say_json({"hits": _plain(hits)})
    else:
        for hit in hits:
            line = f"{hit.id}  {hit.title}  {hit.score:.2f}  ({hit.why})"
            say(visible(line))
        if not hits:
            say("nothing fits", err=True)
    sys.exit(0 if hits else 1)


@runbooks.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--reset", help="Forget what was learned about this runbook, e.g. RB-02.")
@click.option("--because", default="", help="Why; it goes into the log.")
def history(reset: str | None, because: str, *, as_json: bool) -> None:
    """Print what became of runbooks in earlier incidents, and what that weighs.

    With --reset what was learned about one runbook counts no more; the log keeps who
    asked, and why.
    """
    from bot.cli import runbooks_history

    if reset is None and because:
        raise click.UsageError("--because goes with --reset.")
    if reset is not None:
        if not because.strip():
            raise click.UsageError("Say why with --because; it goes into the log.")
        done = runbooks_history.forgotten(reset, because)
        if as_json:
            say_json(done)
        else:
            say(f"{done['runbook']}: forgotten, entry {done['seq']} of the log")
        return
    found = runbooks_history.read()
    if as_json:
        say_json(found)
    else:
        say(runbooks_history.table(found))


def _now() -> datetime:
    from bot.clock import SystemClock

    return SystemClock().now()


def _index(corpus: Path | None) -> "tuple[RunbookIndex, float]":
    """Return what to search and the least fit of a hit in it."""
    from bot.assistant.library import (
        foreign_document,
        index_of,
        load_runbooks,
        nearness_of,
    )
    from bot.assistant.search import FLOOR, RunbookIndex
    from bot.cli.opening import open_settings

    settings = open_settings()
    nearness = nearness_of(settings.runbooks.semantic, home=settings.home)
    if corpus is None:
        return index_of(load_runbooks(shipped_runbooks()), nearness=nearness), FLOOR
    rows = [
        foreign_document(
            str(row.get("id", "")), row.get("title"), _text(row.get("text"), corpus)
        )
        for row in _rows(corpus)
    ]
    # The words of a foreign corpus are not ours: whatever is nearest is the answer.
    return RunbookIndex(rows, nearness=nearness), 0.0


def _rows(path: Path) -> Iterator[dict[str, object]]:
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.UsageError(f"{path}: line {number} is no JSON") from error
        if not isinstance(row, dict):
            raise click.UsageError(f"{path}: line {number} is no JSON object")
        yield row


def _text(value: object, path: Path) -> str:
    if not isinstance(value, str):
        raise click.UsageError(f"{path}: a line has no text")
    return value


def _plain(hits: "tuple[Hit, ...]") -> list[dict[str, object]]:
    return [
        {key: value for key, value in asdict(hit).items() if key not in _INNER}
        for hit in hits
    ]
