"""One no is enough; what has not begun can be taken back; glass can be broken."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_commands import (
    ActionCommand,
    Cancel,
    Deny,
    Expire,
    Stop,
    Supersede,
)
from bot.domain.action_effects import ActionFailed, ActionStopAsked
from bot.domain.action_events import (
    ActionCancelled,
    ActionDenied,
    ActionEvent,
    ActionExpired,
    ActionSuperseded,
)
from bot.domain.action_facts import Door, PolicyAnswer
from bot.domain.errors import (
    BadRequest,
    NotAllowed,
    OutOfTurn,
)
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    BY_15,
    GUEST,
    LEAD,
    WHY,
    a_plan,
    applied,
    applying,
    approved,
    began,
    drafted,
    ended,
    facts,
    given,
    pending,
    standing,
)
from tests.spec import DANA, NOON, OLU, SAM, person

NAME = "aws.iam.deactivate_access_key "
NO_RIGHTS = PolicyAnswer(hash="p1")
AGAIN = "Propose it again if it is still needed."


def cancelled(by: str, because: str, **changes: Any) -> ActionCancelled:
    event = ActionCancelled(because=because, by=by, at=NOON, reason=None)
    return replace(event, **changes)


def test_one_no_is_enough() -> None:
    given(*pending()).when(Deny(by=SAM.id, reason=WHY)).then(
        ActionDenied(by=SAM.id, at=NOON, reason=WHY)
    )


def test_a_no_needs_neither_card_nor_digest() -> None:
    admin = person("admin")
    known = facts(standing(admin), door=Door.ADMIN)
    given(*pending()).when(Deny(by="admin", reason=WHY), knowing=known).then(
        ActionDenied(by="admin", at=NOON, reason=WHY)
    )


@pytest.mark.parametrize("reason", [None, Untrusted(" ")])
def test_a_no_needs_a_reason(reason: Untrusted | None) -> None:
    given(*pending()).when(Deny(by=SAM.id, reason=reason)).refused(
        BadRequest,
        saying=NAME + "was not rejected: no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )


def test_who_could_not_agree_cannot_refuse() -> None:
    known = facts(standing(SAM, policy=NO_RIGHTS))
    given(*pending()).when(Deny(by=SAM.id, reason=WHY), knowing=known).refused(
        NotAllowed,
        saying=NAME + "was not rejected: <@U0SECOND> could not have approved it either."
        " Ask the requester, the commander or an approver to stop it.",
    )


def test_the_commander_can_always_say_no() -> None:
    known = facts(standing(DANA, policy=NO_RIGHTS))
    given(*pending()).when(Deny(by=DANA.id, reason=WHY), knowing=known).then(
        ActionDenied(by=DANA.id, at=NOON, reason=WHY)
    )


def test_the_requesters_own_no_takes_it_back() -> None:
    given(*pending()).when(Deny(by=OLU.id, reason=WHY), knowing=facts(OLU)).then(
        cancelled(OLU.id, "requester", reason=WHY)
    )


def test_a_no_after_the_quorum_takes_it_back_while_nothing_has_begun() -> None:
    given(*approved()).when(Deny(by=LEAD.id, reason=WHY), knowing=facts(LEAD)).then(
        cancelled(LEAD.id, "late_no", reason=WHY)
    )


def test_a_no_to_what_runs_is_told_how_to_stop_it() -> None:
    given(*applying()).when(Deny(by=SAM.id, reason=WHY)).refused(
        OutOfTurn,
        saying=NAME + "was not rejected: it has been running since 12:00 UTC. "
        "Stop everything with `/incident stop-all` if it must not go on.",
    )


def test_a_guest_can_neither_refuse_nor_take_back_nor_stop() -> None:
    asks: tuple[tuple[ActionCommand, str], ...] = (
        (Deny(by=GUEST.id, reason=WHY), "was not rejected"),
        (Cancel(by=GUEST.id), "was not cancelled"),
        (Stop(by=GUEST.id), "was not stopped"),
    )
    for ask, what in asks:
        given(*pending()).when(ask, knowing=facts(GUEST)).refused(
            NotAllowed,
            saying=f"{NAME}{what}: guests do not decide. "
            "Ask a full member of this workspace to do it.",
        )


@pytest.mark.parametrize("history", [(drafted(),), pending(), approved()])
@pytest.mark.parametrize(("who", "because"), [(OLU, "requester"), (DANA, "commander")])
def test_requester_and_commander_take_back_what_has_not_begun(
    history: tuple[ActionEvent, ...], who: Any, because: str
) -> None:
    given(*history).when(Cancel(by=who.id), knowing=facts(who)).then(
        cancelled(who.id, because)
    )


def test_the_admin_token_takes_back_too() -> None:
    known = facts(person("admin"), door=Door.ADMIN)
    given(*approved()).when(Cancel(by="admin"), knowing=known).then(
        cancelled("admin", "admin")
    )


def test_others_cannot_take_back() -> None:
    given(*pending()).when(Cancel(by=SAM.id)).refused(
        NotAllowed,
        saying=NAME + "was not cancelled: only the requester and the commander take a "
        "plan back. Reject it with a reason if you could approve it.",
    )


def test_an_edit_replaces_a_waiting_plan() -> None:
    edit = Supersede(by=OLU.id, child="pl_2")
    given(*pending()).when(edit, knowing=facts(OLU)).then(
        ActionSuperseded(child="pl_2", by=OLU.id, at=NOON)
    )


@pytest.mark.parametrize("child", ["", "pl_1"])
def test_an_edit_is_another_plan(child: str) -> None:
    edit = Supersede(by=OLU.id, child=child)
    given(*pending()).when(edit, knowing=facts(OLU)).refused(
        BadRequest,
        saying=NAME + "was not replaced: no other plan was named. "
        "Draft the edit first.",
    )


def test_others_cannot_edit() -> None:
    given(*pending()).when(Supersede(by=SAM.id, child="pl_2")).refused(
        NotAllowed,
        saying=NAME + "was not replaced: only the requester and the commander change a "
        "plan. Reject it with a reason if you could approve it.",
    )


@pytest.mark.parametrize(
    ("history", "window", "minutes"),
    [(pending(), "approve", 15), (approved(), "apply", 5)],
)
def test_a_closed_window_ends_the_plan(
    history: tuple[ActionEvent, ...], window: str, minutes: int
) -> None:
    after = timedelta(minutes=minutes)
    given(*history).when(Expire(), after=after).then(
        ActionExpired(window=window, at=NOON + after)
    )
    given(*history).when(Expire(), after=after - timedelta(seconds=1)).then()


def test_a_timer_that_comes_after_the_end_changes_nothing() -> None:
    given(*applied()).when(Expire(), after=timedelta(hours=1)).then()
    given(drafted()).when(Expire(), after=timedelta(hours=1)).then()


# What became of it, as the answer to a late click.
ENDS: Mapping[str, tuple[ActionEvent, ...]] = {
    "<@U0SECOND> rejected it at 12:00 UTC": (
        *pending(),
        ActionDenied(by=SAM.id, at=NOON, reason=WHY),
    ),
    "its time ran out at 12:15 UTC": (
        *pending(),
        ActionExpired(window="approve", at=BY_15),
    ),
    "<@U0ONCALL> replaced it by another plan at 12:00 UTC": (
        *pending(),
        ActionSuperseded(child="pl_2", by=OLU.id, at=NOON),
    ),
    "<@U0ONCALL> took it back at 12:00 UTC": (
        *pending(),
        cancelled(OLU.id, "requester"),
    ),
    "Tocsin took it back at 12:00 UTC": (*approved(), cancelled("tocsin", "stop_all")),
    "an administrator took it back at 12:00 UTC": (
        *approved(),
        cancelled("admin", "admin"),
    ),
    "it failed at 12:00 UTC": (
        *applying(),
        ActionFailed(because="stop_all", step="", done=(), at=NOON),
    ),
}


@pytest.mark.parametrize("because", ENDS)
def test_a_click_on_what_is_over_is_told_what_became_of_it(because: str) -> None:
    given(*ENDS[because]).when(
        Cancel(by=OLU.id),
        knowing=facts(OLU, read_at=BY_15),
        after=timedelta(minutes=15),
    ).refused(OutOfTurn, saying=f"{NAME}was not cancelled: {because}. {AGAIN}")


# --- stop everything ---


@pytest.mark.parametrize("history", [(drafted(),), pending(), approved()])
def test_any_member_stops_what_has_not_begun(history: tuple[ActionEvent, ...]) -> None:
    given(*history).when(Stop(by=SAM.id)).then(cancelled(SAM.id, "stop_all"))


def test_between_two_steps_a_stop_ends_it_with_what_was_done() -> None:
    two = a_plan(steps=2)
    given(*applying(two), began(), ended()).when(Stop(by=SAM.id)).then(
        ActionFailed(because="stop_all", step="", done=("s1",), at=NOON)
    )


def test_a_call_on_its_way_is_awaited() -> None:
    history = (*applying(), began())
    asked = ActionStopAsked(by=SAM.id, at=NOON)
    given(*history).when(Stop(by=SAM.id)).then(asked)
    given(*history, asked).when(Stop(by=LEAD.id), knowing=facts(LEAD)).then()


def test_there_is_nothing_to_stop_in_what_ran() -> None:
    given(*applied()).when(Stop(by=SAM.id)).then()
