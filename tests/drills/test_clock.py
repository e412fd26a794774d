"""The drill's clock over a real store: once each, through pauses and crashes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.commands import Assign, PersonKind
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn
from bot.domain.events import Role
from tests.drills.stage import LEAK, DrillStage
from tests.spec import DANA, OLU, SAM

GUEST = replace(SAM, id="U0GUEST", kind=PersonKind.GUEST)
COMMAND = Assign(by=DANA, role=Role.COMMANDER, to=DANA)


def told(stage: DrillStage) -> list[str]:
    return [one["n"] for one in stage.report()["injects"] if one["state"] == "told"]


def test_injects_come_when_they_are_due(stage: DrillStage) -> None:
    stage.start()
    assert told(stage) == ["1"]
    stage.pass_minutes(7)
    assert told(stage) == ["1"]
    stage.pass_minutes(2)
    assert told(stage) == ["1", "2"]


def test_a_pause_stands_the_clock_still(stage: DrillStage) -> None:
    stage.start()
    stage.pass_minutes(4)
    stage.master.pause(by=SAM)
    stage.pass_minutes(30)
    assert told(stage) == ["1"]
    stage.master.resume(by=SAM)
    stage.pass_minutes(3)
    assert told(stage) == ["1"]
    stage.pass_minutes(2)
    assert told(stage) == ["1", "2"]


def test_a_contingency_comes_where_nobody_acts(stage: DrillStage) -> None:
    stage.start()
    stage.pass_minutes(13)
    assert "C1" in told(stage)
    said = json.dumps([one.text for one in stage.messages()])
    assert "Who has this?" in said


def test_a_contingency_is_passed_over_where_somebody_acted(stage: DrillStage) -> None:
    drill = stage.start().id
    stage.acknowledge()
    stage.pass_minutes(14)
    assert "C1" not in told(stage)
    assert "inject_passed_over" in stage.kinds(drill)


def test_what_was_not_done_by_the_end_is_missed(stage: DrillStage) -> None:
    stage.start()
    stage.pass_minutes(61)
    report = stage.report()
    assert (report["state"], report["because"]) == ("ended", "time")
    assert report["expectations"]["missed"] > 0
    assert report["expectations"]["open"] == 0
    assert "nobody acknowledged" in report["not_seen"]


def test_what_was_done_is_met_with_its_time(stage: DrillStage) -> None:
    stage.start()
    stage.pass_minutes(3)
    stage.acknowledge()
    stage.pass_minutes(1)
    first = stage.report()["injects"][0]
    ack = next(one for one in first["expected"] if one["text"] == "ack<=5m")
    assert (ack["outcome"], ack["after_min"]) == ("met", 3.0)


def test_what_was_done_too_late_is_missed(stage: DrillStage) -> None:
    stage.start()
    stage.pass_minutes(7)
    stage.acknowledge()
    stage.pass_minutes(1)
    first = stage.report()["injects"][0]
    ack = next(one for one in first["expected"] if one["text"] == "ack<=5m")
    assert ack["outcome"] == "missed"


def test_stopping_puts_away_what_the_drill_opened_and_nothing_else(
    stage: DrillStage,
) -> None:
    drill = stage.start().id
    stage.core.alert(LEAK)
    plan = stage.propose()
    stage.master.stop(by=SAM)
    stage.tick()
    assert stage.kinds(drill)[-1] == "ended"
    assert [row.id for row in stage.core.service.board()] == ["INC-0002"]
    assert stage.stage_of(plan) == "cancelled"
    stage.pass_minutes(60)
    assert told(stage) == ["1"]


def test_what_was_still_possible_when_it_was_stopped_is_not_called_missed(
    stage: DrillStage,
) -> None:
    stage.start()
    stage.master.stop(by=OLU)
    stage.tick()
    counted = stage.report()["expectations"]
    assert (counted["missed"], counted["open"]) == (0, 2)


def test_an_alert_nobody_had_read_when_it_ended_opens_nothing(
    stage: DrillStage,
) -> None:
    stage.master.start("first-hour", by=OLU, speed=60)
    stage.core.wait(seconds=0)
    stage.master.stop(by=OLU)
    stage.core.wait(seconds=0)
    while stage.core.intake.step():
        pass
    assert stage.core.service.board() == ()


def test_a_closed_incident_of_a_drill_is_not_opened_again(stage: DrillStage) -> None:
    from bot.domain.commands import Reopen

    stage.start()
    stage.master.stop(by=OLU)
    stage.tick()
    handled = stage.core.ask("INC-0001", Reopen(by=OLU))
    assert handled.refusal is not None
    assert "the drill that it belongs to is over" in str(handled.refusal)


def test_one_drill_is_played_at_a_time(stage: DrillStage) -> None:
    drill = stage.start().id
    with pytest.raises(OutOfTurn, match="one at a time is played"):
        stage.master.start("first-hour", by=SAM)
    assert stage.kinds(drill)[-1] == "refused"


def test_the_same_request_starts_one_drill(stage: DrillStage) -> None:
    first = stage.start(item="01")
    again = stage.master.start("first-hour", by=OLU, speed=60, item="01")
    assert again.id == first.id
    assert stage.kinds(first.id).count("started") == 1


def test_members_steer_a_drill_and_guests_do_not(stage: DrillStage) -> None:
    with pytest.raises(NotAllowed, match="only members of this workspace"):
        stage.master.start("first-hour", by=GUEST)
    stage.start()
    for ask in (stage.master.pause, stage.master.stop):
        with pytest.raises(NotAllowed, match="only members"):
            ask(by=GUEST)


def test_going_on_is_for_who_started_who_paused_or_who_commands(
    stage: DrillStage,
) -> None:
    stage.start(by=OLU)
    stage.master.pause(by=OLU)
    with pytest.raises(NotAllowed, match=r"Ask <@U0ONCALL> or <@U0ONCALL>\."):
        stage.master.resume(by=DANA)
    stage.core.ask("INC-0001", COMMAND)
    assert stage.master.resume(by=DANA).state.run == "running"


def test_nothing_is_steered_where_no_drill_runs(stage: DrillStage) -> None:
    for ask in (stage.master.pause, stage.master.resume, stage.master.stop):
        with pytest.raises(OutOfTurn, match="no drill is running"):
            ask(by=OLU)


@pytest.mark.parametrize("speed", [0, -1, 601])
def test_a_speed_nobody_could_follow_is_refused(stage: DrillStage, speed: int) -> None:
    with pytest.raises(BadRequest, match="the speed must be between 1 and 600"):
        stage.master.start("first-hour", by=OLU, speed=speed)


@pytest.mark.parametrize("name", ["nothing", "../first-hour", "", "first-hour.yaml"])
def test_only_a_scenario_of_the_shelf_is_played(stage: DrillStage, name: str) -> None:
    with pytest.raises(NotFound, match="There are: first-hour"):
        stage.master.start(name, by=OLU)


def test_a_drill_goes_on_after_a_restart_and_tells_each_inject_once(
    tmp_path: Path,
) -> None:
    first = DrillStage(tmp_path)
    drill = first.start().id
    first.pass_minutes(9)
    now = first.clock.now()
    first.close()
    second = DrillStage(tmp_path)
    second.clock.go_on((now - second.clock.now()).total_seconds() + 40)
    second.tick()
    assert told(second) == ["1", "2"]
    second.pass_minutes(53)
    kinds = second.kinds(drill)
    sent = [one["n"] for one in second.report()["injects"] if one["state"] == "told"]
    assert kinds.count("inject_sent") == len(sent)
    assert kinds[-1] == "ended"
    second.close()


def test_a_crash_between_deciding_and_keeping_tells_it_once(stage: DrillStage) -> None:
    drill = stage.master.start("first-hour", by=OLU, speed=60).id
    broken = [True]

    def breaks(_: object) -> None:
        if broken and broken.pop():
            raise RuntimeError("the power went")

    draw = stage.book.draw
    original, fails = draw.announcement, breaks

    def announcement(view: object) -> object:
        fails(view)
        return original(view)  # type: ignore[arg-type]

    draw.announcement = announcement  # type: ignore[method-assign, assignment]
    stage.tick()
    assert stage.kinds(drill) == ["started"]
    stage.clock.go_on(60)  # the lease of the timer
    stage.tick()
    assert stage.kinds(drill)[:4] == ["started", "paused", "resumed", "inject_sent"]
    assert len(stage.core.service.board()) == 1


def test_a_drill_ends_by_itself_when_all_is_told_judged_and_resolved(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "first-hour.yaml").write_text(
        """
schema: drill/1
id: first-hour
title: Short
duration_min: 60
objectives: [{id: O1, capability: triage, text: See it}]
msel:
  - {n: 1, t: 0, kind: alert, obj: [O1], expect: [ack, resolved],
     payload: {title: Leaked access key, severity: high}}
"""
    )
    stage = DrillStage(tmp_path, drills=folder)
    drill = stage.start().id
    from bot.domain.commands import Resolve

    stage.acknowledge()
    stage.core.ask("INC-0001", Resolve(by=DANA))
    stage.pass_minutes(2)
    assert stage.kinds(drill)[-1] == "ended"
    assert stage.report()["because"] == "done"
    assert stage.report()["objectives"][0]["proposed"] == "P"
    stage.close()
