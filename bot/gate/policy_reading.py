"""From Cedar files to rules, each with its id, its reason, its file and its line.

Every statement is parsed and checked against the schema by itself, so that a message
can name the line. What the rules decide is `policy.py`.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cedarpy

from bot.domain.errors import BadSettings
from bot.domain.groups import GROUPS

SHIPPED = Path(__file__).resolve().parent / "policies"
SCHEMA, NEEDS_SCHEMA = "schema.cedarschema", "needs.cedarschema"
WAIVERS = "waivers.yaml"
CASES = "cases"
NOTHING_PERMITS = "nothing-permits"
POLICY_ERROR = "policy-error"
_RESERVED = frozenset({NOTHING_PERMITS, POLICY_ERROR})
# A file that is none of these may be a rule with a misspelt name: it is not skipped.
_BESIDE = frozenset({".cedar", ".yaml", ".md"})
_PART = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|[^";/]+|.', re.DOTALL)
Notes = Mapping[str, str | None]
"""A rule's annotations; one without a value is None."""
# Any other is a slip of the pen: without its @only a permit lets more people agree.
_NOTES = frozenset({"id", "because", "needs", "only"})
_REQUIRE = {"op": "==", "entity": {"type": "Action", "id": "require"}}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_REASON = 200
_PARSER_NAME = re.compile(r"^(?:\[policy0\] )?(?:for policy `policy0`[,:] )?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy of a file.

    Attributes:
        id: Its ``@id``, unique over all files.
        effect: ``permit`` or ``forbid``.
        because: Its ``@because``: a clause people read, without a full stop.
        where: ``file:line`` it begins in.
        site: It comes from the site's overlay.
        needs: Group whose yes a plan needs where it holds; "" for any other rule.
        group_only: Whom it lets agree counts for a group, not for the level.
        text: The statement in Cedar.
        body: The same as Cedar's JSON, for hashing.
    """

    id: str
    effect: str
    because: str
    where: str
    site: bool
    text: str = field(repr=False)
    body: Any = field(repr=False)
    needs: str
    group_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemas:
    """What rules may speak of.

    Attributes:
        text: For rules about who may do what.
        needs_text: For rules that say whose yes a plan needs.
    """

    text: str
    needs_text: str
    plain: cedarpy.Schema
    needs: cedarpy.Schema


def read_schemas(folder: Path = SHIPPED) -> Schemas:
    """Return the schemas, read and parsed.

    Raises:
        BadSettings: One cannot be read or parsed.
    """
    text = _text(folder / SCHEMA)
    more = folder / NEEDS_SCHEMA
    return schemas_of(text, f"{text}\n{_text(more)}" if more.exists() else text)


def schemas_of(text: str, needs_text: str) -> Schemas:
    """Return schemas from their texts.

    Raises:
        BadSettings: One cannot be parsed.
    """
    try:
        plain = cedarpy.Schema.from_str(text)
        needs = cedarpy.Schema.from_str(needs_text)
    except ValueError as error:
        raise bad(SCHEMA, str(error)) from error
    return Schemas(text=text, needs_text=needs_text, plain=plain, needs=needs)


def read_rules(folder: Path, schema: Schemas, *, site: bool) -> tuple[Rule, ...]:
    """Return the rules of every ``*.cedar`` file of a folder, sorted by file.

    Args:
        folder: Not searched deeper; a folder `cases` in it is for test cases.
        schema: What the rules may speak of.
        site: The folder is a site's overlay.

    Raises:
        BadSettings: Names the file and the line of what cannot be used.
    """
    rules: list[Rule] = []
    for path in _cedar_files(folder, site=site):
        rules += _rules_of(path, schema, site=site)
    return tuple(rules)


def joined(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules sorted by id.

    Raises:
        BadSettings: Two have one id; a site cannot replace a shipped rule.
    """
    by_id: dict[str, Rule] = {}
    for rule in rules:
        first = by_id.setdefault(rule.id, rule)
        if first is not rule:
            raise bad(rule.where, f"the id {rule.id!r} is taken by {first.where}")
    return tuple(by_id[name] for name in sorted(by_id))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest known word, or ""."""
    close = difflib.get_close_matches(word, list(known))
    return f"; the nearest is {close[0]!r}" if close else ""


def bad(where: str, because: str) -> BadSettings:
    """Return the error that names the place in the policies that is at fault."""
    return BadSettings(
        "The policies were not read",
        because=f"{where}: {because}",
        next_move="Correct the file; docs/guides/write-a-policy.md shows how.",
    )


def _cedar_files(folder: Path, *, site: bool) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise bad(str(folder), "the folder cannot be read") from error
    for path in found if site else ():
        known = path.name == CASES if path.is_dir() else path.suffix in _BESIDE
        if not known and not path.name.startswith("."):
            raise bad(str(path), "it is no .cedar file, and nothing here is skipped")
    return [path for path in found if path.suffix == ".cedar"]


def _shown(path: Path) -> str:
    """Return a path as people read it: ours without where Tocsin is installed."""
    ours = path.parent == SHIPPED
    return str(path.relative_to(SHIPPED.parents[2]) if ours else path)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise bad(str(path), "the file cannot be read as UTF-8 text") from error


def _rules_of(path: Path, schema: Schemas, *, site: bool) -> Iterator[Rule]:
    text = _text(path)
    count = 0
    for line, statement in _statements(path, text):
        count += 1
        yield _rule(f"{_shown(path)}:{line}", statement, schema, site=site)
    # Cedar reads the whole as well: it must see as many policies as were cut out.
    if len(_parsed(str(path), text)) != count:
        raise bad(str(path), "its policies could not be told apart")


def _statements(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with the line it begins in, without its comments."""
    line = start = 1
    piece = ""
    for match in _PART.finditer(text):
        part = match.group()
        if not piece:
            start = line + _lines_before(part)
        piece += "" if part.startswith("//") else part.lstrip() if not piece else part
        line += part.count("\n")
        if part == ";":
            yield start, piece
            piece = ""
    if piece:
        raise bad(f"{path}:{start}", "the statement does not end with ;")


def _lines_before(part: str) -> int:
    """Return how many lines of a part are blank before its first word."""
    return part.count("\n") - part.lstrip().count("\n")


def _rule(where: str, text: str, schema: Schemas, *, site: bool) -> Rule:
    if len(_parsed(where, text)) != 1:
        raise bad(where, "it is no policy; templates are not used here")
    (body,) = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    notes = _known(where, body.get("annotations", {}))
    needs, only = _needs(where, notes, body), _only(where, notes, body)
    checked = cedarpy.validate_policies(text, schema.needs if needs else schema.plain)
    if not checked.validation_passed:
        problems = {_PARSER_NAME.sub("", one.error) for one in checked.errors}
        raise bad(where, "; ".join(sorted(problems)))
    return Rule(
        needs=needs,
        group_only=only,
        id=_rule_id(where, notes.get("id")),
        effect=body["effect"],
        because=_because(where, notes.get("because")),
        where=where,
        site=site,
        text=text,
        body=body,
    )


def _known(where: str, notes: Notes) -> Notes:
    for name in notes:
        if name not in _NOTES:
            raise bad(where, f"there is no @{name}{nearest(name, _NOTES)}")
    return notes


def _needs(where: str, notes: Notes, body: Any) -> str:
    """Return the group of a rule that says whose yes a plan needs, "" for any other."""
    if "needs" not in notes:
        return ""
    name = notes["needs"] or ""
    if name not in GROUPS:
        raise bad(where, f"there is no group {name!r}{nearest(name, GROUPS)}")
    # A forbid would take away what another rule asks for; that is a waiver's business.
    # What names another action would hold for no plan, and nobody would be asked.
    if body["effect"] != "permit" or body["action"] != _REQUIRE:
        raise bad(
            where, 'it must be permit (principal, action == Action::"require", …)'
        )
    return name


def _only(where: str, notes: Notes, body: Any) -> bool:
    if "only" not in notes:
        return False
    if notes["only"] != "group" or body["effect"] != "permit":
        raise bad(where, '@only("group") is for permits, and there is no other')
    return True


def _parsed(where: str, text: str) -> cedarpy.PolicySet:
    try:
        return cedarpy.PolicySet.from_str(text)
    except ValueError as error:
        raise bad(where, f"it is not Cedar: {error}") from error


def _rule_id(where: str, value: str | None) -> str:
    if not value or not _ID.fullmatch(value):
        raise bad(where, 'it needs an @id("…") of small letters, digits and hyphens')
    if value in _RESERVED:
        raise bad(where, f"the id {value!r} is reserved")
    return value


def _because(where: str, value: str | None) -> str:
    if not value or not value.strip() or not value.isprintable():
        raise bad(where, 'it needs a @because("…"): one line that people will read')
    if len(value) > _LONGEST_REASON:
        raise bad(where, f"its @because is longer than {_LONGEST_REASON} characters")
    return value
