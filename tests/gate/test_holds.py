"""Freezes and limits over the real store: what waits, what goes on, what is counted."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.action_commands import Claim, Expire
from bot.domain.errors import NotAllowed, OutOfTurn, Refusal, TooMany
from bot.domain.freeze import FreezeWindow, Once
from bot.domain.gate_limits import ActionLimit, GateLimits
from bot.domain.plan import Level
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate import places
from bot.gate.admin_door import admin
from bot.plans.freezing import Freezer
from bot.ports import Post, Transaction
from bot.ports.gate import Standstill, Stopped
from bot.slack import freeze_words
from tests.core import CHANNEL
from tests.gate.stage import TEAM, GateStage
from tests.spec import NOON

pytestmark = pytest.mark.slow  # a store for each

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WHY = Untrusted("the year is being closed")
ONE_AN_HOUR = GateLimits(action=ActionLimit(per_hour=1))
OFF, ON = "test.switch.turn_off", "test.switch.turn_on"

Make = Callable[..., GateStage]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[GateStage] = []

    def stage(**more: object) -> GateStage:
        made.append(GateStage(tmp_path / str(len(made)), **more))  # type: ignore[arg-type]
        made[-1].world.on.update({f"s{n}": True for n in range(1, 6)})
        return made[-1]

    yield stage
    for one in made:
        one.core.close()


def freezer(stage: GateStage) -> Freezer:
    found = stage.gate.freezing
    assert isinstance(found, Freezer)
    return found


def freeze(stage: GateStage, who: str = "U0LEAD", **more: object) -> None:
    given = {"lasts": 2 * HOUR, "reason": WHY} | more
    stage.gate.freezing.freeze(by=stage.people.asker(who, CHANNEL), **given)  # type: ignore[arg-type]


def thaw(stage: GateStage, who: str = "U0LEAD") -> None:
    stage.gate.freezing.thaw(by=stage.people.asker(who, CHANNEL), reason=None)


def may_thaw(stage: GateStage, who: str) -> bool:
    return stage.gate.freezing.may_thaw(by=stage.people.asker(who, CHANNEL))


def approved(stage: GateStage, switch: str = "s1", **more: str) -> PlanView:
    view = stage.propose(switch=switch, **more)
    stage.shown(view)
    return stage.approve(view)


def kinds(stage: GateStage, stream: str) -> list[str]:
    entries = stage.core.store.read(lambda tx: tx.log.load(stream))
    return [entry.kind.split(".")[1] for entry in entries]


def held(stage: GateStage, view: PlanView) -> object:
    found = stage.gate.view(view.plan.id)
    assert found is not None
    return found.held


# --- freezes ---


def test_nobody_agrees_during_a_freeze_and_the_refusal_says_why(make: Make) -> None:
    stage = make()
    view = stage.propose()
    stage.shown(view)
    freeze(stage)
    with pytest.raises(OutOfTurn) as caught:
        stage.approve(view)
    assert str(caught.value) == (
        "test.switch.turn_off was not approved: changes are frozen until 14:00 UTC by "
        "<@U0LEAD>, because: the year is being closed. Wait until it ends, or have an "
        "approver lift it with `/incident unfreeze`; where none is there, "
        "`tocsin gate thaw` does."
    )
    thaw(stage)
    assert stage.approve(view).stage.value == "approved"
    assert kinds(stage, "freeze") == ["set", "lifted"]


def test_broken_glass_does_not_pass_a_freeze(make: Make) -> None:
    stage = make()
    view = stage.propose()
    stage.shown(view)
    freeze(stage)
    with pytest.raises(OutOfTurn, match="changes are frozen until"):
        stage.gate.break_glass(
            view.plan.id,
            by=stage.people.asker("U0ONCALL", CHANNEL),
            digest=view.digest,
            typed=f"break glass {view.plan.phrase}",
            reason=Untrusted("the key is used right now by strangers"),
            click=stage.click(),
        )


def test_what_a_freeze_holds_reads_no_world_and_is_written_down_once(
    make: Make,
) -> None:
    stage = make()
    view = approved(stage)
    freeze(stage)
    del stage.world.on["s1"]  # whoever looked at it now would fail
    for _ in range(3):
        assert stage.executor.step() == 0
    assert kinds(stage, f"action/{view.plan.id}")[-2:] == ["cleared", "refused"]
    assert stage.evidence == {}
    assert getattr(held(stage, view), "id", "") == "FZ-0001"
    stage.world.on["s1"] = True
    thaw(stage)
    stage.executor.step()
    assert stage.stage(view) == "verified"
    assert held(stage, view) is None


def test_the_claim_itself_looks_at_the_freeze_once_more(make: Make) -> None:
    stage = make()
    view = approved(stage)
    journal = stage.executor.journal
    state = journal.state(view.plan.id)
    probes = state.plan.draft.preconditions
    facts = journal.claim_facts(state.plan, state, probes)
    freeze(stage)
    with pytest.raises(OutOfTurn, match="changes are frozen until"):
        journal.write(view.plan.id, Claim(worker="w1", evidence="e" * 64), facts)


def test_the_way_back_stays_open_during_a_freeze(make: Make) -> None:
    stage = make()
    done = approved(stage)
    stage.executor.step()
    freeze(stage)
    back = approved(stage, action=ON, parent=done.plan.id)
    stage.executor.step()
    assert (stage.stage(back), stage.world.on["s1"]) == ("verified", True)
    forth = stage.propose(parent=back.plan.id)
    stage.shown(forth)
    with pytest.raises(OutOfTurn, match="frozen"):
        stage.approve(forth)


def test_an_edited_rollback_and_one_of_what_never_ran_are_changes(make: Make) -> None:
    stage = make()
    done = approved(stage)
    never = stage.propose(switch="s2")
    stage.executor.step()
    back = stage.propose(action=ON, parent=done.plan.id)
    stage.shown(back)
    by = stage.people.asker("U0ONCALL", CHANNEL)
    why = Untrusted("another reason")
    edited = stage.gate.edit(back.plan.id, {"switch": "s1"}, by=by, reason=why)
    stage.shown(edited)
    freeze(stage)
    with pytest.raises(OutOfTurn, match="frozen"):
        stage.approve(edited)
    empty = stage.propose(action=ON, parent=never.plan.id)
    stage.shown(empty)
    with pytest.raises(OutOfTurn, match="frozen"):
        stage.approve(empty)


def test_after_a_day_the_way_back_is_a_change_like_any(make: Make) -> None:
    stage = make()
    done = approved(stage)
    stage.executor.step()
    stage.wait(hours=24, seconds=1)
    freeze(stage)
    back = stage.propose(action=ON, parent=done.plan.id)
    stage.shown(back)
    with pytest.raises(OutOfTurn, match="frozen"):
        stage.approve(back)


def test_a_freeze_ends_with_its_time_and_the_log_says_so(make: Make) -> None:
    stage = make()
    freeze(stage)
    freezer(stage).turn()
    stage.wait(hours=2)
    freezer(stage).turn()
    freezer(stage).turn()
    assert stage.gate.freezing.on() == ()
    assert kinds(stage, "freeze") == ["set", "ended"]
    assert approved(stage).stage.value == "approved"


def test_a_planned_freeze_covers_what_it_names_and_is_in_the_log(make: Make) -> None:
    planned = FreezeWindow(
        id="close",
        reason="the year is being closed",
        owner="finance",
        when=Once(begins=NOON + HOUR, ends=NOON + 3 * HOUR),
        actions=(OFF,),
    )
    stage = make(windows=(planned,))
    freezer(stage).turn()
    assert stage.gate.freezing.on() == ()
    stage.wait(hours=1)
    freezer(stage).turn()
    view = stage.propose()
    stage.shown(view)
    with pytest.raises(OutOfTurn, match="until 15:00 UTC by finance"):
        stage.approve(view)
    stage.world.on["s2"] = False
    assert approved(stage, "s2", action=ON).stage.value == "approved"
    thaw(stage)
    freezer(stage).turn()
    assert stage.approve(view).stage.value == "approved"
    assert kinds(stage, "freeze") == ["began", "lifted"]


def test_who_may_not_stop_does_not_freeze_and_who_set_it_may_lift_it(
    make: Make,
) -> None:
    stage = make()
    stage.people.groups["U0ONCALL"] = {"oncall"}
    stage.people.groups["U0NOBODY"] = set()
    with pytest.raises(NotAllowed) as caught:
        freeze(stage, "U0NOBODY")
    assert str(caught.value) == (
        "Nothing was frozen: no policy lets <@U0NOBODY> do that. "
        "Ask somebody on call or one of the approvers."
    )
    freeze(stage)
    with pytest.raises(NotAllowed, match=r"^Nothing was lifted: "):
        thaw(stage, "U0ONCALL")
    assert [may_thaw(stage, one) for one in ("U0LEAD", "U0ONCALL")] == [True, False]
    thaw(stage)
    freeze(stage, "U0ONCALL")
    assert may_thaw(stage, "U0ONCALL")
    thaw(stage, "U0ONCALL")
    log = ["refused", "set", "refused", "lifted", "set", "lifted"]
    assert kinds(stage, "freeze") == log


def test_the_admin_token_freezes_and_thaws(make: Make) -> None:
    stage = make()
    by = admin(team=TEAM, now=stage.clock.now())
    one = stage.gate.freezing.freeze(by=by, lasts=HOUR, reason=WHY)
    assert (one.by, one.until) == ("admin", NOON + HOUR)
    assert stage.gate.freezing.thaw(by=by, reason=None) == (one,)


def test_the_same_request_freezes_once(make: Make) -> None:
    stage = make()
    freeze(stage, item="in_1")
    freeze(stage, item="in_1")
    assert kinds(stage, "freeze") == ["set"]


def test_nothing_was_frozen_without_a_reason(make: Make) -> None:
    stage = make()
    with pytest.raises(Refusal, match="no reason was given"):
        freeze(stage, reason=Untrusted(" "))
    assert kinds(stage, "freeze") == ["refused"]


# --- limits ---


def test_a_plan_without_a_place_waits_approved_and_starts_when_one_is_free(
    make: Make,
) -> None:
    stage = make(limits=ONE_AN_HOUR)
    first = approved(stage)
    stage.executor.step()
    stage.wait(minutes=57)
    second = approved(stage, "s2")
    for _ in range(3):
        assert stage.executor.step() == 0
    assert (stage.stage(first), stage.stage(second)) == ("verified", "approved")
    assert kinds(stage, f"action/{second.plan.id}").count("refused") == 1
    assert getattr(held(stage, second), "next_at", None) == NOON + HOUR
    stage.wait(minutes=3)
    stage.executor.step()
    assert stage.stage(second) == "verified"


def test_presses_on_a_held_plan_do_not_make_it_say_again_what_holds_it(
    make: Make,
) -> None:
    stage = make()
    view = approved(stage)
    freeze(stage)
    for _ in range(3):
        stage.executor.step()
        with pytest.raises(Refusal):
            stage.approve(view)
    entries = stage.core.store.read(lambda tx: tx.log.load(f"action/{view.plan.id}"))
    refused = [e.body["command"] for e in entries if e.kind == "action.refused.v1"]
    assert refused == ["claim", "approve", "approve", "approve"]


def test_what_expires_for_want_of_a_place_says_so(make: Make) -> None:
    stage = make(limits=ONE_AN_HOUR)
    approved(stage)
    stage.executor.step()
    view = approved(stage, "s2")
    stage.executor.step()
    stage.wait(minutes=5)
    with pytest.raises(Refusal):
        stage.approve(view)
    stage.executor.journal.write(view.plan.id, Expire(), stage.executor.journal.facts())
    assert outcome(stage, view) == (
        "Its time ran out, so it did not run. A limit left no place for it until then. "
        "Propose it again if it is still needed."
    )


def test_what_expires_during_a_freeze_says_so(make: Make) -> None:
    stage = make()
    view = approved(stage)
    freeze(stage)
    stage.executor.step()
    stage.wait(minutes=5)
    stage.executor.journal.write(view.plan.id, Expire(), stage.executor.journal.facts())
    assert outcome(stage, view) == (
        "Its time ran out, so it did not run. A freeze held it until then. "
        "Propose it again if it is still needed."
    )


def outcome(stage: GateStage, view: PlanView) -> str:
    found = stage.gate.view(view.plan.id)
    assert found is not None
    return found.outcome


def test_the_claim_says_how_many_since_when_and_who_may_lift_it(make: Make) -> None:
    stage = make(limits=replace(ONE_AN_HOUR, keeper="the platform team"))
    approved(stage)
    stage.executor.step()
    view = approved(stage, "s2")
    with pytest.raises(TooMany) as caught:
        claim(stage, view, "w1")
    assert str(caught.value) == (
        "test.switch.turn_off did not start: `test.switch.turn_off` ran one time since "
        "12:00 UTC, and 1 an hour is the limit of an action. Propose it again "
        "from 13:00 UTC on, because its time runs out before, at 12:05 UTC; "
        "the platform team may raise it (`gate.action_per_hour`)."
    )


def claim(stage: GateStage, view: PlanView, worker: str) -> None:
    journal = stage.new_executor(worker).journal
    state = journal.state(view.plan.id)
    facts = journal.claim_facts(state.plan, state, state.plan.draft.preconditions)
    journal.write(view.plan.id, Claim(worker=worker, evidence="e" * 64), facts)


def test_two_claims_at_once_never_both_get_the_last_place(make: Make) -> None:
    stage = make(limits=GateLimits(action=ActionLimit(per_hour=2)))
    plans = [approved(stage, f"s{n}") for n in range(1, 6)]
    barrier = threading.Barrier(len(plans))

    def race(n: int) -> str:
        barrier.wait()
        try:
            claim(stage, plans[n], f"w{n}")
        except TooMany:
            return "no place"
        return "claimed"

    with ThreadPoolExecutor(len(plans)) as workers:
        answers = sorted(workers.map(race, range(len(plans))))
    assert answers == ["claimed"] * 2 + ["no place"] * 3


def test_places_are_still_taken_after_a_restart(make: Make, tmp_path: Path) -> None:
    stage = make(limits=ONE_AN_HOUR)
    approved(stage)
    stage.executor.step()
    again = stage.new_executor("w2")
    view = approved(stage, "s2")
    again.recover()
    assert again.step() == 0
    assert stage.stage(view) == "approved"


def test_a_plan_that_ended_before_its_first_step_gives_its_place_back(
    make: Make,
) -> None:
    stage = make(limits=ONE_AN_HOUR)
    lost = approved(stage)
    claim(stage, lost, "w9")
    view = approved(stage, "s2")
    assert stage.executor.step() == 0
    stage.executor.recover()
    assert stage.stage(lost) == "indeterminate"
    stage.executor.step()
    assert stage.stage(view) == "verified"


def test_the_way_back_needs_no_place_and_takes_one(make: Make) -> None:
    pause = GateLimits(all_per_hour=2, target_pause=10 * MINUTE)
    stage = make(limits=pause)
    done = approved(stage)
    stage.executor.step()
    back = approved(stage, action=ON, parent=done.plan.id)
    stage.executor.step()
    assert stage.stage(back) == "verified"
    third = approved(stage, "s2")
    stage.executor.step()
    assert stage.stage(third) == "approved"


def test_the_same_is_not_done_twice_at_once_to_one_target(make: Make) -> None:
    stage = make(limits=GateLimits(target_pause=2 * MINUTE))
    approved(stage)
    stage.executor.step()
    other = approved(stage, action=ON)
    stage.executor.step()
    assert stage.stage(other) == "verified"
    view = approved(stage)
    stage.executor.step()
    assert stage.stage(view) == "approved"
    stage.wait(minutes=2)
    stage.executor.step()
    assert stage.stage(view) == "verified"


def test_one_person_proposes_so_many_plans_and_others_go_on(make: Make) -> None:
    stage = make(limits=GateLimits(proposals_per_hour=2), level=Level.T3)
    done = approved(stage)
    stage.propose(switch="s2")
    stage.executor.step()
    with pytest.raises(TooMany) as caught:
        stage.propose(switch="s3")
    assert str(caught.value) == (
        "test.switch.turn_off was not proposed: <@U0ONCALL> proposed 2 plans since "
        "12:00 UTC, and 2 an hour is the limit of one person. Wait until "
        "13:00 UTC; whoever keeps the settings of the gate may raise it "
        "(`gate.proposals_per_hour`)."
    )
    assert stage.propose("U0SECOND", switch="s3").stage.value == "pending"
    assert stage.propose(action=ON, parent=done.plan.id).stage.value == "pending"
    stage.wait(hours=1)
    assert stage.propose(switch="s4").stage.value == "pending"


def test_places_of_drills_are_counted_apart_and_drills_are_not_frozen(
    make: Make,
) -> None:
    stage = make(limits=ONE_AN_HOUR)
    view = approved(stage)
    played = replace(view.plan, id="pl_played", drill=True)

    def play(tx: Transaction) -> None:
        places.claim(tx, played, system="", at=NOON)
        places.begin(tx, played.id)

    stage.core.store.write(play).result()
    holds, book = stage.desk.holds, stage.book
    full = stage.core.store.read(lambda tx: holds.full(tx, book, played))
    assert full is not None
    stage.executor.step()
    assert stage.stage(view) == "verified"
    freeze(stage)
    assert stage.core.store.read(lambda tx: holds.freeze(tx, book, played)) is None


def test_two_plans_that_meet_the_last_place_in_one_round_are_both_told(
    make: Make,
) -> None:
    stage = make(limits=ONE_AN_HOUR)
    first, second = approved(stage), approved(stage, "s2")
    assert stage.executor.step() == 1
    for _ in range(2):
        assert stage.executor.step() == 0
    assert (stage.stage(first), stage.stage(second)) == ("verified", "approved")
    assert kinds(stage, f"action/{second.plan.id}").count("refused") == 1
    stage.wait(minutes=5)
    stage.gate.stop_all(by=stage.people.asker("U0SECOND", CHANNEL))
    assert stage.stage(second) == "cancelled"


def test_who_stopped_everything_is_known_and_told_once(make: Make) -> None:
    stage = make()
    told: list[tuple[bool, str]] = []

    def tell(stop: bool, by: str, at: datetime) -> Post:  # noqa: FBT001 - a callback
        told.append((stop, by))
        return freeze_words.switched(CHANNEL)(stop, by, at)

    object.__setattr__(stage.desk, "tell_switch", tell)
    by = stage.people.asker("U0SECOND", CHANNEL)
    assert stage.gate.freezing.still() == Standstill()
    assert not stage.gate.release(by=by)
    for _ in range(2):
        stage.gate.stop_all(by=by)
    stop = stage.gate.freezing.still().stopped
    assert stop == Stopped(by="U0SECOND", since=stage.clock.now())
    assert stage.gate.release(by=by)
    assert told == [(True, "U0SECOND"), (False, "U0SECOND")]
