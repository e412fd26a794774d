"""What the guards and the fold do at their edges: nothing known, exactly enough, twice.

Each of these was found by changing one small thing in a rule (`make mutants`) and
seeing that no other test noticed.
"""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import ActionState, fold
from bot.domain.action_asked import ADMIN, Asked, stands
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    DraftPlan,
    EndStep,
    Expire,
    Publish,
    Reconcile,
    Recover,
    Supersede,
)
from bot.domain.action_decisions import refused
from bot.domain.action_effects import (
    ActionIndeterminate,
    ActionReconciled,
    ActionStopAsked,
    Outcome,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionCancelled,
    ActionDrafted,
    ActionExpired,
    ActionRefused,
    ActionReviewed,
    ActionRevoked,
    ActionStale,
    ActionSuperseded,
)
from bot.domain.action_facts import Door, PolicyAnswer
from bot.domain.action_guards import GUARDS
from bot.domain.action_parts import StepRun
from bot.domain.action_plan import made_digest
from bot.domain.action_table import Stage
from bot.domain.approving import expired
from bot.domain.commands import Person, PersonKind
from bot.domain.decisions import TOCSIN
from bot.domain.errors import NotAllowed, OutOfTurn, PlanChanged, Refusal, SelfApproval
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Level
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    ACT,
    BOT,
    EVIDENCE,
    WHY,
    a_plan,
    agreed,
    applied,
    applying,
    approved,
    began,
    claimed,
    cleared,
    drafted,
    ended,
    facts,
    given,
    pending,
    published,
    shown,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM, person

LATER = NOON + timedelta(minutes=1)
NO = PolicyAnswer(hash="p1")
T1, T3 = a_plan(Level.T1), a_plan(Level.T3)


def asked(state: ActionState, command: ActionCommand, **changes: Any) -> Asked:
    made = Asked(
        state=state, command=command, now=NOON, clock=NOON, rules=ACT, facts=facts()
    )
    return replace(made, **changes)


def says_no(guard: str, question: Asked) -> str:
    no = GUARDS[guard](question)
    assert isinstance(no, Refusal)
    return no.because


# --- the fold ---


def test_a_plan_that_was_never_made_has_nothing() -> None:
    state = ActionState()
    assert state.stage is Stage.NONE
    known = {one.name: getattr(state, one.name) for one in fields(state)}
    assert not [name for name, value in known.items() if value and name != "stage"]


def test_time_does_not_go_back_with_an_event_that_was_written_late() -> None:
    late = replace(shown, at=LATER)
    assert fold((drafted(), late)).last_at == NOON, "it is no event of a draft"
    assert fold((drafted(), published, late, shown)).last_at == LATER


def test_what_does_not_move_a_plan_leaves_who_moved_it() -> None:
    no = ActionRefused(command="approve", code="refused", by=OLU.id, at=LATER)
    state = fold((*approved(), no))
    assert (state.moved_by, state.moved_at) == ((SAM.id,), NOON)


def test_what_no_person_did_names_nobody() -> None:
    over = fold((*pending(), ActionExpired(window="approve", at=NOON)))
    assert over.moved_by == ()
    unnamed = ActionCancelled(because="stop_all", by="", at=NOON)
    assert fold((*pending(), unnamed)).moved_by == ()


def test_an_edited_plan_knows_the_one_in_its_place() -> None:
    edit = ActionSuperseded(child="pl_2", by=OLU.id, at=NOON)
    assert fold((*pending(), edit)).child == "pl_2"


@pytest.mark.parametrize(
    ("event", "stage"),
    [
        (ActionStale(changed=(), found=(), at=NOON), Stage.STALE),
        (ActionRevoked(because="policy_changed", who=(), at=NOON), Stage.REVOKED),
    ],
)
def test_an_approved_plan_can_end_before_it_begins(event: Any, stage: Stage) -> None:
    assert fold((*approved(), event)).stage is stage


