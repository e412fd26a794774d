"""Whether the policies let a plan run is asked right before it starts, and kept."""

import pytest

from bot.domain.action_effects import ActionClaimed
from bot.domain.action_facts import PolicyAnswer
from bot.domain.errors import NotAllowed
from tests.domain.action_spec import approved, facts, given, standing
from tests.domain.test_action_claiming import CLAIM, NOT
from tests.spec import OLU


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (
            PolicyAnswer(because="nothing runs at night", hash="p1"),
            "nothing runs at night",
        ),
        (
            PolicyAnswer(allowed=True, errors=("too large",), hash="p1"),
            "the policies could not be evaluated",
        ),
    ],
)
def test_what_the_policies_do_not_let_run_waits(
    answer: PolicyAnswer, because: str
) -> None:
    known = facts(runner=standing(OLU, policy=answer))
    given(*approved()).when(CLAIM, knowing=known).refused(
        NotAllowed,
        saying=f"{NOT}{because}. Wait: it is tried again until its time runs out; "
        "`tocsin policy explain --verb run` tells why.",
    )


def test_who_may_run_it_is_kept_with_the_claim() -> None:
    answer = PolicyAnswer(allowed=True, reasons=("r",), hash="p1", verb="run")
    known = facts(runner=standing(OLU, policy=answer))
    [event] = given(*approved()).when(CLAIM, knowing=known).answer()
    assert isinstance(event, ActionClaimed)
    assert [(one.by, one.verb) for one in event.rulings] == [(OLU.id, "run")]
