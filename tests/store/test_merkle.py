"""The tree is that of RFC 6962: compared with a naive one written from its text."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import merkle

leaves = st.lists(st.binary(max_size=8), max_size=70)


def naive_root(entries: Sequence[bytes]) -> bytes:
    """Return MTH(D[n]), RFC 6962 §2.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = naive_split(len(entries))
    both = naive_root(entries[:k]) + naive_root(entries[k:])
    return hashlib.sha256(b"\x01" + both).digest()


def naive_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]), RFC 6962 §2.1.1."""
    if len(entries) == 1:
        return []
    k = naive_split(len(entries))
    if m < k:
        return [*naive_path(m, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive_root(entries[:k])]


def naive_proof(m: int, entries: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b), RFC 6962 §2.1.2."""
    if m == len(entries):
        return [] if whole else [naive_root(entries)]
    k = naive_split(len(entries))
    if m <= k:
        return [*naive_proof(m, entries[:k], whole=whole), naive_root(entries[k:])]
    return [*naive_proof(m - k, entries[k:], whole=False), naive_root(entries[:k])]


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tree(entries: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """Return the nodes that are kept while the entries are added one by one."""
    nodes: dict[tuple[int, int], bytes] = {}
    for seq, entry in enumerate(entries):
        for level, position, kept in merkle.grown(
            seq, merkle.leaf_hash(entry), lambda *at: nodes[at]
        ):
            assert (level, position) not in nodes
            nodes[level, position] = kept
    return nodes


def flipped(path: Sequence[bytes], which: int) -> list[bytes]:
    """Return a proof with one bit of one hash changed."""
    changed = list(path)
    hash_ = changed[which % len(path)]
    changed[which % len(path)] = bytes([hash_[0] ^ 1]) + hash_[1:]
    return changed


def test_the_next_leaf_rests_on_the_full_subtrees_and_on_nothing_else() -> None:
    for size in range(200):
        ends = dict.fromkeys(merkle.full_subtrees(size), b"")
        assert sum(2**level for level, _ in ends) == size
        assert len(list(merkle.grown(size, b"", lambda *at, ends=ends: ends[at]))) > 0


@given(leaves)
def test_the_root_is_that_of_the_rfc_at_every_size(entries: list[bytes]) -> None:
    nodes = tree(entries)
    for size in range(len(entries) + 1):
        root = merkle.root(size, lambda *at: nodes[at])
        assert root == naive_root(entries[:size])


@given(leaves.filter(bool), st.data())
def test_an_audit_path_is_that_of_the_rfc_and_holds(
    entries: list[bytes], data: st.DataObject
) -> None:
    nodes = tree(entries)
    size = data.draw(st.integers(1, len(entries)))
    seq = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(seq, size, lambda *at: nodes[at])
    assert list(path) == naive_path(seq, entries[:size])
    root = naive_root(entries[:size])
    leaf = merkle.leaf_hash(entries[seq])
    assert merkle.is_included(leaf, seq, size=size, root=root, path=path)


@given(leaves.filter(bool), st.data())
def test_an_audit_path_holds_for_nothing_else(
    entries: list[bytes], data: st.DataObject
) -> None:
    entries = [bytes([n]) + entry for n, entry in enumerate(entries)]
    nodes, size = tree(entries), len(entries)
    seq = data.draw(st.integers(0, size - 1))
    root, leaf = naive_root(entries), merkle.leaf_hash(entries[seq])
    path = merkle.inclusion(seq, size, lambda *at: nodes[at])

    def holds(leaf: bytes = leaf, seq: int = seq, path: Sequence[bytes] = path) -> bool:
        return merkle.is_included(leaf, seq, size=size, root=root, path=path)

    assert not holds(leaf=merkle.leaf_hash(b"other"))
    assert not holds(path=[*path, root])
    assert not any(holds(seq=other) for other in range(-1, size + 2) if other != seq)
    if path:
        assert not holds(path=path[:-1])
        assert not holds(path=flipped(path, data.draw(st.integers(0))))


@given(leaves, st.data())
def test_a_consistency_proof_is_that_of_the_rfc_and_holds(
    entries: list[bytes], data: st.DataObject
) -> None:
    nodes = tree(entries)
    new = data.draw(st.integers(0, len(entries)))
    old = data.draw(st.integers(0, new))
    path = merkle.consistency(old, new, lambda *at: nodes[at])
    if old:
        assert list(path) == naive_proof(old, entries[:new])
    assert merkle.is_consistent(
        old=old,
        new=new,
        old_root=naive_root(entries[:old]),
        new_root=naive_root(entries[:new]),
        path=path,
    )


@given(leaves.filter(lambda found: len(found) > 1), st.data())
def test_a_consistency_proof_holds_for_nothing_else(
    entries: list[bytes], data: st.DataObject
) -> None:
    nodes, new = tree(entries), len(entries)
    old = data.draw(st.integers(1, new - 1))
    old_root, new_root = naive_root(entries[:old]), naive_root(entries)
    path = merkle.consistency(old, new, lambda *at: nodes[at])

    def holds(
        old_root: bytes = old_root,
        new_root: bytes = new_root,
        path: Sequence[bytes] = path,
    ) -> bool:
        return merkle.is_consistent(
            old=old, new=new, old_root=old_root, new_root=new_root, path=path
        )

    assert not holds(old_root=merkle.EMPTY_ROOT)
    assert not holds(new_root=merkle.EMPTY_ROOT)
    assert not holds(path=[*path, new_root])
    assert not holds(path=path[:-1])
    assert not holds(path=flipped(path, data.draw(st.integers(0))))


def test_a_smaller_tree_does_not_continue_a_larger_one() -> None:
    root = merkle.leaf_hash(b"")
    assert not merkle.is_consistent(old=2, new=1, old_root=root, new_root=root, path=())
    with pytest.raises(ValueError, match="a tree of 1 cannot continue one of 2"):
        merkle.consistency(2, 1, lambda *_: root)


def test_equal_sizes_are_consistent_only_if_the_roots_are_equal() -> None:
    one, two = merkle.leaf_hash(b"1"), merkle.leaf_hash(b"2")
    assert merkle.is_consistent(old=1, new=1, old_root=one, new_root=one, path=())
    assert not merkle.is_consistent(old=1, new=1, old_root=one, new_root=two, path=())


def test_the_empty_tree_continues_into_any() -> None:
    one = merkle.leaf_hash(b"1")
    empty = merkle.EMPTY_ROOT
    assert merkle.is_consistent(old=0, new=1, old_root=empty, new_root=one, path=())
    assert not merkle.is_consistent(old=0, new=1, old_root=one, new_root=one, path=())


def test_a_leaf_that_is_not_in_the_tree_has_no_path() -> None:
    with pytest.raises(ValueError, match="leaf 3 is not in a tree of 3"):
        merkle.inclusion(3, 3, lambda *_: b"")


def test_the_known_roots_of_the_reference_test_vectors() -> None:
    # The eight inputs of the Certificate Transparency reference tests.
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    inputs.append("606162636465666768696a6b6c6d6e6f")
    nodes = tree([bytes.fromhex(text) for text in inputs])
    root = merkle.root(8, lambda *at: nodes[at])
    assert root.hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
