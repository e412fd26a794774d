"""Whoever waits for others has a thread of its own: the timers go on."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.checkpoints import Checkpoints
from bot.jobs import Job, fire_timers, schedule
from bot.ports import Timer
from bot.service import Service
from tests.core import Core
from tests.fakes.clock import FakeClock
from tests.spec import NOON
from tests.stores import MemoryStore


class Unsigned:
    """Stands for the checkpoints, which no test here is about."""

    def sign_if_dirty(self) -> None:
        """Nothing to sign."""


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def test_a_promise_that_cannot_be_kept_holds_up_none_that_came_due_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, clock, fired = MemoryStore(), FakeClock(NOON), list[str]()
    service = SimpleNamespace(store=store, clock=clock, keep=lambda _: None)

    def fire(timer: Timer) -> None:
        fired.append(timer.key)
        if timer.key == "a":
            raise KeyError("its action is gone")

    due = [Timer(key=k, kind="gate.verify", about="x", due_at=NOON) for k in "ab"]
    for one in due:
        store.write(lambda tx, one=one: tx.timers.set(one)).result()  # type: ignore[misc]
    assert fire_timers(cast("Service", service), fire) == 2
    store.close()
    assert fired == ["a", "b"]
    assert caplog.messages == ["job timer gate.verify failed"]


@pytest.mark.slow
def test_a_slow_look_outside_delays_neither_the_timers_nor_another_look(
    core: Core,
) -> None:
    hold, slow_began, other_ran, fired = (threading.Event() for _ in range(4))

    def slow() -> None:
        slow_began.set()
        assert hold.wait(20)

    def other() -> None:
        if slow_began.is_set():
            other_ran.set()

    def fire(_: Timer) -> None:
        if slow_began.is_set():
            fired.set()

    promise = Timer(key="k", kind="watch.silence", about="x", due_at=NOON)
    core.store.write(lambda tx: tx.timers.set(promise)).result()
    ticker = schedule(
        core.service,
        cast("Checkpoints", Unsigned()),
        lambda: None,
        fire=fire,
        more=(
            Job(name="slow", every_s=0.01, work=slow),
            Job(name="other", every_s=0.01, work=other),
        ),
    )
    ticker.start()
    try:
        assert slow_began.wait(10)
        assert other_ran.wait(10)
        assert fired.wait(10)
    finally:
        hold.set()
        ticker.shutdown()


def test_a_failing_look_is_tried_again(core: Core) -> None:
    twice, calls = threading.Event(), []

    def failing() -> None:
        calls.append(1)
        if len(calls) == 2:
            twice.set()
        raise RuntimeError("no page today")

    given: dict[str, Any] = {"fire": lambda _: None}
    ticker = schedule(
        core.service,
        cast("Checkpoints", Unsigned()),
        lambda: None,
        more=(Job(name="failing", every_s=0.01, work=failing),),
        **given,
    )
    ticker.start()
    try:
        assert twice.wait(10)
    finally:
        ticker.shutdown()
