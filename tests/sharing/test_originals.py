"""Alerts as they came in: who gets to see one, what is told, and what stays behind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.commands import PersonKind
from bot.domain.errors import NotAllowed, NotFound, OutOfTurn, TocsinError, TooMany
from bot.domain.events import CommandRefused
from bot.domain.share_decisions import Denied, NewTicket, mint
from bot.domain.share_originals import known_alert
from bot.placing import Placing
from bot.ports import Payload
from bot.readmodels.decisions import decisions
from bot.sharing.original import Told, original_document
from tests.sharing.reading import Opened
from tests.sharing.stage import ALERT, FIRST, Stage
from tests.spec import NOON

KEY = "AKIA" + "Q3EGRIWZ7LMN5TVB"
SECRET = {"id": "leak", "title": "Key in a log", "note": f"aws_access_key_id={KEY}"}


@pytest.fixture
def leak(tmp_path: Path) -> Iterator[Stage]:
    """One incident whose first alert holds a key."""
    made = Stage(tmp_path)
    made.incident(**SECRET)
    yield made
    made.close()


def opened(stage: Stage, who: str = "U0ONCALL") -> Opened:
    return Opened(stage.open(stage.links(who)[-1]))


def body(found: Opened) -> str:
    return found.text("body.txt")


def refusals(stage: Stage) -> list[str]:
    entries = stage.core.store.read(lambda tx: tx.log.load("incident/INC-0001"))
    return [
        f"{one.body['command']} {one.body['code']}"
        for one in entries
        if one.kind == CommandRefused.name
    ]


def on_disk(stage: Stage) -> bytes:
    files = [one for one in stage.folder.rglob("*") if one.is_file()]
    return b"".join(one.read_bytes() for one in files)


def test_who_is_on_call_sees_the_alert_as_it_came_in(leak: Stage) -> None:
    leak.original()
    found = opened(leak)
    assert json.loads(body(found)) == {**ALERT, **SECRET}
    assert found.manifest["original"] == FIRST
    assert found.manifest["incident"] == "INC-0001"


def test_it_opens_once_and_then_there_is_no_key_any_more(leak: Stage) -> None:
    leak.original()
    link = leak.links()[-1]
    leak.open(link)
    with pytest.raises(Denied):
        leak.open(link)
    assert leak.vault.share_keys.all() == ()
    assert leak.vault.blobs.names() == ()


def test_one_person_opens_so_many_an_hour_and_is_told_when_the_next_may_be(
    leak: Stage,
) -> None:
    for _ in range(3):
        leak.original()
        assert len(leak.links()) == 1
        leak.clock.go_on(7 * 60)
    leak.original()
    assert leak.links() == []
    told = leak.whispers()[-1]
    assert "you had 3 originals opened within an hour, and 3 is the most" in told
    assert "The next can be opened at 13:00:00 UTC" in told
    assert refusals(leak) == ["original refused.too_many"]
    with pytest.raises(TooMany):
        leak.originals.may("INC-0001", leak.asker())
    leak.original(who="U0SECOND")
    assert len(leak.links("U0SECOND")) == 1
    leak.clock.go_on(40 * 60)
    leak.original()
    assert len(leak.links()) == 1


def test_the_original_of_an_alert_that_was_given_up_opens_from_its_incident(
    leak: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Placing.take

    def broken(self: Placing, tx: Any, one: Any, *rest: Any, **more: Any) -> Any:
        if "cannot be placed" in one.envelope.title.for_rules():
            raise RuntimeError("broken")
        return take(self, tx, one, *rest, **more)

    monkeypatch.setattr(Placing, "take", broken)
    item = leak.core.keep({**SECRET, "title": "It cannot be placed"})
    for _ in range(6):
        leak.core.intake.step()
        leak.core.wait(minutes=10)
    incident = str(leak.core.outcome(item)["incident"])
    assert incident == "INC-0002"
    leak.original(item, incident=incident)
    assert json.loads(body(opened(leak)))["note"] == SECRET["note"]


def test_a_payload_that_was_changed_is_refused_and_not_opened(leak: Stage) -> None:
    leak.core.store.write(
        lambda tx: tx.tables.execute("UPDATE inbox SET sealed = ?", (b"forged",))
    ).result()
    leak.original()
    assert leak.links() == []
    assert "its sealed payload was changed after it came" in leak.whispers()[-1]
    assert refusals(leak) == ["original refused.out_of_turn"]


def test_nothing_of_it_stays_readable(leak: Stage) -> None:
    leak.original(reason=f"Whose key is {KEY}, and where is it used?")
    assert KEY.encode() not in on_disk(leak)
    opened(leak)
    leak.core.store.close()
    assert KEY.encode() not in on_disk(leak)


def test_a_link_that_nobody_opens_dies_and_its_key_with_it(leak: Stage) -> None:
    leak.original()
    link = leak.links()[-1]
    leak.core.wait(minutes=6)
    with pytest.raises(Denied):
        leak.claim(link)
    leak.house.step()
    assert leak.vault.share_keys.all() == ()


def test_the_thread_and_the_timeline_say_who_which_and_why(leak: Stage) -> None:
    leak.original(reason="Is it the same key as yesterday? ask olu@corp.example.org")
    opened(leak)
    told = [text for key, text in leak.core.outbox().items() if key.startswith("line/")]
    assert told[0].startswith(f"The original of {FIRST} was sealed for <@U0ONCALL>: ")
    assert "olu@corp" not in told[0]
    assert told[0].endswith("(masked: 1 e-mail address)")
    assert told[1].startswith(f"The original of {FIRST} was opened with <@U0ONCALL>'s")
    story = leak.story()
    assert f"The original of {FIRST} was sealed for <@U0ONCALL>:" in story
    assert f"The original of {FIRST} was opened with <@U0ONCALL>'s ticket." in story
    assert not [one for one in story if "iagnostics" in one]


def test_the_log_says_by_which_policy_it_was_allowed(leak: Stage) -> None:
    leak.original()
    share = leak.links()[-1].share
    entries = leak.core.store.read(lambda tx: tx.log.load(f"share/{share}"))
    sealed = next(one for one in entries if one.kind == "share.original_sealed.v1")
    assert sealed.body["rules"] == ["on-call-opens-raw"]
    assert len(sealed.body["policy_hash"]) == 64
    assert sealed.actor == sealed.body["person"] == "U0ONCALL"
    (said,) = leak.core.store.read(lambda tx: [*decisions(tx, incident="INC-0001")])
    assert (said.ruling.policies, said.ruling.allowed) == (("on-call-opens-raw",), True)
    assert "reason" not in sealed.body
    assert leak.kinds(share)[:3] == ["created", "original_sealed", "ticket_minted"]


NOT_FOR = (
    ({"kind": PersonKind.GUEST}, "originals are not for guests"),
    (
        {"kind": PersonKind.EXTERNAL},
        "originals are not for people from another organization",
    ),
    ({"kind": PersonKind.BOT}, "originals are not for apps"),
    ({"kind": PersonKind.DEACTIVATED}, "this account is deactivated"),
    ({"kind": PersonKind.UNKNOWN}, "Slack did not say who you are"),
    (
        {"groups": frozenset({"approvers"})},
        "only people on call open what is not masked",
    ),
    ({"in_channel": False}, "the person is not in the incident's channel"),
    ({"shared": True}, "the channel is shared with another organization"),
    (
        {"age_s": 90},
        "what Slack says about the person was read more than 60 seconds ago",
    ),
)


def test_who_may_not_is_told_why_and_it_is_on_record(leak: Stage) -> None:
    for known, because in NOT_FOR:
        leak.original(**known)
        assert leak.whispers()[-1] == (
            f"The original was not opened: {because}. "
            "Ask somebody on call who is in the incident's channel."
        )
    assert refusals(leak) == ["original refused.not_allowed"] * len(NOT_FOR)
    said = leak.core.store.read(lambda tx: list(decisions(tx, incident="INC-0001")))
    assert len(said) == len(NOT_FOR)
    assert {(one.ruling.verb, one.ruling.allowed) for one in said} == {
        ("open_raw", False)
    }
    assert said[0].ruling.policies == ("members-only",)
    assert leak.links() == []
    assert leak.vault.share_keys.all() == ()


def test_nothing_is_opened_while_everything_is_stopped(leak: Stage) -> None:
    leak.stopped = True
    leak.original()
    assert "everything is stopped" in leak.whispers()[0]


def test_a_reason_that_says_nothing_opens_nothing(leak: Stage) -> None:
    for reason in ("", "   ", "because", "a b c d e f g h i"):
        leak.original(reason=reason)
        assert "the reason has fewer than 10 letters" in leak.whispers()[-1]
    assert refusals(leak) == ["original refused.bad_request"] * 4
    assert leak.links() == []


def test_what_is_no_alert_of_the_incident_opens_nothing(leak: Stage) -> None:
    nothing = ("", "x", "sl_1", f"{FIRST}'--", "al_" + "9" * 26, f"{FIRST}.0")
    for alert in nothing:
        leak.original(alert)
        assert leak.whispers()[-1].startswith("The original was not opened: ")
    assert len(refusals(leak)) == len(nothing)
    assert leak.links() == []


def test_an_alert_of_another_incident_is_not_opened_through_this_one(
    leak: Stage,
) -> None:
    leak.core.alert({"id": "other", "title": "Disk of billing", "severity": "high"})
    leak.original(f"al_{2:026d}", incident="INC-0001")
    assert "INC-0001 has no alert of that name" in leak.whispers()[0]


def test_a_repeat_of_an_alert_has_an_original_too(leak: Stage) -> None:
    leak.incident(**SECRET, count=2)
    leak.original(f"al_{2:026d}")
    assert json.loads(body(opened(leak)))["count"] == 2


def test_a_resolved_incident_opens_nothing_and_kills_what_was_sealed(
    leak: Stage,
) -> None:
    leak.original()
    link = leak.links()[-1]
    leak.resolve()
    leak.house.step()
    with pytest.raises(Denied):
        leak.claim(link)
    leak.original()
    assert leak.whispers()[-1].startswith(
        "The original was not opened: INC-0001 is resolved"
    )


def test_revoking_kills_an_original(leak: Stage) -> None:
    leak.original()
    link = leak.links()[-1]
    leak.revoke("U0SECOND")
    with pytest.raises(Denied):
        leak.claim(link)


def test_a_disk_that_fails_leaves_no_key_and_the_request_waits(leak: Stage) -> None:
    blobs = leak.folder / "blobs"
    blobs.rmdir()
    blobs.write_text("not a directory")
    with pytest.raises((TocsinError, OSError)):
        leak.original()
    assert leak.vault.share_keys.all() == ()
    waiting = leak.rows("SELECT state FROM inbox WHERE lane = 'slack'")
    assert [one["state"] for one in waiting] == ["new"]
    assert leak.whispers() == []
    assert not [line for line in leak.story() if "original" in line]


def test_pressing_diagnostics_never_hands_out_an_original(leak: Stage) -> None:
    leak.original(who="U0ONCALL")
    leak.press("U0GUEST2")
    leak.house.step()
    found = opened(leak, "U0GUEST2")
    assert "original" not in found.manifest
    assert KEY not in found.all


def test_nobody_else_gets_a_ticket_of_an_original(leak: Stage) -> None:
    leak.original()
    share = leak.links()[-1].share
    state = leak.core.store.read(lambda tx: leak.vault.book.load(tx, share))
    other = NewTicket(id="tk_1", digest="d", team="T0TEAM", person="U0SECOND")
    with pytest.raises(NotAllowed):
        mint(state, other, leak.clock.now())


def test_the_form_offers_the_alerts_of_the_incident_the_named_one_first(
    leak: Stage,
) -> None:
    leak.incident(id="second", title="A second problem", entities=["x"])
    (first,) = leak.originals.offered("INC-0001")
    assert first.alert == FIRST
    with pytest.raises(NotFound):
        leak.originals.offered("INC-0001", "al_" + "9" * 26)
    with pytest.raises(NotFound):
        leak.originals.offered("INC-0042")
    leak.resolve()
    with pytest.raises(OutOfTurn):
        leak.originals.offered("INC-0001")


def told(**changed: Any) -> Told:
    known = {
        "incident": "INC-0001",
        "exercise": False,
        "alert": FIRST,
        "source": "webhook",
        "received_at": NOON,
        "alerts": 1,
        "opened_at": NOON,
    }
    return Told(**{**known, **changed})


def document(content: bytes, **changed: Any) -> Opened:
    payload = Payload(body=content, headers={"content-type": "x"}, received_at=NOON)
    return Opened(original_document(told(**changed), payload))


def test_bytes_that_are_no_text_come_in_base64() -> None:
    found = document(b"\xff\xfe\x00key")
    assert body(found) == "//4Aa2V5"
    assert "not UTF-8 text: in base64" in found.says("body.txt")


def test_a_payload_that_is_too_long_is_cut_and_says_so() -> None:
    found = document(b"a" * (1024 * 1024 + 7))
    assert len(body(found)) == 1024 * 1024
    assert "The last 7 bytes are not shown" in found.says("body.txt")


def test_characters_that_cannot_be_seen_are_announced() -> None:
    text = "total \u202e100\u200b"
    found = document(text.encode())
    assert body(found) == text
    assert "2 of its characters are invisible" in found.says("body.txt")


def test_of_several_alerts_in_one_delivery_it_says_that_all_are_shown() -> None:
    says = document(b"[]", alerts=3, exercise=True).says("body.txt")
    assert "The delivery holds 3 alerts; all of it is shown." in says


def test_an_alert_s_id_has_one_spelling() -> None:
    assert known_alert(FIRST.upper().replace("AL_", "Al_")) == FIRST
    assert known_alert(f"{FIRST}.12") == f"{FIRST}.12"