def test_a_persons_word_moves_nothing_by_itself() -> None:
    doubt = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)
    word = ActionReconciled(committed=True, by=SAM.id, at=NOON)
    assert fold((*applying(), began(), doubt, word)).stage is Stage.INDETERMINATE


def test_each_step_renews_the_lease_and_a_lost_worker_has_none() -> None:
    early = replace(claimed(), lease_until=NOON)
    running = fold((*approved(), early, began()))
    assert running.lease_until == LATER
    doubt = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)
    lost = fold((*applying(), began(), doubt))
    assert (lost.worker, lost.lease_until) == ("", None)


def test_the_answer_to_a_step_leaves_those_before_it() -> None:
    events = (*applying(a_plan(steps=3)), began("s1"), ended("s1"))
    events = (*events, began("s2"), ended("s2"), began("s3"), ended("s3"))
    made = tuple(StepRun(step=f"s{n}", outcome=Outcome.OK) for n in (1, 2, 3))
    assert fold(events).runs == made


def test_the_salt_is_part_of_what_makes_the_digest() -> None:
    plan = a_plan(salt="5a17")
    state = fold((drafted(plan),))
    assert state.made_digest == plan.digest()
    assert made_digest(state.text, state.reason, None) != plan.digest()


def test_nothing_is_reviewed_before_there_is_a_plan() -> None:
    looked = ActionReviewed(by=DANA.id, at=NOON, finding=WHY)
    assert fold((looked,)) == ActionState()
    assert fold((drafted(), looked)).reviewed_by == ""


def test_the_modes_are_called_as_the_settings_call_them() -> None:
    assert [one.value for one in Mode] == ["observe", "suggest", "act"]


# --- who is named ---


def test_whom_a_refusal_names() -> None:
    two = fold((*pending(T1), agreed(SAM, T1), agreed(DANA, T1), cleared(SAM, DANA)))
    by = "it was approved by <@U0SECOND> and <@U0COMMANDER> at 12:00 UTC"
    assert stands(two) == by
    assert stands(ActionState()) == "there is no such plan"


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (Cancel(by=OLU.id), OLU.id),
        (Claim(worker="w1"), "w1"),
        (BeginStep(worker="w2", fence=1, step="s1"), "w2"),
        (Publish(), ""),
    ],
)
def test_a_refusal_is_kept_with_the_one_who_asked(
    command: ActionCommand, who: str
) -> None:
    no = OutOfTurn("it", because="so", next_move="Wait.")
    assert refused(command, no, at=NOON).by == who


def test_nobody_asks_for_what_a_timer_does() -> None:
    assert asked(fold(pending()), Recover()).by == ""


# --- a guard that knows nothing says no ---


@pytest.mark.parametrize(
    ("guard", "because"),
    [
        ("shown", "the plan is not the one that was shown"),
        ("typed_target", "the target's name was not typed as it is"),
        ("glass_phrase", "the phrase was not typed as it is"),
        ("other_plan", "no other plan was named"),
        ("lineage", "the other plan does not undo this one"),
        ("evidence", "no evidence was saved before"),
        ("owner", "another worker has it, or it was given up"),
        ("fence", "the look is older than what happened since"),
        ("in_order", "step  is not the next one of the plan"),
        ("on_its_way", "step  is not on its way"),
    ],
)
def test_a_guard_says_no_to_a_command_that_lacks_what_it_looks_at(
    guard: str, because: str
) -> None:
    assert says_no(guard, asked(fold(applying()), Recover())) == because


def test_a_window_that_was_never_opened_is_closed() -> None:
    waits = replace(fold(pending()), approve_by=None)
    assert says_no("open_window", asked(waits, Recover())) == (
        "the time to approve ended"
    )
    runs = replace(fold(applying()), apply_by=None, lease_until=None)
    for guard in ("apply_window", "step_window", "leased"):
        answer = GUARDS[guard](asked(runs, Recover()))
        assert isinstance(answer, tuple), guard
        assert len(answer) == 1, guard


