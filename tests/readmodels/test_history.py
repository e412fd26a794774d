"""What was learned is always what the log says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.codec import encode
from bot.domain.events import Event, Reopened, Resolved
from bot.domain.grouping_events import CategoryChanged
from bot.domain.judging_events import (
    HistoryForgotten,
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)
from bot.domain.runbook_history import VOICES_A_DAY, Record
from bot.domain.untrusted import Untrusted
from bot.ports import NewEntry, Transaction
from bot.readmodels import history, learned, votes
from bot.readmodels.timeline import INCIDENT_STREAM
from bot.store.sqlite import SqliteStore
from tests.domain.test_judging import OFFERED, REJECTED, TAKEN_BACK, WRITTEN
from tests.searching import examples
from tests.spec import DANA, NOON, OLU, SAM, opened
from tests.stores import new_store

A, B = "RB-05", "RB-16"
WRONG = replace(REJECTED, verdict=Verdict.WRONG, reason=Untrusted("no"))
FIXED = Resolved(by=OLU.id, outcome="fixed")
UP = replace(TAKEN_BACK, vote=Vote.UP, claim=0, reason=None)
TABLES = (
    *("feedback_case", "runbook_use", "runbook_voice", "runbook_history"),
    *("text_voice", "text_claim"),
)


def took(by: str, runbook: str = A) -> StepTaken:
    return StepTaken(runbook=runbook, step=1, by=by)


def did(by: str, runbook: str = A) -> StepFinished:
    return StepFinished(runbook=runbook, step=1, outcome="done", by=by)


def judged(verdict: Verdict, by: str, runbook: str = A) -> SuggestionJudged:
    return replace(REJECTED, verdict=verdict, by=by, runbook=runbook)


EVENTS: tuple[Event, ...] = (
    took(OLU.id),
    took(SAM.id, B),
    did(OLU.id),
    did(SAM.id, B),
    *(judged(one, by) for one in Verdict for by in (OLU.id, SAM.id)),
    FIXED,
    Resolved(by=OLU.id, outcome="false_alarm"),
    Reopened(because="person", by=OLU.id),
    CategoryChanged(was="availability", category="poisoning", rule="r", by="tocsin"),
    Suggested(category="poisoning", offered=((B, "6" * 16),)),
    WRITTEN,
    UP,
    replace(UP, vote=Vote.DOWN),
    TAKEN_BACK,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = new_store(tmp_path / "tocsin.db")
    yield made
    made.close()


class Undone(Exception):
    """Ends a transaction so that nothing of it stays: the next example starts empty."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    made = new_store(tmp_path_factory.mktemp("history") / "tocsin.db")
    yield made
    made.close()


def append(tx: Transaction, incident: str, *events: Event, days: int = 0) -> None:
    at = NOON + timedelta(days=days)
    stream = INCIDENT_STREAM + incident
    facts = [encode(event) for event in events]
    tx.log.append(
        stream,
        expected_version=tx.log.version(stream),
        entries=[
            NewEntry(kind=kind, at=at, actor="tocsin", body=body, words=words)
            for kind, body, words in facts
        ],
    )
    history.advance(tx, incident, events, at=at)


def forget(tx: Transaction, runbook: str) -> None:
    event = HistoryForgotten(runbook=runbook, by="admin", reason=Untrusted("new"))
    kind, body, words = encode(event)
    entry = NewEntry(kind=kind, at=NOON, actor="admin", body=body, words=words)
    version = tx.log.version(history.STREAM)
    tx.log.append(history.STREAM, expected_version=version, entries=[entry])
    history.forget(tx, event)


def rows(tx: Transaction) -> dict[str, list[dict[str, object]]]:
    def of(table: str) -> list[dict[str, object]]:
        found = map(dict, tx.tables.execute(f"SELECT * FROM {table}"))  # noqa: S608
        return sorted(found, key=str)

    return {table: of(table) for table in TABLES}


