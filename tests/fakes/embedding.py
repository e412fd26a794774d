"""A model of meaning that knows few things: words of one list mean the same."""

import math
import struct
from collections.abc import Sequence

from bot.assistant.embedding import VECTOR_BYTES

_SIZE = VECTOR_BYTES // 2


class FakeEmbedding:
    """Counts concepts; two texts are near when they count the same ones.

    Args:
        concepts: Words that mean the same, a list each. Other words mean nothing.

    Attributes:
        asked: Every text it was given.
    """

    def __init__(self, *concepts: Sequence[str]) -> None:
        self._of = {word: at for at, words in enumerate(concepts) for word in words}
        self.asked: list[str] = []

    def __call__(self, text: str) -> bytes:
        """Return the vector of a text."""
        self.asked.append(text)
        counted = [0.0] * _SIZE
        for word in text.lower().replace(".", " ").split():
            counted[self._of.get(word, _SIZE - 1)] += word in self._of
        length = math.hypot(*counted) or 1.0
        return struct.pack(f"<{_SIZE}e", *(one / length for one in counted))


class BrokenEmbedding:
    """Reads documents and then raises, as a library may."""

    def __init__(self, *, works_for: int) -> None:
        self._left = works_for

    def __call__(self, _: str) -> bytes:
        """Return a vector while it works.

        Raises:
            RuntimeError: It works no more.
        """
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("the session is gone")
        return bytes(VECTOR_BYTES)