@pytest.mark.parametrize("history", [pending(), approved()])
def test_a_window_that_was_never_opened_does_not_end(history: Any) -> None:
    state = replace(fold(history), approve_by=None, apply_by=None)
    assert expired(asked(state, Expire())) == ()


def test_a_world_that_was_not_read_is_another_one() -> None:
    blind = asked(fold(approved()), Recover(), facts=facts(probes=None))
    answer = GUARDS["drift"](blind)
    assert isinstance(answer, tuple)
    assert [type(event) for event in answer] == [ActionStale]


def test_a_clock_cannot_be_behind_what_never_happened() -> None:
    assert GUARDS["clock"](asked(ActionState(), Recover())) is None
    given().when(Expire()).then()


# --- when ---


def test_how_long_people_have_by_level() -> None:
    ten, fifteen = timedelta(minutes=10), timedelta(minutes=15)
    wanted = {Level.T1: ten, Level.T2: fifteen, Level.T3: fifteen}
    assert GateRules().approve_within == wanted


def test_a_worker_is_given_up_only_while_it_has_a_plan() -> None:
    gone = facts(worker_gone=True)
    given(*applied()).when(Recover(), knowing=gone).then()
    given(*approved()).when(Recover(), knowing=gone).then()
    unleased = replace(fold(applying()), lease_until=None)
    assert GUARDS["given_up"](asked(unleased, Recover(), facts=gone)) == ()


def test_nothing_starts_after_a_stop_that_came_during_a_call() -> None:
    stop = ActionStopAsked(by=SAM.id, at=NOON)
    history = (*applying(a_plan(steps=2)), began("s1"), stop, ended("s1"))
    begin = BeginStep(worker="w1", fence=1, step="s2")
    [event] = given(*history).when(begin).answer()
    assert (event.name, fold((*history, event)).stage) == (
        "action.failed.v1",
        Stage.FAILED,
    )


@pytest.mark.parametrize(
    "command",
    [
        BeginStep(worker="w1", fence=1, step=""),
        EndStep(worker="w1", fence=1, step="", outcome=Outcome.OK),
    ],
)
def test_a_step_without_a_name_is_none(command: ActionCommand) -> None:
    history = (*applying(), began(), ended())
    with pytest.raises(OutOfTurn, match="step  is not"):
        given(*history).when(command).answer()


# --- who ---


def agree(who: Person = SAM, plan: Any = None, **changes: Any) -> Approve:
    plan = plan or a_plan()
    typed = plan.phrase if plan.level is Level.T1 else plan.draft.target
    made = Approve(by=who.id, digest=plan.digest(), typed=typed, reason=WHY)
    return replace(made, **changes)


def test_the_commanders_yes_alone_is_not_two() -> None:
    known = facts(DANA, level=Level.T1)
    answer = given(*pending(T1)).when(agree(DANA, T1), knowing=known).answer()
    assert [type(event) for event in answer] == [ActionApproved]


def test_nobody_is_no_approver() -> None:
    nobody = person("")
    with pytest.raises(NotAllowed, match="not known who is asking"):
        given(*pending()).when(agree(nobody), knowing=facts(nobody)).answer()


def test_a_card_that_slack_did_not_take_has_no_buttons() -> None:
    unseen = replace(facts(), click=replace(facts().click, message=""))
    with pytest.raises(NotAllowed, match="not pressed on the plan's own card"):
        given(drafted(), published).when(agree(), knowing=unseen).answer()


def test_half_a_character_is_no_digest() -> None:
    with pytest.raises(PlanChanged, match="not the one that was shown"):
        given(*pending()).when(agree(digest="\ud800" * 64)).answer()


def test_an_author_does_not_confirm_even_a_small_plan_of_somebody_else() -> None:
    history = (drafted(T3, author=SAM.id), published, shown)
    with pytest.raises(SelfApproval):
        given(*history).when(agree(SAM, T3)).answer()


