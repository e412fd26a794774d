"""Test cases for policies, as files: who, what, context, and what must come out.

A case says only what differs from the ordinary: a member of our workspace in the
incident's channel, a T2 plan for production, a gate that acts. The gate itself
never asks this way; it has to give every fact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from bot.domain.commands import Person, PersonKind
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.plan import Level
from bot.domain.registry import RiskTier, Stage
from bot.gate.policy import Answer, Policy
from bot.gate.policy_question import (
    Asker,
    Circumstances,
    Mode,
    PlanFacts,
    Question,
    Verb,
)
from bot.gate.policy_reading import CASES, bad, nearest

_OURS = "T0OURS"
_SOMEBODY_ELSE = "U0SOMEBODY"
_CASES = f"{CASES}/*.yaml"
_CASE_KEYS = ("name", "who", "what", "context", "expect", "rule")
_OUTCOMES = {"allow": True, "deny": False}

Facts = Mapping[str, Any]

WHO: Facts = MappingProxyType(
    {
        "id": "U0ASKER",
        "team": _OURS,
        "kind": "member",
        "groups": (),
        "requester": False,
        "commander": False,
        "author": False,
        "in_channel": True,
    }
)
WHAT: Facts = MappingProxyType(
    {
        "verb": "show",
        "action": "aws.iam.deactivate_access_key",
        "level": "T2",
        "stage": "production",
        "risk_tier": "high",
        "drill": False,
        "parent": "",
        "irreversible": False,
        "human_initiated": True,
    }
)
CONTEXT: Facts = MappingProxyType(
    {
        "workspace": _OURS,
        "channel_matches": True,
        "channel_externally_shared": False,
        "membership_age_s": 0,
        "hour": 12,
        "business_hours": True,
        "mode": "act",
        "frozen": False,
        "stopped": False,
        "breaking_glass": False,
        "break_glass_count_24h": 0,
        "commander_agreed": False,
        "t3_self_approval": True,
    }
)
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "verb": tuple(Verb),
        "kind": tuple(PersonKind),
        "level": tuple(Level),
        "stage": get_args(Stage),
        "risk_tier": get_args(RiskTier),
        "mode": get_args(Mode),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a case file.

    Attributes:
        rule: Id that must be among the reasons; "" for any.
        where: File and place in it.
    """

    name: str
    question: Question
    allowed: bool
    rule: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case."""

    case: Case
    answer: Answer

    @property
    def passed(self) -> bool:
        """Whether the decision and the rule are the expected ones."""
        right_rule = not self.case.rule or self.case.rule in self.answer.reasons
        return self.answer.allowed == self.case.allowed and right_rule


def case_files(*folders: Path) -> tuple[Path, ...]:
    """Return the case files of folders and of `cases` in them, each once."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in [*sorted(folder.glob("*.yaml")), *sorted(folder.glob(_CASES))]:
            found.setdefault(path.resolve(), path)
    return tuple(found.values())


def question_of(
    *, who: Facts | None = None, what: Facts | None = None, context: Facts | None = None
) -> Question:
    """Return a question that differs from the ordinary in the given facts.

    Raises:
        ValueError: Names the fact that is not known or has a wrong value.
    """
    asks, about, now = _over(WHO, who), _over(WHAT, what), _over(CONTEXT, context)
    requester = asks["id"] if asks["requester"] else _SOMEBODY_ELSE
    kind, verb = PersonKind(asks["kind"]), Verb(about["verb"])
    return Question(
        verb=verb,
        asker=Asker(
            person=Person(id=asks["id"], team=asks["team"], kind=kind),
            groups=frozenset(asks["groups"]),
            is_commander=asks["commander"],
            is_author=asks["author"],
            in_channel=asks["in_channel"],
        ),
        plan=_plan(about, requester=requester),
        circumstances=Circumstances(**now),
    )


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
    return tuple(
        Outcome(case=case, answer=policy.decide(case.question)) for case in cases
    )


def untested(policy: Policy, cases: Iterable[Case]) -> tuple[str, ...]:
    """Return the ids of rules that no case expects, sorted."""
    return tuple(sorted(set(policy.rules) - {case.rule for case in cases}))


def _plan(about: Facts, *, requester: str) -> PlanFacts:
    return PlanFacts(
        id="pl_CASE",
        action=about["action"],
        level=Level(about["level"]),
        stage=about["stage"],
        risk_tier=about["risk_tier"],
        drill=about["drill"],
        requester=requester,
        parent=about["parent"],
        irreversible=about["irreversible"],
        human_initiated=about["human_initiated"],
    )


def _over(usual: Facts, given: Facts | None) -> dict[str, Any]:
    facts = dict(usual)
    for key, value in (given or {}).items():
        if key not in usual:
            raise ValueError(f"there is no fact {key!r}{nearest(str(key), usual)}")
        facts[key] = _fitting(key, value, usual[key])
    return facts


def _fitting(key: str, value: object, usual: object) -> object:
    """Return the value when it is of the same type as the usual one."""
    if isinstance(usual, tuple):
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise ValueError(f"{key} must be a list of texts")
    if type(value) is not type(usual):
        names = {bool: "true or false", int: "a whole number"}
        raise ValueError(f"{key} must be {names.get(type(usual), 'a text')}")
    known = _CHOICES.get(key)
    if known and value not in known:
        hint = nearest(str(value), map(str, known)) or f"; known: {', '.join(known)}"
        raise ValueError(f"{key} {value!r} is not known{hint}")
    return value


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
    )
