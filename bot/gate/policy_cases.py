"""Test cases for policies, as files: who, what, context, and what must come out.

A case says only what differs from the ordinary, which is `policy_ordinary.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.groups import GROUPS
from bot.domain.plain_yaml import NotPlain, loaded
from bot.gate.policy import Answer, Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.policy_question import Question
from bot.gate.policy_reading import CASES, WAIVERS, bad, nearest
from bot.gate.waivers import NEVER

_CASES = f"{CASES}/*.yaml"
_CASE_KEYS = ("name", "who", "what", "context", "waived", "needs", "expect", "rule")
_OUTCOMES = {"allow": True, "deny": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a case file.

    Attributes:
        rule: Id that must be among the reasons; "" for any.
        needs: Ids of the rules that ask for a group's yes, with a minus those that
            must not; a site's rules count where they are named. None: not looked at.
        waived: Ids of rules that are taken as lifted by a waiver.
        where: File and place in it.
    """

    name: str
    question: Question
    allowed: bool
    rule: str
    where: str
    needs: tuple[str, ...] | None = None
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case."""

    case: Case
    answer: Answer
    needs: tuple[str, ...] | None = None

    @property
    def passed(self) -> bool:
        """Whether the decision and the rules are the expected ones."""
        right_rule = not self.case.rule or self.case.rule in self.answer.reasons
        wanted = self.case.needs
        asked = [one for one in wanted or () if not one.startswith("-")]
        found = None if self.needs is None else sorted(self.needs)
        right_needs = wanted is None or found == sorted(asked)
        right = self.answer.allowed == self.case.allowed
        return right and right_rule and right_needs


def case_files(*folders: Path) -> tuple[Path, ...]:
    """Return the case files of folders and of `cases` in them, each once."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in [*sorted(folder.glob("*.yaml")), *sorted(folder.glob(_CASES))]:
            if path.name != WAIVERS:
                found.setdefault(path.resolve(), path)
    return tuple(found.values())


def read_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """Return the cases of the files; a later one replaces one of the same name.

    So a site that means to differ from a shipped case says so by name.

    Raises:
        BadSettings: Names the file, the case and the fact that is wrong.
    """
    cases: dict[str, Case] = {}
    for path in paths:
        seen: set[str] = set()
        for place, row in enumerate(_rows(path), 1):
            case = _case(f"{path}, case {place}", row)
            if case.name in seen:
                raise bad(case.where, f"the name {case.name!r} is used twice")
            seen.add(case.name)
            cases[case.name] = case
    return tuple(cases.values())


def run_cases(policy: Policy, cases: Iterable[Case]) -> tuple[Outcome, ...]:
    """Ask the policy every case."""
    return tuple(_outcome(policy, case) for case in cases)


def untested(policy: Policy, cases: Iterable[Case]) -> tuple[str, ...]:
    """Return the ids of rules that no case expects, sorted."""
    known = list(cases)
    expected = {case.rule for case in known}
    expected |= {rule for case in known for rule in case.needs or ()}
    return tuple(sorted(set(policy.rules) - expected))


def _outcome(policy: Policy, case: Case) -> Outcome:
    waived = dict.fromkeys(case.waived, "a-case")
    return Outcome(
        case=case,
        answer=policy.decide(case.question, waived=waived),
        needs=None if case.needs is None else _asking(policy, case),
    )


def _asking(policy: Policy, case: Case) -> tuple[str, ...] | None:
    """Return the rules that ask for a group; None for an error or an unknown rule."""
    named = {one.removeprefix("-") for one in case.needs or ()}
    plan = case.question.plan
    # In a case every group is filled; which really are is asked by `doctor`.
    found = policy.needs(plan, named=GROUPS) if plan else None
    if found is None or not named <= policy.rules.keys():
        return None
    rules = (policy.rules[one.rule] for one in found)
    return tuple(one.id for one in rules if one.id in named or not one.site)


def _rows(path: Path) -> list[object]:
    try:
        rows = loaded(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise bad(str(path), "it cannot be read as UTF-8 text") from error
    except NotPlain as error:
        raise bad(str(path), str(error)) from error
    if not isinstance(rows, list):
        raise bad(str(path), "it must be a list of cases")
    return rows


def _case(where: str, row: object) -> Case:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise bad(where, "it must be a map with a name")
    try:
        return _checked(where, row)
    except ValueError as error:
        raise bad(f"{where} ({row['name']})", str(error)) from error


def _checked(where: str, row: Mapping[str, Any]) -> Case:
    for key in row:
        if key not in _CASE_KEYS:
            raise ValueError(f"there is no key {key!r}{nearest(str(key), _CASE_KEYS)}")
    for key in ("who", "what", "context"):
        if not isinstance(row.get(key, {}), dict):
            raise ValueError(f"{key} must be a map")  # noqa: TRY004 - a file's value
    if str(row.get("expect")) not in _OUTCOMES:
        raise ValueError("expect must be allow or deny")
    if not isinstance(row.get("rule", ""), str):
        raise ValueError("rule must be the id of a policy")  # noqa: TRY004 - a file's value
    return Case(
        name=row["name"],
        question=question_of(
            who=row.get("who"), what=row.get("what"), context=row.get("context")
        ),
        allowed=_OUTCOMES[row["expect"]],
        rule=row.get("rule", ""),
        where=where,
        needs=_ids(row, "needs") if "needs" in row else None,
        waived=_waived(row),
    )


def _ids(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = row.get(key, [])
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return tuple(found)
    raise ValueError(f"{key} must be a list of ids of policies")


def _waived(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = _ids(row, "waived")
    for one in found:
        if one in NEVER:
            raise ValueError(f"{one} is never waived: {NEVER[one]}")
    return found
