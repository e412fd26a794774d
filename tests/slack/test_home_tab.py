"""The Home tab: what stands on it for whom, and lifting a freeze from there."""

import json
from dataclasses import replace
from typing import Any

from bot.domain.events import Phase
from bot.domain.freeze import Freeze
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Standstill, Stopped
from bot.readmodels.board import BoardRow
from bot.slack.home_tab import Changes, home
from bot.slack.plan_card import listed
from bot.slack.writing_door import _CATCH_UP
from tests.slack.plan_states import APPROVED, FREEZE, T2, VIEWS
from tests.slack.validity import assert_view_valid, texts
from tests.spec import NOON

FROZEN = Standstill(frozen=(FREEZE,))


def rows(count: int) -> list[BoardRow]:
    one = BoardRow(
        id="INC-0001",
        title=Untrusted("<!channel> a *bold* title"),
        severity=Severity.SEV1,
        category="availability",
        system="",
        phase=Phase.TRIAGE,
        since=NOON,
        alert_count=1,
        acked_by="",
        commander="",
        drill=False,
        channel="C0INCIDENTS",
        resolved_at=None,
        snoozed_until=None,
    )
    return [replace(one, id=f"INC-{n:04d}") for n in range(1, count + 1)]


def shown(view: dict[str, Any]) -> str:
    return "".join(texts(view["blocks"]))


def actions(view: dict[str, Any]) -> list[str]:
    return [
        one["action_id"]
        for block in view["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]


def test_slack_takes_the_tab_with_however_many_incidents() -> None:
    for count in (0, 1, 4, 30):
        assert_view_valid(home(rows(count)))


def test_whoever_comes_late_finds_each_of_the_first_incidents() -> None:
    found = [one for one in actions(home(rows(9))) if one.startswith("catchup.")]
    assert found == [f"catchup.open.{n}" for n in range(1, 6)]
    assert all(_CATCH_UP.fullmatch(one) for one in found)


def test_it_says_what_is_frozen_until_when_by_whom_and_why() -> None:
    planned = Freeze(id="year-end", until=FREEZE.until, owner="finance")
    still = Standstill(frozen=(FREEZE, planned))
    view = home([], Changes(still=still, plans=()))
    assert_view_valid(view)
    said = shown(view)
    assert "Changes are frozen" in said
    assert "FZ-0001 until " in said
    assert ": <!here> the *year* is being closed." in said
    assert "year-end until " in said
    assert " by finance, planned." in said
    dates = json.dumps(view).count('"type": "date"')
    assert dates == len(still.frozen)  # each in the reader's own time zone


def test_only_who_may_lift_is_offered_to() -> None:
    may = home([], Changes(still=FROZEN, plans=(), may_lift=True))
    may_not = home([], Changes(still=FROZEN, plans=()))
    assert "freeze.lift" in actions(may)
    assert "freeze.lift" not in actions(may_not)
    assert "Ask an approver to lift it: /incident unfreeze." in shown(may_not)


def test_it_says_that_everything_is_stopped_and_how_it_goes_on() -> None:
    stop = Stopped(by="U0LEAD", since=NOON)
    view = home([], Changes(still=Standstill(stopped=stop), plans=()))
    assert_view_valid(view)
    assert "takes that back with /incident release." in shown(view)


def test_plans_that_wait_for_people_come_first_and_say_who_is_missing() -> None:
    plans = (APPROVED, T2, VIEWS["indeterminate"])
    view = home([], Changes(plans=plans))
    assert_view_valid(view)
    said = shown(view)
    order = ("Approval needed", "Not known whether it happened", "Approved")
    places = [said.index(one) for one in order]
    assert places == sorted(places)
    assert "0 of 1 agreed · until " in said


def test_a_guest_sees_no_plan_and_an_empty_gate_says_so() -> None:
    assert "Plans" not in shown(home([], Changes(plans=None)))
    assert "No plan is open." in shown(home([], Changes(plans=())))


def test_many_plans_are_counted_and_a_long_one_is_cut() -> None:
    long = replace(
        T2, plan=replace(T2.plan, draft=replace(T2.plan.draft, target="x" * 3000))
    )
    view = home(rows(30), Changes(plans=(long,) * 25, still=FROZEN, may_lift=True))
    assert_view_valid(view)
    assert "and 15 more: /incident plans." in shown(view)


def test_what_could_not_be_read_is_not_called_free() -> None:
    view = home([], Changes(read=False))
    assert_view_valid(view)
    assert "What is frozen and which plans wait is not shown" in shown(view)
    assert "No plan is open" not in shown(view)


def test_a_plan_that_is_held_says_so() -> None:
    plans = (VIEWS["frozen"], VIEWS["waits-for-a-place"])
    said = shown(home([], Changes(plans=plans)))
    assert "Approval needed, frozen" in said
    assert "Approved, waits for a place" in said


def test_a_plan_of_a_drill_is_marked_wherever_plans_are_listed() -> None:
    drill = VIEWS["drill"]
    assert "EXERCISE · Approval needed" in shown(home([], Changes(plans=(drill,))))
    assert "EXERCISE · pl_" in "".join(texts(listed((drill,))["blocks"]))
