"""What is kept of an answer of the policies, and what is kept of none."""

from dataclasses import replace

import pytest

from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.ruling import Ruling, permit_of, refusal_of, ruling_of, rulings_of
from tests.spec import SAM

ANN = replace(SAM, id="U0ANN")

YES = PolicyAnswer(
    allowed=True, reasons=("approvers",), hash="p1", verb="approve", waivers=("w1",)
)
NO = PolicyAnswer(allowed=False, reasons=("guests",), hash="p1", verb="deny")
BROKEN = PolicyAnswer(allowed=True, errors=("it broke",), hash="p1", verb="approve")
NOT_ASKED = PolicyAnswer(allowed=True, reasons=("admin-door",), hash="p1")


def of(answer: PolicyAnswer, *groups: str) -> Standing:
    return Standing(person=SAM, groups=frozenset(groups), policy=answer)


def test_a_ruling_says_who_asked_what_and_by_which_rules() -> None:
    asker = of(YES, "privacy", "a-group-of-the-site", "approvers")
    assert ruling_of(asker) == Ruling(
        by=SAM.id,
        verb="approve",
        allowed=True,
        policies=("approvers",),
        hash="p1",
        waivers=("w1",),
        groups=("approvers", "privacy"),
    )


@pytest.mark.parametrize("of_an_answer", [ruling_of, permit_of, refusal_of])
def test_where_nobody_asked_the_policies_they_said_nothing(
    of_an_answer: object,
) -> None:
    assert callable(of_an_answer)
    assert of_an_answer(of(NOT_ASKED)) is None


@pytest.mark.parametrize(
    ("answer", "is_yes"), [(YES, True), (NO, False), (BROKEN, False)]
)
def test_an_answer_is_a_yes_or_a_no_and_never_both(
    answer: PolicyAnswer, *, is_yes: bool
) -> None:
    asker = of(answer)
    found = ruling_of(asker)
    assert found is not None
    assert found.allowed is is_yes
    assert permit_of(asker) == (found if is_yes else None)
    assert refusal_of(asker) == (None if is_yes else found)


def test_only_those_who_cleared_it_and_were_asked_about_are_kept() -> None:
    ann = Standing(person=ANN, policy=YES)
    both = (of(YES), ann)
    assert rulings_of(both, among={SAM.id}) == (ruling_of(of(YES)),)
    assert rulings_of((of(NOT_ASKED), ann), among={SAM.id, ANN.id}) == (ruling_of(ann),)
