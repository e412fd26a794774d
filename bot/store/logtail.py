"""The end of the log, remembered by the one connection that writes it.

What the next entry rests on is small: how many there are, and one hash for each full
subtree. It is what this connection wrote itself, and is forgotten whenever anything it
wrote was undone; then it is read again. What is read stays in `eventlog.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.store import merkle


@dataclass(slots=True)
class LogTail:
    """What is known of the end; everything may be unknown.

    Attributes:
        size: Entries in the log; None while it is not known.
    """

    size: int | None = None
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, position: int) -> bytes | None:
        """Return the hash of a full subtree; None where it is not remembered."""
        return self._nodes.get((level, position))

    def grew(self, size: int, nodes: Iterable[tuple[int, int, bytes]]) -> None:
        """Remember what the log ends with, now that it has `size` entries."""
        self._nodes |= {(level, position): one for level, position, one in nodes}
        ends = merkle.full_subtrees(size)
        self._nodes = {at: self._nodes[at] for at in ends if at in self._nodes}
        self.size = size

    def forget(self) -> None:
        """Know nothing: something that was written is not there any more."""
        self.size = None
        self._nodes.clear()
