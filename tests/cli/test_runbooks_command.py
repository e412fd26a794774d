"""`tocsin runbooks`: what a person or a script sees, and the exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.runbooks import runbooks, shipped_runbooks

SHELF = [
    {"id": "a/disk", "title": "DiskFull", "text": "No space left on the disk."},
    {"id": "a/no-title", "text": "# ClockSkew\n\nThe clock is wrong."},
    {"id": "a/last-part", "text": "Certificates expire."},
]


def run(*words: str) -> Result:
    return CliRunner().invoke(runbooks, words)


def lines(path: Path, *rows: object) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    return lines(tmp_path / "corpus.jsonl", *SHELF)


def test_list_names_every_shipped_runbook() -> None:
    answer = run("list")
    assert answer.exit_code == 0
    assert "RB-01  Leaked model API key" in answer.stdout


def test_list_as_json_is_one_list() -> None:
    rows = json.loads(run("list", "--json").stdout)
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert set(rows[0]) == {
        *("id", "title", "version", "digest", "owner", "review_by", "categories"),
        "steps",
    }


def test_the_shipped_runbooks_lint_clean() -> None:
    answer = run("lint", "--today", "2026-11-21")
    assert (answer.exit_code, answer.stdout) == (0, "")


def test_lint_prints_each_problem_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "rb-09-empty.md").write_text("nothing", "utf-8")
    good = next(shipped_runbooks().glob("rb-01-*.md"))
    (tmp_path / "rb-08-wrong-name.md").write_text(good.read_text("utf-8"), "utf-8")
    answer = run("lint", str(tmp_path), "--today", "2026-11-21")
    assert answer.exit_code == 1
    assert answer.stdout.splitlines() == [
        "rb-08-wrong-name.md: id: RB-01 needs a file rb-01-<words>.md",
        (
            "rb-09-empty.md: front matter: the file does not begin with YAML between "
            "two --- lines. Compare it with runbooks/TEMPLATE.md."
        ),
    ]


def test_lint_as_json_is_one_list(tmp_path: Path) -> None:
    (tmp_path / "rb-09-empty.md").write_bytes(b"\xff\xfe")
    answer = run("lint", str(tmp_path), "--json", "--today", "2026-11-21")
    found = json.loads(answer.stdout)
    assert [each["file"] for each in found] == ["rb-09-empty.md"]
    assert "UTF-8" in found[0]["problem"]


def test_lint_of_a_directory_without_runbooks_is_wrong_usage(tmp_path: Path) -> None:
    assert run("lint", str(tmp_path)).exit_code == 2


def test_an_old_runbook_is_a_problem() -> None:
    answer = run("lint", "--today", "2035-01-01")
    assert answer.exit_code == 1
    assert "is past; read it again" in answer.stdout


def test_search_prints_the_runbook_and_the_reason() -> None:
    answer = run("search", "Bedrock ThrottlingException rate limit")
    assert answer.exit_code == 0
    assert answer.stdout.startswith("RB-05  Provider throttling or outage")
    assert "matches: " in answer.stdout


def test_search_as_json_has_id_title_score_and_why() -> None:
    answer = run("search", "leaked api key in a public repository", "--json", "-k", "1")
    (hit,) = json.loads(answer.stdout)["hits"]
    assert list(hit) == ["id", "title", "score", "why"]
    assert hit["id"] == "RB-01"


def test_nothing_fits_is_exit_status_one() -> None:
    answer = run("search", "the coffee machine is out of beans")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "nothing fits" in answer.stderr


def test_a_foreign_corpus_is_searched_without_a_floor(corpus: str) -> None:
    answer = run("search", "space on the moon", "--corpus", corpus, "--json")
    assert [hit["id"] for hit in json.loads(answer.stdout)["hits"]] == ["a/disk"]


def test_a_missing_title_is_the_heading_or_the_end_of_the_id(corpus: str) -> None:
    found = {}
    for text in ("disk full", "clock skew", "certificates"):
        answer = run("search", text, "--corpus", corpus, "--json", "-k", "1")
        (hit,) = json.loads(answer.stdout)["hits"]
        found[hit["id"]] = hit["title"]
    assert found == {
        "a/disk": "DiskFull",
        "a/no-title": "ClockSkew",
        "a/last-part": "last-part",
    }


def test_queries_give_one_object_each_in_their_order(
    corpus: str, tmp_path: Path
) -> None:
    asked = lines(
        tmp_path / "queries.jsonl",
        {"id": "q1", "text": "clock is wrong"},
        {"id": "q2", "alert_text": "disk\u2028is full"},
        {"id": "q3", "text": ""},
    )
    answer = run("search", "--queries", asked, "--corpus", corpus, "-k", "1")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.exit_code == 0
    assert [(row["id"], [hit["id"] for hit in row["hits"]]) for row in rows] == [
        ("q1", ["a/no-title"]),
        ("q2", ["a/disk"]),
        ("q3", []),
    ]


@pytest.mark.parametrize(
    "broken", ["not json\n", "[1]\n", '{"id": "x"}\n', '{"id": "x", "text": 5}\n']
)
def test_a_broken_line_is_wrong_usage(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(broken, "utf-8")
    assert run("search", "x", "--corpus", str(path)).exit_code == 2
    assert run("search", "--queries", str(path)).exit_code == 2


def test_text_and_queries_together_are_wrong_usage(corpus: str) -> None:
    assert run("search", "x", "--queries", corpus).exit_code == 2
    assert run("search").exit_code == 2
