"""Who may agree to what, when and where, and the words when they may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import Approve
from bot.domain.action_events import ActionEvent
from bot.domain.action_facts import Click, GateFacts
from bot.domain.commands import Person
from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    OutOfTurn,
    PlanChanged,
    SelfApproval,
    TooLate,
)
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Level, Plan
from tests.domain.action_spec import (
    ACT,
    CARD,
    LEAD,
    WHY,
    a_plan,
    agreed,
    approved,
    cleared,
    drafted,
    facts,
    given,
    pending,
    published,
)
from tests.spec import DANA, NOON, OLU, SAM

NOT = "aws.iam.deactivate_access_key was not approved: "
T1, T3 = a_plan(Level.T1), a_plan(Level.T3)


def approve(who: Person = SAM, plan: Plan | None = None, **changes: Any) -> Approve:
    plan = plan or a_plan()
    typed = {Level.T1: plan.phrase, Level.T2: plan.draft.target, Level.T3: ""}
    command = Approve(by=who.id, digest=plan.digest(), typed=typed[plan.level])
    return replace(command, **changes)


def test_another_person_agrees_to_the_plan_they_saw_and_it_may_run() -> None:
    given(*pending()).when(approve()).then(agreed(SAM), cleared(SAM))


def test_it_may_run_for_five_minutes_from_the_last_yes() -> None:
    late = NOON + timedelta(minutes=14)
    given(*pending()).when(approve(), after=timedelta(minutes=14)).then(
        agreed(SAM, at=late), cleared(SAM, at=late)
    )


def test_t3_is_one_press_without_typing() -> None:
    given(*pending(T3)).when(approve(SAM, T3)).then(agreed(SAM, T3), cleared(SAM))


def test_the_requester_may_confirm_a_t3_plan_that_a_person_chose() -> None:
    given(*pending(T3)).when(approve(OLU, T3), knowing=facts(OLU)).then(
        agreed(OLU, T3), cleared(OLU)
    )


def test_also_where_it_goes_back_to_the_requesters_own_message() -> None:
    given(*pending(T3, author=OLU.id)).when(approve(OLU, T3), knowing=facts(OLU)).then(
        agreed(OLU, T3), cleared(OLU)
    )


OWN = (
    "who asked for it cannot also approve it. "
    "Ask another approver; alone at night, `/incident break-glass` is the way."
)


@pytest.mark.parametrize(
    ("history", "plan", "rules"),
    [
        (pending(), a_plan(), ACT),
        (pending(T1), T1, ACT),
        (pending(T3), T3, replace(ACT, own_t3=False)),
        (pending(T3, human_initiated=False), T3, ACT),
    ],
)
def test_nobody_else_approves_what_they_asked_for(
    history: tuple[ActionEvent, ...], plan: Plan, rules: GateRules
) -> None:
    given(*history).when(
        approve(OLU, plan, reason=WHY), knowing=facts(OLU), rules=rules
    ).refused(SelfApproval, saying=NOT + OWN)


def test_the_author_of_the_message_behind_it_does_not_approve() -> None:
    given(*pending(author=SAM.id)).when(approve()).refused(
        SelfApproval,
        saying=NOT + "it goes back to a message that the approver wrote. "
        "Ask another approver; alone at night, `/incident break-glass` is the way.",
    )


def test_t1_waits_for_the_second_person() -> None:
    given(*pending(T1)).when(approve(SAM, T1, reason=WHY)).then(
        agreed(SAM, T1, reason=WHY)
    )


def test_two_people_with_the_commander_clear_t1() -> None:
    given(*pending(T1), agreed(SAM, T1)).when(
        approve(DANA, T1, reason=WHY), knowing=facts(DANA)
    ).then(agreed(DANA, T1, reason=WHY), cleared(SAM, DANA))


def test_two_people_without_the_commander_do_not() -> None:
    given(*pending(T1), agreed(SAM, T1)).when(
        approve(LEAD, T1, reason=WHY), knowing=facts(LEAD)
    ).then(agreed(LEAD, T1, reason=WHY))


def test_who_takes_command_after_agreeing_presses_again() -> None:
    history = (*pending(T1), agreed(SAM, T1), agreed(LEAD, T1))
    given(*history).when(
        approve(SAM, T1, reason=WHY), knowing=facts(SAM, commander=SAM.id)
    ).then(cleared(SAM, LEAD))


def test_a_second_press_by_the_same_person_counts_for_nothing() -> None:
    given(*pending(T1), agreed(SAM, T1)).when(approve(SAM, T1, reason=WHY)).then()


def test_a_late_click_is_told_who_approved_and_when() -> None:
    given(*approved()).when(approve(DANA), knowing=facts(DANA)).refused(
        OutOfTurn,
        saying=NOT + "it was approved by <@U0SECOND> at 12:00 UTC. "
        "See where it stands on its card.",
    )


def test_after_the_window_nobody_approves() -> None:
    given(*pending()).when(approve(), after=timedelta(minutes=15)).refused(
        TooLate,
        saying=NOT + "the time to approve ended at 12:15 UTC. "
        "Propose it again if it is still needed.",
    )


def test_the_digest_that_was_shown_must_be_the_plans() -> None:
    given(*pending()).when(approve(digest="0" * 64)).refused(
        PlanChanged,
        saying=NOT + "the plan is not the one that was shown. "
        "Open `Review and confirm` on its card again.",
    )


def test_a_plan_that_was_changed_where_it_is_stored_is_not_approved() -> None:
    other = drafted(a_plan(channel="C0ELSEWHERE")).text
    given(*pending(text=other)).when(
        approve(),
        knowing=facts(
            click=Click(channel="C0ELSEWHERE", message=CARD, mac_ok=True),
        ),
    ).refused(
        PlanChanged,
        saying=NOT + "what is stored no longer makes the digest that was shown. "
        "Run `tocsin log verify`, then propose it again.",
    )


@pytest.mark.parametrize("typed", ["", "svc", "svc-chat2", "SVC-CHAT"])
def test_t2_asks_for_the_targets_name(typed: str) -> None:
    given(*pending()).when(approve(typed=typed)).refused(
        BadRequest,
        saying=NOT + "the target's name was not typed as it is. Type `svc-chat`.",
    )


@pytest.mark.parametrize("typed", ["svc-ch\u0430t", r"svc-ch\u0430t"])
def test_a_name_that_looks_like_another_is_typed_as_it_is_or_as_it_is_shown(
    typed: str,
) -> None:
    plan = a_plan(draft=replace(a_plan().draft, target="svc-ch\u0430t"))
    yes = approve(plan=plan, typed=typed)
    given(*pending(plan)).when(yes).then(agreed(SAM, plan), cleared(SAM))
    alike = approve(plan=plan, typed="svc-chat")
    given(*pending(plan)).when(alike).refused(
        BadRequest,
        saying=NOT + "the target's name was not typed as it is. "
        r"Type `svc-ch\u0430t`.",
    )


def test_spaces_around_what_was_typed_do_not_matter() -> None:
    given(*pending()).when(approve(typed=" svc-chat\n")).then(agreed(SAM), cleared(SAM))


def test_t1_asks_for_the_phrase() -> None:
    given(*pending(T1)).when(approve(SAM, T1, typed="svc-chat", reason=WHY)).refused(
        BadRequest,
        saying=f"{NOT}the phrase was not typed as it is. "
        f"Type `aws.iam.deactivate_access_key svc-chat {T1.digest()[:8]}`.",
    )


def test_t1_asks_for_a_reason() -> None:
    given(*pending(T1)).when(approve(SAM, T1)).refused(
        BadRequest,
        saying=NOT + "no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )


def test_facts_of_a_minute_ago_are_still_good() -> None:
    known = facts(read_at=NOON - timedelta(seconds=60))
    given(*pending()).when(approve(), knowing=known).then(agreed(SAM), cleared(SAM))


def test_nothing_known_means_no() -> None:
    given(*pending()).when(approve(), knowing=GateFacts(read_at=NOON)).refused(
        NotAllowed,
        saying=NOT + "approvals are given in Slack and nowhere else. "
        "Press the button on its card in the incident's channel.",
    )


def test_before_the_card_is_kept_nobody_approves() -> None:
    given(drafted(), published).when(approve()).refused(
        NotAllowed,
        saying=NOT + "it was not pressed on the plan's own card. "
        "Use the newest card of the plan in the incident's channel.",
    )


def test_where_the_settings_name_groups_the_approver_is_in_one() -> None:
    rules = replace(ACT, approver_groups=frozenset({"leads", "dba"}))
    given(*pending()).when(approve(), rules=rules).refused(
        NotAllowed,
        saying=NOT + "<@U0SECOND> is not in the group dba or leads. "
        "Ask somebody in dba or leads.",
    )
    rules = replace(ACT, approver_groups=frozenset({"leads", "approvers"}))
    given(*pending()).when(approve(), rules=rules).then(agreed(SAM), cleared(SAM))


def test_a_gate_that_only_observes_takes_no_approval() -> None:
    given(*pending()).when(approve(), rules=GateRules()).refused(
        OutOfTurn,
        saying=NOT + "the gate only observes. "
        "Set `gate.mode` to `suggest` or `act` to let people approve.",
    )


def test_a_gate_that_suggests_takes_approvals() -> None:
    given(*pending()).when(approve(), rules=GateRules(mode=Mode.SUGGEST)).then(
        agreed(SAM), cleared(SAM)
    )


def test_a_broken_glass_nobody_looked_at_blocks_t1_and_only_t1() -> None:
    known = facts(overdue_reviews=1)
    given(*pending(T1)).when(approve(SAM, T1, reason=WHY), knowing=known).refused(
        OutOfTurn,
        saying=NOT + "a broken glass was not reviewed in time, and that blocks T1 "
        "plans. Have somebody else look at it with `/incident review PLAN`.",
    )
    given(*pending()).when(approve(), knowing=known).then(agreed(SAM), cleared(SAM))


def test_a_clock_that_went_back_approves_nothing() -> None:
    given(*pending()).when(approve(), after=timedelta(seconds=-3)).refused(
        OutOfTurn,
        saying=NOT + "the clock went back by 3 seconds. "
        "Have the clock of the bot's machine set right; `tocsin doctor` shows it.",
    )


def test_a_clock_that_slipped_counts_as_the_time_of_the_newest_event() -> None:
    given(*pending()).when(
        approve(), after=timedelta(seconds=-2), knowing=facts()
    ).then(agreed(SAM), cleared(SAM))
