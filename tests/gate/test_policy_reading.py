"""Policies that cannot be used are refused when they are read, with file and line."""

from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.gate.policy import Policy

FINE = '@id("site-a") @because("b") forbid (principal, action, resource);\n'
APPROVE = 'forbid (principal, action == Action::"approve", resource) '
NAMED = '@id("site-a") @because("b")\n'


def refused(folder: Path, text: str, *, name: str = "site.cedar") -> str:
    """Return the message with which an overlay is refused."""
    site = folder / "policies"
    site.mkdir(exist_ok=True)
    (site / name).write_text(text, "utf-8")
    with pytest.raises(BadSettings) as error:
        Policy.load(site)
    return str(error.value)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("forbid (principal, action, resource) when { context.hour = 3 };", "Cedar"),
        ("forbid (principal, action, resource)", "does not end with ;"),
        ("frobid (principal, action, resource);", "it is not Cedar"),
        (
            'forbid (principal, action == Action::"aprove", resource);',
            "aprove",
        ),
        (
            "forbid (principal, action, resource) when { context.froozen };",
            "froozen",
        ),
        (
            APPROVE + 'when { resource.level == Level::"T4" };',
            '"T4"',
        ),
        (
            APPROVE + 'when { resource.level == "T1" };',
            "not compatible",
        ),
        (
            'forbid (principal, action, resource) when { context.hour < "8" };',
            "String",
        ),
        ("forbid (principal == ?principal, action, resource);", "templates"),
    ],
)
def test_a_typo_is_refused_with_its_file_and_line(
    tmp_path: Path, rule: str, says: str
) -> None:
    message = refused(tmp_path, f"// a comment; with a semicolon\n\n{NAMED}{rule}\n")
    assert f"{tmp_path / 'policies' / 'site.cedar'}:3: " in message
    assert says in message
    assert "docs/guides/write-a-policy.md" in message


def test_the_line_is_that_of_the_rule_at_fault(tmp_path: Path) -> None:
    wrong = FINE.replace("site-a", "site-b").replace("action,", "action == 3,")
    message = refused(tmp_path, f"{FINE}\n// so\n\n{wrong}{FINE}")
    assert "site.cedar:5: " in message


@pytest.mark.parametrize(
    ("notes", "says"),
    [
        ("", "@id"),
        ("@id", "@id"),
        ('@id("Site A") @because("b")', "@id"),
        ('@id("site-a")', "@because"),
        ('@id("site-a") @because("")', "@because"),
        ('@id("site-a") @because("a\\nb")', "@because"),
        ('@id("site-a") @because("\\u{202E}b")', "@because"),
        ('@id("nothing-permits") @because("b")', "reserved"),
        (f'@id("site-a") @because("{"x" * 201}")', "longer than 200"),
    ],
)
def test_a_rule_has_an_id_and_a_reason_that_people_can_read(
    tmp_path: Path, notes: str, says: str
) -> None:
    rule = f"{notes} forbid (principal, action, resource);"
    assert says in refused(tmp_path, rule)


def test_a_site_cannot_replace_a_shipped_rule(tmp_path: Path) -> None:
    message = refused(tmp_path, FINE.replace("site-a", "members-only"))
    assert "'members-only' is taken by bot/gate/policies/who.cedar:" in message


def test_two_rules_cannot_have_one_id(tmp_path: Path) -> None:
    assert "is taken by" in refused(tmp_path, FINE + FINE)


@pytest.mark.parametrize("name", ["site.ceder", "schema.cedarschema", "rule", "a.yml"])
def test_a_file_that_would_be_skipped_is_refused(tmp_path: Path, name: str) -> None:
    assert "nothing here is skipped" in refused(tmp_path, FINE, name=name)


def test_a_folder_that_would_be_skipped_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policies" / "more").mkdir(parents=True)
    assert "nothing here is skipped" in refused(tmp_path, FINE)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        Policy.load(tmp_path / "none")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.cedar").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match="cannot be read as UTF-8"):
        Policy.load(tmp_path)


def test_semicolons_and_slashes_in_texts_end_nothing(tmp_path: Path) -> None:
    (tmp_path / "site.cedar").write_text(
        '@id("site-a") @because("one; two // \\"three\\"")\n'
        "forbid (principal, action, resource) // ; }\n"
        'when { context.workspace == ";//" };\n'
        '@id("site-b") @because("b") forbid (principal, action, resource)\n'
        "when { context.frozen };",
        "utf-8",
    )
    rules = Policy.load(tmp_path).rules
    assert rules["site-a"].because == 'one; two // "three"'
    assert rules["site-b"].where == f"{tmp_path / 'site.cedar'}:4"


def test_notes_and_cases_may_lie_beside_the_rules(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    for name in ("README.md", "cases.yaml", ".gitkeep"):
        (tmp_path / name).touch()
    (tmp_path / "site.cedar").write_text(FINE, "utf-8")
    assert "site-a" in Policy.load(tmp_path).rules


def test_a_schema_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "schema.cedarschema").write_text("entity Person {", "utf-8")
    with pytest.raises(BadSettings, match=r"schema\.cedarschema"):
        Policy.load(shipped=tmp_path)