def test_who_wrote_the_message_is_no_approver_at_the_start_either() -> None:
    history = (drafted(author=SAM.id), *approved()[1:])
    claim = Claim(worker="w1", evidence=EVIDENCE)
    [event] = given(*history).when(claim).answer()
    assert isinstance(event, ActionRevoked)
    assert event.who == (SAM.id,)


def test_who_confirmed_a_small_plan_of_their_own_still_may_at_the_start() -> None:
    history = (*pending(T3), agreed(OLU, T3), cleared(OLU))
    known = facts(approvers=(standing(OLU),), level=Level.T3)
    [event] = given(*history).when(Claim(worker="w1"), knowing=known).answer()
    assert event.name == "action.claimed.v1"


def test_no_commander_is_nobody_among_those_who_agreed() -> None:
    odd = replace(fold((*pending(T1), cleared(SAM, DANA))), cleared_by=("", SAM.id))
    alone = asked(odd, Recover(), facts=facts(commander=""))
    answer = GUARDS["same_commander"](alone)
    assert isinstance(answer, tuple)
    assert [type(event) for event in answer] == [ActionRevoked]


TOKEN = Person(id=ADMIN, team="", kind=PersonKind.UNKNOWN)
DOUBT = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)


@pytest.mark.parametrize(
    ("history", "command"),
    [
        (pending(), Deny(by=ADMIN, reason=WHY)),
        (pending(), Cancel(by=ADMIN)),
        ((*applying(), began(), DOUBT), Reconcile(by=ADMIN, committed=False)),
    ],
)
def test_the_admin_token_takes_back_and_says_what_happened(
    history: Any, command: ActionCommand
) -> None:
    known = facts(standing(TOKEN, policy=NO), door=Door.ADMIN)
    assert given(*history).when(command, knowing=known).answer()


def draft(who: str) -> DraftPlan:
    return DraftPlan(by=who, plan=a_plan(requester=who), human_initiated=False)


def test_tocsin_drafts_as_itself() -> None:
    [event] = given().when(draft(TOCSIN), knowing=facts(BOT)).answer()
    assert isinstance(event, ActionDrafted)


@pytest.mark.parametrize(
    "who", [person(TOCSIN, PersonKind.GUEST), person("U0BOT2", PersonKind.BOT)]
)
def test_neither_another_bot_nor_a_guest_of_its_name_drafts(who: Person) -> None:
    with pytest.raises(NotAllowed):
        given().when(draft(who.id), knowing=facts(who)).answer()


def test_the_commander_may_edit_a_plan() -> None:
    edit = Supersede(by=DANA.id, child="pl_2")
    [event] = given(*pending()).when(edit, knowing=facts(DANA)).answer()
    assert isinstance(event, ActionSuperseded)


def test_a_plan_that_asks_for_the_commander_is_sound() -> None:
    command = DraftPlan(by=OLU.id, plan=T1, human_initiated=True)
    known = facts(OLU, level=Level.T1)
    [event] = given().when(command, knowing=known).answer()
    assert isinstance(event, ActionDrafted)


# --- breaking the glass ---


def glass(reason: str | None) -> BreakGlass:
    plan = a_plan()
    return BreakGlass(
        by=SAM.id,
        digest=plan.digest(),
        typed=f"break glass {plan.phrase}",
        reason=Untrusted(reason) if reason is not None else None,
    )


def test_a_reason_of_exactly_twenty_characters_is_one() -> None:
    assert given(*pending()).when(glass("x" * 20)).answer()
    with pytest.raises(Refusal, match="fewer than 20"):
        given(*pending()).when(glass("x" * 19)).answer()


def test_no_reason_is_shorter_than_any() -> None:
    short = replace(ACT, glass_reason_chars=1)
    with pytest.raises(Refusal, match="fewer than 1"):
        given(*pending()).when(glass(None), rules=short).answer()
