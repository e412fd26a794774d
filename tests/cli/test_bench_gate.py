"""`tocsin bench gate` counts what was pressed and done, and would see what is wrong."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.cli.bench_gate import Plan, Presses, counted, proposed, run, without_quorum
from bot.cli.bench_gate_house import COMMANDER, GUEST, SECOND, Bench, Crowd, open_bench
from bot.cli.bench_meter import Meter, Piece
from bot.cli.bench_rival import bare_commits_beside
from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.ports.gate import Asker

PLANS, CLICKS = 12, 240
DONE = Plan(
    stage=Stage.VERIFIED,
    cleared=True,
    agreed=frozenset({SECOND}),
    quorum=1,
    effects=1,
)


class Trusting(Crowd):
    """A crowd whose guests pass for members: what must never be."""

    def asker(self, person_id: str, channel: str) -> Asker:
        found = super().asker(person_id, channel)
        member = replace(found.person, kind=PersonKind.MEMBER)
        return replace(found, person=member)


def pressed(folder: Path, crowd: type[Crowd] = Crowd) -> tuple[Bench, dict[str, Any]]:
    bench = open_bench(folder)
    bench.people = crowd(clock=bench.people.clock)
    presses = Presses(bench, proposed(bench, PLANS), CLICKS)
    run(bench, presses)
    return bench, counted(bench, presses)


@pytest.fixture(scope="module")
def ran(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Bench, dict[str, Any]]]:
    bench, figures = pressed(tmp_path_factory.mktemp("bench"))
    yield bench, figures
    bench.store.close()


@pytest.mark.slow
def test_every_press_and_every_plan_is_counted_once(
    ran: tuple[Bench, dict[str, Any]],
) -> None:
    _, found = ran
    answers = [
        n for name, n in found.items() if name.endswith((": taken", ": refused"))
    ]
    assert (found["clicks"], sum(answers)) == (CLICKS, CLICKS)
    stages = [n for name, n in found.items() if name.startswith("plans ")]
    assert (found["plans"], sum(stages)) == (PLANS, PLANS)


@pytest.mark.slow
def test_nobody_gets_what_is_not_theirs(ran: tuple[Bench, dict[str, Any]]) -> None:
    _, found = ran
    limits = {name: n for name, n in found.items() if "(limit: 0)" in name}
    assert set(limits.values()) == {0}
    assert len(limits) == 4
    for kind in ("requester", "outsider", "guest", "wrong channel", "forged token"):
        assert found[f"{kind}: taken"] == 0
        assert found[f"{kind}: refused"] > 0
    assert found["second person: taken"] > 0


@pytest.mark.slow
def test_what_was_done_is_what_ran_to_its_end(
    ran: tuple[Bench, dict[str, Any]],
) -> None:
    bench, found = ran
    assert found["plans verified"] == found["effects"] == bench.effects.total() > 0
    assert found["max effects per plan (limit: 1)"] == 1
    measured = len(bench.meter.own)
    assert measured == len(bench.meter.queued) >= CLICKS


@pytest.mark.slow
def test_a_guest_who_passed_for_a_member_is_seen(tmp_path: Path) -> None:
    bench, found = pressed(tmp_path, Trusting)
    bench.store.close()
    assert found["approvals by a guest (limit: 0)"] > 0
    assert found["guest: taken"] > 0


def test_an_effect_that_too_few_agreed_to_is_seen() -> None:
    bad = (
        replace(DONE, cleared=False),
        replace(DONE, agreed=frozenset()),
        replace(DONE, agreed=frozenset({GUEST})),
        replace(DONE, quorum=2),
    )
    assert [without_quorum([one]) for one in bad] == [1, 1, 1, 1]
    both = replace(DONE, quorum=2, agreed=frozenset({SECOND, COMMANDER}))
    assert without_quorum([DONE, both, replace(bad[0], effects=0)]) == 0


def test_a_piece_is_measured_without_the_work_of_its_neighbours() -> None:
    meter = Meter()
    meter.ran(Piece(queued=7.0, work=2.0, cpu=0.5, counted=True))
    meter.ran(Piece(queued=9.0, work=3.0, cpu=0.5, counted=False))
    meter.committed(2, 6.0)
    meter.ran(Piece(queued=1.0, work=1.0, cpu=0.25, counted=True))
    meter.committed(1, 2.0)
    assert meter.own == [3.0, 2.0]
    assert (meter.group, meter.shared) == ([6.0, 2.0], [3.0, 2.0])
    assert meter.cpu == [0.5, 0.25]
    assert (meter.queued, meter.groups) == ([7.0, 1.0], 2)


def test_a_piece_that_came_too_late_is_counted_and_not_measured() -> None:
    meter = Meter()
    meter.ran(Piece(queued=1.0, work=0.5, cpu=0.5, counted=True, late=True))
    meter.ran(Piece(queued=1.0, work=2.0, cpu=0.5, counted=True))
    meter.committed(2, 3.0)
    assert (meter.own, meter.late, meter.groups) == ([2.5], 1, 1)


def test_bare_commits_go_on_beside_until_the_work_is_done(tmp_path: Path) -> None:
    with bare_commits_beside(tmp_path) as beside:
        while not beside:
            threading.Event().wait(0.005)
    found = len(beside)
    with closing(sqlite3.connect(tmp_path / "bare.db")) as db:
        assert db.execute("SELECT count(*) FROM row").fetchone() == (found,)
