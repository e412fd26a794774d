"""Meaning puts what is found in order; whether anything fits, words alone decide."""

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.embedding import Embed, Part, file_of
from bot.assistant.library import nearness_of
from bot.assistant.nearness import FILE, Nearness, joined, parts_of
from bot.assistant.search import Document, RunbookIndex
from bot.assistant.vectors import Vectors
from bot.assistant.words import Vocabulary
from bot.domain.errors import BadSettings
from tests.fakes.embedding import BrokenEmbedding, FakeEmbedding

SHELF = (
    Document(id="cat", title="Cat", text="The animal sleeps in the harbour."),
    Document(id="boat", title="Boat", text="A vessel leaks in the harbour."),
    Document(id="pier", title="Pier", text="Planks rot in the harbour."),
    Document(id="tram", title="Tram", text="Rails are bent."),
)
PLAIN = Vocabulary(stop=frozenset({"the", "in", "a"}), groups=())
SHIPS = ("vessel", "leaks", "ferry", "boat")


def index(
    embed: Embed, *, kept_at: Path | None = None, is_wanted: bool = True
) -> RunbookIndex:
    nearby = partial(
        Nearness, opened=lambda: embed, kept_at=kept_at, is_wanted=is_wanted
    )
    return RunbookIndex(SHELF, vocabulary=PLAIN, nearness=nearby)


def ids(found: RunbookIndex, text: str, floor: float = 0.0) -> list[str]:
    return [hit.id for hit in found.search(text, 4, floor=floor)]


def test_meaning_decides_between_documents_that_share_the_same_words() -> None:
    by_words = RunbookIndex(SHELF, vocabulary=PLAIN)
    knows = index(FakeEmbedding(SHIPS, ("harbour",)))
    # "ferry" is said by no document, so it is not asked for; "leaks" is.
    assert ids(by_words, "harbour")[0] != "boat"
    assert ids(knows, "ferry leaks, harbour")[0] == "boat"


def test_without_a_floor_a_document_is_found_that_shares_no_word() -> None:
    knows = index(FakeEmbedding(("rails", "planks")))
    (first, second, *_) = knows.search("rails", 4, floor=0)
    assert (first.id, second.id) == ("tram", "pier")
    assert second.near == 1.0
    assert second.why.endswith("near in meaning")
    assert ids(RunbookIndex(SHELF, vocabulary=PLAIN), "rails") == ["tram"]


@given(
    st.lists(
        st.sampled_from(["vessel", "leaks", "harbour", "rails", "sleeps", "moon"]),
        max_size=6,
    ).map(" ".join),
    st.sampled_from([0.2, 0.4, 0.6]),
)
def test_a_model_never_makes_anything_fit_that_does_not(
    text: str, floor: float
) -> None:
    assert set(ids(EAGER, text, floor)) == set(ids(WORDS, text, floor))


EAGER = index(
    FakeEmbedding(("vessel", "leaks", "harbour", "rails", "sleeps", "moon", "cat"))
)
WORDS = RunbookIndex(SHELF, vocabulary=PLAIN)


def test_the_model_is_told_no_number_no_id_and_no_name_that_no_runbook_says() -> None:
    model = FakeEmbedding(SHIPS)
    index(model).search("Mallory's vessel AKIA7 leaks at 10.0.0.1, 4711", floor=0)
    assert model.asked[-1] == "vessel leaks"


def test_the_same_question_with_other_numbers_asks_the_model_once() -> None:
    model = FakeEmbedding(SHIPS)
    found = index(model)
    found.search("vessel 4711 leaks", floor=0)
    asked = len(model.asked)
    found.search("vessel 4712 leaks", floor=0)
    assert len(model.asked) == asked


def test_nothing_is_opened_before_the_first_question() -> None:
    opened: list[int] = []

    def opening() -> Embed:
        opened.append(1)
        return FakeEmbedding(SHIPS)

    found = RunbookIndex(SHELF, nearness=partial(Nearness, opened=opening))
    assert opened == []
    assert found.warm()
    found.search("vessel")
    assert opened == [1]


def _missing() -> Embed:
    raise BadSettings("x", because="a package is missing", next_move="Install it.")


def _broken() -> Embed:
    raise OSError


