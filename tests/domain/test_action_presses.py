"""A press that lacks anything is refused, in exactly these words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action_facts import Click, Door, GateFacts, PolicyAnswer
from bot.domain.commands import Person, PersonKind
from bot.domain.errors import (
    NotAllowed,
    OutOfTurn,
    PlanChanged,
    Refusal,
)
from tests.domain.action_spec import (
    ALLOWED,
    CARD,
    CHANNEL,
    EXTERNAL,
    GUEST,
    LEAD,
    facts,
    given,
    pending,
    standing,
)
from tests.domain.test_action_approving import NOT, approve
from tests.spec import NOON, SAM, person


def with_click(**changes: Any) -> GateFacts:
    click = Click(channel=CHANNEL, message=CARD, mac_ok=True)
    return facts(click=replace(click, **changes))


MEMBER = "Ask a full member of this workspace to do it."
ELSEWHERE = Person(id=SAM.id, team="T0OTHER", kind=PersonKind.MEMBER)
REFUSED: Mapping[str, tuple[GateFacts, type[Refusal], str]] = {
    "guest": (
        facts(standing(replace(GUEST, id=SAM.id))),
        NotAllowed,
        f"guests do not decide. {MEMBER}",
    ),
    "external": (
        facts(standing(replace(EXTERNAL, id=SAM.id))),
        NotAllowed,
        f"people from another organization do not decide. {MEMBER}",
    ),
    "bot": (
        facts(person(SAM.id, PersonKind.BOT)),
        NotAllowed,
        f"bots do not decide. {MEMBER}",
    ),
    "deactivated": (
        facts(person(SAM.id, PersonKind.DEACTIVATED)),
        NotAllowed,
        f"the account is deactivated. {MEMBER}",
    ),
    "unknown": (
        facts(person(SAM.id, PersonKind.UNKNOWN)),
        NotAllowed,
        f"Slack did not say who is asking. {MEMBER}",
    ),
    "somebody else was read": (
        facts(LEAD),
        NotAllowed,
        "it is not known who is asking. Press the button again.",
    ),
    "another workspace": (
        facts(ELSEWHERE),
        NotAllowed,
        f"<@U0SECOND> is of another workspace than the plan. {MEMBER}",
    ),
    "not in the channel": (
        facts(standing(SAM, in_channel=False)),
        NotAllowed,
        (
            "<@U0SECOND> is not in the incident's channel. "
            "Join the channel and read what happened there first."
        ),
    ),
    "policy says no": (
        facts(standing(SAM, policy=PolicyAnswer(hash="p1"))),
        NotAllowed,
        (
            "no policy lets <@U0SECOND> do that. "
            "Ask somebody on call or an approver; `tocsin policy explain` tells why."
        ),
    ),
    "policy says no in its own words": (
        facts(
            standing(
                SAM,
                policy=PolicyAnswer(hash="p1", because="only the database team may"),
            )
        ),
        NotAllowed,
        (
            "only the database team may. "
            "Ask somebody on call or an approver; `tocsin policy explain` tells why."
        ),
    ),
    "policy failed": (
        facts(standing(SAM, policy=replace(ALLOWED, errors=("no such attribute",)))),
        NotAllowed,
        (
            "the policies could not be evaluated. "
            "Ask somebody on call or an approver; `tocsin policy explain` tells why."
        ),
    ),
    "policies changed": (
        facts(standing(SAM, policy=replace(ALLOWED, hash="p2"))),
        PlanChanged,
        (
            "the policies have changed since it was made. "
            "Propose it again under the new ones."
        ),
    ),
    "over the admin door": (
        facts(door=Door.ADMIN),
        NotAllowed,
        (
            "approvals are given in Slack and nowhere else. "
            "Press the button on its card in the incident's channel."
        ),
    ),
    "over no door": (
        facts(door=None),
        NotAllowed,
        (
            "approvals are given in Slack and nowhere else. "
            "Press the button on its card in the incident's channel."
        ),
    ),
    "another channel": (
        with_click(channel="C0OTHER"),
        NotAllowed,
        "it was not pressed in the incident's channel. Go to <#C0INCIDENTS>.",
    ),
    "another card": (
        with_click(message="1.2"),
        NotAllowed,
        (
            "it was not pressed on the plan's own card. "
            "Use the newest card of the plan in the incident's channel."
        ),
    ),
    "forged button": (
        with_click(mac_ok=False),
        PlanChanged,
        (
            "the button was not made for this plan. "
            "Open `Review and confirm` on its card again."
        ),
    ),
    "shared channel": (
        facts(channel_shared=True),
        NotAllowed,
        (
            "the channel is shared with another organization. "
            "Move the incident to a channel of your own workspace."
        ),
    ),
    "stopped": (
        facts(stopped=True),
        OutOfTurn,
        (
            "everything was stopped. "
            "Ask the incident commander; `/incident release` lets actions run again."
        ),
    ),
    "frozen": (
        facts(frozen=True),
        OutOfTurn,
        "a change freeze is on. Wait until it ends, or have it lifted.",
    ),
    "drill": (
        facts(drill=True),
        OutOfTurn,
        (
            "a drill and the real thing do not mix. "
            "Propose it in the incident it belongs to."
        ),
    ),
    "old facts": (
        facts(read_at=NOON - timedelta(seconds=61)),
        OutOfTurn,
        "what is known about people and the world is too old. Try again in a moment.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_press_that_lacks_anything_is_refused(case: str) -> None:
    known, kind, saying = REFUSED[case]
    given(*pending()).when(approve(), knowing=known).refused(kind, saying=NOT + saying)
