"""Which files policies are read from; what would be skipped is refused by its name."""

from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.gate.policy import Policy
from bot.gate.policy_reading import nearest, read_rules, read_schemas, schemas_of

SCHEMA = read_schemas()
FINE = '@id("site-a") @because("b") forbid (principal, action, resource);'


def read(folder: Path) -> list[str]:
    """Return the ids of a site's rules."""
    (folder / "site.cedar").write_text(FINE, "utf-8")
    return [one.id for one in read_rules(folder, SCHEMA, site=True)]


def refused(folder: Path) -> str:
    """Return what is wrong with a site's folder, without where it lies."""
    with pytest.raises(BadSettings) as error:
        read(folder)
    return error.value.because.removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    "name", ["site.ceder", "site.CEDAR", "schema.cedarschema", "rule", "a.yml"]
)
def test_a_file_that_would_be_skipped_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FINE, "utf-8")
    says = "it is no .cedar file, and nothing here is skipped"
    assert refused(tmp_path) == f"{name}: {says}"


@pytest.mark.parametrize("name", ["more", "more.cedar", "more.md"])
def test_a_folder_that_would_be_skipped_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    says = "it is no .cedar file, and nothing here is skipped"
    assert refused(tmp_path) == f"{name}: {says}"


def test_notes_and_cases_may_lie_beside_the_rules(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    for name in ("README.md", "cases.yaml", ".gitkeep"):
        (tmp_path / name).touch()
    assert read(tmp_path) == ["site-a"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as error:
        read_rules(tmp_path / "none", SCHEMA, site=True)
    assert error.value.because == f"{tmp_path}/none: the folder cannot be read"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    says = "the file cannot be read as UTF-8 text"
    path = tmp_path / "a.cedar"
    path.write_bytes(b"\xff\xfe")
    assert refused(tmp_path) == f"a.cedar: {says}"
    path.unlink()
    path.symlink_to(tmp_path / "moved.cedar")
    assert refused(tmp_path) == f"a.cedar: {says}"


# --- the schemas ---


def test_what_only_rules_for_groups_may_speak_of_stands_in_a_schema_of_its_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "schema.cedarschema").write_text("entity Person;", "utf-8")
    alone = read_schemas(tmp_path)
    assert (alone.text, alone.needs_text) == ("entity Person;", "entity Person;")
    (tmp_path / "needs.cedarschema").write_text("entity Gate;", "utf-8")
    both = read_schemas(tmp_path)
    assert (both.text, both.needs_text) == (
        "entity Person;",
        "entity Person;\nentity Gate;",
    )


@pytest.mark.parametrize(
    "texts", [("entity Person {", ""), ("", "entity Person {")], ids=["text", "needs"]
)
def test_a_schema_that_cannot_be_read_is_refused(texts: tuple[str, str]) -> None:
    with pytest.raises(BadSettings) as error:
        schemas_of(*texts)
    assert error.value.because.startswith("schema.cedarschema: ")


def test_without_the_shipped_schema_nothing_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"schema\.cedarschema: the file cannot"):
        Policy.load(shipped=tmp_path)


def test_the_nearest_word_is_named_where_one_is_near() -> None:
    known = ("stopped", "stoped", "frozen")
    assert nearest("stoppd", known) == "; the nearest is 'stopped'"
    assert nearest("qqq", known) == ""
