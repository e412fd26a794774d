"""Rules that cannot be used are refused when they are read, with file and line.

Which files are read at all is test_policy_files.py.
"""

from pathlib import Path

import cedarpy
import pytest

from bot.domain.errors import BadSettings
from bot.gate.policy_reading import (
    SHIPPED,
    Rule,
    joined,
    read_rules,
    read_schemas,
)

SCHEMA = read_schemas()
RULE = "forbid (principal, action, resource);"
NAMED = '@id("site-a") @because("b")\n'
FINE = f"{NAMED}{RULE}\n"
APPROVE = 'forbid (principal, action == Action::"approve", resource) '
REQUIRE = 'permit (principal, action == Action::"require", resource);'
AN_ID = 'it needs an @id("…") of small letters, digits and hyphens'
A_REASON = 'it needs a @because("…"): one line that people will read'
MUST_REQUIRE = 'it must be permit (principal, action == Action::"require", …)'
ONLY_GROUP = '@only("group") is for permits, and there is no other'


def read(folder: Path, text: str, *, site: bool = True) -> tuple[Rule, ...]:
    (folder / "site.cedar").write_text(text, "utf-8")
    return read_rules(folder, SCHEMA, site=site)


def refused(folder: Path, text: str) -> str:
    """Return what is wrong with a site's file, without where it lies."""
    with pytest.raises(BadSettings) as error:
        read(folder, text)
    return error.value.because.removeprefix(f"{folder}/")


# --- what one rule says ---


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("forbid (principal, action, resource) when { context.hour = 3 };", "="),
        ("frobid (principal, action, resource);", "invalid policy effect: frobid"),
        ('forbid (principal, action == Action::"aprove", resource);', "aprove"),
        ("forbid (principal, action, resource) when { context.froozen };", "froozen"),
        (APPROVE + 'when { resource.level == Level::"T4" };', '"T4"'),
        (APPROVE + 'when { resource.level == "T1" };', "not compatible"),
        (
            'forbid (principal, action, resource) when { context.hour < "8" };',
            "String",
        ),
    ],
)
def test_a_typo_is_refused_with_its_file_and_line(
    tmp_path: Path, rule: str, says: str
) -> None:
    message = refused(tmp_path, f"// a comment; with a semicolon\n\n{NAMED}{rule}\n")
    assert message.startswith("site.cedar:3: ")
    assert says in message
    assert "policy0" not in message  # a name that Cedar gives


def test_all_that_does_not_fit_the_schema_is_told_in_order(tmp_path: Path) -> None:
    rule = APPROVE + "when { context.froozen || context.actoin || principal.nobody };"
    where = 'in context for Action::"approve" not found'
    assert refused(tmp_path, NAMED + rule) == (
        f"site.cedar:1: attribute `actoin` {where}; attribute `froozen` {where}; "
        "attribute `nobody` on entity type `Person` not found"
    )


def test_a_refusal_says_what_to_correct_and_where_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as error:
        read(tmp_path, f"{NAMED}frobid (principal, action, resource);")
    assert str(error.value) == (
        f"The policies were not read: {tmp_path}/site.cedar:1: it is not Cedar: "
        "invalid policy effect: frobid. Correct the file; "
        "docs/guides/write-a-policy.md shows how."
    )


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (RULE, AN_ID),
        (f"@id {RULE}", AN_ID),
        (f'@id("Site A") @because("b") {RULE}', AN_ID),
        (f'@id("site-a-") @because("b") {RULE}', AN_ID),
        (f'@id("site-a") {RULE}', A_REASON),
        (f'@id("site-a") @because {RULE}', A_REASON),
        (f'@id("site-a") @because("") {RULE}', A_REASON),
        (f'@id("site-a") @because("  ") {RULE}', A_REASON),
        (f'@id("site-a") @because("a\\nb") {RULE}', A_REASON),
        (f'@id("site-a") @because("\\u{{202E}}b") {RULE}', A_REASON),
        (
            f'@id("site-a") @because("{"x" * 201}") {RULE}',
            "its @because is longer than 200 characters",
        ),
        (
            f'@id("nothing-permits") @because("b") {RULE}',
            "the id 'nothing-permits' is reserved",
        ),
        (
            f'@id("policy-error") @because("b") {RULE}',
            "the id 'policy-error' is reserved",
        ),
        (
            f"{NAMED}forbid (principal == ?principal, action, resource);",
            "it is no policy; templates are not used here",
        ),
        (f"{NAMED}{RULE[:-1]}", "the statement does not end with ;"),
        (
            f'{NAMED}@onyl("group") permit (principal, action, resource);',
            "there is no @onyl; the nearest is 'only'",
        ),
        (f'{NAMED}@zz("b") {RULE}', "there is no @zz"),
        (f"{NAMED}@only permit (principal, action, resource);", ONLY_GROUP),
        (f'{NAMED}@only("level") permit (principal, action, resource);', ONLY_GROUP),
        (f'{NAMED}@only("group") {RULE}', ONLY_GROUP),
        (
            f'{NAMED}@needs("privcy") {REQUIRE}',
            "there is no group 'privcy'; the nearest is 'privacy'",
        ),
        (f"{NAMED}@needs {REQUIRE}", "there is no group ''"),
        (
            f'{NAMED}@needs("privacy") {REQUIRE.replace("permit", "forbid")}',
            MUST_REQUIRE,
        ),
        (f'{NAMED}@needs("privacy") {REQUIRE.replace("==", "in")}', MUST_REQUIRE),
        # It would hold for no plan: nobody of privacy would ever be asked.
        (f'{NAMED}@needs("privacy") {REQUIRE.replace("require", "run")}', MUST_REQUIRE),
        (
            f'{NAMED}@needs("privacy") permit (principal, action, resource);',
            MUST_REQUIRE,
        ),
    ],
)
def test_a_rule_that_is_not_whole_is_refused(
    tmp_path: Path, rule: str, says: str
) -> None:
    assert refused(tmp_path, rule) == f"site.cedar:1: {says}"


