"""The stage that the tests of drills share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.stage import DrillStage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DrillStage]:
    made = DrillStage(tmp_path)
    yield made
    made.close()
