"""`tocsin bench search` asks what it was given, and the doctor says how it searches."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.embedding import Embed
from bot.cli import checks_search
from bot.cli.bench_search import Bench, exam_of, plain_bm25, repeated
from bot.config import Settings
from bot.config.runbooks_section import Runbooks
from bot.domain.errors import BadSettings
from tests.core import rulings


def folder(path: Path, **rows: list[dict[str, Any]]) -> Path:
    for name, given in rows.items():
        (path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, given)))
    return path


def test_what_is_asked_comes_from_the_folder_and_a_second_right_one_counts(
    tmp_path: Path,
) -> None:
    given = folder(
        tmp_path,
        runbook_corpus=[
            {"id": "disk", "text": "# DiskFull\nNo space left."},
            {"id": "clock", "text": "# ClockSkew\nThe clock is wrong."},
        ],
        retrieval=[
            {
                "kind": "alert_to_runbook",
                "alert_text": "disk is full",
                "expected": "another",
                "expected_alt": ["disk"],
            },
            {"kind": "another", "alert_text": "x", "expected": {"no": "id"}},
        ],
    )
    found = Bench(rulings=rulings(), folder=given, nearby=None).accuracy()
    assert (found["documents"], found["alerts asked"]) == (2, 1)
    assert found["plain BM25: right one first"] == 1.0
    assert found["words: right one first"] == 1.0
    assert not any(name.startswith("words and meaning") for name in found)


def test_a_signal_that_is_asked_for_is_hidden_from_its_runbook() -> None:
    exam = exam_of(None)
    texts = {one.id: one.text for one in exam.documents}
    assert len(exam.cases) == len(texts)
    for case in exam.cases:
        (right,) = case.right
        assert not texts[right].startswith(case.text)


def test_ten_thousand_documents_differ_and_the_rival_takes_any_text() -> None:
    documents = exam_of(None).documents
    many = tuple(repeated(documents))
    assert len({one.id for one in many}) == len({one.text for one in many}) == 10_000
    ask = plain_bm25(documents)
    assert ask('" OR ( NEAR') == ask("or near")
    assert ask("") == []


def _refused() -> Embed:
    raise BadSettings("x", because="it is broken", next_move="Mend it.")


@pytest.mark.parametrize(
    ("wanted", "installed", "state", "says"),
    [
        ("off", "yes", "ok", "by words; meaning is switched off"),
        ("auto", "", "ok", "by words; the extra `semantic` is not installed"),
        ("auto", "yes", "warn", "by words alone: it is broken"),
        ("on", "", "warn", "by words alone: it is broken"),
    ],
)
def test_the_doctor_says_how_runbooks_are_searched(
    wanted: Any, installed: str, state: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.assistant.embedding.is_installed", lambda: bool(installed))
    monkeypatch.setattr("bot.assistant.embedding.open_embedding", _refused)
    settings = Settings(runbooks=Runbooks(semantic=wanted))
    (found,) = checks_search.look(settings)
    assert (found.state, found.says) == (state, says)
