"""What is in a bundle: redacted, honest about what is missing, the same every time."""

import csv
import io
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.envelope import Alert, Entity, EntityKind
from bot.domain.errors import Unreachable
from bot.ports import Collected, Collector, Series
from bot.readmodels.alert_docs import to_doc
from bot.sharing import bundle as bundling
from bot.sharing import cleaning
from bot.sharing.bundle import Bundle, Subject, bundled
from bot.sharing.gathering import Found, Gathered
from tests.sharing.reading import Opened
from tests.sharing.stage import Stage
from tests.spec import NOON

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4
CARD = "41111111" + "11111111"
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


def bundle(folder: Path, **given: Any) -> Opened:
    stage = Stage(folder, **{"reader": lambda: READER, **given})
    stage.incident(description=f"The key {KEY} is live")
    found = Opened(stage.open(stage.link()))
    stage.close()
    return found


def made(stage: Stage, incident: str = "INC-0001") -> Bundle:
    return stage.house.diagnostics.bundle(incident, progress=lambda done, total: None)


def bundle_of(
    stage: Stage, alerts: Sequence[Alert], gathered: Gathered, *, late: bool = False
) -> Bundle:
    """Bundle what was gathered about these alerts."""
    subject = Subject(
        incident="INC-0001",
        exercise=False,
        alerts=tuple((one, to_doc(one)) for one in alerts),
        window=stage.window(),
    )
    return bundled(
        subject,
        gathered,
        stage.house.diagnostics.redactor,
        took=timedelta,
        began_at=stage.clock.now(),
        late=lambda: late,
    )


def test_without_an_account_the_alert_is_there_and_the_rest_is_told(
    stage: Stage, tmp_path: Path
) -> None:
    stage = Stage(tmp_path / "other", collectors={"cloud": collected()})
    stage.incident()
    found = Opened(stage.open(stage.link()))
    assert "Queue of the chat model is long" in found.text("alerts.json")
    assert list(found.files) == ["alerts.json"]
    assert found.missing == {"cloud": "No AWS account is connected."}
    stage.close()


def test_without_an_account_what_needs_none_is_collected(tmp_path: Path) -> None:
    def here(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
        assert reader is None
        return (file("graphs.txt", "all well"),)

    near = Collector(name="near", collect=here, concerns=lambda alert: True)
    stage = Stage(tmp_path, collectors={"near": near, "cloud": collected()})
    stage.incident()
    found = Opened(stage.open(stage.link()))
    assert found.text("graphs.txt") == "all well"
    assert list(found.missing) == ["cloud"]
    stage.close()


def test_everything_collected_is_redacted(tmp_path: Path) -> None:
    leaky = collected(
        Collected(
            name="logs.jsonl",
            content=f'{{"message": "used {KEY}"}}\n',
            says=f"With {KEY}.",
            call=f"logs.Filter pattern={KEY}",
            series=(Series(label=f"of {KEY}", points=((NOON, 1.0),)),),
        ),
        file(f"{KEY}.txt", "named so"),
    )
    found = bundle(tmp_path, collectors={"cloud": leaky})
    assert KEY not in found.all
    assert "openai_project" in found.text("logs.jsonl")
    assert "openai_project" in found.text("plots/logs.svg")
    assert found.told["logs.jsonl"]["masked"] == [
        {"kind": "openai_project", "count": 1}
    ]
    assert "openai_project" in found.told["logs.jsonl"]["call"]
    # One in the alert, one in the logs.
    assert found.manifest["masked"] == "2 OpenAI project keys"
    assert found.manifest["definition"].startswith("version 1, sha256 ")


def test_the_same_secret_has_the_same_placeholder_in_every_file(
    tmp_path: Path,
) -> None:
    files = [file(f"{name}.txt", f"used {KEY}") for name in ("a", "b")]
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert found.text("a.txt") == found.text("b.txt") != ""


def test_what_is_json_lines_or_a_table_stays_so(tmp_path: Path) -> None:
    things = {"password": "hunter2hunter2", KEY: [CARD, int(CARD), 3, None, "\u2028"]}
    lines = f'{json.dumps(things)}\nno json, {KEY}\n{{"torn": "{KEY}'
    table = f'name,secret\n"a, b",{KEY}\n=cmd|calc,-5\n'
    files = (
        file("one.json", json.dumps(things)),
        file("many.jsonl", lines),
        file("table.csv", table),
        file(
            "odd.json",
            '{"n": NaN, "large": 1e999, "deep": ' + "[" * 90 + "]" * 90 + "}",
        ),
    )
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert KEY not in found.all
    assert CARD not in found.all
    assert "hunter2" not in found.all
    one = json.loads(found.text("one.json"))
    assert [len(value) for value in one.values()][1] == 5
    assert one["password"].startswith("\u2039")
    first, second, third, _ = found.text("many.jsonl").split("\n")
    assert json.loads(first) == one
    assert (second[:9], third[:10]) == ("no json, ", '{"torn": "')
    rows = list(csv.reader(io.StringIO(found.text("table.csv"))))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[2] == ["'=cmd|calc", "-5"]
    assert json.loads(found.text("odd.json"))["large"] == "1e999"
    types = {name: one["type"] for name, one in found.told.items()}
    assert types == {
        "alerts.json": "json",
        "one.json": "json",
        "many.jsonl": "jsonl",
        "table.csv": "csv",
        "odd.json": "json",
    }


def test_what_only_says_it_is_json_is_text(tmp_path: Path) -> None:
    files = (file("a.json", f"<html>{KEY}"), file("b.json", "[" * 200_000))
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert found.told["a.txt"]["type"] == "text"
    assert KEY not in found.all


def test_what_cannot_be_checked_is_withheld_and_says_so(tmp_path: Path) -> None:
    large = collected(file("huge.txt", "x" * (1 << 20) + KEY))
    found = bundle(tmp_path, collectors={"cloud": large})
    assert len(found.text("huge.txt")) < 300
    assert "because they could not be checked" in found.says("huge.txt")


def test_what_is_too_long_is_cut_behind_a_line_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "MOST_CHARACTERS", 10_000)
    lines = ("all is well here\n" * 700, f"[{'1' * 97}]\n" * 110)
    files = (file("long.txt", lines[0]), file("long.jsonl", lines[1]))
    long = collected(*files)
    found = bundle(tmp_path, collectors={"cloud": long})
    for name in ("long.txt", "long.jsonl"):
        assert 9_000 < len(found.text(name)) <= 10_000
        assert found.text(name).endswith("\n")
        assert found.told[name]["says"].endswith("there is more than a bundle takes.")


