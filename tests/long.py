"""Which files hold what takes long: `make test-slow` loads them alone, largest first.

Loading every test takes each worker as long as a hundred of them. A file that names
none of the words below has no slow test and no search; whenever all are loaded, it is
looked for files that would be left out by mistake.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test

MISTAKES = pytest.StashKey[frozenset[Path]]()
ASKED = "(slow or hypothesis) and not outside"
_MANY = 50
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
        if _is_slow(one) or _searches(one)
        if not _may_take_long(one.path)
    )


def put_first(items: list[pytest.Item]) -> None:
    """Put files with many slow tests first, then those with some; else no order.

    A worker takes a whole file: what is left for the end must be short.
    """
    slow = Counter(one.path for one in items if _is_slow(one))
    items.sort(key=lambda one: (-(slow[one.path] // _MANY), not slow[one.path]))


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def _searches(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)


@cache
def _may_take_long(path: Path) -> bool:
    return _WORDS.search(path.read_bytes()) is not None
