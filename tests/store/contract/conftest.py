"""The backends that keep the contract of the ports.

A new backend is one more line in `BACKENDS`; every test in this directory then runs
on it too.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ports import Store
from tests.stores import new_store


def _sqlite(directory: Path) -> Store:
    return new_store(directory / "tocsin.db")


BACKENDS: dict[str, Callable[[Path], Store]] = {"sqlite": _sqlite}


@pytest.fixture(params=list(BACKENDS.values()), ids=list(BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = request.param(tmp_path)
    yield opened
    opened.close()
