"""What holds for every test."""

import gc
import os
from collections.abc import Iterator

import pytest

from tests import searching

searching.register()
# What a test sees does not depend on whether a local model happens to be installed.
os.environ.setdefault("TOCSIN_RUNBOOKS_SEMANTIC", "off")  # noqa: TID251 - for all tests


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without looking for garbage, and never look there again.

    Thousands of tests are some million objects that live until the end. Walking them
    over and over took a fifth of the run. While tests run, garbage is looked for as
    ever: what they leave open still turns the suite red.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end each worker finds something short left."""
    items.sort(key=lambda one: one.get_closest_marker("slow") is None)


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """The two ways by which Slack reaches the bot: a story is the same over both."""
    return str(request.param)
