"""How near documents are in meaning to what a text says, and what that may change.

A document has two vectors, of its title and of its beginning; it is as near as the
nearer of them. Nearness reorders what is found. Whether a document fits at all is
decided by words alone (`bot/assistant/fit.py`), with or without a model.
"""

import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from bot.assistant.embedding import MODEL, Embed, is_installed, open_embedding
from bot.assistant.vectors import Vectors
from bot.assistant.words import parted
from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "runbook-vectors.db"
"""Where vectors are kept, inside the home of an installation."""

_LEAD_CHARACTERS = 500
# The best document by words counts 1; a document that means the same counts so much.
# Chosen on a corpus asked for itself, on no labelled alert: docs/concepts/search.md.
_WEIGHT = 1.5
_NEAREST = 50
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TARGET = re.compile(r"\]\([^)]*\)")
_MARKS = re.compile(r"[#`*_|>\[\]\s]+")
_log = logging.getLogger(__name__)


class Titled(Protocol):
    """What of a document is looked at."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def text(self) -> str:
        """What it says, the meaning first."""


class Nearness:
    """How near each of some documents is to a text; opened at the first question.

    Args:
        documents: In the order in which they are numbered.
        kept_at: File in which their vectors are kept, if anywhere.
        is_wanted: Somebody asked for it: a package that is not installed is told.
        opened: Opens the model.
    """

    def __init__(
        self,
        documents: Sequence[Titled],
        *,
        kept_at: Path | None = None,
        is_wanted: bool = True,
        opened: Callable[[], Embed] = open_embedding,
    ) -> None:
        self._documents = documents
        self._kept_at = kept_at
        self._is_wanted = is_wanted
        self._opened = opened
        self._lock = Lock()
        self._is_open = False
        self._embed: Embed | None = None
        self._matrix: NDArray[np.float32] | None = None

    def open(self) -> bool:
        """Read every document, once; tell whether meaning counts from now on."""
        with self._lock:
            if not self._is_open:
                self._is_open = True
                self._read()
            return self._embed is not None

    def __call__(
        self, text: str, rows: Collection[int], *, widen: bool
    ) -> dict[int, float]:
        """Return by number how near documents are, 0 to 1 in thousandths.

        Args:
            text: What is asked.
            rows: Whose nearness is wanted.
            widen: Also that of the nearest of all.

        Returns:
            Nothing when there is no model to ask: words decide alone.
        """
        if not text or not self.open():
            return {}
        try:
            return self._ask(text, rows, widen=widen)
        except Exception as error:  # noqa: BLE001 - whatever the model raises, words remain
            self._give_up(f"the model failed ({type(error).__name__})")
            return {}

    def _read(self) -> None:
        if not self._documents or not (self._is_wanted or is_installed()):
            return
        try:
            embed = self._opened()
            self._matrix = self._vectors(embed)
            self._embed = embed
        except BadSettings as error:
            self._give_up(error.because)
        except Exception as error:  # noqa: BLE001 - see above
            self._give_up(f"the model failed ({type(error).__name__})")

    def _vectors(self, embed: Embed) -> "NDArray[np.float32]":
        import numpy as np

        kept = Vectors(self._kept_at, model=MODEL)
        parts = [part for each in self._documents for part in parts_of(each)]
        held = b"".join(kept.of(parts, embed))
        return np.frombuffer(held, dtype="<f2").reshape(len(parts), -1).astype("f4")

    def _ask(
        self, text: str, rows: Collection[int], *, widen: bool
    ) -> dict[int, float]:
        import numpy as np

        if self._embed is None or self._matrix is None:
            return {}
        asked = np.frombuffer(self._embed(text), dtype="<f2").astype("f4")
        parts = (self._matrix @ asked).reshape(-1, 2)
        near = parts.max(axis=1).clip(0, 1).round(3)
        nearest = np.argsort(-near, kind="stable")[:_NEAREST].tolist() if widen else ()
        return {row: round(float(near[row]), 3) for row in {*rows, *nearest}}

    def _give_up(self, because: str) -> None:
        """Say it once; the model is not asked again."""
        _log.warning("Runbooks are searched by words alone: %s", because)
        self._embed = None


def parts_of(document: Titled) -> tuple[str, str]:
    """Return the two texts of a document whose meaning is compared."""
    title = parted(document.title)
    lead = _TARGET.sub("]", _FENCE.sub(" ", document.text))
    return title, f"{title}. {_MARKS.sub(' ', lead)[:_LEAD_CHARACTERS]}"


def joined(scores: Mapping[int, float], near: Mapping[int, float]) -> dict[int, float]:
    """Return scores by words with nearness added.

    Args:
        scores: By number of the document, from its words.
        near: How near documents are; nothing leaves the scores as they are.
    """
    if not near:
        return dict(scores)
    one = max(scores.values(), default=1.0) or 1.0
    return {row: scores.get(row, 0.0) + _WEIGHT * one * near[row] for row in near}


def ranked(scores: Mapping[int, float]) -> list[int]:
    """Return the numbers of documents, best first; equal ones as they were given."""
    return sorted(scores, key=lambda row: (-scores[row], row))
