"""A core of its own for each test of the watchers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core import Core
from tests.watch.stage import Watched


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    core = Core(tmp_path)
    yield Watched(core)
    core.close()
