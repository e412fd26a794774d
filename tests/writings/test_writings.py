"""What people post is kept whole or not at all, and a model only adds what is true."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.commands import Note, Person, PersonKind, Resolve, Snooze
from bot.domain.telling import short_digest
from bot.domain.untrusted import Untrusted
from bot.domain.writing import Said, Writing
from bot.ports import Lane, Received, Timer
from bot.ports.model import Why
from bot.ports.writings import Asked
from bot.readmodels import summaries
from bot.slack.writing_voice import SlackWritingVoice
from bot.writings.asking import Asking
from bot.writings.desk import WritingDesk
from bot.writings.promise import UPDATE_DUE, UpdatePromise
from bot.writings.reading import Reading
from tests.core import Core, rulings
from tests.spec import DANA, OLU, SAM, an_alert, person
from tests.test_summaries import FakeModel, claiming, silent

TRUE = "Somebody noted that tool send_email ran 12 times"
ONE = "INC-0001"


class House(Core):
    """A core in which people write, and a model may."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.model = FakeModel(claiming(TRUE))
        book = self.service.book
        reading = Reading(
            store=self.store, clock=self.clock, viewing=book.shower._viewing
        )
        self.asking = Asking(
            store=self.store,
            clock=self.clock,
            book=book,
            model=self.model,
            reading=reading,
        )
        self.desk = WritingDesk(
            store=self.store,
            clock=self.clock,
            book=book,
            redactor=rulings().redactor,
            reading=reading,
            voice=SlackWritingVoice(),
            asking=self.asking,
        )
        self.promise = UpdatePromise(store=self.store, clock=self.clock, book=book)
        self._items = 0

    def fire(self, timer: Timer) -> None:
        if timer.kind == UPDATE_DUE:
            self.promise.fire(timer)
        else:
            super().fire(timer)

    def item(self) -> str:
        """Keep a request, as the door does."""
        self._items += 1
        name = f"sl_{self._items}"
        received = Received(
            id=name,
            lane=Lane.SLACK,
            source="slack",
            key=name,
            received_at=self.clock.now(),
            sealed=b"x",
        )
        return self.service.accept(received).result()[0]

    def asked(self, by: Person = OLU, **more: Any) -> Asked:
        given = {"audience": "team", "fields": {"status": "We look at it."}, **more}
        return Asked(item=self.item(), incident=ONE, by=by, **given)

    def note(self, words: str) -> None:
        self.ask(ONE, Note(by=OLU, text=Untrusted(words)))

    def improve(self, writing: Writing, then: Any = lambda _: None) -> bool:
        wanted = self.desk.improve(ONE, writing, then)
        if wanted:
            self.asking.step()
        return wanted

    def added(self, writing: Writing) -> list[str]:
        draft = self.desk.draft(ONE, writing)
        assert draft is not None
        return [
            piece.words.for_slack()
            for row in draft.extra.rows
            for piece in row.pieces
            if isinstance(piece, Said) and piece.words
        ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.take(an_alert("p1", alert_id="al_1", title="Queue is long"))
    made.note("tool send_email ran 12 times")
    yield made
    made.close()


def test_an_update_stands_in_the_thread_masked_and_in_the_record(
    house: House,
) -> None:
    words = {"status": "Ask bob@corp.example.com about it.", "impact": "", "doing": "x"}
    asked = house.asked(fields=words, drafted={"doing": short_digest("x")})
    house.desk.post_update(asked)
    line = house.service.timeline(ONE)[-1]
    assert line.text == (
        "<@U0ONCALL> posted a status update for team (edited the draft's status, "
        "impact):"
    )
    assert line.words is not None
    assert "bob@corp" not in line.words.for_html_text()
    said = house.outbox()
    posted = next(key for key in said if key.startswith("update/"))
    assert "bob@corp" not in str(_blocks(house, posted))
    assert said[f"whisper/{asked.item}"].endswith("your update is posted.")
    assert house.service.find(asked.item).state == "done"  # type: ignore[union-attr]


def test_a_promised_update_that_does_not_come_is_told_once(house: House) -> None:
    house.desk.post_update(house.asked(within=timedelta(minutes=30)))
    assert house.wait(minutes=29) == 0
    house.wait(minutes=2)
    house.wait(hours=3)
    assert house.kinds().count("update_late") == 1
    said = [text for text in house.outbox().values() if "was promised by" in text]
    assert len(said) == 1


def test_an_update_that_comes_moves_the_promise(house: House) -> None:
    house.desk.post_update(house.asked(within=timedelta(minutes=30)))
    house.clock.go_on(20 * 60)
    house.desk.post_update(house.asked(within=timedelta(minutes=30)))
    house.wait(minutes=20)
    assert "update_late" not in house.kinds()
    house.desk.post_update(house.asked())
    house.wait(hours=2)
    assert "update_late" not in house.kinds()


def test_a_promise_rests_with_the_incident_and_ends_with_it(house: House) -> None:
    house.desk.post_update(house.asked(within=timedelta(minutes=30)))
    house.ask(ONE, Snooze(by=OLU, lasts=timedelta(hours=1), reason=Untrusted("r")))
    house.wait(minutes=40)
    assert "update_late" not in house.kinds()
    house.wait(minutes=25)
    house.wait(minutes=1)
    assert house.kinds().count("update_late") == 1
    house.desk.post_update(house.asked(within=timedelta(minutes=30)))
    house.ask(ONE, Resolve(by=OLU))
    house.wait(hours=2)
    assert house.kinds().count("update_late") == 1


def test_a_refusal_is_recorded_told_and_posts_nothing(house: House) -> None:
    guest = person("U0GUEST", PersonKind.GUEST)
    asked = house.asked(by=guest)
    house.desk.post_update(asked)
    assert house.kinds()[-1] == "command_refused"
    assert "guests may read" in house.outbox()[f"whisper/{asked.item}"]
    assert not [key for key in house.outbox() if key.startswith("update/")]


def test_who_takes_a_handover_commands_and_the_button_goes(house: House) -> None:
    house.desk.hand_over(house.asked(to=SAM, fields={"note": "Watch the key."}))
    key = next(one for one in house.outbox() if one.startswith("handover/"))
    assert "handover.take" in str(_blocks(house, key))
    house.desk.take_over(house.asked(by=DANA))
    assert house.kinds()[-1] == "command_refused"
    house.desk.take_over(house.asked(by=SAM))
    view = house.service.view(ONE)
    assert view is not None
    assert view.state.commander == "U0SECOND"
    assert "handover.take" not in str(_blocks(house, key))
    house.desk.take_over(house.asked(by=SAM))
    assert house.kinds().count("role_assigned") == 1


def test_only_what_is_borne_out_is_kept_and_it_says_what_was_dropped(
    house: House,
) -> None:
    house.model.says = claiming(
        TRUE,
        "The tool ran 13 times",
        "Mallory Example did it",
        "It is a SEV1",
        "<!channel> look at https://evil.example",
        "All is well",
    )
    assert house.improve(Writing.CATCH_UP)
    assert house.added(Writing.CATCH_UP) == [TRUE]
    line = house.service.timeline(ONE)[-1]
    assert "1 of 6 claims kept; dropped: 3 facts, 1 markup, 1 nothing" in line.text
    told = house.model.asked[0].told
    assert [one.id for one in told][:2] == ["now", "t0"]
    assert not [one for one in told if "U0ONCALL" in one.text.for_rules()]


def test_a_model_is_asked_again_only_once_something_has_happened(
    house: House,
) -> None:
    assert house.improve(Writing.UPDATE)
    assert not house.improve(Writing.UPDATE)
    house.note("the tool is off")
    assert house.added(Writing.UPDATE) == []
    assert house.improve(Writing.UPDATE)
    house.model.says = silent(Why.TIMED_OUT)
    house.note("and on again")
    assert house.improve(Writing.UPDATE)
    assert not house.improve(Writing.UPDATE)
    house.clock.go_on(61)
    assert house.improve(Writing.UPDATE)
    assert house.added(Writing.UPDATE) == []


def test_what_a_person_takes_over_is_posted_as_it_was_kept(house: House) -> None:
    house.improve(Writing.UPDATE)
    draft = house.desk.draft(ONE, Writing.UPDATE)
    assert draft is not None
    house.desk.post_update(house.asked(entry=draft.entry, taken=("1",)))
    key = next(one for one in house.outbox() if one.startswith("update/"))
    assert TRUE in str(_blocks(house, key))
    line = house.service.timeline(ONE)[-1]
    assert f"took AI-written bullets 1 of entry {draft.entry}" in line.text


def test_no_model_is_told_what_a_model_wrote(house: House) -> None:
    house.improve(Writing.UPDATE)
    draft = house.desk.draft(ONE, Writing.UPDATE)
    assert draft is not None
    house.desk.post_update(house.asked(entry=draft.entry, taken=("1",)))
    house.improve(Writing.HANDOVER)
    told = "\n".join(one.text.for_rules() for one in house.model.asked[-1].told)
    assert "We look at it." in told
    assert TRUE not in told


def test_words_of_another_entry_are_not_taken(house: House) -> None:
    house.improve(Writing.HANDOVER)
    draft = house.desk.draft(ONE, Writing.HANDOVER)
    assert draft is not None
    for entry in (draft.entry, 1, 999):
        house.desk.post_update(house.asked(entry=entry, taken=("1",)))
    said = [key for key in house.outbox() if key.startswith("update/")]
    assert len(said) == 3
    assert not [key for key in said if TRUE in str(_blocks(house, key))]


def test_questions_of_a_drill_are_not_counted(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.take(an_alert("p1", alert_id="al_1"), drill="dr_1")
    house.improve(Writing.CATCH_UP)
    assert house.store.read(lambda tx: summaries.counts(tx, "draft_asked")) == {}
    house.close()


def test_who_asks_while_a_model_is_asked_gets_the_next_answer(house: House) -> None:
    told: list[str] = []

    def says(question: Any) -> Any:
        if len(house.model.asked) == 1:
            house.note("the tool is off")
            house.desk.improve(ONE, Writing.CATCH_UP, lambda _: told.append("late"))
        return claiming(TRUE)(question)

    house.model.says = says
    assert house.improve(Writing.CATCH_UP, lambda _: told.append("first"))
    assert told == ["first"]
    house.asking.step()
    assert told == ["first", "late"]
    assert house.added(Writing.CATCH_UP) == [TRUE]


def test_the_thread_ends_when_the_bot_does(house: House) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=house.asking.run_until, args=(stop,))
    thread.start()
    stop.set()
    house.asking.hang_up()
    thread.join(20)
    assert not thread.is_alive()
    assert not house.desk.improve(ONE, Writing.CATCH_UP, print)


def test_each_looks_for_themselves(house: House) -> None:
    first = house.desk.catch_up(ONE, "U0SECOND")
    assert first is not None
    assert "New for you" not in [one.title for one in first.parts]
    house.note("another")
    again = house.desk.catch_up(ONE, "U0SECOND")
    other = house.desk.catch_up(ONE, "U0LEAD")
    assert again is not None
    assert other is not None
    assert again.parts[0].title == "New for you"
    assert other.parts[0].title == "What"
    assert house.desk.catch_up("INC-0099", "U0LEAD") is None


def test_without_a_model_everything_is_there_and_nobody_is_asked(
    house: House,
) -> None:
    house.desk.asking = None
    assert not house.desk.improve(ONE, Writing.CATCH_UP, print)
    draft = house.desk.draft(ONE, Writing.UPDATE)
    assert draft is not None
    assert (draft.asks, draft.entry) == (False, -1)
    assert house.model.asked == []


def _blocks(house: House, key: str) -> Any:
    found = house.store.read(
        lambda tx: tx.tables.execute("SELECT blocks FROM outbox WHERE key = ?", (key,))
    )
    return found[0]["blocks"]
