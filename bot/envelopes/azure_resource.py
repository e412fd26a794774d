"""What an Azure resource id names: a model deployment, an endpoint, a service.

Only the id is read. Which fields hold ids is the integrations' business.

Source:
    Azure Resource Manager documentation, resource id format:
    /subscriptions/…/resourceGroups/…/providers/<namespace>/<type>/<name>/…
"""

from collections.abc import Iterable

from bot.domain.envelope import Entity, EntityKind
from bot.envelopes.wording import last_part

# By type, lower case. Types that are not here are services.
_KINDS = {
    "deployments": EntityKind.MODEL,
    "onlineendpoints": EntityKind.ENDPOINT,
    "batchendpoints": EntityKind.ENDPOINT,
    "serverlessendpoints": EntityKind.ENDPOINT,
    "agents": EntityKind.AGENT,
    "applications": EntityKind.AGENT,
    "models": EntityKind.MODEL,
}
_AI_ACCOUNTS = ("microsoft.cognitiveservices/accounts",)
_MOST = 20


def things_of(ids: Iterable[str]) -> tuple[Entity, ...]:
    """Return what resource ids name, the innermost part of each first."""
    found: dict[Entity, None] = {}
    for one in list(ids)[:_MOST]:
        for thing in _things(one):
            found.setdefault(thing)
    return tuple(found)


def last_name(resource_id: str) -> str:
    """Return the name at the end of a resource id: ``vm-1``."""
    return last_part(resource_id.rstrip("/"))


def _things(resource_id: str) -> list[Entity]:
    head, marker, tail = resource_id.partition("/providers/")
    if not marker:
        head, marker, tail = resource_id.partition("/Providers/")
    parts = [part for part in tail.split("/") if part]
    if len(parts) < len(("namespace", "type", "name")):
        return _account(head)
    pairs = list(zip(parts[1::2], parts[2::2], strict=False))
    named = [_named(parts[0], kind, name) for kind, name in reversed(pairs)]
    return [*named, *_account(head)]


def _named(namespace: str, kind: str, name: str) -> Entity:
    whole = f"{namespace}/{kind}".lower()
    if whole in _AI_ACCOUNTS:
        return Entity.named(EntityKind.ENDPOINT, name)
    return Entity.named(_KINDS.get(kind.lower(), EntityKind.SERVICE), name)


def _account(head: str) -> list[Entity]:
    parts = head.strip("/").split("/")
    if len(parts) > 1 and parts[0].lower() == "subscriptions" and parts[1]:
        return [Entity.named(EntityKind.ACCOUNT, parts[1])]
    return []
