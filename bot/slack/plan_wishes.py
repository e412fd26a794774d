"""What a person can ask about plans, as typed values. Pure.

A wish carries what was pressed or typed and nothing that was believed: the token
is opened, the person looked up and the plan read again by `plan_desk.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.errors import BadRequest
from bot.slack.requests import Click
from bot.slack.wishes import out_of_date

_PLAN = re.compile(r"PL_[0-9A-HJKMNP-TV-Z]{26}")


class PlanVerb(StrEnum):
    """What can be asked; some of the names are what people type."""

    PLANS = "plans"
    PROPOSE = "propose"
    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"
    STOP = "stop"
    BREAK_GLASS = "break-glass"
    RECONCILE = "reconcile"
    ROLLBACK = "rollback"
    EDIT = "edit"
    REVIEW = "review"
    STOP_ALL = "stop-all"
    RELEASE = "release"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWish:
    """What a person wants. Fields that a verb does not need stay empty.

    Attributes:
        plan: ``pl_`` and a ULID, as typed; buttons carry a token instead.
        token: What the button or form carried: plan and MAC, not yet opened.
        digest: Digest of the plan that the form showed.
        channel: Where the card or the command stands.
        message: ``ts`` of the card, "" for a command.
        text: Reason as it was typed: not yet redacted.
        typed: Target or phrase as it was typed.
        lasts: How long a freeze is to last.
    """

    verb: PlanVerb
    incident: str = ""
    plan: str = ""
    token: str = ""
    digest: str = ""
    channel: str = ""
    message: str = ""
    text: str = ""
    typed: str = ""
    action: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    committed: bool = False
    lasts: timedelta = timedelta()


FORM_BUTTONS = ("plan.review", "plan.reject", "plan.reconcile", "plan.rollback")
"""Buttons of a plan's card that open a form."""

STOP_BUTTON = "plan.stop"
PROPOSE_BUTTON = "action.propose"


def of_click(click: Click) -> PlanWish:
    """Return what a button without a form asks for.

    Raises:
        BadRequest: No card of this version has such a button.
    """
    if click.action != STOP_BUTTON:
        raise out_of_date()
    return PlanWish(
        verb=PlanVerb.STOP,
        token=click.value,
        channel=click.channel,
        message=click.message,
    )


def known_plan(text: str) -> str:
    """Return a plan id in its one spelling.

    Raises:
        BadRequest: It is none.
    """
    found = text.strip().upper()
    if not _PLAN.fullmatch(found):
        raise BadRequest(
            "Nothing was done",
            because="it does not name a plan",
            next_move="See the open ones with `/incident plans`.",
        )
    return "pl_" + found.removeprefix("PL_")
