"""A button names a plan, and proves that this gate made it for real or for a drill."""

import pytest

from bot.gate.tokens import Tokens
from tests.domain.action_spec import a_plan

OURS, THEIRS = Tokens(b"k" * 32), Tokens(b"x" * 32)
REAL, DRILL = OURS.token("pl_1"), OURS.token("pl_1", drill=True)


def is_drill(plan: str) -> bool:
    return plan == "pl_drill"


def test_a_token_is_the_plans_id_and_half_a_mac() -> None:
    plan, _, mac = REAL.partition(".")
    assert (plan, len(mac)) == ("pl_1", 32)
    assert set(mac) <= set("0123456789abcdef")
    # Buttons that lie in Slack since the last version still open.
    assert OURS.token("pl_1") == "pl_1.1707ad602e5b61f060ac81181ad5bf7b"
    assert OURS.token("pl_1", drill=True) == "pl_1.19dfd211d3e2e2d4f26ebecd9acb3be8"


def test_a_token_opens_its_plan_with_its_own_key_and_no_other() -> None:
    assert OURS.opened(REAL) == OURS.opened(DRILL, drill=True) == "pl_1"
    assert OURS.opened(REAL, drill=True) == OURS.opened(DRILL) == ""
    assert THEIRS.opened(REAL) == THEIRS.opened(DRILL, drill=True) == ""


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "pl_1", "pl_1.", f"pl_2.{REAL[5:]}", REAL[:-1], f"{REAL}0"),
        *(OURS.token(""), "pl_\ud800.\ud800", "pl_1.é"),
    ],
)
def test_what_is_no_token_of_ours_opens_nothing(token: str) -> None:
    assert OURS.opened(token) == OURS.opened(token, drill=True) == ""
    assert OURS.opened_by(token, is_drill) == ""


def test_a_drills_button_opens_no_real_plan_and_a_real_one_no_drills() -> None:
    for plan, drill, opens in (
        ("pl_1", False, "pl_1"),
        ("pl_1", True, ""),
        ("pl_drill", True, "pl_drill"),
        ("pl_drill", False, ""),
    ):
        assert OURS.opened_by(OURS.token(plan, drill=drill), is_drill) == opens


def test_a_plans_own_record_says_which_key_signs_it() -> None:
    for drill in (True, False):
        plan = a_plan(drill=drill)
        assert OURS.of(plan) == OURS.token(plan.id, drill=drill)


def test_a_token_names_its_plan_ours_or_not_for_the_record() -> None:
    assert OURS.named("pl_7.forged.twice") == "pl_7"


def test_the_key_is_in_no_line_of_a_log() -> None:
    assert "kkk" not in repr(OURS)