def record(store: SqliteStore, runbook: str = A) -> Record:
    found = store.read(lambda tx: learned.history(tx, "availability"))
    return found.get(runbook, Record())


@settings(max_examples=examples(0.6))
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["INC-0001", "INC-0002", "INC-0003"]),
            st.sampled_from([*EVENTS, None]),
        ),
        max_size=14,
    )
)
def test_a_rebuild_gives_the_rows_that_stood_there(
    shared: SqliteStore, steps: list[tuple[str, Event | None]]
) -> None:
    def work(tx: Transaction) -> None:
        for incident in ("INC-0001", "INC-0002"):
            append(tx, incident, opened(offered=OFFERED))
        append(tx, "INC-0003", opened(offered=OFFERED, drill=True))
        for incident, event in steps:
            if event is None:
                forget(tx, A)
            else:
                append(tx, incident, event)
        stood = rows(tx)
        history.rebuild(tx)
        raise Undone(stood, rows(tx))

    with pytest.raises(Undone) as both:
        shared.write(work).result()
    stood, rebuilt = both.value.args
    assert rebuilt == stood
    for row in stood["runbook_history"]:
        assert 0 <= int(str(row["worked"])) <= int(str(row["decided"]))


def test_what_was_followed_until_it_was_fixed_worked(store: SqliteStore) -> None:
    story = opened(offered=OFFERED), took(OLU.id), did(OLU.id)
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    assert record(store) == Record(offered=1, taken=1, done=1)
    store.write(lambda tx: append(tx, "INC-0001", FIXED)).result()
    assert record(store) == Record(offered=1, taken=1, done=1, decided=1, worked=1)
    again = Reopened(because="person", by=OLU.id)
    store.write(lambda tx: append(tx, "INC-0001", again)).result()
    assert record(store).worked == 0


def test_a_false_alarm_says_nothing_of_a_runbook(store: SqliteStore) -> None:
    over = Resolved(by=OLU.id, outcome="false_alarm")
    story = opened(offered=OFFERED), took(OLU.id), over
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    assert record(store).decided == 0


def test_a_drill_is_not_counted(store: SqliteStore) -> None:
    story = opened(offered=OFFERED, drill=True), took(OLU.id), WRONG, WRITTEN, UP
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    assert record(store) == Record()
    found = store.read(learned.feedback)
    assert (found.counts.incidents, found.texts) == (0, ())


def test_one_person_has_one_voice_in_one_incident(store: SqliteStore) -> None:
    several: list[Event] = [
        judged(Verdict.REJECTED, OLU.id),
        WRONG,
        judged(Verdict.WRONG, OLU.id),
    ]
    story = opened(offered=OFFERED), *several
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    assert record(store) == Record(offered=1, wrong=1, decided=1, wrong_by=1)


def test_an_own_rejection_is_taken_back_and_others_stand(store: SqliteStore) -> None:
    both = judged(Verdict.REJECTED, OLU.id), judged(Verdict.REJECTED, SAM.id)
    back = judged(Verdict.OFFERED_AGAIN, OLU.id)
    story = opened(offered=OFFERED), *both, back
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    assert record(store).rejected == 1
    sams = judged(Verdict.OFFERED_AGAIN, SAM.id)
    store.write(lambda tx: append(tx, "INC-0001", sams)).result()
    assert record(store).rejected == 0


