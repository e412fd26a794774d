"""What a policy is asked: who wants to do what, to which plan, in what circumstances.

Facts only, all of them given by the caller and none with a default: a forgotten fact
must not become a permission. How they are spelled for Cedar stands here too; the
names are those of `policies/schema.cedarschema`. Nothing is decided here.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

import orjson

from bot.domain.commands import Person
from bot.gate.plan_facts import PlanFacts

Mode = Literal["observe", "suggest", "act"]


class Verb(StrEnum):
    """What can be asked of the gate. Values are Cedar's action ids."""

    SHOW = "show"
    PROPOSE = "propose"
    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"
    RUN = "run"
    BREAK_GLASS = "break_glass"
    RECONCILE = "reconcile"
    REVIEW = "review"
    STOP_ALL = "stop_all"
    LIFT = "lift"
    OPEN_RAW = "open_raw"


OF_NO_PLAN = MappingProxyType(
    {Verb.STOP_ALL: "Gate", Verb.LIFT: "Gate", Verb.OPEN_RAW: "Payload"}
)
"""Verbs that are not about one plan, and the Cedar type of what they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as read from Slack and the incident just now.

    Attributes:
        person: Id, workspace and kind. A bot's own proposal has no asker.
        groups: Names of their groups: ``approvers``, ``oncall``, the site's own.
        groups_read: Slack said which user groups they are in.
        is_commander: Commander of this incident at this moment.
        is_author: Wrote the message that led to the plan.
        in_channel: Is in the incident's channel.
    """

    person: Person
    groups: frozenset[str]
    groups_read: bool
    is_commander: bool
    is_author: bool
    in_channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything that is neither the person nor the plan.

    Attributes:
        workspace: Id of the workspace Tocsin is installed in.
        channel_matches: It was asked in the channel that the plan names.
        membership_age_s: Whole seconds, rounded up, since the asker's facts were
            read from Slack; below zero when the clock went back.
        hour: 0 to 23 in the site's time zone.
        business_hours: As the site defines them.
        breaking_glass: The plan runs by break-glass, so the log says.
        break_glass_count_24h: How often the glass was broken in the 24 hours before.
        commander_agreed: The commander is among those who agreed.
        t3_self_approval: The setting that lets a requester press T3 alone.
    """

    workspace: str
    channel_matches: bool
    channel_externally_shared: bool
    membership_age_s: int
    hour: int
    business_hours: bool
    mode: Mode
    frozen: bool
    stopped: bool
    breaking_glass: bool
    break_glass_count_24h: int
    commander_agreed: bool
    t3_self_approval: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this person do this?

    Attributes:
        plan: None only for `stop_all`, `lift` and `open_raw`.
    """

    verb: Verb
    asker: Asker
    plan: PlanFacts | None
    circumstances: Circumstances


def request_of(question: Question) -> dict[str, Any]:
    """Return the request as Cedar takes it.

    Raises:
        ValueError: The person has no id, or a verb about a plan came without one.
        TypeError: A fact is not something JSON has.
    """
    return {
        "principal": _named("Person", question.asker.person.id),
        "action": _named("Action", question.verb),
        "resource": _resource(question),
        "context": orjson.dumps(_context(question.circumstances)).decode(),
    }


def entities_of(question: Question) -> str:
    """Return the asker and the plan as Cedar's JSON of entities.

    Raises:
        TypeError: A fact is not something JSON has.
    """
    plan = question.plan
    # Made here from the two ids, so that the two can never disagree.
    is_requester = plan is not None and question.asker.person.id == plan.requester
    entities = [_person(question.asker, is_requester=is_requester)]
    if plan:
        entities.append(_plan(plan))
    return orjson.dumps(entities).decode()


def need_of(plan: PlanFacts) -> tuple[dict[str, Any], str]:
    """Return the request and the entities that ask whose yes a plan needs."""
    request = {
        "principal": _named("Gate", "gate"),
        "action": _named("Action", "require"),
        "resource": _named("Plan", plan.id),
        "context": "{}",
    }
    return request, orjson.dumps([_plan(plan)]).decode()


def _named(kind: str, name: str) -> dict[str, str]:
    if not name:
        raise ValueError(f"a {kind} has no id")
    return {"type": kind, "id": name}


def _resource(question: Question) -> dict[str, str]:
    kind = OF_NO_PLAN.get(question.verb)
    if kind is not None:
        return _named(kind, kind.lower())
    if question.plan is None:
        raise ValueError(f"{question.verb} needs a plan")
    return _named("Plan", question.plan.id)


def _context(now: Circumstances) -> dict[str, Any]:
    return {
        "workspace": now.workspace,
        "channel_matches": now.channel_matches,
        "channel_externally_shared": now.channel_externally_shared,
        "membership_age_s": now.membership_age_s,
        "hour": now.hour,
        "business_hours": now.business_hours,
        "mode": {"type": "Mode", "id": now.mode},
        "frozen": now.frozen,
        "stopped": now.stopped,
        "breaking_glass": now.breaking_glass,
        "break_glass_count_24h": now.break_glass_count_24h,
        "commander_agreed": now.commander_agreed,
        "t3_self_approval": now.t3_self_approval,
    }


def _person(asker: Asker, *, is_requester: bool) -> dict[str, Any]:
    person = asker.person
    attributes = {
        "team": person.team,
        "kind": {"type": "Kind", "id": person.kind},
        "groups": sorted(asker.groups),
        "groups_read": asker.groups_read,
        "is_requester": is_requester,
        "is_commander": asker.is_commander,
        "is_author": asker.is_author,
        "in_channel": asker.in_channel,
    }
    uid = {"type": "Person", "id": person.id}
    return {"uid": uid, "attrs": attributes, "parents": []}


def _plan(plan: PlanFacts) -> dict[str, Any]:
    attributes = {
        "action": plan.action,
        "level": {"type": "Level", "id": plan.level},
        "stage": {"type": "Stage", "id": plan.stage},
        "risk_tier": {"type": "RiskTier", "id": plan.risk_tier},
        "drill": plan.drill,
        "requester": plan.requester,
        "parent": plan.parent,
        "irreversible": plan.irreversible,
        "human_initiated": plan.human_initiated,
        "system": plan.system,
        "registered": bool(plan.system),
        "data_classes": list(plan.data_classes),
        "personal_data": plan.personal_data,
        "legal_hold": plan.legal_hold,
        "cuts_off_customers": plan.cuts_off_customers,
        "region": plan.region,
        "residency": list(plan.residency),
        "outside": list(plan.outside),
        "needs": list(plan.needs),
    }
    return {
        "uid": {"type": "Plan", "id": plan.id},
        "attrs": attributes,
        "parents": [],
    }
