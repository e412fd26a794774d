"""From a press to the bundle people see on the card how far it is."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.ports import Collected, Collector, Transaction
from bot.readmodels import diagnostics
from tests.sharing.reading import Opened
from tests.sharing.stage import Stage

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4


def card(stage: Stage, incident: str = "INC-0001") -> str:
    """Return what stands on the incident's card as one text, blocks as drawn."""
    key = f"card/{incident}"
    (found,) = stage.rows("SELECT blocks FROM outbox WHERE key = ?", key)
    texts: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            texts.extend([part["text"]] if isinstance(part.get("text"), str) else [])
            texts.extend(["(time)"] if part.get("type") == "date" else [])
            part = list(part.values())
        for inner in part if isinstance(part, list) else ():
            walk(inner)

    walk(json.loads(found["blocks"]))
    return "".join(texts)


def collector(name: str, work: Any) -> Collector:
    return Collector(name=name, collect=work, concerns=lambda alert: bool(alert.id))


def silent(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
    raise Unreachable("The logs were not read", because="it is night", next_move="-")


def found(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
    return (Collected(name="a.txt", content=f"used {KEY}", says="Here."),)


COLLECTORS = {"here": collector("here", found), "gone": collector("gone", silent)}


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, collectors=COLLECTORS)
    stage.incident()
    yield stage
    stage.close()


def test_a_card_says_nothing_of_diagnostics_that_nobody_asked_for(
    staged: Stage,
) -> None:
    assert "Diagnostics" not in card(staged)


def test_from_the_press_on_the_card_says_that_it_is_collected(staged: Stage) -> None:
    staged.press()
    assert "Diagnostics: collecting" in card(staged)


def test_while_it_is_collected_the_card_says_how_far_it_is(tmp_path: Path) -> None:
    seen: list[str] = []

    def patient(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        for _ in range(3_000):
            seen.append(card(stage))
            if "1 of 2" in seen[-1]:
                break
            threading.Event().wait(0.01)
        return ()

    collectors = {"a": collector("a", found), "b": collector("b", patient)}
    stage = Stage(tmp_path, collectors=collectors)
    stage.incident()
    stage.press()
    stage.house.step()
    assert "Diagnostics: collecting, 1 of 2" in seen[-1]
    assert "Diagnostics ready (time) · 2 files" in card(stage)
    stage.close()


def test_when_it_is_ready_card_thread_and_timeline_say_what_is_in_it(
    staged: Stage,
) -> None:
    staged.press()
    staged.house.step()
    assert "Diagnostics ready (time) · 2 files, 1 missing" in card(staged)
    said = (
        "Diagnostics are ready: 2 files in 0.0 s. Masked in them: 1 OpenAI project "
        "key. Missing: gone (could not be read)."
    )
    assert said in staged.story()
    lines = staged.rows("SELECT text FROM outbox WHERE key LIKE 'line/%'")
    assert said in [one["text"] for one in lines]


def test_the_log_holds_the_digest_of_what_was_sealed(staged: Stage) -> None:
    link = staged.link()
    entries = staged.core.store.read(lambda tx: tx.log.load(f"share/{link.share}"))
    (body,) = [one.body for one in entries if one.kind == "share.collected.v1"]
    assert body["digest"] == hashlib.sha256(staged.open(link)).hexdigest()
    assert (body["files"], body["missing"]) == (2, ["gone unreachable"])
    assert body["masked"] == ["openai_project 1"]


@pytest.mark.parametrize("end", ["revoked", "expired", "used up", "resolved"])
def test_a_card_forgets_diagnostics_that_nobody_can_open_any_more(
    tmp_path: Path, end: str
) -> None:
    stage = Stage(tmp_path, collectors=COLLECTORS, share_opens=1)
    stage.incident()
    link = stage.link()
    assert "Diagnostics ready" in card(stage)
    match end:
        case "revoked":
            stage.revoke()
        case "expired":
            stage.core.wait(hours=5)
        case "used up":
            stage.open(link)
        case _:
            stage.resolve()
            stage.house.step()
    assert "Diagnostics ready" not in card(stage)
    stage.close()


def test_after_a_crash_in_the_middle_it_is_collected_again(tmp_path: Path) -> None:
    before = Stage(tmp_path, collectors=COLLECTORS)
    before.incident()
    before.press()

    def half(tx: Transaction) -> None:
        diagnostics.note(tx, "INC-0001", done=1, total=2)
        before.vault.book.show(tx, "INC-0001")

    before.core.store.write(half).result()
    before.close()
    after = Stage(tmp_path, collectors=COLLECTORS)
    assert "Diagnostics: collecting, 1 of 2" in card(after)
    after.house.step()
    assert "Diagnostics ready" in card(after)
    assert len(after.links()) == 1
    after.close()


def test_a_press_that_is_overtaken_by_the_end_leaves_no_card_that_collects(
    staged: Stage,
) -> None:
    staged.press()
    staged.resolve()
    staged.house.step()
    staged.core.service.store.write(
        lambda tx: staged.vault.book.show(tx, "INC-0001")
    ).result()
    assert "collecting" not in card(staged)
    assert not staged.rows("SELECT 1 AS one FROM share_progress")


def test_what_cannot_be_sealed_leaves_no_card_that_collects(staged: Stage) -> None:
    staged.press()
    (staged.folder / "blobs").rmdir()
    (staged.folder / "blobs").write_text("not a directory")
    for _ in range(3):
        assert "collecting" in card(staged)
        staged.house.step()
    assert "Diagnostics:" not in card(staged)


def test_who_takes_it_back_while_it_is_collected_stops_the_card(staged: Stage) -> None:
    staged.press()
    staged.revoke()
    assert "Diagnostics:" not in card(staged)
    staged.house.step()
    assert "Diagnostics" not in card(staged)


def test_who_takes_it_back_in_the_middle_has_nothing_sealed(tmp_path: Path) -> None:
    def overtaken(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        stage.revoke()
        return ()

    stage = Stage(tmp_path, collectors={"a": collector("a", overtaken)})
    stage.incident()
    stage.press()
    stage.house.step()
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()
    assert stage.links() == []
    assert "Diagnostics" not in card(stage)
    stage.close()


def test_in_a_drill_card_and_bundle_say_that_nothing_outside_was_read(
    tmp_path: Path,
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it reached outside")

    stage = Stage(tmp_path, collectors={"a": never}, reader=never)
    stage.incident()
    (one,) = stage.alerts()
    stage.resolve()
    drilled = replace(one, id="al_drill")
    incident = stage.core.take(drilled, drill="DRL-0001").split()[-1]
    stage.press(incident=incident)
    stage.house.step()
    found = Opened(stage.open(stage.links()[-1]))
    assert found.manifest["exercise"] is True
    assert found.missing == {"": "An exercise: nothing outside was read."}
    assert "Diagnostics ready (time) · 1 file, 1 missing" in card(stage, incident)
    stage.close()
