"""`tocsin log`: checks the event log, and hands out what others check it with.

Exit status: 0 whole, 1 not whole or refused, 2 wrong usage. It reads beside a
running server and never writes to the store. The checks are in `bot/store`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli.guarded import masked
from bot.domain.errors import TocsinError

if TYPE_CHECKING:
    from bot.ports import Keys
    from bot.store.replay import Report
    from bot.store.transaction import SqliteTransaction

T = TypeVar("T")
_DIRECTORY = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROOT_DIGITS = 16


@click.group()
def log() -> None:
    """Check the event log, or export it for others to check."""


@log.command()
@click.argument(
    "directory", required=False, type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--vkey", "verifier", default="", help="The log's verifier key, as you know it."
)
@click.option(
    "--anchor", type=_FILE, help="A checkpoint that was kept elsewhere: no cut tail."
)
def verify(directory: Path | None, verifier: str, anchor: Path | None) -> None:
    """Check the log here, or the export in DIRECTORY with nothing else present."""
    if directory is None and (verifier or anchor):
        raise click.UsageError("--vkey and --anchor need a DIRECTORY.")
    with _shown_errors():
        if directory is None:
            from bot.store.verify import verify_store

            click.echo(_whole(_read(verify_store)))
            return
        from bot.store.directory import verify_directory

        report = verify_directory(directory, verifier=verifier, anchor=_note(anchor))
        click.echo(_whole(report))
        if not verifier:
            click.echo("Checked with the vkey in it; compare that with one you know.")


@log.command()
@click.argument("directory", type=_DIRECTORY)
@click.option("--words", is_flag=True, help="Also the texts, as sensitive as they are.")
@click.option(
    "--proof", "proofs", type=int, multiple=True, help="Also prove this entry; again."
)
@click.option(
    "--since", type=_FILE, help="Also prove that the log continues this checkpoint."
)
def export(
    directory: Path, proofs: tuple[int, ...], since: Path | None, *, words: bool
) -> None:
    """Write entries, checkpoint, vkey and proofs into a new DIRECTORY."""
    with _shown_errors():
        from bot.store.export import export_log

        note = _note(since)
        size = _read(
            lambda tx, keys: export_log(
                tx, directory, keys=keys, proofs=proofs, since=note, with_words=words
            )
        )
        click.echo(f"exported: {size:,} entries to {directory}")


@log.command()
@click.argument("seq", type=click.IntRange(min=0))
@click.option("--record", is_flag=True, help="Print the entry's exact bytes instead.")
def proof(seq: int, *, record: bool) -> None:
    """Print a proof (.tlog-proof) that entry SEQ is in the log."""
    with _shown_errors():
        from bot.store.export import proof as prove

        text, leaf = _read(lambda tx, keys: prove(tx, seq, keys=keys))
        # No newline is added to the record: its hash is over exactly these bytes.
        click.echo(leaf if record else text, nl=False)


@log.command()
def checkpoint() -> None:
    """Print the signed head of the log."""
    with _shown_errors():
        from bot.store.signing import signed_head

        click.echo(_read(signed_head), nl=False)


@log.command()
@click.argument("seq", type=click.IntRange(min=0), required=False)
def definition(seq: int | None) -> None:
    """Print which definitions of sensitive data were in force.

    With SEQ only the one by which the words of that entry were masked.
    """
    with _shown_errors():
        from bot.readmodels.definitions import definitions, in_force

        found = _read(lambda tx, _: definitions(tx))
        if seq is not None:
            one = in_force(found, seq)
            found = (one,) if one else ()
        for known in found:
            owner = known.definition.owner
            who = f" · owner {owner.for_log()}" if owner else ""
            at = f"{known.at:%Y-%m-%d %H:%M:%S} UTC"
            click.echo(f"from entry {known.seq} on, {at}: {known.told()}{who}")
        if not found:
            click.echo("No definition is recorded there; the bot records it at start.")


def _note(path: Path | None) -> str:
    """Return a kept checkpoint's text; whether it is one is checked later.

    It is never empty for a file: an empty file is a bad checkpoint, not none.
    """
    if path is None:
        return ""
    return path.read_text("utf-8", errors="replace") or "\n"


def _read(work: "Callable[[SqliteTransaction, Keys], T]") -> T:
    """Run `work` on a snapshot of the store, as it stands now."""
    from bot.cli.opening import open_store

    store, keys = open_store(read_only=True)
    try:
        return store.read(lambda tx: work(tx, keys))
    finally:
        store.close()


def _whole(report: "Report") -> str:
    signed = (
        f"signed up to {report.checkpoint_size:,}"
        if report.checkpoint_size
        else "not signed yet"
    )
    root = report.root[:_ROOT_DIGITS]
    return (
        f"whole: {report.size:,} entries, root {root}…, {signed}\n"
        f"words: {report.words_present:,} as recorded, "
        f"{report.words_erased:,} erased or not here"
    )


@contextmanager
def _shown_errors() -> Iterator[None]:
    """Show our errors as one line, also when the group is run by itself."""
    try:
        yield
    except TocsinError as error:
        click.echo(f"error: {masked(str(error))}", err=True)
        sys.exit(1)
