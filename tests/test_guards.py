"""The wall behind the doors: what is kept and what leaves passes it."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action_events import ActionDrafted
from bot.domain.drill_events import DrillStarted
from bot.domain.untrusted import Untrusted
from bot.guards import Guards, blocks_masked
from bot.ports import NewEntry, Post, Whisper
from bot.slack.egress import answer_masked, view_masked
from bot.store.sqlite import SqliteStore
from tests.fakes.redactor import FakeRedactor
from tests.stores import new_store

NOW = datetime(2026, 5, 4, tzinfo=UTC)
GUARDS = Guards(FakeRedactor())


def store(folder: Path) -> SqliteStore:
    return new_store(folder / "tocsin.db", guard=GUARDS)


def entry(kind: str, **words: str) -> NewEntry:
    return NewEntry(kind=kind, at=NOW, actor="U1", body={}, words=words)


def plain(text: str) -> Mapping[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


def test_no_word_gets_into_the_log_past_the_wall(tmp_path: Path) -> None:
    kept = store(tmp_path)
    noted = entry("incident.noted.v1", text="it said SECRET-1")
    kept.write(
        lambda tx: tx.log.append("incident/INC-1", expected_version=0, entries=[noted])
    ).result()
    (found,) = kept.read(lambda tx: tx.log.load("incident/INC-1"))
    kept.close()
    assert found.words == {"text": "it said [github_pat]"}
    assert b"SECRET-1" not in (tmp_path / "tocsin.db").read_bytes()


@pytest.mark.parametrize("kind", [ActionDrafted.name, DrillStarted.name])
def test_words_that_a_digest_covers_are_not_changed_behind_it(kind: str) -> None:
    covered = entry(kind, salt="SECRET-2")
    assert GUARDS.entry(covered) == covered


def test_no_message_waits_in_the_outbox_unmasked(tmp_path: Path) -> None:
    kept = store(tmp_path)
    post = Post(
        key="card/1", channel="C1", text="a SECRET-1", blocks=(plain("SECRET-2"),)
    )
    told = Whisper(key="w", channel="C1", person="U1", text="SECRET-3", expires_at=NOW)

    def work(tx: Any) -> None:
        tx.outbox.post(post, now=NOW)
        tx.outbox.whisper(told, now=NOW)

    kept.write(work).result()
    rows = kept.read(lambda tx: tx.tables.execute("SELECT text, blocks FROM outbox"))
    kept.close()
    assert "SECRET" not in str([dict(one) for one in rows])


def test_an_approval_card_waits_as_it_is() -> None:
    card = Post(key="plan/pl_1", channel="C1", text="a SECRET-1")
    assert GUARDS.post(card) == card


def test_words_of_blocks_are_masked_and_ids_are_not() -> None:
    button = {
        "type": "button",
        "action_id": "SECRET-1",
        "value": "SECRET-2",
        "url": "https://a/SECRET-3",
        "text": {"type": "plain_text", "text": "SECRET-4"},
        "accessibility_label": "SECRET-5",
        "a_field_of_tomorrow": ["SECRET-6"],
    }
    shown = json.dumps(blocks_masked(button, GUARDS))
    assert [n for n in range(1, 7) if f"SECRET-{n}" in shown] == [1, 2, 3]


def test_a_form_is_masked_and_a_form_that_confirms_a_plan_is_not() -> None:
    view = {
        "type": "modal",
        "callback_id": "incident.note",
        "blocks": [plain("SECRET-1")],
    }
    assert "SECRET" not in str(view_masked(view, GUARDS))
    review = {**view, "callback_id": "plan.review"}
    assert view_masked(review, GUARDS) == review


def test_an_answer_to_a_request_is_masked_with_the_form_in_it() -> None:
    view = {"type": "modal", "callback_id": "x", "blocks": [plain("SECRET-1")]}
    told = {"response_action": "update", "view": view, "errors": {"reason": "SECRET-2"}}
    assert "SECRET" not in str(answer_masked(told, GUARDS))
    assert answer_masked("", GUARDS) == ""


def test_what_cannot_be_checked_is_withheld() -> None:
    assert GUARDS.words(Untrusted("too large")) == Untrusted("[withheld]")


def test_only_harmless_texts_are_remembered() -> None:
    guards = Guards(FakeRedactor())
    assert [guards.text("a SECRET-1") for _ in range(2)] == ["a [github_pat]"] * 2
    assert [guards.text("fine") for _ in range(2)] == ["fine"] * 2


@pytest.mark.parametrize(
    "name", ["uvicorn.error", "apscheduler.x", "slack_sdk.y", "botocore.z"]
)
def test_no_logger_keeps_a_way_past_the_filter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.logs import write_logs

    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level = root.level
    logger = logging.getLogger(name)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    try:
        write_logs(FakeRedactor())
        assert logger.handlers == []
        assert logger.propagate
    finally:
        root.setLevel(level)
