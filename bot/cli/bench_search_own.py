"""Our own runbooks, asked with recorded payloads: is the right one offered first.

A payload's label is a category; a runbook is right when it is written for it. Payloads
that are no trouble of AI, and texts that only look like one, must better get nothing:
how many get something is counted too.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assistant.suggest import Suggestion
from bot.ports.integration import Payload
from bot.rulings import Rulings

_MANIFEST = Path("payloads") / "manifest.jsonl"
_READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
_NOT_OURS = frozenset({"not_ai", "none", None})
_QUIET = ("benign.jsonl", "negatives.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShelf:
    """Asks our own runbooks."""

    rulings: Rulings
    folder: Path

    def figures(self) -> dict[str, Any]:
        """Return the figures; none for what the folder does not hold."""
        return {**self._payloads(), **self._quiet()}

    def _payloads(self) -> dict[str, Any]:
        offered = [
            (row.get("expected_category"), self._advice(row["file"]))
            for row in _rows(self.folder / _MANIFEST)
        ]
        ours = [(label, got) for label, got in offered if label not in _NOT_OURS]
        strange = [got for label, got in offered if label in _NOT_OURS]
        if not ours:
            return {}
        written_for = {book.id: book.categories for book in self.rulings.runbooks}
        right = sum(
            bool(got) and label in written_for[got[0].runbook_id] for label, got in ours
        )
        return {
            "own runbooks: labelled payloads": len(ours),
            "own runbooks: right one first (limit 0.90)": right / len(ours),
            "own runbooks: offered for what is not AI": sum(map(bool, strange)),
            "own runbooks: payloads of what is not AI": len(strange),
        }

    def _advice(self, name: str) -> tuple[Suggestion, ...]:
        file = self.folder / _MANIFEST.parent / name
        payload = Payload(
            body=file.read_bytes(), headers=_headers(file), received_at=_READ_AT
        )
        triaged = self.rulings.understand(payload, "auto", f"al_{0:026d}")
        return tuple(self.rulings.advise(triaged.worst)) if triaged.worst else ()

    def _quiet(self) -> dict[str, Any]:
        texts = [row["text"] for name in _QUIET for row in _rows(self.folder / name)]
        found = sum(bool(self.rulings.index.search(text, 1)) for text in texts)
        return {
            "own runbooks: texts that are no trouble": len(texts),
            "own runbooks: of those, some runbook fits": found,
        }


def _headers(file: Path) -> dict[str, str]:
    beside = file.with_name(f"{file.name}.headers.json")
    held = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    return {str(name).lower(): str(value) for name, value in held.items()}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        if line.strip():
            yield json.loads(line)
