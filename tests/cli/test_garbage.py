"""Garbage is looked for where nobody waits, and in the end always."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot import heap
from bot.cli.garbage import AT_LEAST_EVERY_S, Garbage, settle


class Ring:
    """Something that only a collection takes away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def ring() -> "weakref.ref[Ring]":
    return weakref.ref(Ring())


def test_in_a_calm_moment_garbage_goes() -> None:
    gone = ring()
    assert Garbage(lambda: False).look()
    assert gone() is None


def test_while_alerts_come_in_nobody_is_made_to_wait() -> None:
    gc.disable()
    try:
        still = ring()
        assert not Garbage(lambda: True).look()
        assert still() is not None
    finally:
        gc.enable()


def test_a_flood_that_does_not_end_is_interrupted_at_last() -> None:
    clock = iter([0.0, AT_LEAST_EVERY_S - 1, AT_LEAST_EVERY_S, AT_LEAST_EVERY_S])
    garbage = Garbage(lambda: True, now_s=lambda: next(clock))
    assert [garbage.look(), garbage.look()] == [False, True]


def test_full_collections_are_left_to_us() -> None:
    settle()
    assert gc.get_threshold()[2] > 10**9


def test_giving_memory_back_takes_garbage_with_it() -> None:
    gone = ring()
    heap.give_back()
    assert gone() is None
    heap.share_arenas()
