"""A plan is drafted from what is known, and put before people as a whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.action_commands import DraftPlan, Publish, Show
from bot.domain.action_events import ActionPublished, ActionShown
from bot.domain.action_facts import GateFacts, PolicyAnswer
from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    NotFound,
    OutOfTurn,
    PlanChanged,
    Refusal,
    TooMany,
)
from bot.domain.gate_limits import UsedUp
from bot.domain.plan import Level, Plan
from tests.domain.action_spec import (
    BOT,
    CARD,
    GUEST,
    a_plan,
    approved,
    drafted,
    facts,
    given,
    pending,
    published,
    standing,
)
from tests.spec import NOON, OLU, SAM

TELL = "Tell the bot's owner: the action has to be corrected."
NOT_DRAFTED = "aws.iam.deactivate_access_key was not proposed: "
NOT_PUT = "aws.iam.deactivate_access_key was not put forward: "


def draft(plan: Plan | None = None) -> DraftPlan:
    return DraftPlan(by=OLU.id, plan=plan or a_plan(), human_initiated=True)


def test_a_member_drafts_a_plan_and_the_words_stay_apart() -> None:
    given().when(draft(), knowing=facts(OLU)).then(drafted())
    assert "leaked" not in drafted().text


def test_tocsin_itself_may_draft_what_it_suggests() -> None:
    plan = a_plan(requester=BOT.id)
    command = DraftPlan(by=BOT.id, plan=plan, human_initiated=False)
    given().when(command, knowing=facts(BOT)).then(drafted(plan, human_initiated=False))


def test_the_author_of_the_message_that_led_to_it_is_kept() -> None:
    known = facts(OLU, author=SAM.id)
    given().when(draft(), knowing=known).then(drafted(author=SAM.id))


def test_who_proposed_enough_is_told_when_the_next_is_possible() -> None:
    enough = UsedUp(
        what="<@U0OLU> proposed 20 plans since 11:30 UTC, and 20 an hour is the limit",
        next_at=NOON + timedelta(minutes=30),
        setting="gate.proposals_per_hour",
    )
    known = facts(OLU, may_propose=False, proposed=enough)
    given().when(draft(), knowing=known).refused(
        TooMany,
        saying=f"{NOT_DRAFTED}<@U0OLU> proposed 20 plans since 11:30 UTC, and 20 an "
        "hour is the limit. Wait until 12:30 UTC; whoever keeps the "
        "settings of the gate may raise it (`gate.proposals_per_hour`).",
    )
    given().when(draft(), knowing=facts(OLU, may_propose=False)).refused(
        OutOfTurn,
        saying=f"{NOT_DRAFTED}nobody knows how much was proposed lately. "
        "Try again in a moment.",
    )


@pytest.mark.parametrize(
    ("known", "kind", "saying"),
    [
        (
            facts(GUEST),
            NotAllowed,
            "it is not known who is asking. Press the button again.",
        ),
        (
            facts(standing(OLU, policy=PolicyAnswer(hash="p1"))),
            NotAllowed,
            (
                "no policy lets <@U0ONCALL> do that. "
                "Ask somebody on call or an approver; "
                "`tocsin policy explain` tells why."
            ),
        ),
        (
            facts(standing(OLU, policy=PolicyAnswer(allowed=True, hash="p2"))),
            PlanChanged,
            (
                "the policies have changed since it was made. "
                "Propose it again under the new ones."
            ),
        ),
        (
            facts(OLU, catalogued=False),
            NotAllowed,
            (
                "the action or its parameters are not in the catalogue. "
                "See what can be proposed on the incident's card."
            ),
        ),
        (
            facts(OLU, level=Level.T1),
            BadRequest,
            "it says level T2, manifest and registry give T1. Propose it again.",
        ),
        (
            facts(OLU, level=None),
            BadRequest,
            "it says level T2, manifest and registry give none. Propose it again.",
        ),
        (
            facts(OLU, groups=("privacy",)),
            BadRequest,
            (
                "it asks other groups than the policies and the registry do. "
                "Propose it again."
            ),
        ),
        (
            facts(OLU, groups=None),
            BadRequest,
            (
                "it asks other groups than the policies and the registry do. "
                "Propose it again."
            ),
        ),
        (
            facts(OLU, drill=True),
            OutOfTurn,
            (
                "a drill and the real thing do not mix. "
                "Propose it in the incident it belongs to."
            ),
        ),
        (
            facts(OLU, read_at=NOON - timedelta(seconds=61)),
            OutOfTurn,
            (
                "what is known about people and the world is too old. "
                "Try again in a moment."
            ),
        ),
    ],
)
def test_a_draft_that_rests_on_less_is_refused(
    known: GateFacts, kind: type[Refusal], saying: str
) -> None:
    given().when(draft(), knowing=known).refused(kind, saying=NOT_DRAFTED + saying)


def test_nobody_drafts_in_the_name_of_another() -> None:
    given().when(draft(a_plan(requester=SAM.id)), knowing=facts(OLU)).refused(
        BadRequest,
        saying=NOT_DRAFTED + "the plan names another requester. Propose it yourself.",
    )


def test_a_guest_drafts_nothing() -> None:
    command = DraftPlan(by=GUEST.id, plan=a_plan(), human_initiated=True)
    given().when(command, knowing=facts(GUEST)).refused(
        NotAllowed,
        saying=NOT_DRAFTED
        + "guests do not decide. Ask a full member of this workspace to do it.",
    )


def test_a_plan_is_drafted_once() -> None:
    given(drafted()).when(draft(), knowing=facts(OLU)).refused(
        BadRequest, saying=NOT_DRAFTED + "there is a plan of this id. Make a new plan."
    )


T1 = a_plan(Level.T1)
BARE = a_plan().draft


@pytest.mark.parametrize(
    ("plan", "because"),
    [
        (replace(T1, quorum=1), "T1 needs 2 people, it asks 1"),
        (
            replace(T1, needs_commander=False),
            "T1 needs the commander, it does not ask for one",
        ),
        (a_plan(quorum=0), "T2 needs 1 people, it asks 0"),
        (
            a_plan(groups=("privcy",)),
            "it needs a group that is not known, or one of them twice",
        ),
        (
            a_plan(groups=("privacy", "privacy"), quorum=2),
            "it needs a group that is not known, or one of them twice",
        ),
        (
            a_plan(groups=("privacy", "legal")),
            "it needs 2 groups and only 1 people",
        ),
        (
            a_plan(draft=replace(BARE, steps=())),
            "it has no steps, or two of the same id",
        ),
        (
            a_plan(draft=replace(BARE, steps=BARE.steps * 2)),
            "it has no steps, or two of the same id",
        ),
        (a_plan(draft=replace(BARE, verify="")), "it does not say how it is verified"),
        (
            a_plan(draft=replace(BARE, rollback="")),
            "it has no rollback and no reason for that, or both",
        ),
        (
            a_plan(draft=replace(BARE, irreversible_because="gone is gone")),
            "it has no rollback and no reason for that, or both",
        ),
        (a_plan(draft=replace(BARE, target=" ")), "it names no target"),
    ],
)
def test_a_plan_that_is_not_sound_is_refused(plan: Plan, because: str) -> None:
    given().when(
        draft(plan), knowing=facts(OLU, level=plan.level, groups=plan.groups)
    ).refused(
        BadRequest,
        saying=f"{NOT_DRAFTED}{because}. {TELL}",
    )


@pytest.mark.parametrize(
    ("level", "minutes"), [(Level.T1, 10), (Level.T2, 15), (Level.T3, 15)]
)
def test_people_have_ten_minutes_for_t1_and_fifteen_for_the_others(
    level: Level, minutes: int
) -> None:
    given(drafted(a_plan(level))).when(Publish()).then(
        ActionPublished(approve_by=NOON + timedelta(minutes=minutes), at=NOON)
    )


def test_what_does_not_fit_on_one_card_is_not_put_forward() -> None:
    given(drafted()).when(Publish(), knowing=facts(fits=False)).refused(
        BadRequest,
        saying=NOT_PUT + "it does not fit on one card as a whole. "
        "Split it into smaller actions.",
    )


def test_nothing_is_put_forward_while_everything_is_stopped() -> None:
    given(drafted()).when(Publish(), knowing=facts(stopped=True)).refused(
        OutOfTurn,
        saying=NOT_PUT + "everything was stopped. "
        "Ask the incident commander; `/incident release` lets actions run again.",
    )


def test_a_draft_whose_text_was_changed_is_not_put_forward() -> None:
    changed = drafted(text=drafted(a_plan(quorum=3)).text)
    given(changed).when(Publish()).refused(
        PlanChanged,
        saying=NOT_PUT + "what is stored no longer makes the digest that was shown. "
        "Run `tocsin log verify`, then propose it again.",
    )


def test_a_plan_whose_reason_was_erased_is_not_put_forward() -> None:
    given(drafted(reason=None)).when(Publish()).refused(
        PlanChanged,
        saying=NOT_PUT + "what is stored no longer makes the digest that was shown. "
        "Run `tocsin log verify`, then propose it again.",
    )


def test_a_plan_is_put_forward_once() -> None:
    given(*pending()).when(Publish()).refused(
        OutOfTurn,
        saying=NOT_PUT + "it is waiting for people to agree. "
        "See where it stands on its card.",
    )


def test_a_plan_that_does_not_exist_is_not_found() -> None:
    given().when(Publish()).refused(
        NotFound,
        saying="Nothing was done: there is no such plan. "
        "See the open ones with `/incident plans`.",
    )


def test_the_card_is_kept_once_slack_took_it() -> None:
    given(drafted(), published).when(Show(message=CARD)).then(
        ActionShown(message=CARD, at=NOON)
    )
    given(*approved()).when(Show(message="2")).then(ActionShown(message="2", at=NOON))


def test_a_draft_has_no_card_with_buttons() -> None:
    given(drafted()).when(Show(message=CARD)).refused(
        OutOfTurn,
        saying="aws.iam.deactivate_access_key was not marked as shown: it has not been "
        "put forward yet. See where it stands on its card.",
    )