def test_a_secret_at_the_cut_is_not_cut_in_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "MOST_CHARACTERS", 10_000)
    content = "well\n" * 1_995 + f"used {KEY} here\n" + "well\n" * 99
    found = bundle(tmp_path, collectors={"cloud": collected(file("cut.txt", content))})
    assert KEY[:12] not in found.all
    assert found.told["cut.txt"]["says"].endswith("there is more than a bundle takes.")


def test_what_finds_no_place_is_named_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "MOST_ALL", 20_000)
    files = [file(f"{n}.txt", f"{n}\n" + "all is well\n" * 200) for n in range(12)]
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert len(found.files) < 12
    assert found.missing["cloud"].startswith("The bundle was full before ")


def test_an_integration_that_fails_costs_only_its_own_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
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
    with caplog.at_level(logging.CRITICAL):
        found = bundle(tmp_path, collectors=collectors)
    assert found.text("logs.txt") == "all well"
    assert found.missing == {
        "silent": "The logs were not read, because access was denied.",
        "broken": "It failed with ZeroDivisionError; see the log.",
    }
    assert KEY not in found.all


def test_whatever_an_integration_brings_costs_only_its_own_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    naive: Any = NOON.replace(tzinfo=None)
    odd: Any = (None, 3)
    brought: Any = {
        "none": None,
        "bytes": (Collected(name="a.txt", content=b"x", says=""),),  # type: ignore[arg-type]
        "naive": (
            Collected(
                name="b.txt",
                content="x",
                says="",
                series=(Series(label="a", points=((naive, 1.0),)),),
            ),
        ),
        "odd": odd,
        "well": (file("well.txt", "all well"),),
    }
    with caplog.at_level(logging.CRITICAL):
        found = bundle(
            tmp_path,
            collectors={
                name: (lambda *_, one=one, **__: one) for name, one in brought.items()
            },
        )
    assert found.text("well.txt") == "all well"
    assert set(found.missing) == {"none", "bytes", "naive", "odd"}


def test_files_of_one_name_stay_apart_and_equal_ones_are_one(tmp_path: Path) -> None:
    files = [file("a.txt", "1"), file("a.txt", "2"), file("a.txt", "1")]
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert (found.text("a.txt"), found.text("a-2.txt")) == ("1", "2")
    assert "a-3.txt" not in found.files


def test_the_alerts_come_first_then_plots_then_the_rest(tmp_path: Path) -> None:
    drawn = Collected(
        name="figures.json",
        content="[]",
        says="Figures.",
        call="cloudwatch.GetMetricData",
        series=(Series(label="errors", points=((NOON, 1.0),)),),
    )
    collectors = {"b": collected(drawn), "a": collected(file("a.txt", "a"))}
    found = bundle(tmp_path, collectors=collectors)
    assert list(found.told) == [
        "alerts.json",
        "plots/figures.svg",
        "a.txt",
        "figures.json",
    ]
    figures = found.told["figures.json"]
    assert (figures["by"], figures["call"]) == ("b", "cloudwatch.GetMetricData")
    assert figures["at"] == found.manifest["collected_at"]


def test_the_same_world_gives_the_same_bytes(stage: Stage) -> None:
    assert made(stage).content == made(stage).content


