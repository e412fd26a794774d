"""The tree over the log: RFC 6962 hashes and proofs. Pure; no storage in here.

    leaf(entry)       = SHA-256(0x00 || entry)
    node(left, right) = SHA-256(0x01 || left || right)

Only full subtrees are ever kept: the node at (level, position) covers the 2^level
leaves from position * 2^level on. It never changes, so the tree is append-only in
storage too. Whoever calls gives a `node` function that returns kept nodes.

Making proofs follows RFC 6962 §2.1 word for word; checking them follows the
iterative algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2, so that one mistake cannot
hide in both.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

BYTES = hashlib.sha256().digest_size
"""How long each hash is."""

Node = Callable[[int, int], bytes]
"""Returns the 32-byte hash kept at (level, position)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry's bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two neighbouring subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(seq: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """Yield the nodes to keep when a leaf is added, lowest first.

    Args:
        seq: Position of the new leaf, which is the size of the tree before it.
        leaf: Its `leaf_hash`.
    """
    level, position, subtree = 0, seq, leaf
    yield level, position, subtree
    while position & 1:
        subtree = node_hash(node(level, position - 1), subtree)
        level, position = level + 1, position >> 1
        yield level, position, subtree


def completed(seq: int) -> Iterator[tuple[int, int]]:
    """Yield level and position of the subtrees that adding a leaf completes."""
    for level in range((~seq & seq + 1).bit_length()):
        yield level, seq >> level


def last_leaf(level: int, position: int) -> int:
    """Return the leaf that completed a subtree: the last one under it."""
    return (position + 1 << level) - 1


def full_subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Yield level and position of the full subtrees that a tree of `size` is made of.

    The next leaves rest on these and on no other node.
    """
    for level in range(size.bit_length()):
        if size >> level & 1:
            yield level, (size >> level) - 1


def root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _subtree(0, size, node) if size else EMPTY_ROOT


def inclusion(seq: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Return the audit path of a leaf, lowest first (RFC 6962 §2.1.1).

    Raises:
        ValueError: The tree of `size` has no such leaf.
    """
    if not 0 <= seq < size:
        raise ValueError(f"leaf {seq} is not in a tree of {size}")
    return tuple(_audit_path(seq, 0, size, node))


def consistency(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new` continues the tree of `old`.

    RFC 6962 §2.1.2. Between equal sizes, and from an empty tree, it is empty.

    Raises:
        ValueError: `old` is larger than `new`, or negative.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot continue one of {old}")
    if old in (0, new):
        return ()
    return tuple(_continuation(old, 0, new, node, is_whole=True))


def is_included(
    leaf: bytes, seq: int, *, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether an audit path leads from a leaf's hash to a root."""
    if not 0 <= seq < size:
        return False
    first, last, subtree = seq, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            subtree = node_hash(sibling, subtree)
            first, last = _climbed(first, last)
        else:
            subtree = node_hash(subtree, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and subtree == root


def is_consistent(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether a proof shows that the new tree only added to the old one."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    steps = (old_root, *path) if old & (old - 1) == 0 else tuple(path)
    return bool(steps) and _meet(old, new, steps) == (old_root, new_root)


def _meet(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the old and the new root that a proof leads to, None if neither."""
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_side = new_side = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return None
        if first & 1 or first == last:
            old_side = node_hash(sibling, old_side)
            new_side = node_hash(sibling, new_side)
            first, last = _climbed(first, last)
        else:
            new_side = node_hash(new_side, sibling)
        first, last = first >> 1, last >> 1
    return (old_side, new_side) if last == 0 else None


def _climbed(first: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a right-edge subtree has no sibling."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def _subtree(start: int, end: int, node: Node) -> bytes:
    """Return the hash over the leaves [start, end); kept whole if it is full."""
    width = end - start
    if width & (width - 1) == 0 and start % width == 0:
        return node(width.bit_length() - 1, start // width)
    middle = start + _split(width)
    return node_hash(_subtree(start, middle, node), _subtree(middle, end, node))


def _audit_path(seq: int, start: int, end: int, node: Node) -> Iterator[bytes]:
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if seq < middle:
        yield from _audit_path(seq, start, middle, node)
        yield _subtree(middle, end, node)
    else:
        yield from _audit_path(seq, middle, end, node)
        yield _subtree(start, middle, node)


def _continuation(
    old: int, start: int, end: int, node: Node, *, is_whole: bool
) -> Iterator[bytes]:
    """Yield SUBPROOF(old, D[start:end], is_whole); `old` is the end of the old tree."""
    if old == end:
        if not is_whole:
            yield _subtree(start, end, node)
        return
    middle = start + _split(end - start)
    if old <= middle:
        yield from _continuation(old, start, middle, node, is_whole=is_whole)
        yield _subtree(middle, end, node)
    else:
        yield from _continuation(old, middle, end, node, is_whole=False)
        yield _subtree(start, middle, node)


def _split(width: int) -> int:
    """Return the largest power of two that is smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1
