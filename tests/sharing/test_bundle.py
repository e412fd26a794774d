"""What is in a bundle: redacted, honest about what is missing, the same every time."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.ports import Collected
from bot.sharing.bundle import Subject, gather, window_of
from tests.sharing.stage import Stage

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4
READER = object()


def collected(*files: Collected) -> Any:
    def collect(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        assert reader is READER
        assert window.since < window.until
        assert alert.envelope.source == "webhook"
        return files

    return collect


def file(name: str, content: str, says: str = "What was found.") -> Collected:
    return Collected(name=name, content=content, says=says)


def bundle(folder: Path, **given: Any) -> dict[str, Any]:
    stage = Stage(folder, reader=lambda: READER, **given)
    stage.incident(description=f"The key {KEY} is live")
    found: dict[str, Any] = json.loads(stage.open(stage.link()))
    stage.close()
    return found


def by_name(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in found["files"]}


def test_without_an_account_the_alert_is_there_and_the_rest_is_told(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path, collectors={"cloud": collected()})
    stage.incident()
    files = by_name(json.loads(stage.open(stage.link())))
    assert "Queue of the chat model is long" in files["alerts.json"]["content"]
    assert files["not-collected.txt"] == {
        "name": "not-collected.txt",
        "says": "Nothing more was collected: no AWS account is connected.",
        "content": "",
    }
    stage.close()


def test_everything_collected_is_redacted(tmp_path: Path) -> None:
    leaky = collected(
        file("logs.jsonl", f'{{"message": "used {KEY}"}}\n', says=f"With {KEY}.")
    )
    found = bundle(tmp_path, collectors={"cloud": leaky})
    assert KEY not in json.dumps(found)
    logs = by_name(found)["logs.jsonl"]
    assert "openai_project" in logs["content"]
    assert logs["says"].endswith("Masked: 1 OpenAI project key.")
    # One in the alert, one in the logs.
    assert found["masked"] == "2 OpenAI project keys"
    assert found["definition"].startswith("version 1, sha256 ")


def test_the_same_secret_has_the_same_placeholder_in_every_file(
    tmp_path: Path,
) -> None:
    files = [file(f"{name}.txt", f"used {KEY}") for name in ("a", "b")]
    found = by_name(bundle(tmp_path, collectors={"cloud": collected(*files)}))
    assert found["a.txt"]["content"] == found["b.txt"]["content"] != ""


def test_what_cannot_be_checked_is_withheld_and_says_so(tmp_path: Path) -> None:
    large = collected(file("huge.txt", "x" * (1 << 20) + KEY))
    found = by_name(bundle(tmp_path, collectors={"cloud": large}))["huge.txt"]
    assert len(found["content"]) < 300
    assert found["says"].endswith("all else, where it was read.")


def test_an_integration_that_fails_costs_only_its_own_files(tmp_path: Path) -> None:
    def silent(*_: Any, **__: Any) -> tuple[Collected, ...]:
        raise Unreachable(
            "The logs were not read", because="access was denied", next_move="Ask."
        )

    def broken(*_: Any, **__: Any) -> tuple[Collected, ...]:
        raise ZeroDivisionError(KEY)

    collectors = {
        "works": collected(file("logs.txt", "all well")),
        "silent": silent,
        "broken": broken,
    }
    found = by_name(bundle(tmp_path, collectors=collectors))
    assert found["logs.txt"]["content"] == "all well"
    assert found["silent.txt"]["says"] == (
        "silent: The logs were not read, because access was denied."
    )
    assert found["broken.txt"]["says"] == (
        "broken failed with ZeroDivisionError; see the log."
    )
    assert KEY not in json.dumps(found)


def test_files_of_one_name_stay_apart_and_equal_ones_are_one(tmp_path: Path) -> None:
    files = [file("a.txt", "1"), file("a.txt", "2"), file("a.txt", "1")]
    found = by_name(bundle(tmp_path, collectors={"cloud": collected(*files)}))
    assert {name: one["content"] for name, one in found.items()} | {
        "a.txt": "1",
        "a-2.txt": "2",
    } == {name: one["content"] for name, one in found.items()}
    assert "a-3.txt" not in found


def test_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.incident()
    made = [
        stage.house.diagnostics.bundle("INC-0001", stage.clock.now()) for _ in range(2)
    ]
    assert made[0] == made[1]
    stage.close()


@pytest.mark.parametrize("ago_days", [0, 30])
def test_the_window_begins_before_the_alert_and_has_an_end(
    tmp_path: Path, ago_days: int
) -> None:
    stage = Stage(tmp_path)
    stage.incident()
    stage.clock.go_on(ago_days * 86_400)
    found = json.loads(stage.house.diagnostics.bundle("INC-0001", stage.clock.now()))
    assert found["since"] == "2026-11-20T11:30:00+00:00"
    assert found["until"] in ("2026-11-20T12:00:00+00:00", "2026-11-20T17:30:00+00:00")
    stage.close()


def test_in_an_exercise_nothing_outside_is_read() -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it reached outside")

    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    subject = Subject(
        incident="INC-0001", exercise=True, alerts=(), window=window_of((), now)
    )
    files = gather(subject, {"cloud": never}, reader=never)
    assert [one.says for one in files][1:] == ["An exercise: nothing outside was read."]
