"""How the executor looks at what ran, gives up what was lost, and plays a drill."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.action import ActionState, fold
from bot.domain.action_commands import Measure, Verify
from bot.domain.action_effects import ActionVerified, ActionVerifyInconclusive, Verdict
from bot.domain.errors import Refusal, Unreachable
from bot.domain.plan import Afterwards, Plan
from bot.domain.untrusted import Untrusted
from bot.gate.rehearsal import Rehearsal, RehearsalSession, wrapped
from tests.domain.action_spec import applied, applying, approved, began
from tests.fakes.action import TurnSwitch
from tests.gate.executing import OFF, Bench
from tests.spec import NOON
from tests.stores import new_store

DARK = Unreachable("Nothing was read", because="the door is shut", next_move="Wait.")
BROKE = "the look failed with KeyError"
FIVE_MINUTES = Afterwards(says="no clicks since.", after_s=300)


def ran(bench: Bench) -> Plan:
    """Return a plan that turned its switch, and at which nobody looked yet."""
    plan = bench.approved()
    bench.world.on["s1"] = False
    bench.happened(plan, applied(plan))
    return plan


# --- looks ---


@pytest.mark.parametrize(
    ("on", "stage"), [(False, "verified"), (True, "verify_failed")]
)
def test_a_look_tells_whether_it_worked(*, on: bool, stage: str) -> None:
    bench = Bench()
    ran(bench)
    bench.world.on["s1"] = on
    bench.executor.look_again("pl_1")
    verdict = Verdict.FAIL if on else Verdict.PASS
    look = Verify(fence=1, verdict=verdict, says=Untrusted("looked"))
    assert (bench.stage(), bench.journal.asked) == (stage, [look])


def test_what_ran_is_not_looked_at_for_ever_where_its_action_is_gone() -> None:
    """Whoever runs the site may have taken it out meanwhile."""
    bench = Bench()
    ran(bench)
    bench.executor = replace(bench.executor, catalogue={})
    bench.executor.step()
    says = Untrusted("there is no action 'test.switch.turn_off' any more")
    look = Verify(fence=1, verdict=Verdict.INCONCLUSIVE, says=says)
    assert bench.journal.asked == [look]


@pytest.mark.parametrize(
    ("broken", "because", "logged"),
    [
        (DARK, "the door is shut", []),
        (KeyError("a secret"), BROKE, ["a look at the world broke"]),
    ],
)
def test_a_look_that_breaks_cannot_tell_says_why_and_is_not_made_for_ever(
    broken: Exception,
    because: str,
    logged: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    ran(bench)
    bench.action.breaks["verify"] = broken
    bench.executor.look_again("pl_1")
    assert caplog.messages == logged
    says = Untrusted(because)
    look = Verify(fence=1, verdict=Verdict.INCONCLUSIVE, says=says)
    assert (bench.stage(), bench.journal.asked) == ("applied", [look])


def test_only_what_ran_is_looked_at() -> None:
    bench = Bench()
    bench.approved()
    bench.executor.look_again("pl_1")
    assert (bench.action.readers, bench.journal.asked) == ([], [])


def test_a_look_that_came_too_late_is_told_in_the_log_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    plan = ran(bench)
    bench.journal.said["pl_1"] = fold(applied(plan))
    late = replace(bench.journal.said["pl_1"], fence=2)
    verify = bench.action.verify

    def moved_meanwhile(*given: object, **more: object) -> object:
        bench.journal.said["pl_1"] = late
        return verify(*given, **more)  # type: ignore[arg-type]

    bench.action.verify = moved_meanwhile  # type: ignore[method-assign, assignment]
    bench.executor.look_again("pl_1")
    assert caplog.messages == ["plan pl_1: refused.out_of_turn"]


def test_the_first_look_is_the_executors_and_later_ones_are_the_timers() -> None:
    bench = Bench()
    plan = ran(bench)
    bench.executor.step()
    assert bench.stage() == "verified"
    again = ActionVerifyInconclusive(attempt=1, again_at=NOON, at=NOON, says=None)
    bench.happened(plan, (*applied(plan), again))
    bench.executor.step()
    assert bench.stage() == "applied"
    bench.executor.look_again("pl_1")
    assert bench.stage() == "verified"


# --- after a restart ---


def test_what_a_dead_process_was_running_is_left_to_a_person_at_once() -> None:
    bench = Bench()
    plan = bench.approved()
    bench.happened(plan, (*applying(plan), began()))
    assert bench.executor.recover() == 1
    assert (bench.stage(), bench.world.turned) == ("indeterminate", 0)
    assert bench.executor.recover() == 0


def test_after_a_restart_what_ran_is_looked_at_however_often_it_was() -> None:
    bench = Bench()
    plan = ran(bench)
    again = ActionVerifyInconclusive(attempt=1, again_at=NOON, at=NOON, says=None)
    bench.happened(plan, (*applied(plan), again))
    assert bench.executor.recover() == 0
    assert bench.stage() == "verified"


# --- a figure afterwards ---


def verified(bench: Bench) -> Plan:
    plan = ran(bench)
    bench.happened(plan, (*applied(plan), ActionVerified(at=NOON, says=None)))
    return plan


def promising(bench: Bench | None = None) -> Bench:
    bench = bench or Bench()
    bench.world.afterwards = FIVE_MINUTES
    return bench


def measured(bench: Bench) -> list[tuple[int, Verdict, str]]:
    return [
        (one.fence, one.verdict, one.says.for_slack()) for one in bench.asked(Measure)
    ]


@pytest.mark.parametrize(("figure", "verdict"), [(0, Verdict.PASS), (7, Verdict.FAIL)])
def test_a_promised_figure_is_read_from_when_it_was_verified(
    figure: int, verdict: Verdict
) -> None:
    bench = promising()
    verified(bench)
    bench.world.figure = figure
    bench.clock.go_on(420)
    bench.executor.measure("pl_1")
    assert bench.world.measured == [(NOON, NOON + timedelta(minutes=5))]
    assert measured(bench) == [(1, verdict, f"{figure} clicks since")]
    looks = [("verify", bench.reader), ("measure", bench.reader)]
    assert bench.action.readers == looks


def not_measured(bench: Bench) -> str:
    """Return why the figure was not read; it counts as neither good nor bad."""
    bench.executor.measure("pl_1")
    ((fence, verdict, says),) = measured(bench)
    assert (fence, verdict) == (1, Verdict.INCONCLUSIVE)
    return says


def test_what_no_longer_holds_is_not_measured() -> None:
    bench = promising()
    verified(bench)
    bench.world.on["s1"] = True
    assert not_measured(bench) == "It was not measured. looked"
    assert bench.world.measured == []


@pytest.mark.parametrize("look", ["verify", "measure"])
@pytest.mark.parametrize(
    ("broken", "because"), [(DARK, "the door is shut"), (KeyError("a secret"), BROKE)]
)
def test_what_cannot_be_read_is_not_measured(
    look: str, broken: Exception, because: str
) -> None:
    bench = promising()
    verified(bench)
    bench.action.breaks[look] = broken
    assert not_measured(bench) == f"It could not be measured: {because}."


class Unmeasured(TurnSwitch):
    """One that promised a figure before it forgot how to read it."""

    measure = None  # type: ignore[assignment]


def test_what_its_action_cannot_measure_is_not_measured() -> None:
    bench = promising()
    verified(bench)
    catalogue = {OFF: Unmeasured(bench.world, to=False)}
    bench.executor = replace(bench.executor, catalogue=catalogue)
    assert not_measured(bench) == "It is not measured."


def no_promise(state: ActionState) -> ActionState:
    plan = Bench().approved()
    return fold((*applied(plan), ActionVerified(at=state.moved_at or NOON, says=None)))


def only_ran(state: ActionState) -> ActionState:
    del state
    return fold(applied(promising().approved()))


def without_a_time(state: ActionState) -> ActionState:
    return replace(state, moved_at=None)


@pytest.mark.parametrize("changed", [no_promise, only_ran, without_a_time])
def test_only_what_was_verified_and_promised_a_figure_is_measured(
    changed: object,
) -> None:
    bench = promising()
    verified(bench)
    bench.journal.said["pl_1"] = changed(bench.journal.state("pl_1"))  # type: ignore[operator]
    bench.executor.measure("pl_1")
    assert (bench.action.readers, bench.journal.asked) == ([], [])


# --- drills ---


def test_a_drill_runs_on_a_simulated_world_with_a_session_of_its_own(
    tmp_path: Path,
) -> None:
    bench = Bench()
    store = new_store(tmp_path / "tocsin.db")
    played = wrapped({OFF: bench.action})
    rehearsal = Rehearsal(store=store, actions=played)
    world = rehearsal.world("INC-0001")
    draft = played[OFF].plan({"switch": "s1"}, reader=world)
    plan = replace(bench.approved(drill=True), draft=draft)
    bench.happened(plan, approved(plan))
    assert isinstance(rehearsal.session(plan), RehearsalSession)
    bench.executor = replace(bench.executor, rehearsal=rehearsal)
    assert bench.executor.step() == 1
    found = world.get(f"{OFF}|s1", "not done")
    store.close()
    assert (bench.stage(), found) == ("verified", "done")
    real = (bench.world.turned, bench.minted, bench.action.readers)
    assert real == (0, [], [])


NO_PLAY = """Nothing was run: it is a drill, and nothing is simulated here. \
Say in the thread what you would do instead."""
NO_ACTION = """Nothing was run: there is no action 'test.switch.turn_off' any more. \
Look at the world yourself, or bring it back."""


@pytest.mark.parametrize(("drill", "no"), [(True, NO_PLAY), (False, NO_ACTION)])
def test_a_drill_without_a_play_and_an_action_that_is_gone_run_nothing(
    no: str, *, drill: bool
) -> None:
    bench = Bench()
    plan = bench.approved(drill=drill)
    bench.executor = replace(bench.executor, catalogue={})
    with pytest.raises(Refusal) as caught:
        bench.executor._action(plan)
    assert str(caught.value) == no
    assert bench.executor.step() == 0
    assert (bench.stage(), bench.world.turned, bench.minted) == ("approved", 0, [])
