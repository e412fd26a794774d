"""After it ran: the world is looked at, doubts are cleared up, it is rolled back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import fold
from bot.domain.action_commands import Approve, Mirror, Reconcile, Verify
from bot.domain.action_decisions import refused
from bot.domain.action_effects import (
    ActionApplied,
    ActionFailed,
    ActionIndeterminate,
    ActionReconciled,
    ActionRollbackFailed,
    ActionRolledBack,
    ActionRollingBack,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    Outcome,
    Verdict,
)
from bot.domain.action_events import ActionRefused
from bot.domain.action_facts import Door, PolicyAnswer
from bot.domain.action_table import Stage
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn, SelfApproval
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    WHY,
    a_plan,
    applied,
    applying,
    began,
    ended,
    facts,
    given,
    pending,
    standing,
)
from tests.spec import NOON, OLU, SAM, person

NAME = "aws.iam.deactivate_access_key "
SAID = Untrusted("No call by the key for ten minutes.")
DOUBT = ActionIndeterminate(because="restart", step="s1", fence=2, at=NOON)
IN_DOUBT = (*applying(a_plan(steps=2)), began(), DOUBT)


def verify(verdict: Verdict, fence: int = 1) -> Verify:
    return Verify(fence=fence, verdict=verdict, says=SAID)


def unsure(attempt: int) -> ActionVerifyInconclusive:
    again_at = NOON + timedelta(minutes=2)
    return ActionVerifyInconclusive(
        attempt=attempt, again_at=again_at, at=NOON, says=SAID
    )


def not_verified(because: str = "fail") -> ActionVerifyFailed:
    return ActionVerifyFailed(because=because, at=NOON, says=SAID)


def test_a_world_as_promised_ends_it() -> None:
    given(*applied()).when(verify(Verdict.PASS)).then(
        ActionVerified(at=NOON, says=SAID)
    )


def test_a_world_that_is_not_as_promised_asks_for_a_rollback() -> None:
    given(*applied()).when(verify(Verdict.FAIL)).then(not_verified())


def test_what_cannot_be_told_is_looked_at_again_and_then_counts_as_failed() -> None:
    given(*applied()).when(verify(Verdict.INCONCLUSIVE)).then(unsure(1))
    given(*applied(), unsure(1)).when(verify(Verdict.INCONCLUSIVE)).then(unsure(2))
    given(*applied(), unsure(1), unsure(2)).when(verify(Verdict.INCONCLUSIVE)).then(
        unsure(3), not_verified("inconclusive")
    )


def test_what_takes_longer_is_given_longer_between_two_looks() -> None:
    slow = a_plan(draft=replace(a_plan().draft, est_seconds=600))
    later = replace(unsure(1), again_at=NOON + timedelta(minutes=10))
    given(*applied(slow)).when(verify(Verdict.INCONCLUSIVE)).then(later)


def test_until_then_it_stays_applied() -> None:
    assert fold((*applied(), unsure(1), unsure(2))).stage is Stage.APPLIED


def test_nothing_is_verified_that_did_not_run() -> None:
    given(*applying()).when(verify(Verdict.PASS)).refused(
        OutOfTurn,
        saying=NAME + "was not verified: it has been running since 12:00 UTC. "
        "Stop everything with `/incident stop-all` if it must not go on.",
    )


def test_a_look_from_before_the_doubt_does_not_count() -> None:
    history = (*IN_DOUBT, ActionApplied(at=NOON))
    given(*history).when(verify(Verdict.PASS)).refused(
        OutOfTurn,
        saying=NAME + "was not verified: the look is older than what happened since. "
        "Look at the plan's card for what became of it.",
    )
    given(*history).when(verify(Verdict.PASS, fence=2)).then(
        ActionVerified(at=NOON, says=SAID)
    )


# --- a person says what happened ---


def word(*, committed: bool, by: str = SAM.id) -> ActionReconciled:
    return ActionReconciled(committed=committed, by=by, at=NOON, reason=WHY)


def test_what_a_person_found_to_have_happened_is_verified_next() -> None:
    say = Reconcile(by=SAM.id, committed=True, reason=WHY)
    given(*IN_DOUBT).when(say).then(word(committed=True), ActionApplied(at=NOON))


def test_what_a_person_found_not_to_have_happened_failed() -> None:
    half = (*applying(a_plan(steps=2)), began(), ended(), began("s2"), DOUBT)
    say = Reconcile(by=SAM.id, committed=False, reason=WHY)
    given(*half).when(say).then(
        word(committed=False),
        ActionFailed(because="not_committed", step="", done=("s1",), at=NOON),
    )


def test_the_admin_token_may_reconcile() -> None:
    known = facts(person("admin"), door=Door.ADMIN)
    say = Reconcile(by="admin", committed=True, reason=WHY)
    given(*IN_DOUBT).when(say, knowing=known).then(
        word(committed=True, by="admin"), ActionApplied(at=NOON)
    )


def test_others_need_the_policies_word() -> None:
    known = facts(standing(SAM, policy=PolicyAnswer(hash="p1")))
    say = Reconcile(by=SAM.id, committed=True)
    given(*IN_DOUBT).when(say, knowing=known).refused(
        NotAllowed,
        saying=NAME + "was not reconciled: no policy lets <@U0SECOND> do that. "
        "See which rule decided with `tocsin policy explain`.",
    )


def test_only_a_doubt_is_reconciled() -> None:
    given(*applied()).when(Reconcile(by=SAM.id, committed=False)).refused(
        OutOfTurn,
        saying=NAME + "was not reconciled: it ran at 12:00 UTC and is being verified. "
        "See where it stands on its card.",
    )


def test_an_unknown_answer_can_be_cleared_up_too() -> None:
    history = (
        *applying(),
        began(),
        ended(outcome=Outcome.UNKNOWN),
        ActionIndeterminate(because="step_unknown", step="s1", fence=2, at=NOON),
    )
    say = Reconcile(by=SAM.id, committed=True, reason=WHY)
    given(*history).when(say).then(word(committed=True), ActionApplied(at=NOON))


# --- the plan that undoes it ---

FAILED = (*applied(), not_verified())
ROLLING = ActionRollingBack(child="pl_2", at=NOON)
BACK = ActionRolledBack(child="pl_2", at=NOON)


def mirror(stage: Stage, **changes: Any) -> Mirror:
    command = Mirror(child="pl_2", parent="pl_1", stage=stage)
    return replace(command, **changes)


def not_back(because: str) -> ActionRollbackFailed:
    return ActionRollbackFailed(child="pl_2", because=because, at=NOON)


def test_a_rollback_shows_on_its_parent_from_when_it_runs() -> None:
    given(*FAILED).when(mirror(Stage.PENDING)).then()
    given(*FAILED).when(mirror(Stage.APPROVED)).then()
    given(*FAILED).when(mirror(Stage.APPLYING)).then(ROLLING)
    given(*FAILED, ROLLING).when(mirror(Stage.APPLYING)).then()
    given(*FAILED, ROLLING).when(mirror(Stage.APPLIED)).then()
    given(*FAILED, ROLLING).when(mirror(Stage.VERIFIED)).then(BACK)
    given(*FAILED, ROLLING, BACK).when(mirror(Stage.VERIFIED)).then()


@pytest.mark.parametrize(
    "stage", [Stage.FAILED, Stage.VERIFY_FAILED, Stage.INDETERMINATE]
)
def test_a_rollback_that_does_not_get_through_fails_its_parent(stage: Stage) -> None:
    given(*FAILED, ROLLING).when(mirror(stage)).then(not_back(stage.value))


def test_after_a_failed_rollback_another_may_run_but_not_the_same_again() -> None:
    history = (*FAILED, ROLLING, not_back("failed"))
    given(*history).when(mirror(Stage.APPLYING)).then()
    given(*history).when(mirror(Stage.APPLYING, child="pl_3")).then(
        ActionRollingBack(child="pl_3", at=NOON)
    )


def test_a_rollback_in_doubt_that_turns_out_well_counts() -> None:
    history = (*FAILED, ROLLING, not_back("indeterminate"))
    given(*history).when(mirror(Stage.VERIFIED)).then(BACK)


def test_the_end_of_another_rollback_changes_nothing() -> None:
    given(*FAILED, ROLLING).when(mirror(Stage.VERIFIED, child="pl_3")).then()


def test_a_plan_that_undoes_another_one_is_not_followed() -> None:
    given(*FAILED).when(mirror(Stage.APPLYING, parent="pl_9")).refused(
        BadRequest,
        saying=NAME + "did not follow its rollback: the other plan does not undo this "
        "one. Name its own rollback.",
    )


def test_a_verified_plan_stays_verified_whatever_undoes_it_later() -> None:
    history = (*applied(), ActionVerified(at=NOON, says=SAID))
    given(*history).when(mirror(Stage.APPLYING)).then()


def test_a_plan_in_rollback_says_so() -> None:
    says = {
        (*FAILED,): "it ran, and the check at 12:00 UTC failed",
        (*FAILED, ROLLING): "it has been rolled back since 12:00 UTC",
        (*FAILED, ROLLING, not_back("failed")): "its rollback failed at 12:00 UTC",
    }
    for history, because in says.items():
        given(*history).when(verify(Verdict.PASS)).refused(
            OutOfTurn,
            saying=f"{NAME}was not verified: {because}. "
            "See where it stands on its card.",
        )


# --- refusals are part of the record ---


def test_a_refusal_leaves_its_code_and_who_asked() -> None:
    press = Approve(by=OLU.id, digest="")
    no = SelfApproval("It was not approved", because="own", next_move="Ask.")
    event = refused(press, no, at=NOON)
    assert event == ActionRefused(
        command="approve", code="refused.self_approval", by=OLU.id, at=NOON
    )
    assert fold((*pending(), event)).stage is Stage.PENDING
