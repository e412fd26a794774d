"""Breaking the glass waives the quorum and nothing else, and is looked at later."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import (
    BreakGlass,
    Review,
)
from bot.domain.action_events import (
    ActionBrokeGlass,
    ActionDenied,
    ActionExpired,
    ActionReviewDue,
    ActionReviewed,
)
from bot.domain.action_facts import GateFacts, PolicyAnswer
from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    OutOfTurn,
    PlanChanged,
    Refusal,
    SelfApproval,
    TooLate,
)
from bot.domain.plan import Level
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    BY_5,
    BY_15,
    WHY,
    a_plan,
    approved,
    cleared,
    facts,
    given,
    pending,
    standing,
)
from tests.spec import NOON, OLU, SAM

NAME = "aws.iam.deactivate_access_key "
NO_RIGHTS = PolicyAnswer(hash="p1")
AGAIN = "Propose it again if it is still needed."

T1 = a_plan(Level.T1)
LONG = Untrusted("Nobody answers and the key is used right now.")


def break_glass(**changes: Any) -> BreakGlass:
    command = BreakGlass(
        by=OLU.id,
        digest=T1.digest(),
        typed=f"break glass {T1.phrase}",
        reason=LONG,
    )
    return replace(command, **changes)


def broke(**changes: Any) -> ActionBrokeGlass:
    event = ActionBrokeGlass(
        by=OLU.id, digest=T1.digest(), policy_hash="p1", at=NOON, reason=LONG
    )
    return replace(event, **changes)


owed = ActionReviewDue(due_at=NOON + timedelta(hours=24), at=NOON)


def test_the_lead_goes_on_alone_and_owes_a_review() -> None:
    given(*pending(T1)).when(break_glass(), knowing=facts(OLU)).then(
        broke(), owed, cleared(OLU)
    )


WAIVES_NO_MORE: Mapping[str, tuple[BreakGlass, GateFacts, type[Refusal], str]] = {
    "short reason": (
        break_glass(reason=Untrusted("x" * 19)),
        facts(OLU),
        BadRequest,
        (
            "the reason has fewer than 20 characters. "
            "Say why it cannot wait for another person."
        ),
    ),
    "no reason": (
        break_glass(reason=None),
        facts(OLU),
        BadRequest,
        (
            "the reason has fewer than 20 characters. "
            "Say why it cannot wait for another person."
        ),
    ),
    "the phrase of an approval": (
        break_glass(typed=T1.phrase),
        facts(OLU),
        BadRequest,
        f"the phrase was not typed as it is. Type `break glass {T1.phrase}`.",
    ),
    "policy": (
        break_glass(),
        facts(standing(OLU, policy=NO_RIGHTS)),
        NotAllowed,
        (
            "no policy lets <@U0ONCALL> do that. "
            "Ask somebody on call or an approver; `tocsin policy explain` tells why."
        ),
    ),
    "limit": (
        break_glass(),
        facts(OLU, glass_broken=3),
        OutOfTurn,
        (
            "the glass was broken 3 times in the last 24 hours. "
            "Get another approver; call if you have to."
        ),
    ),
    "digest": (
        break_glass(digest="0" * 64),
        facts(OLU),
        PlanChanged,
        (
            "the plan is not the one that was shown. "
            "Open `Review and confirm` on its card again."
        ),
    ),
    "kill switch": (
        break_glass(),
        facts(OLU, stopped=True),
        OutOfTurn,
        (
            "everything was stopped. "
            "Ask the incident commander; `/incident release` lets actions run again."
        ),
    ),
    "overdue review": (
        break_glass(),
        facts(OLU, overdue_reviews=1),
        OutOfTurn,
        (
            "a broken glass was not reviewed in time, and that blocks T1 plans. "
            "Have somebody else look at it with `/incident review PLAN`."
        ),
    ),
}


@pytest.mark.parametrize("case", WAIVES_NO_MORE)
def test_breaking_the_glass_waives_nothing_but_the_quorum(case: str) -> None:
    command, known, kind, saying = WAIVES_NO_MORE[case]
    given(*pending(T1)).when(command, knowing=known).refused(
        kind, saying=f"{NAME}was not cleared by breaking the glass: {saying}"
    )


def test_glass_is_not_broken_after_the_window_or_a_no() -> None:
    what = f"{NAME}was not cleared by breaking the glass: "
    given(*pending(T1)).when(
        break_glass(),
        after=timedelta(minutes=15),
        knowing=facts(OLU, read_at=BY_15),
    ).refused(TooLate, saying=f"{what}the time to approve ended at 12:15 UTC. {AGAIN}")
    no = ActionDenied(by=SAM.id, at=NOON, reason=WHY)
    given(*pending(T1), no).when(break_glass(), knowing=facts(OLU)).refused(
        OutOfTurn, saying=f"{what}<@U0SECOND> rejected it at 12:00 UTC. {AGAIN}"
    )


BROKEN = (*pending(T1), broke(), owed, cleared(OLU))
FOUND = Untrusted("It was right; the rota had a hole.")


def test_somebody_else_reviews_it_also_after_the_end() -> None:
    over = ActionExpired(window="apply", at=BY_5)
    done = ActionReviewed(by=SAM.id, at=BY_5, finding=FOUND)
    review = Review(by=SAM.id, finding=FOUND)
    given(*BROKEN, over).when(review, after=timedelta(minutes=5)).then(done)
    given(*BROKEN, over, done).when(review, after=timedelta(minutes=5)).then()
    given(*approved()).when(review).then()


def test_who_broke_the_glass_does_not_review_it() -> None:
    review = Review(by=OLU.id, finding=FOUND)
    given(*BROKEN).when(review, knowing=facts(OLU)).refused(
        SelfApproval,
        saying=NAME + "was not reviewed: who broke the glass cannot also review it. "
        "Ask somebody else to look at it.",
    )


def test_a_review_says_what_was_found() -> None:
    given(*BROKEN).when(Review(by=SAM.id, finding=None)).refused(
        BadRequest,
        saying=NAME + "was not reviewed: no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )
