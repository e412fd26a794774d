"""The contract of places for ciphertext; the fake keeps it too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.errors import Conflict
from bot.ports.sharing import Blobs
from bot.store.blobs import FileBlobs
from tests.fakes.sharing import FakeBlobs

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
    blobs.put("sh_1", content)
    assert blobs.get("sh_1") == content


def test_what_is_not_there_is_none(blobs: Blobs) -> None:
    assert blobs.get("sh_1") is None


def test_what_was_deleted_is_gone_and_twice_is_harmless(blobs: Blobs) -> None:
    blobs.put("sh_1", b"x")
    blobs.delete("sh_1")
    blobs.delete("sh_1")
    assert blobs.get("sh_1") is None
    assert blobs.names() == ()


def test_a_name_is_used_once(blobs: Blobs) -> None:
    blobs.put("sh_1", b"first")
    with pytest.raises(Conflict):
        blobs.put("sh_1", b"second")
    assert blobs.get("sh_1") == b"first"


def test_names_are_told_in_order(blobs: Blobs) -> None:
    for name in ("sh_2", "sh_1"):
        blobs.put(name, b"x")
    assert blobs.names() == ("sh_1", "sh_2")