@pytest.mark.parametrize(
    ("opened", "because"),
    [
        (_missing, "a package is missing"),
        (_broken, "the model failed (OSError)"),
        (lambda: BrokenEmbedding(works_for=2), "the model failed (RuntimeError)"),
        (lambda: BrokenEmbedding(works_for=8), "the model failed (RuntimeError)"),
    ],
)
def test_a_model_that_fails_leaves_the_words_and_is_told_of_once(
    opened: Callable[[], Embed], because: str, caplog: pytest.LogCaptureFixture
) -> None:
    nearby = partial(Nearness, opened=opened)
    found = RunbookIndex(SHELF, vocabulary=PLAIN, nearness=nearby)
    with caplog.at_level(logging.WARNING):
        answers = [found.search(text, floor=0) for text in ("vessel", "rails")]
    plain = RunbookIndex(SHELF, vocabulary=PLAIN)
    assert answers == [plain.search(text, floor=0) for text in ("vessel", "rails")]
    assert caplog.messages == [f"Runbooks are searched by words alone: {because}"]


def test_what_nobody_asked_for_and_is_not_installed_is_not_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.assistant.nearness.is_installed", lambda: False)
    found = index(BrokenEmbedding(works_for=0), is_wanted=False)
    assert not found.warm()
    assert ids(found, "vessel") == ["boat"]
    assert caplog.messages == []


def test_a_shelf_is_read_once_and_its_vectors_kept(tmp_path: Path) -> None:
    first, second = FakeEmbedding(SHIPS), FakeEmbedding(SHIPS)
    made = index(first, kept_at=tmp_path / FILE).search("vessel", floor=0)
    again = index(second, kept_at=tmp_path / FILE).search("vessel", floor=0)
    assert again == made
    assert len(first.asked) == 2 * len(SHELF) + 1
    assert second.asked == ["vessel"]


def test_what_is_kept_holds_no_text(tmp_path: Path) -> None:
    index(FakeEmbedding(SHIPS), kept_at=tmp_path / FILE).warm()
    held = (tmp_path / FILE).read_bytes()
    assert b"harbour" not in held
    assert b"Boat" not in held


@pytest.mark.parametrize("held", [b"", b"no database at all", b"SQLite format 3\x00"])
def test_a_file_that_cannot_be_used_costs_time_only(
    tmp_path: Path, held: bytes
) -> None:
    (tmp_path / FILE).write_bytes(held)
    found = index(FakeEmbedding(SHIPS), kept_at=tmp_path / FILE)
    assert ids(found, "leaks")[0] == "boat"


def test_a_vector_of_another_length_is_made_again(tmp_path: Path) -> None:
    kept = Vectors(tmp_path / FILE, model="m")
    model = FakeEmbedding(SHIPS)
    whole = kept.of(["boat"], model)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE vector SET held = x'00'")
    db.close()
    assert kept.of(["boat"], model) == whole
    assert model.asked == ["boat", "boat"]


def test_vectors_of_another_model_are_not_taken(tmp_path: Path) -> None:
    model = FakeEmbedding(SHIPS)
    for name in ("one", "other"):
        Vectors(tmp_path / FILE, model=name).of(["boat"], model)
    assert model.asked == ["boat", "boat"]


def test_where_there_is_no_home_nothing_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "home"
    index(FakeEmbedding(SHIPS), kept_at=missing / FILE).warm()
    assert not missing.exists()


def test_off_means_that_no_model_is_looked_for(tmp_path: Path) -> None:
    assert nearness_of("off", home=tmp_path) is None


def test_a_title_is_read_word_by_word_and_code_not_at_all() -> None:
    title, lead = parts_of(
        Document(id="x", title="KubePodCrash", text="# Why\n```\nkubectl\n```\n[a](b)")
    )
    assert title == "Kube Pod Crash"
    assert lead == "Kube Pod Crash.  Why a "


def test_a_model_whose_bytes_we_did_not_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "strange_model"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('was run')")
    (package / "model.onnx").write_bytes(b"something else")
    monkeypatch.syspath_prepend(str(tmp_path))
    part = Part(package="strange_model", path="model.onnx", sha256="0" * 64)
    with pytest.raises(BadSettings, match="not the file we measured"):
        file_of(part)
    with pytest.raises(BadSettings, match="has no file"):
        file_of(Part(package="strange_model", path="other", sha256="0" * 64))


def test_without_a_model_scores_stay_as_they_are() -> None:
    assert joined({1: 2.0, 0: 1.0}, {}) == {1: 2.0, 0: 1.0}
