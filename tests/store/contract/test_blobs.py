"""The contract of places for ciphertext; the fake keeps it too."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.errors import Conflict
from bot.ports.sharing import CHUNK_BYTES, Blobs
from bot.store.blobs import FileBlobs
from tests.fakes.sharing import FakeBlobs, put, whole

BACKENDS: dict[str, Callable[[Path], Blobs]] = {
    "files": lambda folder: FileBlobs(folder / "blobs"),
    "fake": lambda _: FakeBlobs(),
}


@pytest.fixture(params=list(BACKENDS.values()), ids=list(BACKENDS))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    made: Blobs = request.param(tmp_path)
    return made


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 1000])
def test_what_was_put_comes_back_byte_for_byte(blobs: Blobs, content: bytes) -> None:
    put(blobs, "sh_1", content)
    assert whole(blobs, "sh_1") == content


def test_what_is_not_there_is_none(blobs: Blobs) -> None:
    assert whole(blobs, "sh_1") is None


def test_what_was_deleted_is_gone_and_twice_is_harmless(blobs: Blobs) -> None:
    put(blobs, "sh_1", b"x")
    blobs.delete("sh_1")
    blobs.delete("sh_1")
    assert whole(blobs, "sh_1") is None
    assert blobs.names() == ()


def test_a_name_is_used_once(blobs: Blobs) -> None:
    put(blobs, "sh_1", b"first")
    with pytest.raises(Conflict):
        put(blobs, "sh_1", b"second")
    assert whole(blobs, "sh_1") == b"first"


def test_names_are_told_in_order(blobs: Blobs) -> None:
    for name in ("sh_2", "sh_1"):
        put(blobs, name, b"x")
    assert blobs.names() == ("sh_1", "sh_2")


def test_what_was_written_is_counted(blobs: Blobs) -> None:
    draft = blobs.draft("sh_1")
    for _ in range(3):
        draft.write(b"evidence")
    facts = draft.facts
    draft.discard()
    assert facts.size_bytes == 24
    assert facts.digest == hashlib.sha256(b"evidence" * 3).hexdigest()


def test_a_draft_that_is_not_kept_leaves_nothing(blobs: Blobs) -> None:
    draft = blobs.draft("sh_1")
    draft.write(b"x")
    assert blobs.names() == ()
    draft.discard()
    draft.discard()
    assert whole(blobs, "sh_1") is None
    assert blobs.sweep() == 0


def test_a_kept_blob_is_not_discarded(blobs: Blobs) -> None:
    draft = blobs.draft("sh_1")
    draft.write(b"x")
    draft.keep()
    draft.discard()
    assert whole(blobs, "sh_1") == b"x"


def test_it_is_read_in_small_pieces_and_may_be_left_early(blobs: Blobs) -> None:
    put(blobs, "sh_1", bytes(3 * CHUNK_BYTES + 1))
    pieces = blobs.read("sh_1")
    assert pieces is not None
    assert [len(one) for one in pieces] == [CHUNK_BYTES] * 3 + [1]
    again = blobs.read("sh_1")
    assert again is not None
    assert len(next(again)) == CHUNK_BYTES
    again.close()  # type: ignore[attr-defined]


def test_sweeping_leaves_what_is_being_written(blobs: Blobs) -> None:
    draft = blobs.draft("sh_1")
    draft.write(b"x" * 1000)
    blobs.sweep()
    draft.keep()
    assert whole(blobs, "sh_1") == b"x" * 1000
