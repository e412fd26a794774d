"""The fold of a run and its clock: pauses, speed, and what is due when."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codec import decode_drill, encode
from bot.domain.drill_events import (
    DrillEnded,
    DrillEvent,
    DrillPaused,
    DrillRefused,
    DrillResumed,
    DrillStarted,
    DrillStopped,
    ExpectationMet,
    ExpectationMissed,
    InjectPassedOver,
    InjectSent,
)
from bot.domain.drill_state import DrillState, Run, fold_drill
from bot.domain.untrusted import Untrusted
from tests.spec import NOON


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def started(speed: int = 1) -> DrillStarted:
    return DrillStarted(
        scenario="first-hour",
        digest="d" * 64,
        speed=speed,
        channel="C0INCIDENTS",
        by="U0ONCALL",
        at=NOON,
        text=Untrusted("{}"),
    )


EVERY: tuple[DrillEvent, ...] = (
    started(),
    InjectSent(inject="1", kind="alert", alert="al_1", at=minute(1)),
    InjectPassedOver(inject="C1", at=minute(1)),
    ExpectationMet(inject="1", number=0, after_s=60, at=minute(2)),
    ExpectationMissed(inject="1", number=1, at=minute(2)),
    DrillPaused(by="U0SECOND", at=minute(3)),
    DrillResumed(by="U0SECOND", at=minute(4)),
    DrillRefused(command="stop", code="refused", by="U0GUEST", at=minute(4)),
    DrillStopped(by="U0ONCALL", at=minute(5)),
    DrillEnded(because="stopped", at=minute(5)),
)


def test_nothing_is_running_before_it_was_started() -> None:
    state = fold_drill(())
    assert (state.run, state.exists, state.is_open) == (Run.NONE, False, False)
    assert state.clock_s(NOON) == 0


def test_a_run_is_the_fold_of_its_events() -> None:
    state = fold_drill(EVERY)
    assert (state.run, state.because) == (Run.ENDED, "stopped")
    assert state.told["1"].alert == "al_1"
    assert state.passed_over == {"C1"}
    assert state.judged["1", 0].after_s == 60
    assert state.judged["1", 1].after_s is None
    assert state.pauses == ((minute(3), minute(4)),)


def test_every_event_comes_back_from_the_log_as_it_was() -> None:
    for event in EVERY:
        kind, body, words = encode(event)
        assert decode_drill(kind, body, words) == event
        assert "{}" not in str(body)


def test_an_erased_scenario_reads_as_none() -> None:
    kind, body, _ = encode(started())
    event = decode_drill(kind, body, {"text": None})
    assert fold_drill((event,)).text is None


def test_the_clock_runs_as_fast_as_was_said() -> None:
    state = fold_drill((started(speed=60),))
    assert state.clock_s(minute(1)) == 3600
    assert state.due_at(3600) == minute(1)


def test_the_clock_stands_still_in_a_pause() -> None:
    paused = fold_drill((started(), DrillPaused(by="a", at=minute(3))))
    assert paused.clock_s(minute(30)) == 180
    back = fold_drill(
        (
            started(),
            DrillPaused(by="a", at=minute(3)),
            DrillResumed(by="a", at=minute(30)),
        )
    )
    assert back.clock_s(minute(31)) == 240
    assert back.clock_s(minute(2)) == 120
    assert back.due_at(240) == minute(31)


def test_a_stop_in_a_pause_ends_the_pause() -> None:
    state = fold_drill(
        (
            started(),
            DrillPaused(by="a", at=minute(3)),
            DrillStopped(by="a", at=minute(9)),
        )
    )
    assert state.run is Run.STOPPED
    assert state.clock_s(minute(9)) == 180


@given(
    st.integers(1, 600),
    st.lists(st.integers(1, 3000), max_size=8),
    st.integers(0, 5000),
)
def test_what_is_due_is_what_the_clock_shows_then(
    speed: int, gaps: list[int], scenario_s: int
) -> None:
    events: list[DrillEvent] = [started(speed)]
    now = NOON
    for number, gap in enumerate(gaps):
        now += timedelta(seconds=gap)
        kind = DrillResumed if number % 2 else DrillPaused
        events.append(kind(by="a", at=now))
    if len(gaps) % 2:
        events.append(DrillResumed(by="a", at=now))
    state: DrillState = fold_drill(events)
    due = state.due_at(scenario_s)
    if due >= now:
        assert abs(state.clock_s(due) - scenario_s) <= 1
