"""Which of the things an alert names say that another alert belongs to it. Pure.

Two alerts of one key are very likely one incident; two alerts of one account say
nothing. How much each kind of thing says is data (`bot/rules/grouping.yaml`). What
is named so often that it says nothing is left out by whoever looks it up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.envelope import Alert, Entity, EntityKind

# Shorter ids, and short numbers, name nothing by themselves.
_SHORTEST = 3
_SHORTEST_NUMBER = 6
_ARN = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):[a-z0-9-]*:(?P<account>\d{12})?:(?P<rest>.+)"
)
_PRINCIPAL = re.compile(
    r"(?:user|role|assumed-role|federated-user)/(?:.*/)?(?P<name>[^/]+)"
)
_ASSUMED = re.compile(r"assumed-role/(?P<role>[^/]+)(?:/.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRules:
    """How much sharing a thing says.

    Attributes:
        weights: By kind of thing; a kind that is not here says nothing.
        same_account: What a known and equal account adds to a shared thing.
        enough: From which sum on two alerts belong together.
        common_from: In how many open incidents a thing is named so often that it
            says nothing.
        common: Ids that mean nothing, folded.
        public: Names of models that everybody uses.
    """

    weights: Mapping[EntityKind, int] = field(default_factory=dict)
    same_account: int = 0
    enough: int = 1
    common_from: int = 1
    common: frozenset[str] = frozenset()
    public: re.Pattern[str] = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, order=True)
class Trace:
    """A thing by which alerts find each other.

    Attributes:
        key: Kind and folded name, equal however a sender writes it.
        account: Cloud account it is in; "" where the alert does not say.
        entity: As the alert names it.
        weight: What it says when another alert names it too.
    """

    key: str
    account: str
    entity: Entity
    weight: int


def traces(alert: Alert, rules: EntityRules) -> tuple[Trace, ...]:
    """Return what an alert names that may tell, the most telling first."""
    account = _account(alert)
    found = {
        trace.key: trace
        for entity in alert.envelope.entities
        if (trace := _trace(entity, account, rules)) is not None
    }
    return tuple(sorted(found.values(), key=lambda one: (-one.weight, one.key)))


def weight_of(trace: Trace, account: str, rules: EntityRules) -> int:
    """Return how much it says that an incident names it too.

    Args:
        account: In which the incident names it; things of one name in two accounts
            are two things.
    """
    if trace.account and account and trace.account != account:
        return 0
    is_same = trace.account != "" and trace.account == account
    return trace.weight + (rules.same_account if is_same else 0)


def _trace(entity: Entity, account: str, rules: EntityRules) -> Trace | None:
    weight = rules.weights.get(entity.kind, 0)
    name, named_in = _name(entity)
    shortest = _SHORTEST_NUMBER if name.isdecimal() else _SHORTEST
    if weight <= 0 or len(name) < shortest or name in rules.common:
        return None
    if entity.kind is EntityKind.MODEL and rules.public.search(name):
        return None
    key = f"{entity.kind}:{name}"
    return Trace(key=key, account=named_in or account, entity=entity, weight=weight)


def _name(entity: Entity) -> tuple[str, str]:
    """Return a thing's folded name, and the account where its ARN says it."""
    arn = _ARN.fullmatch(entity.id)
    if arn is None:
        return entity.id.casefold(), ""
    rest, account = arn["rest"], arn["account"] or ""
    if entity.kind is EntityKind.PRINCIPAL:
        assumed, plain = _ASSUMED.fullmatch(rest), _PRINCIPAL.fullmatch(rest)
        name = assumed["role"] if assumed else plain["name"] if plain else rest
        # In every account there is a root; only together they are one.
        return (name if name != "root" else f"root of {account}").casefold(), account
    return re.split("[/:]", rest, maxsplit=1)[-1].casefold(), account


def _account(alert: Alert) -> str:
    named = [one for one in alert.envelope.entities if one.kind is EntityKind.ACCOUNT]
    if len(named) == 1:
        return named[0].id
    in_arns = {
        arn["account"]
        for one in alert.envelope.entities
        if (arn := _ARN.fullmatch(one.id)) and arn["account"]
    }
    return in_arns.pop() if len(in_arns) == 1 and not named else ""
