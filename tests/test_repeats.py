"""Equal alerts are counted together, as long as nothing comes between."""

from bot.domain.envelope import Status
from bot.repeats import Runs
from bot.triage import Triaged
from tests.core import recall, rulings
from tests.payloads import alert, group, raw
from tests.reading.test_recall import payload


def read(*alerts: object) -> Triaged:
    return RECALL.understand(payload(raw(group(alerts))), "alertmanager", "al_1")


RECALL = recall()


def counted(runs: Runs) -> list[tuple[str, int]]:
    return [(run.first.envelope.status, run.times) for run in runs]


def test_repeats_of_one_problem_are_one_run() -> None:
    runs = Runs()
    runs.add(read(alert(1), alert(2), alert(1, at=5)))
    runs.add(read(alert(1, at=9)))
    assert [run.times for run in runs] == [3, 1]


def test_an_end_between_two_repeats_keeps_them_apart() -> None:
    runs = Runs()
    runs.add(read(alert(1), alert(1, status="resolved"), alert(1, at=5)))
    assert counted(runs) == [
        (Status.FIRING, 1),
        (Status.RESOLVED, 1),
        (Status.FIRING, 1),
    ]


def test_ends_are_not_counted_together() -> None:
    runs = Runs()
    runs.add(read(alert(1, status="resolved"), alert(1, status="resolved", at=2)))
    assert [run.times for run in runs] == [1, 1]


def test_a_drill_and_the_real_world_share_no_run() -> None:
    runs = Runs()
    runs.add(read(alert(1)))
    runs.add(read(alert(1)), drill="dr_1")
    assert [run.drill for run in runs] == ["", "dr_1"]


def test_what_nobody_remembers_is_placed_one_by_one() -> None:
    runs, found = (
        Runs(),
        rulings().understand(
            payload(raw(group([alert(1), alert(1)]))), "alertmanager", "al_1"
        ),
    )
    runs.add(found)
    assert [run.times for run in runs] == [1, 1]
