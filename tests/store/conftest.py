"""A store and keys in a directory of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from tests.stores import new_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tocsin.db"


@pytest.fixture
def sqlite(path: Path) -> Iterator[SqliteStore]:
    store = new_store(path)
    yield store
    store.close()


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys")
