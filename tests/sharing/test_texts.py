"""Texts that people seal: who gets them, how often, and what stays behind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.commands import Assign, PersonKind
from bot.domain.errors import NotAllowed, OutOfTurn, Refusal
from bot.domain.events import Role
from bot.domain.share_decisions import Denied, NewTicket, mint
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.ports import Lane, Received
from bot.ports.share_texts import Pasted, TextAsked
from bot.shares.texts import Texts
from bot.sharing.seal import Link
from tests.core import CHANNEL
from tests.sharing.stage import Stage
from tests.spec import OLU, person

TEXT = "Wombat-4711"
PASTED = Pasted(
    incident="INC-0001",
    by="U0ONCALL",
    people=("U0SECOND", "U0LEAD"),
    life=timedelta(hours=4),
    each=1,
    text=TEXT,
)


class Room:
    """A stage on which texts are sealed."""

    def __init__(self, folder: Path) -> None:
        self.stage = Stage(folder)
        self.stage.incident()
        self.texts = Texts(desk=self.stage.desk)
        self.share = ""

    def seal(self, key: str = "form", **changed: Any) -> str:
        """Seal a text as its form does; return the share."""

        def received(share: str) -> Received:
            self.share = share
            return Received(
                id=f"sl_{share}",
                lane=Lane.SLACK,
                source="slack",
                key=key,
                received_at=self.stage.clock.now(),
                sealed=share.encode(),
            )

        self.texts.seal(replace(PASTED, **changed), received)
        return self.share

    def asked(self, who: str, **known: Any) -> TextAsked:
        return TextAsked(
            share=self.share,
            incident="INC-0001",
            by=self.stage.asker(who, **known),
            item=self.stage._item(),
            channel=CHANNEL,
        )

    def offer(self, *people: Any, by: Any = None) -> None:
        found = people or [self.stage.asker(one) for one in PASTED.people]
        asked = self.asked("U0ONCALL") if by is None else by
        self.texts.offer(asked, found)

    def link(self, who: str, **known: Any) -> Link:
        self.texts.open(self.asked(who, **known))
        return self.stage.links(who)[-1]

    def kinds(self) -> list[str]:
        return self.stage.kinds(self.share)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.stage.close()


def test_each_it_names_opens_it_once_and_then_it_is_gone(room: Room) -> None:
    share = room.seal()
    room.offer()
    for who in PASTED.people:
        link = room.link(who)
        assert room.stage.claim(link).by == "U0ONCALL"
        room.stage.clock.go_on(61)
        assert room.stage.open(room.link(who)) == TEXT.encode()
    assert room.kinds()[-2:] == ["exhausted", "shredded"]
    assert not room.stage.vault.identity(share)


def test_two_tickets_of_one_person_do_not_take_another_s_opening(room: Room) -> None:
    room.seal()
    room.offer()
    first, second = room.link("U0SECOND"), room.link("U0SECOND")
    room.stage.open(first)
    with pytest.raises(Denied):
        room.stage.claim(second)
    assert room.stage.open(room.link("U0LEAD")) == TEXT.encode()


def test_until_it_is_offered_nobody_gets_it(room: Room) -> None:
    share = room.seal()
    room.texts.open(room.asked("U0SECOND"))
    assert "sealed for other people" in room.stage.whispers("U0SECOND")[-1]
    wanted = NewTicket(id="tk_1", digest="0" * 64, team="", person="U0SECOND")
    state = room.stage.core.store.read(lambda tx: room.stage.vault.book.load(tx, share))
    with pytest.raises(NotAllowed):
        mint(state, wanted, room.stage.clock.now())


def test_diagnostics_never_hand_a_text_out(room: Room) -> None:
    share = room.seal()
    room.offer()
    assert room.stage.link("U0COMMANDER").share != share


def test_who_changed_since_gets_no_link(room: Room) -> None:
    room.seal()
    room.offer()
    for known, why in (
        ({"kind": PersonKind.GUEST}, "not for guests"),
        ({"kind": PersonKind.EXTERNAL}, "from another organization"),
        ({"kind": PersonKind.DEACTIVATED}, "deactivated"),
        ({"in_channel": False}, "in the incident's channel"),
    ):
        room.texts.open(room.asked("U0SECOND", **known))
        assert why in room.stage.whispers("U0SECOND")[-1]
    assert room.stage.links("U0SECOND") == []


def test_who_may_not_have_it_is_left_out_and_named(room: Room) -> None:
    room.seal()
    asker = room.stage.asker
    room.offer(asker("U0SECOND"), asker("U0LEAD", kind=PersonKind.GUEST))
    assert "<@U0LEAD> is a guest" in room.stage.whispers("U0ONCALL")[-1]
    room.texts.open(room.asked("U0LEAD"))
    assert room.stage.links("U0LEAD") == []
    assert room.stage.open(room.link("U0SECOND")) == TEXT.encode()


def test_the_key_is_gone_after_the_last_opening_of_those_who_may(room: Room) -> None:
    share = room.seal()
    asker = room.stage.asker
    room.offer(asker("U0SECOND"), asker("U0LEAD", kind=PersonKind.GUEST))
    room.stage.open(room.link("U0SECOND"))
    assert room.kinds()[-2:] == ["exhausted", "shredded"]
    assert not room.stage.vault.identity(share)


def test_a_ticket_for_a_text_opens_for_its_person_alone(room: Room) -> None:
    room.seal()
    room.offer()
    link = room.link("U0SECOND")
    for visit, changed in (
        (Visit(person="U0LEAD", must_sign_in=True), {}),
        (Visit(must_sign_in=True), {}),
        (UNKNOWN_VISIT, {"U0SECOND": PersonKind.GUEST}),
    ):
        room.stage.kinds_now.update(changed)
        with pytest.raises(Denied):
            room.stage.claim(link, visit=visit)
    said = room.stage.refusals()
    assert len(said) == 3
    assert all("<@U0SECOND>'s ticket did not open a sealed text" in one for one in said)
    room.stage.kinds_now.clear()
    room.stage.outside.add("U0SECOND")
    with pytest.raises(Denied):
        room.stage.claim(link)
    room.stage.outside.clear()
    assert room.stage.open(link) == TEXT.encode()


def test_whoever_may_not_have_a_text_is_named_in_the_thread(room: Room) -> None:
    room.seal()
    room.offer()
    room.texts.open(room.asked("U0COMMANDER"))
    (said,) = room.stage.refusals()
    assert said.endswith(
        "<@U0COMMANDER>, about a sealed text: it was sealed for other people, by name."
    )


def test_whoever_is_late_is_no_danger_and_not_named_in_the_thread(room: Room) -> None:
    room.seal()
    room.offer()
    room.stage.open(room.link("U0SECOND"))
    room.texts.open(room.asked("U0SECOND"))
    assert "as often as it was sealed for" in room.stage.whispers("U0SECOND")[-1]
    assert room.stage.refusals() == []


@pytest.mark.parametrize("refused", ["sharer", "everybody"])
def test_a_refusal_destroys_what_was_sealed(room: Room, refused: str) -> None:
    share = room.seal()
    asker = room.stage.asker
    if refused == "sharer":
        room.offer(by=room.asked("U0ONCALL", kind=PersonKind.GUEST))
    else:
        room.offer(asker("U0SECOND", kind=PersonKind.BOT))
    room.stage.house.step()
    assert room.kinds()[-2:] == ["revoked", "shredded"]
    assert not room.stage.vault.identity(share)
    assert room.stage.whispers("U0ONCALL")


def test_only_who_sealed_it_and_the_commander_take_it_back(room: Room) -> None:
    room.seal()
    room.offer()
    room.texts.take_back(room.asked("U0LEAD"))
    assert "only who sealed it" in room.stage.whispers("U0LEAD")[-1]
    assert "revoked" not in room.kinds()
    room.texts.take_back(room.asked("U0ONCALL"))
    assert room.kinds()[-2:] == ["revoked", "shredded"]


def test_the_commander_takes_it_back_too(room: Room) -> None:
    room.stage.core.ask(
        "INC-0001", Assign(by=OLU, role=Role.COMMANDER, to=person("U0COMMANDER"))
    )
    room.seal()
    room.offer()
    room.texts.take_back(room.asked("U0COMMANDER"))
    assert room.kinds()[-2:] == ["revoked", "shredded"]


def test_a_button_that_names_another_incident_opens_nothing(room: Room) -> None:
    room.stage.incident(id="other", title="Something else entirely")
    room.seal()
    room.offer()
    forged = replace(room.asked("U0SECOND"), incident="INC-0002")
    room.texts.open(forged)
    assert room.stage.links("U0SECOND") == []


def test_half_a_character_is_sealed_as_a_question_mark(room: Room) -> None:
    room.seal(text="a\ud800b", people=("U0SECOND",))
    room.offer(room.stage.asker("U0SECOND"))
    assert room.stage.open(room.link("U0SECOND")) == b"a?b"


def test_revoking_all_links_takes_texts_back_too(room: Room) -> None:
    room.seal()
    room.offer()
    room.stage.revoke()
    assert room.kinds()[-2:] == ["revoked", "shredded"]


def test_it_ends_with_the_incident(room: Room) -> None:
    room.seal()
    room.offer()
    room.stage.resolve()
    room.stage.house.step()
    assert room.kinds()[-2:] == ["revoked", "shredded"]


def test_the_same_form_twice_is_sealed_once(room: Room) -> None:
    first, second = room.seal(), room.seal()
    assert first != second
    assert room.stage.kinds(first) == ["created", "text_sealed"]
    assert room.stage.kinds(second) == []
    assert second not in room.stage.vault.share_keys.all()


def test_what_is_not_sealed_leaves_nothing(room: Room) -> None:
    for changed in (
        {"people": ()},
        {"people": tuple(f"U{n}" for n in range(11))},
        {"life": timedelta(minutes=1)},
        {"life": timedelta(days=8)},
        {"incident": "INC-0099"},
    ):
        with pytest.raises(Refusal):
            room.seal(**changed)
    assert room.stage.vault.share_keys.all() == ()
    assert room.stage.vault.blobs.names() == ()


def test_a_text_of_a_resolved_incident_is_not_sealed(room: Room) -> None:
    room.stage.resolve()
    with pytest.raises(OutOfTurn):
        room.seal()


def test_the_text_is_in_no_file_but_its_ciphertext(room: Room) -> None:
    room.seal()
    room.offer()
    kept = (one for one in room.stage.folder.rglob("*") if one.is_file())
    assert not any(TEXT.encode() in one.read_bytes() for one in kept)


def test_a_text_and_its_links_open_after_a_change_of_keys(room: Room) -> None:
    room.seal()
    room.offer()
    before = room.link("U0SECOND")
    assert room.stage.rotate()["shares"] == 1
    assert room.stage.open(before) == TEXT.encode()
    assert room.stage.open(room.link("U0LEAD")) == TEXT.encode()
