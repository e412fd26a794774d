"""What was not read counts as the worst."""

import pytest

from bot.domain.action_facts import (
    NOBODY,
    Click,
    Door,
    GateFacts,
    PolicyAnswer,
    Standing,
)
from bot.domain.commands import Person, PersonKind
from tests.spec import NOON

NO_ANSWER = PolicyAnswer(
    allowed=False,
    reasons=(),
    because="",
    errors=(),
    hash="",
    verb="",
    waivers=(),
    group_only=False,
)


def test_facts_that_nobody_read_refuse() -> None:
    found = GateFacts(read_at=NOON)
    assert found == GateFacts(
        read_at=NOON,
        asker=NOBODY,
        approvers=(),
        commander="",
        author="",
        click=Click(channel="", message="", mac_ok=False),
        door=None,
        probes=None,
        stopped=True,
        frozen=True,
        freeze=None,
        channel_shared=True,
        drill=None,
        catalogued=False,
        level=None,
        groups=None,
        fits=False,
        proven=False,
        within_limits=False,
        used_up=None,
        may_propose=False,
        proposed=None,
        overdue_reviews=1,
        glass_broken=1_000_000,
        worker_gone=False,
    )


def test_nobody_is_nobody_and_may_nothing() -> None:
    nobody = Person(id="", team="", kind=PersonKind.UNKNOWN)
    found = NOBODY
    assert found == Standing(
        person=nobody, groups=frozenset(), in_channel=False, policy=NO_ANSWER
    )
    assert PolicyAnswer() == NO_ANSWER


@pytest.mark.parametrize(
    ("answer", "allows"),
    [
        (PolicyAnswer(allowed=True), True),
        (PolicyAnswer(allowed=True, errors=("it broke",)), False),
        (PolicyAnswer(allowed=False), False),
        (PolicyAnswer(allowed=False, errors=("it broke",)), False),
    ],
)
def test_only_a_yes_without_any_error_is_one(
    answer: PolicyAnswer, *, allows: bool
) -> None:
    assert answer.allows is allows


def test_doors_are_known_by_these_words() -> None:
    assert [one.value for one in Door] == ["slack", "admin"]
