"""What comes and goes in pieces: counted, limited, and stopped when it must be."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import BadRequest, Tampered
from bot.domain.share_decisions import Denied
from bot.domain.share_limits import MIB
from bot.ports.sharing import Receiving, Sealed
from bot.ports.storage import CHUNK_BYTES
from bot.sharing import proof, seal
from bot.sharing.seal import Link
from tests.sharing.stage import BASE_URL, Stage

LARGE = 6 * MIB


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, share_limit_mib=8)
    yield made
    made.close()


def receiving(stage: Stage, key: str, ticket: str = "t") -> Receiving:
    digest = proof.digest(ticket)
    asked = Sealed(ticket=digest, auth=proof.auth_key(key), life_s=3600, opens=1)
    return stage.vault.receive(asked)


class Zeros:
    """A source of so many zeros, which holds none of them."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        return bytes(given)


def large(stage: Stage, size: int = LARGE) -> Link:
    """Seal zeros straight into the vault."""
    key, ticket = seal.new_key(), proof.new_secret()
    taking = receiving(stage, key, ticket)
    seal.seal_stream(Zeros(size), taking, key=key)
    share = str(taking.finish()["share"])
    return Link(base_url=BASE_URL, share=share, ticket=ticket, key=key)


@pytest.mark.slow
def test_what_is_received_in_pieces_opens_and_is_counted(stage: Stage) -> None:
    link = large(stage)
    content = stage.ciphertext(link.share)
    state = stage.core.store.read(lambda tx: stage.vault.book.load(tx, link.share))
    assert state.size_bytes == len(content)
    assert state.digest == hashlib.sha256(content).hexdigest()
    assert stage.open(link) == bytes(LARGE)


@pytest.mark.slow
def test_the_limit_is_that_of_what_is_sealed(stage: Stage) -> None:
    assert len(stage.open(large(stage, 8 * MIB))) == 8 * MIB


@pytest.mark.slow
def test_what_is_too_large_is_refused_as_it_comes_and_leaves_nothing(
    stage: Stage,
) -> None:
    key = seal.new_key()
    taking = receiving(stage, key)
    with pytest.raises(BadRequest, match="larger than 8 MiB"):
        seal.seal_stream(Zeros(9 * MIB), taking, key=key)
    assert list((stage.folder / "blobs").iterdir()) == []
    assert stage.vault.share_keys.all() == ()


def test_what_breaks_off_leaves_nothing(stage: Stage) -> None:
    taking = receiving(stage, seal.new_key())
    taking.write(b"half")
    taking.discard()
    assert list((stage.folder / "blobs").iterdir()) == []
    assert stage.vault.share_keys.all() == ()


@pytest.mark.slow
def test_what_is_taken_back_meanwhile_stops_in_the_middle(stage: Stage) -> None:
    link = large(stage)
    lease = stage.claim(link).lease
    _, pieces = stage.vault.stream(link.share, lease)
    got = [next(pieces)]
    stage.clock.go_on(3600)
    with pytest.raises(Denied):
        got.extend(pieces)
    assert sum(map(len, got)) == 4 * MIB


@pytest.mark.slow
def test_the_pieces_are_small(stage: Stage) -> None:
    link = large(stage)
    size, pieces = stage.vault.stream(link.share, stage.claim(link).lease)
    lengths = [len(piece) for piece in pieces]
    assert max(lengths) == CHUNK_BYTES
    assert sum(lengths) == size


# --- what was not checked is never written ---


class Kept:
    """A sink that keeps what it was given."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, chunk: bytes, /) -> int:
        self.content += chunk
        return len(chunk)


class Given:
    """A source of bytes."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def read(self, size: int = -1, /) -> bytes:
        end = len(self._content) if size < 0 else self._at + size
        piece = self._content[self._at : end]
        self._at += len(piece)
        return piece


PLAIN = os.urandom(5 * CHUNK_BYTES + 7)


@pytest.mark.parametrize("chunk", range(6))
def test_of_a_changed_chunk_not_a_byte_is_written(chunk: int) -> None:
    key, sink = seal.new_key(), Kept()
    sealed = bytearray(seal.seal(PLAIN, key=key))
    body = len(sealed) - len(PLAIN) - 6 * 16
    sealed[body + chunk * (CHUNK_BYTES + 16)] ^= 1
    with pytest.raises(Tampered):
        seal.unseal_stream(Given(bytes(sealed)), sink, key=key)
    assert bytes(sink.content) == PLAIN[: chunk * CHUNK_BYTES]


@pytest.mark.parametrize("cut", [1, 16, 100, CHUNK_BYTES, 3 * CHUNK_BYTES])
def test_what_is_cut_short_is_never_taken_for_whole(cut: int) -> None:
    key, sink = seal.new_key(), Kept()
    sealed = seal.seal(PLAIN, key=key)
    with pytest.raises(Tampered, match="or cut short"):
        seal.unseal_stream(Given(sealed[:-cut]), sink, key=key)
    assert PLAIN.startswith(bytes(sink.content))
    assert len(sink.content) % CHUNK_BYTES == 0


def test_chunks_that_changed_places_are_noticed() -> None:
    key, sink = seal.new_key(), Kept()
    sealed = seal.seal(PLAIN, key=key)
    body, step = len(sealed) - len(PLAIN) - 6 * 16, CHUNK_BYTES + 16
    first, second = sealed[body : body + step], sealed[body + step : body + 2 * step]
    turned = sealed[:body] + second + first + sealed[body + 2 * step :]
    with pytest.raises(Tampered):
        seal.unseal_stream(Given(turned), sink, key=key)
    assert not sink.content


def test_what_reading_or_writing_raises_is_raised_as_it_is() -> None:
    class Broken:
        def read(self, size: int = -1, /) -> bytes:
            raise BadRequest("No", because="it is broken", next_move="None.")

        def write(self, chunk: bytes, /) -> int:
            raise BadRequest("No", because="it is full", next_move="None.")

    key = seal.new_key()
    with pytest.raises(BadRequest, match="broken"):
        seal.seal_stream(Broken(), Kept(), key=key)
    with pytest.raises(BadRequest, match="full"):
        seal.unseal_stream(Given(seal.seal(PLAIN, key=key)), Broken(), key=key)
