"""Nothing is planned on what is on its way, and nothing is judged before it arrives."""

import pytest

from bot.acting.states import Need, State, told_by, unmet
from bot.domain.action_effects import Verdict

STILL = Need(
    fact="status",
    values=frozenset({"InService", "Failed"}),
    because="it is being changed",
    next_move="Wait.",
)
MOVES = State(
    fact="status", moving=frozenset({"Updating"}), broken=frozenset({"Failed"})
)


@pytest.mark.parametrize("status", ["InService", "Failed"])
def test_a_need_that_is_met_is_silent(status: str) -> None:
    assert unmet((STILL,), {"status": status}) is None


@pytest.mark.parametrize("facts", [{"status": "Updating"}, {"status": ""}, {}])
def test_a_need_is_not_met_by_anything_else(facts: dict[str, str]) -> None:
    assert unmet((STILL,), facts) is STILL


def test_the_first_need_that_is_not_met_is_told() -> None:
    other = Need(fact="vpc", values=frozenset({"a"}), because="b", next_move="c")
    assert unmet((STILL, other), {"status": "Failed", "vpc": "b"}) is other
    assert unmet((other, STILL), {}) is other


def test_while_it_moves_nobody_can_tell() -> None:
    told = told_by((MOVES,), {"status": "Updating"})
    assert told is not None
    assert told.verdict is Verdict.INCONCLUSIVE
    assert told.says == "Too early to tell: status is Updating."


def test_what_broke_on_its_way_has_failed() -> None:
    told = told_by((MOVES,), {"status": "Failed"})
    assert told is not None
    assert told.verdict is Verdict.FAIL
    assert told.says == "Read again: status is Failed."


@pytest.mark.parametrize("facts", [{"status": "InService"}, {}])
def test_a_state_at_rest_leaves_it_to_the_facts(facts: dict[str, str]) -> None:
    assert told_by((MOVES,), facts) is None
