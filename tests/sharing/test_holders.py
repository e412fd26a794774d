"""Whom a ticket opens for, looked up again at the claim; and who is named for it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.domain.commands import PersonKind
from bot.domain.errors import Refusal
from bot.domain.share_decisions import MOST_DENIED, Denied
from bot.domain.share_people import Visit
from bot.shares.refusals import MOST_LINES, MOST_TIMES
from bot.sharing import seal
from bot.sharing.seal import Link
from tests.core import CHANNEL
from tests.sharing.stage import Stage

pytestmark = pytest.mark.slow


def denied(
    stage: Stage, link: Link, *, key: str = "", visit: Visit | None = None
) -> str:
    """Claim what must not open; return the reason that only the operator learns."""
    given = {} if visit is None else {"visit": visit}
    with pytest.raises(Denied) as no:
        stage.claim(link, key=key, **given)
    return no.value.reason


@pytest.mark.parametrize(
    ("kind", "reason", "named"),
    [
        (PersonKind.GUEST, "holder_guest", "they are a guest"),
        (PersonKind.EXTERNAL, "holder_external", "from another organization"),
        (PersonKind.DEACTIVATED, "holder_removed", "their account is deactivated"),
        (PersonKind.BOT, "holder_bot", "they are an app"),
        (PersonKind.UNKNOWN, "holder_unknown", "Slack did not say who they are"),
    ],
)
def test_a_ticket_is_dead_once_its_person_is_no_full_member(
    stage: Stage, kind: PersonKind, reason: str, named: str
) -> None:
    link = stage.link()
    stage.kinds_now["U0ONCALL"] = kind
    assert denied(stage, link) == reason
    (said,) = stage.refusals()
    assert "<@U0ONCALL>'s ticket did not open the diagnostics" in said
    assert named in said
    assert stage.kinds(link.share)[-1] == "denied"


def test_a_ticket_is_dead_once_its_person_left_the_channel(stage: Stage) -> None:
    link = stage.link()
    stage.outside.add("U0ONCALL")
    assert denied(stage, link) == "holder_outside"
    assert stage.looked == [("U0ONCALL", CHANNEL)]
    assert "not in the incident's channel any more" in stage.refusals()[0]


def test_a_refusal_for_the_person_s_sake_uses_nothing_up(stage: Stage) -> None:
    link = stage.link()
    stage.kinds_now["U0ONCALL"] = PersonKind.UNKNOWN
    denied(stage, link)
    stage.kinds_now.clear()
    assert stage.open(link)


def test_slack_is_asked_about_nobody_who_does_not_hold_the_key(stage: Stage) -> None:
    link = stage.link()
    assert denied(stage, link, key=seal.new_key()) == "wrong_key"
    assert stage.looked == []


def test_a_file_sealed_for_somebody_does_not_open_after_they_left(
    stage: Stage,
) -> None:
    link = stage.sealed(person="U0LEAD")
    stage.outside.add("U0LEAD")  # of whatever channel: the file belongs to none
    stage.kinds_now["U0LEAD"] = PersonKind.DEACTIVATED
    assert denied(stage, link) == "holder_removed"
    stage.kinds_now.clear()
    assert stage.open(link) == b"hello"
    assert {one for _, one in stage.looked} == {""}


def test_a_link_that_names_nobody_opens_without_asking_slack(stage: Stage) -> None:
    visit = Visit(must_sign_in=True)
    assert stage.claim(stage.sealed(), visit=visit).person == ""
    assert stage.looked == []


# --- who must be signed in ---


def test_a_forwarded_ticket_opens_for_nobody_but_its_person(stage: Stage) -> None:
    link = stage.link()
    forwarded = Visit(person="U0SECOND", must_sign_in=True)
    assert denied(stage, link, visit=forwarded) == "wrong_person"
    (said,) = stage.refusals()
    assert said.endswith(
        "<@U0ONCALL>'s ticket did not open the diagnostics when <@U0SECOND> showed "
        "it: it was forwarded."
    )
    owner = Visit(person="U0ONCALL", must_sign_in=True)
    assert stage.claim(link, visit=owner).person == "U0ONCALL"


def test_nobody_signed_in_opens_nothing_where_that_is_required(stage: Stage) -> None:
    link = stage.link()
    assert denied(stage, link, visit=Visit(must_sign_in=True)) == "not_signed_in"
    assert stage.looked == []


def test_where_it_is_not_required_a_forwarded_ticket_opens_once_and_is_told(
    stage: Stage,
) -> None:
    link = stage.link()
    assert stage.open(link)
    assert denied(stage, link) == "ticket_used"
    told = [one["text"] for one in stage.rows("SELECT text FROM outbox")]
    assert any("opened with <@U0ONCALL>'s ticket" in one for one in told)
    assert "it had been used" in stage.refusals()[0]


def test_the_timeline_says_whose_ticket_and_who_showed_it(stage: Stage) -> None:
    link = stage.link()
    denied(stage, link, visit=Visit(person="U0SECOND", must_sign_in=True))
    assert (
        "A link opened nothing (wrong person, <@U0ONCALL>'s ticket, "
        "shown by <@U0SECOND>)." in stage.story()
    )


# --- what else is named ---


def test_a_late_ticket_and_one_that_was_taken_back_are_named(stage: Stage) -> None:
    late, revoked = stage.link(), stage.link("U0SECOND")
    stage.clock.go_on(121)
    assert denied(stage, late) == "ticket_late"
    stage.revoke()
    assert denied(stage, revoked) == "over"
    late_said, revoked_said = stage.refusals()
    assert "<@U0ONCALL>'s ticket" in late_said
    assert "it had run out" in late_said
    assert "<@U0SECOND>'s ticket" in revoked_said
    assert "used up, ran out or was taken back" in revoked_said


def test_whoever_has_no_real_ticket_is_named_nowhere(stage: Stage) -> None:
    link = stage.link()
    guess = Link(
        base_url=link.base_url, share=link.share, ticket="A" * 22, key=link.key
    )
    assert denied(stage, guess) == "no_such_ticket"
    assert stage.refusals() == []
    assert "denied" not in stage.kinds(link.share)


@pytest.mark.parametrize(
    ("kind", "in_channel", "why"),
    [
        (PersonKind.GUEST, True, "diagnostics are not for guests"),
        (PersonKind.EXTERNAL, True, "not for people from another organization"),
        (PersonKind.DEACTIVATED, True, "this account is deactivated"),
        (PersonKind.MEMBER, False, "for people in the incident's channel"),
    ],
)
def test_whoever_asks_and_may_not_is_named_in_the_thread(
    stage: Stage, kind: PersonKind, why: str, *, in_channel: bool
) -> None:
    stage.press("U0GUEST", kind=kind, in_channel=in_channel)
    (said,) = stage.refusals()
    assert said.startswith("Refused: <@U0GUEST> got no link to the diagnostics: ")
    assert why in said
    threads = stage.rows("SELECT thread FROM outbox WHERE key LIKE 'refused/%'")
    assert threads[0]["thread"] == "card/INC-0001"


def test_an_original_that_was_refused_is_named_too(stage: Stage) -> None:
    with suppress(Refusal):
        stage.original(groups=frozenset())
    assert "<@U0ONCALL> got no link to an original" in stage.refusals()[0]


def test_an_incident_that_is_over_is_nobody_s_fault(stage: Stage) -> None:
    stage.resolve()
    stage.press()
    assert stage.refusals() == []


# --- a flood ---


def test_a_flood_of_one_kind_is_one_line_that_counts(stage: Stage) -> None:
    link = stage.link()
    for _ in range(MOST_TIMES + 10):
        denied(stage, link, key=seal.new_key())
    (said,) = stage.refusals()
    assert said.endswith(f"it was shown without the key. ({MOST_TIMES} times or more)")


def test_a_flood_of_many_kinds_is_a_few_lines_and_a_number(stage: Stage) -> None:
    for n in range(12):
        stage.press(f"U0GUEST{n:02d}", kind=PersonKind.GUEST)
    said = stage.refusals()
    assert len(said) == MOST_LINES + 1
    assert said[-1] == "Refused: and 8 more. The operator's log has each."


def test_a_guest_who_presses_two_hundred_times_edits_a_line_some_times(
    stage: Stage,
) -> None:
    for n in range(MOST_LINES):
        stage.press(f"U0GUEST{n:02d}", kind=PersonKind.GUEST)
    before = stage.refusals()
    for _ in range(200):
        stage.press("U0PEST", kind=PersonKind.GUEST)
    assert stage.refusals() == [
        *before,
        f"Refused: and {MOST_TIMES} more, or even more. The operator's log has each.",
    ]


def test_a_flood_does_not_fill_the_log(stage: Stage) -> None:
    link = stage.link()
    for _ in range(MOST_DENIED + 10):
        denied(stage, link, key=seal.new_key())
    assert stage.kinds(link.share).count("denied") == MOST_DENIED
    assert stage.open(link)


# --- what belongs to no incident ---


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, slack={"security_channel": "C0SECURITY"})
    yield made
    made.close()


def test_what_belongs_to_no_incident_is_told_in_the_security_channel(
    guarded: Stage,
) -> None:
    link = guarded.sealed(person="U0LEAD")
    visit = Visit(person="U0SECOND", must_sign_in=True)
    denied(guarded, link, visit=visit)
    (row,) = guarded.rows("SELECT channel, thread, text FROM outbox")
    assert (row["channel"], row["thread"]) == ("C0SECURITY", "")
    assert f"did not open sealed share {link.share} when <@U0SECOND>" in row["text"]


def test_without_a_security_channel_only_the_operator_hears_of_it(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    link = stage.sealed(person="U0LEAD")
    denied(stage, link, visit=Visit(must_sign_in=True))
    assert stage.refusals() == []
    assert f"share '{link.share}': not_signed_in" in caplog.messages
