"""The ladder: facts move a severity, within its ends."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.severity import Reason, Severity, climb, worst


def moves(*steps: int) -> tuple[Reason, ...]:
    return tuple(Reason(code=f"r{n}", text="", steps=n) for n in steps)


def test_no_reason_leaves_the_start() -> None:
    assert climb(Severity.SEV3, ()) is Severity.SEV3


def test_reasons_add_up() -> None:
    assert climb(Severity.SEV4, moves(2, 1)) is Severity.SEV1
    assert climb(Severity.SEV2, moves(-2)) is Severity.SEV4
    assert climb(Severity.SEV3, moves(1, -1)) is Severity.SEV3


def test_info_and_none_are_not_on_the_ladder() -> None:
    assert climb(Severity.INFO, moves(5)) is Severity.INFO
    assert climb(Severity.NONE, moves(5)) is Severity.NONE


@given(st.sampled_from(list(Severity)[:4]), st.lists(st.integers(-3, 3)))
def test_no_sum_of_reasons_leaves_the_ladder(start: Severity, steps: list[int]) -> None:
    assert climb(start, moves(*steps)).rank <= Severity.SEV4.rank


def test_the_worst_of_several() -> None:
    assert worst((Severity.SEV3, Severity.SEV1, Severity.NONE)) is Severity.SEV1
    assert worst(()) is Severity.NONE
    assert Severity.SEV1.is_worse_than(Severity.SEV2)
    assert not Severity.SEV2.is_worse_than(Severity.SEV2)