def test_all_that_a_rule_says_is_read(tmp_path: Path) -> None:
    reason = "x" * 200
    note = f'@because("{reason}")'
    text = f'@id("site-a") {note} @only("group")\npermit (principal, action, resource);'
    (one,) = read(tmp_path, f"// why\n{text}")
    assert one == Rule(
        id="site-a",
        effect="permit",
        because=reason,
        where=f"{tmp_path}/site.cedar:2",
        site=True,
        text=text,
        body=one.body,
        needs="",
        group_only=True,
    )
    assert one.body["annotations"]["only"] == "group"
    # What is printed of it names it; the whole of it stands in its file.
    assert "principal" not in repr(one)
    (asks,) = read(tmp_path, f'{NAMED}@needs("privacy") {REQUIRE}', site=False)
    assert (asks.needs, asks.group_only, asks.site) == ("privacy", False, False)


# --- where one rule ends and the next begins ---


def test_the_line_is_that_of_the_rule_at_fault(tmp_path: Path) -> None:
    wrong = FINE.replace("site-a", "site-b").replace("action,", "action == 3,")
    message = refused(tmp_path, f"{FINE}\n// so\n\n{wrong}{FINE}")
    assert message.startswith("site.cedar:6: ")
    no_name = "\n\nforbid (principal,\n action, resource);"
    assert refused(tmp_path, no_name) == f"site.cedar:3: {AN_ID}"


def test_semicolons_and_slashes_in_texts_end_nothing(tmp_path: Path) -> None:
    first, second = read(
        tmp_path,
        '@id("site-a") @because("one; two // \\"three\\"")\n'
        "forbid (principal is// so\nPerson, action, resource) // ; }\n"
        'when { context.workspace == ";//" };\n'
        '@id("site-b") @because("b") forbid (principal, action, resource)\n'
        "when { context.frozen };",
    )
    assert first.because == 'one; two // "three"'
    assert second.where == f"{tmp_path / 'site.cedar'}:5"


def test_a_file_of_comments_alone_holds_no_rule(tmp_path: Path) -> None:
    assert read(tmp_path, "// nothing yet; but soon\n") == ()
    assert read(tmp_path, "") == ()


def test_where_cedar_sees_other_rules_than_were_cut_out_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AlwaysOne:
        @staticmethod
        def from_str(_: str) -> list[int]:
            return [1]

    monkeypatch.setattr(cedarpy, "PolicySet", AlwaysOne)
    assert len(read(tmp_path, FINE)) == 1
    more = FINE.replace("site-a", "site-b")
    says = "site.cedar: its policies could not be told apart"
    assert refused(tmp_path, FINE + more) == says


# --- rules together ---


def test_a_site_cannot_replace_a_shipped_rule(tmp_path: Path) -> None:
    shipped = read_rules(SHIPPED, SCHEMA, site=False)
    site = read(tmp_path, FINE.replace("site-a", "members-only"))
    with pytest.raises(BadSettings) as error:
        joined([*shipped, *site])
    taken = "the id 'members-only' is taken by bot/gate/policies/who.cedar:"
    assert error.value.because.startswith(f"{tmp_path}/site.cedar:1: {taken}")


def test_rules_are_told_by_their_ids_in_order_and_no_two_have_one(
    tmp_path: Path,
) -> None:
    made = read(tmp_path, FINE.replace("site-a", "site-b") + FINE)
    assert [one.id for one in joined(made)] == ["site-a", "site-b"]
    with pytest.raises(BadSettings, match="is taken by"):
        joined(read(tmp_path, FINE + FINE))
