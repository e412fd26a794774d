"""The shelf of runbooks: reading a directory and making it searchable.

Only ``rb-*.md`` files are runbooks; the template and notes beside them are not.
Which directory it is, the caller says.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from bot.assistant.nearness import FILE, Nearness
from bot.assistant.search import Document, RunbookIndex
from bot.domain.errors import Unparsed
from bot.domain.runbook import Runbook
from bot.domain.runbook_reading import parse_runbook

_SEARCHED_FIRST = ("Meaning", "Impact")
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)

Nearby = Callable[[Sequence[Document]], Nearness]
"""Makes what tells how near documents are in meaning."""


def runbook_paths(directory: Path) -> tuple[Path, ...]:
    """Return the runbook files of a directory, by name."""
    return tuple(sorted(directory.glob("rb-*.md")))


def read_runbook(path: Path) -> Runbook:
    """Read one runbook file.

    Raises:
        Unparsed: The file is no UTF-8 text, or its front matter is not readable.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unparsed(
            f"{path.name} was not read",
            because="it cannot be opened as UTF-8 text",
            next_move="Look at its permissions and its encoding.",
        ) from error
    return parse_runbook(text, name=path.stem)


def load_runbooks(directory: Path) -> tuple[Runbook, ...]:
    """Read every finished runbook of a directory, by file name.

    A draft is left out: nobody at 3 a.m. is to be offered what is not finished.

    Raises:
        Unparsed: One of them cannot be read. `tocsin runbooks lint` names them all.
    """
    found = (read_runbook(path) for path in runbook_paths(directory))
    return tuple(one for one in found if not one.is_draft)


def document_of(runbook: Runbook) -> Document:
    """Return what search knows of a runbook: signals first, then its meaning."""
    rest = (part.text for part in runbook.body if part.title not in _SEARCHED_FIRST)
    parts = (
        *runbook.signals,
        " ".join(runbook.categories),
        *(runbook.section(title) for title in _SEARCHED_FIRST),
        *(step.text for step in runbook.steps),
        *rest,
    )
    return Document(id=runbook.id, title=runbook.title, text="\n".join(parts))


def foreign_document(key: str, title: object, text: str) -> Document:
    """Return a document of somebody else's corpus.

    Args:
        key: Its id, often a path.
        title: Its title; when it is missing or empty, the first Markdown heading
            of the text is taken, else the last part of the id.
        text: Its text.
    """
    if not isinstance(title, str) or not title.strip():
        heading = _HEADING.search(text)
        title = heading[1] if heading else key.rstrip("/").rsplit("/", 1)[-1]
    return Document(id=key, title=title, text=text)


def index_of(
    runbooks: Iterable[Runbook], *, nearness: Nearby | None = None
) -> RunbookIndex:
    """Return an index over runbooks, by words alone without `nearness`."""
    documents = [document_of(runbook) for runbook in runbooks]
    return RunbookIndex(documents, nearness=nearness)


def nearness_of(wanted: str, *, home: Path) -> Nearby | None:
    """Return what makes an index look at meaning too, as the settings say.

    Args:
        wanted: ``auto``, ``on`` or ``off``.
        home: Where vectors are kept, when it exists.
    """
    if wanted == "off":
        return None
    return partial(Nearness, kept_at=home / FILE, is_wanted=wanted == "on")
