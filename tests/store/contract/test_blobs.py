"""The contract of places for ciphertext, on disk; the fake keeps it too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.ports.storage import Blobs
from bot.store.blobs import FileBlobs
from tests.fakes.sharing import FakeBlobs
from tests.store.contract.blob_contract import BlobContract

BACKENDS: dict[str, Callable[[Path], Blobs]] = {
    "files": lambda folder: FileBlobs(folder / "blobs"),
    "fake": lambda _: FakeBlobs(),
}


@pytest.fixture(params=list(BACKENDS.values()), ids=list(BACKENDS))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    made: Blobs = request.param(tmp_path)
    return made


class TestBlobs(BlobContract):
    """On disk and in the fake."""
