"""Collectors that hang, are late or pile up cost only what they had not brought."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.ports import Collected, Collector
from bot.sharing.crew import Crew
from bot.sharing.gathering import Gathered, Limits
from tests.sharing.stage import Stage

SHORT = Limits(each_s=0.05, whole_s=0.05)
LONG = Limits(each_s=30.0, whole_s=30.0)


def brought(name: str) -> tuple[Collected, ...]:
    return (Collected(name=f"{name}.txt", content=name, says="Here."),)


def named(name: str, work: Callable[[], Any]) -> Collector:
    def collect(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        del alert, window, reader
        work()
        return brought(name)

    return Collector(name=name, collect=collect, concerns=lambda alert: bool(alert.id))


class Hanging:
    """Work that comes back only when the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.begun = 0

    def __call__(self) -> None:
        self.begun += 1
        self.over.wait()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.over.set()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Gathered]]:
    stage = Stage(tmp_path)
    stage.incident()
    alerts, window = stage.alerts(), stage.window()
    crew = Crew(3)

    def gathered(
        *collectors: Collector, limits: Limits = LONG, seen: Any = None
    ) -> Gathered:
        gathering = replace(
            stage.house.diagnostics.gathering,
            collectors={one.name: one for one in collectors},
            crew=crew,
            limits=limits,
        )
        return gathering.gather(
            alerts, window, exercise=False, progress=seen or (lambda done, total: None)
        )

    yield gathered
    stage.close()


def names(found: Gathered) -> list[str]:
    return [one.file.name for one in found.found]


def gaps(found: Gathered) -> dict[str, str]:
    return {gap.by: gap.code for gap in found.gaps}


def test_collectors_work_at_the_same_time(ask: Callable[..., Gathered]) -> None:
    together = threading.Barrier(3, timeout=30)
    found = ask(*(named(name, together.wait) for name in "cab"))
    assert names(found) == ["a.txt", "b.txt", "c.txt"]
    assert found.gaps == ()


def test_more_of_them_than_there_are_threads_wait_for_their_turn(
    ask: Callable[..., Gathered],
) -> None:
    found = ask(*(named(f"c{n}", lambda: None) for n in range(9)))
    assert (len(found.found), found.gaps) == (9, ())


def test_one_that_hangs_is_left_behind_and_named(
    ask: Callable[..., Gathered], hanging: Hanging
) -> None:
    found = ask(named("stuck", hanging), named("well", lambda: None), limits=SHORT)
    assert names(found) == ["well.txt"]
    assert gaps(found) == {"stuck": "too_slow"}
    assert found.gaps[0].why.startswith("It took longer than 0.05 s")


def test_one_that_hangs_is_not_asked_again_until_it_came_back(
    ask: Callable[..., Gathered], hanging: Hanging
) -> None:
    ask(named("stuck", hanging), limits=SHORT)
    for _ in range(5):
        assert gaps(ask(named("stuck", hanging))) == {"stuck": "still_busy"}
    assert hanging.begun == 1
    hanging.over.set()
    for thread in threading.enumerate():
        if thread.name == "collect stuck":
            thread.join(timeout=30)
    assert names(ask(named("stuck", hanging))) == ["stuck.txt"]


def test_when_every_thread_hangs_the_others_are_refused_at_once(
    ask: Callable[..., Gathered], hanging: Hanging
) -> None:
    ask(*(named(f"stuck{n}", hanging) for n in range(3)), limits=SHORT)
    found = ask(named("late", lambda: None))
    assert (names(found), gaps(found)) == ([], {"late": "still_busy"})
    assert hanging.begun == 3


def test_what_one_brought_before_it_hung_is_kept(
    tmp_path: Path, hanging: Hanging
) -> None:
    asked: list[str] = []

    def collect(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        del window, reader
        asked.append(alert.id)
        if len(asked) > 1:
            hanging()
        return brought(f"of {len(asked)}")

    stage = Stage(tmp_path / "other")
    stage.incident()
    (one,) = stage.alerts()
    other = replace(one, id="al_2", envelope=replace(one.envelope, source="other"))
    half = Collector(name="half", collect=collect, concerns=lambda alert: True)
    gathering = replace(
        stage.house.diagnostics.gathering, collectors={"half": half}, limits=SHORT
    )
    found = gathering.gather(
        (one, other), stage.window(), exercise=False, progress=lambda done, total: None
    )
    assert names(found) == ["of 1.txt"]
    assert gaps(found) == {"half": "too_slow"}
    hanging.over.set()
    stage.close()


def test_how_far_it_is_is_told_from_none_to_all(ask: Callable[..., Gathered]) -> None:
    seen: list[tuple[int, int]] = []
    ask(
        *(named(f"c{n}", lambda: None) for n in range(4)),
        seen=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(n, 4) for n in range(5)]


def test_a_collector_that_never_stops_bringing_files_is_cut(
    ask: Callable[..., Gathered],
) -> None:
    def collect(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        del alert, window, reader
        return tuple(one for n in range(500) for one in brought(f"n{n}"))

    many = Collector(name="many", collect=collect, concerns=lambda alert: True)
    found = ask(many)
    assert len(found.found) == 40
    assert gaps(found) == {"many": "too_large"}


def test_the_end_of_the_bot_waits_for_no_collector(
    tmp_path: Path, hanging: Hanging
) -> None:
    stage = Stage(tmp_path / "other", collectors={"stuck": named("stuck", hanging)})
    stage.incident()
    stage.press()
    stage.house.step(stopping=lambda: True)
    assert stage.links() == []
    hanging.over.set()
    stage.house.step()
    assert len(stage.links()) == 1
    stage.close()
