"""The report of a run: what the record tells, and nothing it does not tell."""

from datetime import timedelta

import pytest

from bot.domain.drill import Inject, InjectKind, Objective, Scenario
from bot.domain.drill_expect import Expectation, Moment, Seen
from bot.domain.drill_report import LESSONS, TIMES, report
from bot.domain.drill_state import DrillState, Judged, Run, Told
from bot.readmodels import drill_export
from tests.spec import NOON

WANTED = tuple(Expectation(text=name, moment=name) for name in ("ack", "note_added"))
INJECT = Inject(
    n="1",
    at_min=0,
    kind=InjectKind.ALERT,
    sender="Scanner",
    to="on_call",
    body="{}",
    objectives=("O1",),
    expects=(*WANTED, Expectation(text="cost_range_given")),
)
SCENARIO = Scenario(
    id="short",
    title="A short one",
    duration_min=60,
    speed=60,
    tlp="GREEN",
    audience=(),
    sources=(),
    objectives=(Objective(id="O1", capability="triage", text="See it"),),
    injects=(INJECT,),
)


def state(*judged: int | None, told: bool = True) -> DrillState:
    return DrillState(
        run=Run.ENDED,
        scenario="short",
        speed=60,
        started_at=NOON,
        ended_at=NOON + timedelta(minutes=1),
        told={"1": Told(alert="al_1", at=NOON)} if told else {},
        judged={
            ("1", k): Judged(after_s=after_s, at=NOON)
            for k, after_s in enumerate(judged)
        },
    )


@pytest.mark.parametrize(
    ("judged", "letter", "rating"),
    [
        ((60, 60), "P", "met"),
        ((60, None), "S", "partly"),
        ((None, None), "U", "missed"),
        ((60,), "", "met"),
    ],
)
def test_a_letter_is_proposed_only_where_everything_was_judged(
    judged: tuple[int | None, ...], letter: str, rating: str
) -> None:
    found = report(state(*judged), SCENARIO, Seen())
    assert found.objectives[0].proposed == letter
    assert found.injects[0].rating == rating


def test_what_only_people_can_judge_is_left_to_them() -> None:
    found = report(state(60, 60), SCENARIO, Seen())
    assert found.injects[0].expected[2].outcome == "by_people"
    assert found.count("by_people") == 1


def test_times_are_scenario_time_after_the_first_inject() -> None:
    ack = Moment(
        what="ack", at=NOON + timedelta(seconds=4), incident="INC-0001", by="U0ONCALL"
    )
    found = report(state(60, 60), SCENARIO, Seen(moments=(ack,)))
    stamp = found.times["acknowledged"]
    assert stamp is not None
    assert (stamp.after_s, stamp.by) == (240, "U0ONCALL")
    assert found.times["resolved"] is None
    assert "nobody resolved it" in found.not_seen


def test_a_run_that_told_nothing_says_so() -> None:
    found = report(state(told=False), SCENARIO, Seen())
    assert all(stamp is None for stamp in found.times.values())
    assert found.injects[0].state == "not_played"
    assert found.count("not_played") == len(INJECT.expects)


def test_the_json_has_the_keys_scripts_depend_on() -> None:
    found = report(state(60, None), SCENARIO, Seen())
    plain = drill_export.as_plain("dr_1", state(60, None), SCENARIO, found, now=NOON)
    assert list(plain["times"]) == ["injected", *TIMES]
    assert plain["exercise"] is True
    assert (plain["real_seconds"], plain["scenario_minutes"]) == (60.0, 60.0)
    assert plain["expectations"] == {
        "met": 1,
        "missed": 1,
        "open": 0,
        "by_people": 1,
        "not_played": 0,
    }
    assert plain["lessons"] == list(LESSONS)


def test_the_text_begins_with_the_banner_and_names_nobody_as_a_cause() -> None:
    found = report(state(60, None), SCENARIO, Seen())
    plain = drill_export.as_plain("dr_1", state(60, None), SCENARIO, found, now=NOON)
    told = drill_export.text(plain)
    assert told.startswith("# EXERCISE: A short one\n")
    assert "  - note_added: missed\n" in told
    assert "Expectations: 1 met, 1 missed, 0 not decided" in told