def test_so_many_judgements_of_a_person_count_on_a_day(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        for n in range(VOICES_A_DAY + 5):
            append(tx, f"INC-{n:04d}", opened(offered=OFFERED), WRONG)
        append(tx, "INC-0999", opened(offered=OFFERED), WRONG, days=1)
        append(tx, "INC-1000", opened(offered=OFFERED), replace(WRONG, by=SAM.id))

    store.write(work).result()
    assert record(store).wrong == VOICES_A_DAY + 2
    assert record(store).wrong_by == 2


def test_nobody_makes_a_runbook_work_more_often_than_counts(
    store: SqliteStore,
) -> None:
    def work(tx: Transaction) -> None:
        for n in range(VOICES_A_DAY + 5):
            story = opened(offered=OFFERED), took(OLU.id), did(OLU.id), FIXED
            append(tx, f"INC-{n:04d}", *story)

    store.write(work).result()
    assert (record(store).worked, record(store).decided) == (VOICES_A_DAY,) * 2


def test_wrongs_of_different_people_are_counted_as_people(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        for n, by in enumerate((OLU, OLU, OLU, SAM, DANA)):
            said = replace(WRONG, by=by.id)
            append(tx, f"INC-{n:04d}", opened(offered=OFFERED), said)
            doubted = learned.history(tx, "availability")[A].is_doubted
            assert doubted is (by is DANA)

    store.write(work).result()


def test_what_is_forgotten_counts_no_more_and_the_log_says_who(
    store: SqliteStore,
) -> None:
    store.write(lambda tx: append(tx, "INC-0001", opened(offered=OFFERED), WRONG))
    store.write(lambda tx: forget(tx, A)).result()
    assert record(store) == Record()
    (told,) = store.read(learned.feedback).forgotten
    assert (told.runbook, told.by, told.reason) == (A, "admin", Untrusted("new"))
    store.write(lambda tx: append(tx, "INC-0002", opened(offered=OFFERED), WRONG))
    store.write(lambda tx: None).result()
    assert record(store).wrong == 1


def test_what_an_older_version_left_is_counted_once(store: SqliteStore) -> None:
    def work(tx: Transaction) -> tuple[bool, bool]:
        append(tx, "INC-0001", opened(offered=OFFERED), WRONG)
        for table in TABLES:
            tx.tables.execute(f"DELETE FROM {table}")  # noqa: S608
        return history.catch_up(tx), history.catch_up(tx)

    assert store.write(work).result() == (True, False)
    assert record(store).wrong == 1


def test_rates_are_of_real_incidents(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        append(tx, "INC-0001", opened(offered=OFFERED), took(OLU.id))
        append(tx, "INC-0002", opened(offered=OFFERED), WRONG, took(OLU.id, B))
        append(tx, "INC-0003", opened(offered=()))
        append(tx, "INC-0005", opened())
        none = judged(Verdict.NONE_FITS, OLU.id)
        append(tx, "INC-0004", opened(offered=OFFERED), none)

    store.write(work).result()
    found = store.read(learned.counts)
    assert (found.incidents, found.offered, found.accepted) == (4, 3, 1)
    assert (found.accept_rate, found.wrong_rate) == (0.333, 0.333)
    assert found.none_fits_rate == 0.5
    assert learned.Counts().accept_rate is None


def test_thumbs_are_counted_by_prompt_and_model(store: SqliteStore) -> None:
    sams = replace(UP, by=SAM.id, vote=Vote.DOWN)
    changed = replace(UP, vote=Vote.DOWN), replace(UP, vote=Vote.UP)
    story = opened(), WRITTEN, UP, *changed, sams, TAKEN_BACK
    store.write(lambda tx: append(tx, "INC-0001", *story)).result()
    (told,) = store.read(learned.texts)
    assert (told.prompt, told.model) == (UP.prompt, UP.model)
    assert (told.up, told.down, told.taken_back) == (1, 1, 1)
    place = "INC-0001", "summary", "1"
    assert store.read(lambda tx: votes.known(tx, *place)) == (UP.prompt, UP.model)
    assert store.read(lambda tx: votes.vote_of(tx, *place, OLU.id)) is Vote.UP


def test_texts_that_others_write_can_be_judged(store: SqliteStore) -> None:
    def work(tx: Transaction) -> tuple[str, str]:
        votes.know(tx, "INC-0001", "catch_up", "c1", prompt="p v1, 00", model="o:m")
        return votes.known(tx, "INC-0001", "catch_up", "c1")

    assert store.write(work).result() == ("p v1, 00", "o:m")
    assert isinstance(UP, TextJudged)
