"""Runbook search beside plain BM25: what is found first, how soon, in how much memory.

The rival is FTS5's own `bm25` over the same documents in the same run, with stemming
and with compound names split, which is the best of it that we found. With a folder of
recorded alerts and a corpus those are asked; without one our own runbooks are, each
by a signal that is hidden from it.
"""

import json
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.assistant.library import Nearby, document_of, foreign_document, load_runbooks
from bot.assistant.search import Document, RunbookIndex
from bot.assistant.words import storable, unfolded
from bot.cli.bench_search_own import OwnShelf
from bot.config import shipped_runbooks
from bot.rulings import Rulings

_STATUS = Path("/proc/self/status")
_MANY = 10_000
_ASKED = 10
_THREE = 3
_LIMIT_MS, _LIMIT_OF_MANY_MS = 20, 50
_WORD = re.compile(r"[^\W_]+")
_ALERTS, _CORPUS = "retrieval.jsonl", "runbook_corpus.jsonl"

Ask = Callable[[str], Sequence[str]]
"""Returns the ids of the best documents for a text, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, and the documents of which any is right."""

    text: str
    right: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """What is searched, and what is asked."""

    documents: tuple[Document, ...]
    cases: tuple[Case, ...]


@dataclass(kw_only=True, slots=True)
class Bench:
    """Measures the search.

    Args:
        rulings: Whose advice is measured on our own runbooks.
        folder: Of recorded alerts and a corpus; our own runbooks without one.
        nearby: Makes what looks at meaning; None where no model is installed.
    """

    rulings: Rulings
    folder: Path | None
    nearby: Nearby | None

    def figures(self) -> dict[str, Any]:
        """Return every figure, the rival's first."""
        found = {**self.accuracy(), **self.speed()}
        if self.nearby is None:
            found["words and meaning"] = "not measured: no model is installed"
        if self.folder is not None:
            found |= OwnShelf(rulings=self.rulings, folder=self.folder).figures()
        return found

    def accuracy(self) -> dict[str, Any]:
        """Return how often the right document is found."""
        exam = exam_of(self.folder)
        found = {
            "documents": len(exam.documents),
            "alerts asked": len(exam.cases),
            **_scored("plain BM25", plain_bm25(exam.documents), exam.cases),
        }
        for name, nearby in self._ways():
            began = time.perf_counter()
            index = RunbookIndex(exam.documents, nearness=nearby)
            index.warm()
            found[f"{name}: index built for the first time, s"] = _since(began)
            found |= _scored(name, _asking(index), exam.cases)
            index.close()
        return found

    def speed(self) -> dict[str, Any]:
        """Return how soon it answers, with these documents and with ten thousand."""
        exam = exam_of(self.folder)
        found: dict[str, Any] = {}
        for name, nearby in self._ways():
            for documents in (exam.documents, tuple(repeated(exam.documents))):
                label = f"{name}, {len(documents):,} documents"
                found |= _timed(label, documents, exam.cases, nearby)
        return found

    def _ways(self) -> tuple[tuple[str, Nearby | None], ...]:
        words: tuple[str, Nearby | None] = ("words", None)
        return (words, ("words and meaning", self.nearby)) if self.nearby else (words,)


def exam_of(folder: Path | None) -> Exam:
    """Return what is asked of what.

    Args:
        folder: Holds `retrieval.jsonl` and `runbook_corpus.jsonl`; None for our own.
    """
    if folder is None:
        return _hidden_signals()
    documents = tuple(
        foreign_document(row["id"], row.get("title"), row["text"])
        for row in _rows(folder / _CORPUS)
    )
    cases = tuple(
        Case(
            text=row["alert_text"],
            right=frozenset({row["expected"], *row.get("expected_alt", ())}),
        )
        for row in _rows(folder / _ALERTS)
        if row.get("kind") == "alert_to_runbook"
    )
    return Exam(documents=documents, cases=cases)


def repeated(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield ten thousand documents: these again and again, each with another end."""
    for number in range(_MANY):
        one = documents[number % len(documents)]
        # A model does not read what is fenced, so it reads each document once.
        text = f"{one.text}\n```\ncopy c{number} of it\n```\n"
        yield replace(one, id=f"{one.id}#{number}", text=text)


def plain_bm25(documents: Sequence[Document]) -> Ask:
    """Return the rival: FTS5's `bm25` over title and text in one column."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE page USING fts5(text, tokenize='porter')")
    db.executemany(
        "INSERT INTO page(rowid, text) VALUES (?, ?)",
        (
            (row, unfolded(storable(f"{one.title}\n{one.text}")))
            for row, one in enumerate(documents)
        ),
    )

    def ask(text: str) -> Sequence[str]:
        words = dict.fromkeys(word.lower() for word in _WORD.findall(text))
        rows = db.execute(
            "SELECT rowid FROM page WHERE page MATCH ? ORDER BY bm25(page), rowid "
            "LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words) or '""', _ASKED),
        )
        return [documents[row].id for (row,) in rows]

    return ask


def _timed(
    label: str,
    documents: Sequence[Document],
    cases: Sequence[Case],
    nearby: Nearby | None,
) -> dict[str, Any]:
    before, began = _resident_mb(), time.perf_counter()
    index = RunbookIndex(documents, nearness=nearby)
    index.warm()
    built = _since(began)
    busy = time.thread_time()
    took = sorted(_milliseconds(index, case.text) for case in cases)
    busy = (time.thread_time() - busy) * 1000 / (len(cases) or 1)
    grown = _resident_mb() - before
    index.close()
    limit = _LIMIT_MS if len(documents) < _MANY else _LIMIT_OF_MANY_MS
    return {
        f"{label}: index built, s": built,
        f"{label}: p50, ms (limit {limit})": statistics.median(took),
        f"{label}: p99, ms": took[int(0.99 * (len(took) - 1))],
        f"{label}: of it on a core, ms on average": busy,
        f"{label}: memory, MB": grown,
    }


def _asking(index: RunbookIndex) -> Ask:
    return lambda text: [hit.id for hit in index.search(text, _ASKED, floor=0)]


def _scored(name: str, ask: Ask, cases: Sequence[Case]) -> dict[str, Any]:
    ranks = [_rank(ask(case.text), case.right) for case in cases]
    size = len(ranks) or 1
    return {
        f"{name}: right one first": sum(rank == 1 for rank in ranks) / size,
        f"{name}: right one among three": sum(0 < rank <= _THREE for rank in ranks)
        / size,
        f"{name}: mean reciprocal rank": sum(1 / r for r in ranks if r) / size,
    }


def _rank(found: Sequence[str], right: Collection[str]) -> int:
    """Return the place of the first right one, from 1; 0 when it is not there."""
    return next((at for at, one in enumerate(found, 1) if one in right), 0)


def _milliseconds(index: RunbookIndex, text: str) -> float:
    began = time.perf_counter()
    index.search(text, _THREE, floor=0)
    return _since(began) * 1000


def _since(began: float) -> float:
    return time.perf_counter() - began


def _resident_mb() -> float:
    if not _STATUS.exists():
        return 0.0
    held = re.search(r"VmRSS:\s+(\d+) kB", _STATUS.read_text("ascii"))
    return int(held[1]) / 1024 if held else 0.0


def _hidden_signals() -> Exam:
    documents, cases = [], []
    for book in load_runbooks(shipped_runbooks()):
        hidden, *shown = book.signals
        documents.append(document_of(replace(book, signals=tuple(shown))))
        cases.append(Case(text=hidden, right=frozenset({book.id})))
    return Exam(documents=tuple(documents), cases=tuple(cases))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
