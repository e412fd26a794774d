"""Which files hold what takes long: what `make test-slow` need not even load.

Loading every test takes each worker as long as a hundred of them. A file that names
none of the words below has no slow test and no search; whenever all are loaded, it is
looked for files that would be left out by mistake.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test

MISTAKES = pytest.StashKey[frozenset[Path]]()
ASKED = "(slow or hypothesis) and not outside"
_WORDS = re.compile(rb"\bslow\b|hypothesis|TestCase")


def is_left_out(path: Path, asked: str) -> bool:
    """Tell whether a file has nothing of what is asked for with `-m`."""
    is_test = path.suffix == ".py" and path.name.startswith("test_")
    return asked == ASKED and is_test and not _may_take_long(path)


def left_out_by_mistake(items: Iterable[pytest.Item]) -> frozenset[Path]:
    """Return the files that would be left out although something in them takes long."""
    return frozenset(
        one.path
        for one in items
        if one.get_closest_marker("slow") is not None or _searches(one)
        if not _may_take_long(one.path)
    )


def _searches(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)


@cache
def _may_take_long(path: Path) -> bool:
    return _WORDS.search(path.read_bytes()) is not None
