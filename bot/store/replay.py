"""Grows the tree again from the leaves alone and checks what every log keeps.

Pure; where the leaves and words come from is in `verify.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import Tampered
from bot.store import merkle
from bot.store.checkpoint import Checkpoint
from bot.store.leaf import (
    Leaf,
    is_canonical,
    not_as_recorded,
    parsed_leaf,
    word_digest,
)
from bot.store.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found whole.

    Attributes:
        root: In hex.
        checkpoint_size: Entries that the newest checkpoint signs; 0 without one.
        words_present: Texts that are there, each as it was recorded.
        words_erased: Texts that entries point to and that are gone.
    """

    size: int
    root: str
    checkpoint_size: int
    words_present: int
    words_erased: int


class Replay:
    """A log that is read from its first leaf on."""

    def __init__(self) -> None:
        self.size = 0
        self.words_present = 0
        self.words_erased = 0
        self._versions: dict[str, int] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def add(self, leaf: bytes) -> tuple[Leaf, tuple[tuple[int, int, bytes], ...]]:
        """Add the next leaf; return what it says and the nodes it completes.

        Raises:
            Tampered: It is not the entry that belongs here.
        """
        facts = parsed_leaf(self.size, leaf)
        self._check_place(facts)
        if not is_canonical(leaf):
            raise not_as_recorded(self.size, "it is not written in the one form we use")
        grown = tuple(merkle.grown(self.size, merkle.leaf_hash(leaf), self._node))
        self._keep(grown)
        self._versions[facts.stream] = facts.version
        self.size += 1
        return facts, grown

    def count_words(self, facts: Leaf, words: Mapping[str, Word]) -> None:
        """Check the words of an entry that are still there.

        Raises:
            Tampered: One is not the one the entry points to, or not asked for.
        """
        for name, word in words.items():
            wanted = facts.words.get(name)
            if wanted != word_digest(word.salt, word.text) or wanted != word.digest:
                raise not_as_recorded(facts.seq, f"its word {name!a} was changed")
        self.words_present += len(words)
        self.words_erased += len(facts.words) - len(words)

    def root(self) -> bytes:
        """Return the root over what was added so far."""
        return merkle.root(self.size, self._node)

    def agree(self, checkpoint: Checkpoint, *, who: str) -> None:
        """Check a checkpoint of exactly the present size.

        Raises:
            Tampered: It has another root.
        """
        if checkpoint.root != self.root():
            raise not_as_recorded(
                max(self.size - 1, 0),
                f"it or an entry before it differs from what {who} says",
            )

    def report(self, *, checkpoint_size: int) -> Report:
        """Return what was found."""
        return Report(
            size=self.size,
            root=self.root().hex(),
            checkpoint_size=checkpoint_size,
            words_present=self.words_present,
            words_erased=self.words_erased,
        )

    def _check_place(self, facts: Leaf) -> None:
        if facts.seq != self.size:
            raise not_as_recorded(self.size, f"entry {facts.seq} stands in its place")
        before = self._versions.get(facts.stream, 0)
        if facts.version != before + 1:
            raise not_as_recorded(
                self.size,
                f"it is version {facts.version} of {facts.stream} after {before}",
            )

    def _node(self, level: int, position: int) -> bytes:
        return self._nodes[level, position]

    def _keep(self, grown: tuple[tuple[int, int, bytes], ...]) -> None:
        """Keep only the tops of full subtrees; what is under them is not needed."""
        top, position, subtree = grown[-1]
        for level, left, _ in grown[:-1]:
            self._nodes.pop((level, left - 1), None)
        self._nodes[top, position] = subtree


def cut_short(signed: int, found: int, *, who: str) -> Tampered:
    """Return the error for a log that lacks entries somebody has seen."""
    return Tampered(
        f"Entry {found} is missing",
        because=f"{who} has seen {signed:,} entries, and {found:,} are there",
        next_move="Somebody cut the log short. Restore it from a backup.",
    )
