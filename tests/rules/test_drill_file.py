"""Scenario files: read strictly, and every problem with its line and next move."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drill import Scenario, Unless
from bot.drills.shelf import DrillShelf
from bot.rules.drill_file import Finding, from_text, read_drill, to_text
from bot.rules.marks import filled
from tests.spec import NOON

SOURCES = frozenset({"webhook", "alertmanager"})
SHIPPED = Path(__file__).parents[2] / "runbooks" / "drills"
GOOD = """schema: drill/1
id: short
title: A short one
duration_min: 20
objectives:
  - {id: O1, capability: triage, text: See it}
msel:
  - n: 1
    t: 0
    kind: alert
    from: Alertmanager
    obj: [O1]
    expect: ["ack<=5m"]
    payload: {title: Leaked key}
  - {n: 2, t: 5, kind: message, from: Lead, obj: [O1], text: "And now?"}
contingency:
  - {n: C1, when: no acknowledgement by t=9, kind: message, text: "Hello?"}
"""


def read(
    text: str, *, stem: str = "short"
) -> tuple[Scenario | None, tuple[Finding, ...]]:
    return read_drill(
        text, name="short.yaml", stem=stem, payload=lambda _: None, sources=SOURCES
    )


def scenario(text: str = GOOD) -> Scenario:
    found, findings = read(text)
    assert found is not None, findings
    return found


def test_a_good_file_gives_a_scenario() -> None:
    found, findings = read(GOOD)
    assert findings == ()
    assert found is not None
    assert [one.n for one in found.injects] == ["1", "2", "C1"]
    assert found.inject("1").source == "alertmanager"
    assert found.inject("C1").unless == Unless(moment="ack", by_min=9)


def test_what_a_run_is_started_with_comes_back_as_it_was() -> None:
    found = scenario()
    assert from_text(to_text(found)) == found


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{", '{"id": 1}'])
def test_what_is_no_scenario_reads_as_none(text: str) -> None:
    assert from_text(text) is None


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_drill_can_be_played_without_a_warning(path: Path) -> None:
    found, findings = DrillShelf(folder=SHIPPED, sources=SOURCES).lint(path)
    assert findings == ()
    assert found is not None
    assert found.id == path.stem


BROKEN: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        "title: A short one",
        "titel: A short one",
        "short.yaml:3: titel: the key 'titel' is unknown. Did you mean `title`?",
    ),
    "key twice": (
        "duration_min: 20",
        "duration_min: 20\nduration_min: 30",
        "short.yaml:5: duration_min: the key 'duration_min' is there twice. Keep one.",
    ),
    "other format": (
        "schema: drill/1",
        "schema: drill/2",
        "short.yaml:1: schema: it is not drill/1. Write `schema: drill/1`.",
    ),
    "kind": (
        "kind: message, from: Lead",
        "kind: mail, from: Lead",
        (
            "short.yaml:15: msel[1].kind: the kind is not known. "
            "Use one of: alert, message, decision."
        ),
    ),
    "expectation": (
        "ack<=5m",
        "ack<=soon",
        (
            "short.yaml:13: msel[0].expect[0]: 'ack<=soon' cannot be read. "
            "Write for example ack<=5m or severity>=SEV2."
        ),
    ),
    "no objective": (
        "from: Lead, obj: [O1]",
        "from: Lead",
        (
            "short.yaml:15: msel[1]: the inject serves no objective. "
            "Name one with `obj: [O1]`."
        ),
    ),
    "unknown objective": (
        "from: Lead, obj: [O1]",
        "from: Lead, obj: [O2]",
        "short.yaml:15: msel[1].obj: there is no objective 'O2'. Name one above.",
    ),
    "number twice": (
        "{n: 2,",
        "{n: 1,",
        "short.yaml:8: msel[0].n: the number 1 is used twice. Number injects once.",
    ),
    "after the end": (
        "t: 5, kind",
        "t: 20, kind",
        "short.yaml:15: msel[1].t: it comes after the end. Raise duration_min.",
    ),
    "source": (
        "from: Alertmanager",
        "source: carrier_pigeon",
        (
            "short.yaml:11: msel[0].source: there is no such source. "
            "Use one of: alertmanager, webhook."
        ),
    ),
    "no payload": (
        "    payload: {title: Leaked key}\n",
        "",
        "short.yaml:8: msel[0].payload: an alert has no payload. Add one.",
    ),
    "no JSON": (
        "{title: Leaked key}",
        "{1: Leaked key}",
        (
            "short.yaml:14: msel[0].payload: it holds something JSON does "
            "not have. Write texts, numbers, lists and mappings with texts as keys."
        ),
    ),
    "an anchor": (
        "title: A short one",
        "title: &a A short one",
        "short.yaml:3: anchors and aliases are not read. Write the value out.",
    ),
    "a tag": (
        "title: A short one",
        "title: !!python/name:os.system ''",
        "short.yaml:3: it is not plain YAML. Compare it with the shipped drill.",
    ),
    "a tag that does not fit": (
        "title: A short one",
        "title: !!timestamp noon",
        "short.yaml: it is not plain YAML. Compare it with the shipped drill.",
    ),
    "not YAML": (
        "title: A short one",
        "title: [",
        "short.yaml:5: it is not plain YAML. Compare it with the shipped drill.",
    ),
    "minutes": (
        "duration_min: 20",
        "duration_min: 1441",
        (
            "short.yaml:4: duration_min: duration_min is no whole number from 1 to "
            "1440. Write for example `duration_min: 5`."
        ),
    ),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_each_problem_names_its_line_and_the_next_move(
    case: tuple[str, str, str],
) -> None:
    good, bad, says = case
    assert good in GOOD
    found, findings = read(GOOD.replace(good, bad, 1))
    assert found is None
    assert says in [str(one) for one in findings]


def test_a_text_that_a_comma_split_is_put_together_with_a_warning() -> None:
    text = GOOD.replace("text: See it", "text: See it, and tell")
    found, findings = read(text)
    assert found is not None
    assert found.objectives[0].text == "See it, and tell"
    assert [one.is_warning for one in findings] == [True]


def test_the_file_name_is_the_id_that_people_type() -> None:
    found, findings = read(GOOD, stem="other")
    assert found is not None
    assert found.id == "other"
    assert str(findings[0]).startswith("short.yaml:2: warning: id: the id is not")


def test_a_file_that_is_too_large_is_not_read() -> None:
    found, findings = read("#" * (256 * 1024 + 1))
    assert found is None
    assert "over 256 KiB" in str(findings[0])


def test_a_file_that_is_too_deep_is_not_read() -> None:
    found, findings = read("a: " + "[" * 100_000 + "]" * 100_000)
    assert found is None
    assert [str(one) for one in findings] == [
        f"{findings[0].file}:1: it is too deep. Flatten it."
    ]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    found, findings = read(text)
    assert found is None
    assert findings


@pytest.mark.parametrize(
    "given", ["../secret.json", "/etc/hostname", "../../x.json", "missing.json", "."]
)
def test_a_payload_is_only_read_below_the_folders(tmp_path: Path, given: str) -> None:
    folder = tmp_path / "a" / "b" / "drills"
    folder.mkdir(parents=True)
    (tmp_path / "a" / "secret.json").write_text("{}")
    (folder / "short.yaml").write_text(
        GOOD.replace("payload: {title: Leaked key}", f"payload: {given}")
    )
    shelf = DrillShelf(folder=folder, sources=SOURCES)
    found, findings = shelf.lint(folder / "short.yaml")
    assert found is not None
    assert "there is no such payload file" in str(findings[0])
    assert found.inject("1").body == ""


def test_a_payload_may_lie_beside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "drills"
    (tmp_path / "payloads").mkdir()
    folder.mkdir()
    (tmp_path / "payloads" / "one.json").write_text('{"title": "x"}')
    (folder / "short.yaml").write_text(
        GOOD.replace("{title: Leaked key}", "payloads/one.json")
    )
    shelf = DrillShelf(folder=folder, sources=SOURCES)
    assert shelf.read("short").inject("1").body == '{"title": "x"}'


def test_marks_are_filled_in_when_an_alert_is_sent() -> None:
    text = "{{minutes_ago 5}} {{fake aws_key_id}} {{fake nothing}} {{rm -rf}}"
    assert filled(text, NOON) == (
        "2026-11-20T11:55:00Z " + "AKIA" + "Q3EGRTTOCSINDEMO"
        " {{fake nothing}} {{rm -rf}}"
    )
