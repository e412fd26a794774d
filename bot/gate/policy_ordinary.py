"""An ordinary question to the policies, and questions that differ from it.

For cases and for `tocsin policy explain`: a member of our workspace in the incident's
channel, a T2 plan for production, a gate that acts. The gate itself never asks this
way; it has to give every fact.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from bot.domain.commands import Person, PersonKind
from bot.domain.plan import Level
from bot.domain.registry import RiskTier, Stage, System
from bot.domain.residency import outside
from bot.gate.plan_facts import PlanFacts
from bot.gate.policy_question import Asker, Circumstances, Mode, Question, Verb
from bot.gate.policy_reading import nearest

_OURS = "T0OURS"
_SOMEBODY_ELSE = "U0SOMEBODY"

Facts = Mapping[str, Any]

WHO: Facts = MappingProxyType(
    {
        "id": "U0ASKER",
        "team": _OURS,
        "kind": "member",
        "groups": (),
        "groups_read": True,
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
        "system": "some-system",
        "data_classes": (),
        "legal_hold": False,
        "cuts_off_customers": False,
        "region": "eu-central-1",
        "reaches": (),
        "residency": (),
        "needs": (),
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
            groups_read=asks["groups_read"],
            is_commander=asks["commander"],
            is_author=asks["author"],
            in_channel=asks["in_channel"],
        ),
        plan=_plan(about, requester=requester),
        circumstances=Circumstances(**now),
    )


def _plan(about: Facts, *, requester: str) -> PlanFacts:
    system = System(
        id=about["system"], title="", owner="", data_classes=about["data_classes"]
    )
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
        system=system.id,
        data_classes=system.data_classes,
        personal_data=system.is_personal,
        legal_hold=about["legal_hold"],
        cuts_off_customers=about["cuts_off_customers"],
        region=about["region"],
        residency=about["residency"],
        outside=outside((about["region"], *about["reaches"]), about["residency"]),
        needs=about["needs"],
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
