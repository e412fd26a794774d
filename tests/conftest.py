"""What holds for every test."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests import long, searching

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


def pytest_ignore_collect(
    collection_path: Path, config: pytest.Config
) -> Literal[True] | None:
    """Leave out files that have nothing of what is asked for."""
    return long.is_left_out(collection_path, config.option.markexpr) or None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Begin with what takes long: at the end each worker finds something short left."""
    config.stash[long.MISTAKES] = long.left_out_by_mistake(items)
    yield
    long.put_first(items)


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """The two ways by which Slack reaches the bot: a story is the same over both."""
    return str(request.param)
