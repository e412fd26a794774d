"""Which fields name a model, an endpoint, an agent and so on.

Senders do not agree on spelling, so names are compared without case and
separators: ``modelId``, ``model_id`` and ``ModelID`` are one. Which registered
system a thing belongs to is not here (`bot/domain/registry.py`).
"""

from collections.abc import Iterable
from functools import lru_cache

from bot.domain.envelope import Entity, EntityKind

_MOST = 12
# Names come again and again; longer ones are not worth keeping.
_LONGEST_KEPT = 80


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In the order in which they say most about the system that is meant.
_NAMES: tuple[tuple[EntityKind, frozenset[str]], ...] = (
    (
        EntityKind.MODEL,
        _names(
            "model modelname modelid modelversion requestmodel responsemodel"
            " foundationmodel modeldeploymentname genairequestmodel"
            " genairesponsemodel servedmodelname"
        ),
    ),
    (EntityKind.AGENT, _names("agent agentname agentid agentalias agentarn")),
    (EntityKind.ENDPOINT, _names("endpoint endpointname deployment deploymentname")),
    (
        EntityKind.GUARDRAIL,
        _names("guardrail guardrailname guardrailid guardrailarn guardrailidentifier"),
    ),
    (EntityKind.SERVICE, _names("service servicename application app projectname")),
    (EntityKind.REPO, _names("repo repository repositoryname fullname")),
    (EntityKind.KEY, _names("keyalias apikeyid keyid accesskeyid apikeyname")),
    (
        EntityKind.PRINCIPAL,
        _names("principal principalid username userid userarn actorid"),
    ),
    (EntityKind.ACCOUNT, _names("account accountid awsaccountid subscriptionid")),
    (EntityKind.SERVICE, _names("job instance")),
)
_KNOWN = frozenset[str]().union(*(names for _, names in _NAMES))
_GPU_MARKS = frozenset({"gpu", "gpuid", "gpuuuid"})
_HOSTS = ("hostname", "node", "instance")


def entities_in(pairs: Iterable[tuple[str, str]]) -> tuple[Entity, ...]:
    """Return the things that name-and-value pairs speak of, most telling first.

    A graphics card is named with its host, ``gpu-node-7 gpu 3``; beside one,
    ``modelName`` is the card's product name, not an AI model.
    """
    named: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            named.setdefault(folded(name), []).append(value)
    cards = _cards(named)
    found = [Entity.named(EntityKind.GPU, card) for card in cards]
    telling = [(name, them) for name, them in named.items() if name in _KNOWN]
    for kind, names in _NAMES if telling else ():
        if cards and kind is EntityKind.MODEL:
            continue
        values = [one for name, them in telling if name in names for one in them]
        found.extend(Entity.named(kind, value) for value in values)
    return tuple(one for one in dict.fromkeys(found) if one.id)[:_MOST]


def folded(name: str) -> str:
    """Return a field name without case and separators: ``modelid``."""
    return _folded(name) if len(name) <= _LONGEST_KEPT else _plain(name)


def _plain(name: str) -> str:
    return "".join(mark for mark in name.casefold() if mark.isalnum())


_folded = lru_cache(maxsize=2048)(_plain)


def _cards(named: dict[str, list[str]]) -> list[str]:
    gpu = next((named[name][0] for name in _GPU_MARKS if name in named), "")
    if not gpu:
        return []
    host = next((named[name][0] for name in _HOSTS if name in named), "")
    return [f"{host} gpu {gpu}".strip()]
