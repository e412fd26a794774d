"""What every place for ciphertext keeps: files, a bucket, and the fake."""

import hashlib

import pytest

from bot.domain.errors import BadRequest, Conflict
from bot.ports.storage import CHUNK_BYTES, Blobs
from tests.fakes.sharing import put, whole


class BlobContract:
    """A subclass stands in a module with a fixture `blobs`, an empty place."""

    @pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 1000])
    def test_what_was_put_comes_back_byte_for_byte(
        self, blobs: Blobs, content: bytes
    ) -> None:
        put(blobs, "sh_1", content)
        assert whole(blobs, "sh_1") == content

    def test_what_is_not_there_is_none(self, blobs: Blobs) -> None:
        assert whole(blobs, "sh_1") is None

    def test_what_was_deleted_is_gone_and_twice_is_harmless(self, blobs: Blobs) -> None:
        put(blobs, "sh_1", b"x")
        blobs.delete("sh_1")
        blobs.delete("sh_1")
        assert whole(blobs, "sh_1") is None
        assert blobs.names() == ()

    def test_a_name_is_used_once(self, blobs: Blobs) -> None:
        put(blobs, "sh_1", b"first")
        with pytest.raises(Conflict):
            put(blobs, "sh_1", b"second")
        assert whole(blobs, "sh_1") == b"first"

    def test_names_are_told_in_order(self, blobs: Blobs) -> None:
        for name in ("sh_2", "sh_1"):
            put(blobs, name, b"x")
        assert blobs.names() == ("sh_1", "sh_2")

    def test_what_was_written_is_counted(self, blobs: Blobs) -> None:
        draft = blobs.draft("sh_1")
        for _ in range(3):
            draft.write(b"evidence")
        facts = draft.facts
        draft.discard()
        assert facts.size_bytes == 24
        assert facts.digest == hashlib.sha256(b"evidence" * 3).hexdigest()

    def test_a_draft_that_is_not_kept_leaves_nothing(self, blobs: Blobs) -> None:
        draft = blobs.draft("sh_1")
        draft.write(b"x")
        assert blobs.names() == ()
        draft.discard()
        draft.discard()
        assert whole(blobs, "sh_1") is None
        assert blobs.sweep() == 0

    def test_a_kept_blob_is_not_discarded(self, blobs: Blobs) -> None:
        draft = blobs.draft("sh_1")
        draft.write(b"x")
        draft.keep()
        draft.discard()
        assert whole(blobs, "sh_1") == b"x"

    def test_it_is_read_in_small_pieces_and_may_be_left_early(
        self, blobs: Blobs
    ) -> None:
        put(blobs, "sh_1", bytes(3 * CHUNK_BYTES + 1))
        pieces = blobs.read("sh_1")
        assert pieces is not None
        assert [len(one) for one in pieces] == [CHUNK_BYTES] * 3 + [1]
        again = blobs.read("sh_1")
        assert again is not None
        assert len(next(again)) == CHUNK_BYTES
        again.close()
        again.close()

    def test_what_was_never_begun_to_be_read_is_left_quietly(
        self, blobs: Blobs
    ) -> None:
        put(blobs, "sh_1", b"x")
        pieces = blobs.read("sh_1")
        assert pieces is not None
        pieces.close()

    def test_sweeping_leaves_what_is_being_written(self, blobs: Blobs) -> None:
        draft = blobs.draft("sh_1")
        draft.write(b"x" * 1000)
        blobs.sweep()
        draft.keep()
        assert whole(blobs, "sh_1") == b"x" * 1000

    @pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "x" * 81, "\u00e4"])
    def test_a_name_never_leads_elsewhere(self, blobs: Blobs, name: str) -> None:
        for ask in (blobs.read, blobs.delete, blobs.draft):
            with pytest.raises(BadRequest):
                ask(name)
