"""Whom a ticket still opens for: every kind of person, and who shows it."""

import pytest

from bot.domain.commands import PersonKind
from bot.domain.share_decisions import DENIALS
from bot.domain.share_people import Visit, no_holder, not_the_visitor
from tests.spec import person


@pytest.mark.parametrize("kind", PersonKind)
@pytest.mark.parametrize("in_channel", [True, False])
def test_only_a_full_member_in_the_channel_holds_a_ticket(
    kind: PersonKind, *, in_channel: bool
) -> None:
    reason = no_holder(person("U0LEAD", kind), in_channel=in_channel)
    may = kind is PersonKind.MEMBER and in_channel
    assert (reason == "") is may
    assert may or reason in DENIALS


@pytest.mark.parametrize(
    ("visitor", "must", "reason"),
    [
        ("", False, ""),
        ("U0SECOND", False, ""),
        ("U0LEAD", True, ""),
        ("U0SECOND", True, "wrong_person"),
        ("U0LEAD2", True, "wrong_person"),
        ("", True, "not_signed_in"),
    ],
)
def test_who_shows_a_ticket_counts_only_where_one_must_sign_in(
    visitor: str, reason: str, *, must: bool
) -> None:
    visit = Visit(person=visitor, must_sign_in=must)
    assert not_the_visitor("U0LEAD", visit) == reason
