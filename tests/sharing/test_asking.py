"""What people get when they ask for diagnostics, and who gets nothing."""

import json
from pathlib import Path

import pytest

from bot.domain.commands import PersonKind
from bot.domain.share_decisions import Denied
from tests.sharing.stage import Stage


def test_the_first_press_is_told_that_it_is_collected(stage: Stage) -> None:
    stage.press()
    assert stage.whispers() == [
        "INC-0001: collecting the diagnostics. Your link comes here in a moment."
    ]
    assert stage.links() == []


def test_once_collected_everybody_who_waits_gets_a_link_of_their_own(
    stage: Stage,
) -> None:
    stage.press("U0ONCALL")
    stage.press("U0SECOND")
    stage.house.step()
    first, second = stage.links("U0ONCALL"), stage.links("U0SECOND")
    assert len(first) == len(second) == 1
    assert first[0].share == second[0].share
    assert first[0].ticket != second[0].ticket


def test_who_waits_and_presses_again_waits_once(stage: Stage) -> None:
    stage.press()
    stage.press()
    stage.house.step()
    assert len(stage.links()) == 1


def test_a_later_press_gives_a_ticket_of_the_same_bundle_at_once(stage: Stage) -> None:
    first = stage.link()
    stage.press("U0SECOND")
    second = stage.links("U0SECOND")[0]
    assert second.share == first.share


def test_a_press_after_the_bundle_ran_out_collects_anew(stage: Stage) -> None:
    first = stage.link()
    stage.core.wait(hours=5)
    second = stage.link()
    assert second.share != first.share


def test_the_row_that_waits_to_be_sent_holds_neither_ticket_nor_key(
    stage: Stage,
) -> None:
    link = stage.link()
    kept = json.dumps([dict(one) for one in stage.rows("SELECT * FROM outbox")])
    assert "tocsin-share:" in kept
    assert link.key not in kept
    assert link.ticket not in kept


def test_the_log_holds_neither_ticket_nor_key(stage: Stage) -> None:
    link = stage.link()
    stage.open(link)
    stage.core.store.close()
    kept = b"".join(one.read_bytes() for one in stage.folder.glob("tocsin.db*"))
    assert link.key.encode() not in kept
    assert link.ticket.encode() not in kept


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (PersonKind.GUEST, "diagnostics are not for guests"),
        (
            PersonKind.EXTERNAL,
            "diagnostics are not for people from another organization",
        ),
        (PersonKind.BOT, "diagnostics are not for apps"),
        (PersonKind.DEACTIVATED, "this account is deactivated"),
        (PersonKind.UNKNOWN, "Slack did not say who you are"),
    ],
)
def test_who_may_not_is_told_why_and_it_is_on_record(
    stage: Stage, kind: PersonKind, why: str
) -> None:
    stage.press("U0OTHER1", kind=kind)
    stage.house.step()
    assert stage.whispers("U0OTHER1") == [
        f"You got no link: {why}. Ask a responder of this workspace to do it."
    ]
    assert "Refused <@U0OTHER1>: diagnostics (refused.not_allowed)." in stage.story()
    assert stage.links("U0OTHER1") == []


def test_a_member_outside_the_channel_is_told_to_join_it(stage: Stage) -> None:
    stage.press(in_channel=False)
    assert stage.whispers() == [
        (
            "You got no link: diagnostics are for people in the incident's channel. "
            "Join the channel, then try again."
        )
    ]


def test_an_incident_that_is_not_there_has_no_diagnostics(stage: Stage) -> None:
    stage.press(incident="INC-0099")
    assert stage.whispers() == [
        (
            "Nothing was opened: there is no incident INC-0099. "
            "See the open ones with `/incident list`."
        )
    ]


def test_revoking_kills_every_link_of_the_incident(stage: Stage) -> None:
    link = stage.link()
    stage.revoke("U0SECOND")
    with pytest.raises(Denied):
        stage.claim(link)
    assert stage.links() == []
    assert stage.whispers("U0SECOND") == [
        "INC-0001: every link to the diagnostics is dead, and their key is destroyed."
    ]
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()


def test_revoking_nothing_says_so(stage: Stage) -> None:
    stage.revoke()
    assert stage.whispers() == ["INC-0001: there was no link to take back."]


def test_nobody_gets_a_link_that_was_waited_for_when_it_was_taken_back(
    stage: Stage,
) -> None:
    stage.press()
    stage.revoke("U0SECOND")
    stage.house.step()
    assert stage.links() == []


def test_a_resolved_incident_opens_nothing_from_that_instant(stage: Stage) -> None:
    link = stage.link()
    stage.resolve()
    with pytest.raises(Denied):
        stage.claim(link)


def test_resolving_destroys_the_key_and_says_why(stage: Stage) -> None:
    link = stage.link()
    stage.resolve()
    stage.house.step()
    assert stage.kinds(link.share)[-2:] == ["revoked", "shredded"]
    assert "The links to the diagnostics died (incident over)." in stage.story()
    assert stage.vault.share_keys.all() == ()


def test_a_press_on_a_resolved_incident_is_told_to_open_it_again(stage: Stage) -> None:
    stage.resolve()
    stage.press()
    assert stage.whispers()[-1].startswith("You got no link: INC-0001 is resolved")


def test_who_waited_is_told_when_the_incident_was_resolved_meanwhile(
    stage: Stage,
) -> None:
    stage.press()
    stage.resolve()
    stage.house.step()
    assert "no link was made, because the incident was resolved" in stage.whispers()[-1]


def test_each_opening_is_told_in_the_thread_with_whose_ticket(stage: Stage) -> None:
    stage.open(stage.link("U0SECOND"))
    lines = stage.rows("SELECT text FROM outbox WHERE key LIKE 'line/%'")
    said = [one["text"] for one in lines if "opened with" in one["text"]]
    assert len(said) == 1
    assert said[0].startswith("The diagnostics were opened with <@U0SECOND>'s ticket")


def test_the_timeline_tells_the_whole_story(tmp_path: Path) -> None:
    stage = Stage(tmp_path, share_opens=1)
    stage.incident()
    stage.open(stage.link())
    assert stage.story()[1:] == [
        "Diagnostics sealed until 2026-11-20 16:00 UTC, for 1 opening.",
        "Diagnostics are ready: 1 file in 0.0 s.",
        "A link to the diagnostics was made for <@U0ONCALL>.",
        "The sealed diagnostics were fetched with proof of their key.",
        "The diagnostics were opened with <@U0ONCALL>'s ticket.",
        "The sealed diagnostics are used up after 1 opening.",
        "The key of the sealed diagnostics was destroyed.",
    ]
    stage.close()


def test_when_sealing_fails_again_and_again_people_are_told(stage: Stage) -> None:
    stage.press()
    (stage.folder / "blobs").rmdir()
    (stage.folder / "blobs").write_text("not a directory")
    for _ in range(3):
        stage.house.step()
    assert "the diagnostics could not be sealed" in stage.whispers()[-1]
    assert not stage.rows("SELECT 1 AS one FROM share_wanted")
    assert stage.vault.share_keys.all() == ()


def test_who_waited_before_a_crash_gets_a_link_after_it(tmp_path: Path) -> None:
    before = Stage(tmp_path)
    before.incident()
    before.press()
    before.close()
    after = Stage(tmp_path)
    after.house.step()
    assert len(after.links()) == 1
    after.close()
