"""One practice cloud for all tests of this room."""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud, running_cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one
