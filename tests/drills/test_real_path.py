"""A drill walks the real path, and everything it causes says that it is one."""

import copy
import json
from typing import Any

from bot.domain.commands import Assign, Note, Resolve
from bot.domain.events import Role
from bot.domain.untrusted import Untrusted
from bot.ports import Lane
from bot.readmodels import board, timeline_export
from bot.rules.marks import filled
from bot.slack.exercise import BANNER
from bot.slack.words import DRILL
from tests.drills.stage import LEAK, DrillStage
from tests.spec import DANA, OLU


def without_banner(value: Any) -> Any:
    """Return blocks without the banner and without what no two incidents share."""
    text = json.dumps(value, ensure_ascii=False)
    for banner in (f"{BANNER} · ", "Exercise: "):
        text = text.replace(banner, "")
    found = json.loads(text)
    for block in found:
        for part in block.get("elements", ()):
            inner = part.get("elements") if isinstance(part, dict) else None
            if inner and inner[0].get("text", "").startswith(DRILL):
                del inner[0]
                inner[0]["text"] = inner[0]["text"].removeprefix("\n")
                if not inner[0]["text"]:
                    del inner[0]
    return found


def comparable(value: Any, incident: str) -> str:
    text = json.dumps(value).replace(incident, "INC-N")
    return "".join(
        "al_" + part[26:] if i else part for i, part in enumerate(text.split("al_"))
    )


def test_a_drill_and_a_real_card_differ_only_by_the_banner(stage: DrillStage) -> None:
    view = stage.start()
    assert view.scenario is not None
    body = json.loads(filled(view.scenario.inject("1").body, stage.clock.now()))
    stage.core.alert(body)
    drilled, real = stage.blocks("card/INC-0001"), stage.blocks("card/INC-0002")
    assert drilled != real
    assert [one["type"] for one in drilled] == [one["type"] for one in real]
    assert comparable(without_banner(drilled), "INC-0001") == comparable(
        without_banner(copy.deepcopy(real)), "INC-0002"
    )
    assert BANNER not in json.dumps(real)


def test_everything_a_drill_says_says_that_it_is_an_exercise(stage: DrillStage) -> None:
    stage.start()
    stage.acknowledge()
    stage.core.ask("INC-0001", Assign(by=DANA, role=Role.COMMANDER, to=DANA))
    stage.core.ask("INC-0001", Note(by=OLU, text=Untrusted("300 to 500 USD")))
    plan = stage.propose()
    stage.agree(plan)
    stage.executor.step()
    stage.pass_minutes(27)
    stage.master.pause(by=OLU)
    stage.master.resume(by=OLU)
    stage.core.ask("INC-0001", Resolve(by=DANA))
    stage.pass_minutes(40)
    said = stage.messages()
    kinds = {one.key.partition("/")[0] for one in said}
    assert kinds == {"card", "line", "plan", "drill"}
    for one in said:
        assert one.text.lower().startswith("exercise"), one.key
        assert BANNER in one.blocks, one.key


def test_what_a_person_is_told_about_a_drill_says_so(stage: DrillStage) -> None:
    stage.start()
    assert stage.core.ask("INC-0001", Note(by=OLU, text=Untrusted("x"))).drill
    stage.core.alert(LEAK)
    assert not stage.core.ask("INC-0002", Note(by=OLU, text=Untrusted("x"))).drill


def test_the_story_of_a_drill_is_marked_in_every_export(stage: DrillStage) -> None:
    stage.start()
    stage.acknowledge()
    story = stage.core.service.timeline("INC-0001")
    assert all(line.text.startswith(BANNER) for line in story)
    assert timeline_export.markdown("INC-0001", story).startswith("# EXERCISE: ")
    assert json.loads(timeline_export.as_json("INC-0001", story))["drill"] is True
    rows = timeline_export.as_csv("INC-0001", story).splitlines()[1:]
    assert all(BANNER in row for row in rows)
    stage.core.alert(LEAK)
    real = stage.core.service.timeline("INC-0002")
    assert BANNER not in timeline_export.markdown("INC-0002", real)


def test_no_payload_can_make_itself_a_drill(stage: DrillStage) -> None:
    stage.core.alert({**LEAK, "drill": True, "exercise": "EXERCISE", "lane": "drills"})
    state, _ = stage.core.store.read(lambda tx: board.load(tx, "INC-0001"))
    assert not state.drill
    counts = stage.core.store.read(lambda tx: tx.inbox.counts(Lane.DRILLS))
    assert sum(counts.values()) == 0


def test_no_payload_of_a_drill_can_make_itself_real(stage: DrillStage) -> None:
    stage.start()
    state, _ = stage.core.store.read(lambda tx: board.load(tx, "INC-0001"))
    assert state.drill


def test_a_real_alert_during_a_drill_opens_a_real_incident(stage: DrillStage) -> None:
    view = stage.start()
    assert view.scenario is not None
    same = json.loads(filled(view.scenario.inject("1").body, stage.clock.now()))
    for _ in range(2):
        stage.core.alert(same)
    rows = {row.id: row.drill for row in stage.core.service.board()}
    assert rows == {"INC-0002": False, "INC-0001": True}


def test_an_alert_of_a_drill_never_joins_a_real_incident(stage: DrillStage) -> None:
    view = stage.master.newest()
    assert view is None
    started = stage.master.start("first-hour", by=OLU, speed=60)
    assert started.scenario is not None
    same = json.loads(filled(started.scenario.inject("1").body, stage.clock.now()))
    stage.core.alert(same)
    stage.tick()
    rows = {row.id: row.drill for row in stage.core.service.board()}
    assert rows == {"INC-0001": False, "INC-0002": True}


def test_a_second_drill_does_not_join_the_first(stage: DrillStage) -> None:
    stage.start()
    stage.master.stop(by=OLU)
    stage.tick()
    stage.start()
    rows = [row.id for row in stage.core.service.board()]
    assert rows == ["INC-0002"]


def test_the_figures_do_not_count_a_drill(stage: DrillStage) -> None:
    stage.start()
    assert stage.core.store.read(board.open_by_severity) == {}
    stage.core.alert(LEAK)
    assert sum(stage.core.store.read(board.open_by_severity).values()) == 1


def test_a_real_incident_comes_before_a_drill_where_no_id_is_typed(
    stage: DrillStage,
) -> None:
    stage.core.alert(LEAK)
    stage.start()
    assert stage.core.service.newest_in("C0INCIDENTS") == "INC-0001"
    assert [row.drill for row in stage.core.service.board()] == [False, True]


def test_cards_of_a_drill_do_not_push_real_ones_into_the_storm(
    stage: DrillStage,
) -> None:
    for number in range(12):
        stage.core.alert({"title": f"Model m{number} answers 503", "severity": "high"})
    stage.start()
    keys = [one.key for one in stage.messages()]
    drill = next(row.id for row in stage.core.service.board() if row.drill)
    assert f"card/{drill}" in keys