@pytest.mark.parametrize("ago_days", [0, 30])
def test_the_window_begins_before_the_alert_and_has_an_end(
    stage: Stage, ago_days: int
) -> None:
    stage.clock.go_on(ago_days * 86_400)
    found = Opened(made(stage).content).manifest
    assert found["since"] == "2026-11-20T11:30:00+00:00"
    assert found["until"] in ("2026-11-20T12:00:00+00:00", "2026-11-20T17:30:00+00:00")


def test_in_an_exercise_nothing_outside_is_read(tmp_path: Path) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it reached outside")

    stage = Stage(tmp_path, collectors={"cloud": never}, reader=never)
    stage.incident()
    gathering = stage.house.diagnostics.gathering
    alerts = stage.alerts()
    found = gathering.gather(alerts, stage.window(), exercise=True, progress=never)
    assert [gap.why for gap in found.gaps] == ["An exercise: nothing outside was read."]
    stage.close()


def test_only_those_whose_matter_it_is_are_asked_and_no_other_is_missing(
    tmp_path: Path,
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked")

    def unsure(alert: Any) -> bool:
        raise KeyError(alert.id)

    here = lambda *_, **__: (file("here.txt", "x"),)  # noqa: E731
    collectors = {
        "not_theirs": Collector(
            name="not_theirs", collect=never, concerns=lambda _: False
        ),
        "unsure": Collector(name="unsure", collect=here, concerns=unsure),
    }
    found = bundle(tmp_path, collectors=collectors)
    assert list(found.files) == ["alerts.json", "here.txt"]
    assert found.missing == {}


def test_forty_alerts_of_one_thing_are_asked_about_once_and_it_says_which(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def collect(alert: Any, *_: Any, **__: Any) -> tuple[Collected, ...]:
        asked.append(alert.id)
        return ()

    stage = Stage(tmp_path, collectors={"c": collect}, reader=lambda: READER)
    stage.incident()
    (one,) = stage.alerts()
    alerts = [replace(one, id=f"al_{n}") for n in range(40)]
    gathered = stage.house.diagnostics.gathering.gather(
        alerts, stage.window(), exercise=False, progress=lambda done, total: None
    )
    found = Opened(bundle_of(stage, alerts, gathered).content)
    assert asked == ["al_0"]
    assert len(json.loads(found.text("alerts.json"))) == 40
    assert found.says("alerts.json").endswith("What follows was asked about al_0.")
    stage.close()


def test_of_many_different_things_some_are_asked_about_and_it_says_so(
    tmp_path: Path,
) -> None:
    asked: set[str] = set()

    def collect(alert: Any, *_: Any, **__: Any) -> tuple[Collected, ...]:
        asked.add(alert.id)
        return ()

    stage = Stage(tmp_path, collectors={"c": collect}, reader=lambda: READER)
    stage.incident()
    (one,) = stage.alerts()
    many = [
        replace(
            one,
            id=f"al_{n}",
            envelope=replace(
                one.envelope, entities=(Entity(EntityKind.MODEL, f"m-{n}"),)
            ),
        )
        for n in range(20)
    ]
    gathered = stage.house.diagnostics.gathering.gather(
        many, stage.window(), exercise=False, progress=lambda done, total: None
    )
    assert asked == set(gathered.alerts) == {f"al_{n}" for n in range(8)}
    why = "Collectors were asked about 8 of 20 alerts only."
    assert [gap.why for gap in gathered.gaps] == [why]
    stage.close()


def test_what_there_was_no_time_to_mask_is_named_as_missing(
    stage: Stage,
) -> None:
    late = Found(by="cloud", file=file("logs.txt", KEY), at=stage.clock.now())
    made = bundle_of(stage, stage.alerts(), Gathered(found=(late,)), late=True)
    found = Opened(made.content)
    assert list(found.files) == ["alerts.json"]
    assert found.missing == {"cloud": "There was no time left to mask logs.txt."}
    assert [gap.code for gap in made.gaps] == ["too_slow"]


def test_a_file_that_is_empty_says_why(tmp_path: Path) -> None:
    files = [file(f"a.{end}", "", says="No calls.") for end in ("jsonl", "csv", "json")]
    found = bundle(tmp_path, collectors={"cloud": collected(*files)})
    assert [found.text(one.name) for one in files] == ["", "", ""]
    assert found.told["a.csv"]["type"] == "csv"
    assert found.says("a.json") == "No calls."


def test_how_long_it_took_is_told(stage: Stage) -> None:
    def progress(done: int, total: int) -> None:
        stage.clock.go_on(1.5)

    found = stage.house.diagnostics.bundle("INC-0001", progress=progress)
    manifest = Opened(found.content).manifest
    assert found.took_ms == manifest["took_ms"] == 1_500
    assert manifest["collected_at"] == (NOON + timedelta(seconds=1.5)).isoformat()
