"""What of a provider's status page matters: when it has changed, and what is over.

Pure. A page is what Statuspage's public API gives as `/api/v2/summary.json`: page,
status, components, unresolved incidents, scheduled maintenances. What a change means is
the business of `integrations/statuspage.py`; asking is that of `bot/watch/pages.py`.

Source of the format: https://metastatuspage.com/api (Atlassian Statuspage, Status API).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

# The names by which a page can be asked for; only those with this API. Of others, such
# as AWS (which tells through AWS Health), no page can be read this way.
KNOWN_PAGES: Mapping[str, str] = {
    "openai": "https://status.openai.com",
    "anthropic": "https://status.claude.com",
    "cohere": "https://status.cohere.com",
    "pinecone": "https://status.pinecone.io",
    "replicate": "https://www.replicatestatus.com",
    "github": "https://www.githubstatus.com",
}
PATH = "/api/v2/summary.json"
_CALM = "none"
_WORKS = frozenset({"operational", ""})
_MOST = 100
_LONGEST_WORD = 300
_REMEMBERED = ("id", "name", "impact", "shortlink", "created_at", "started_at")


def address_of(page: str) -> str:
    """Return where a page's summary stands, by its known name or its address."""
    return KNOWN_PAGES.get(page, page).rstrip("/") + PATH


def is_summary(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a JSON value is a summary at all."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("page"), Mapping)
        and isinstance(value.get("status"), Mapping)
        and isinstance(value["status"].get("indicator"), str)
    )


def gist(summary: Mapping[str, Any]) -> str:
    """Return a digest that differs when something happened, not with every look."""
    facts = [
        _word(summary["status"].get("indicator")),
        [
            [_word(one.get("id")), _word(one.get("status"))]
            for one in _of(summary, "components")
        ],
        [_incident(one) for one in _of(summary, "incidents")],
        [_incident(one) for one in _of(summary, "scheduled_maintenances")],
    ]
    text = json.dumps(facts, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def going_on(summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what must be remembered in order to tell later that it is over.

    Incidents and failing components by id, and the page's own word on itself.
    """
    incidents = [
        {key: _word(one.get(key)) for key in _REMEMBERED}
        for one in _of(summary, "incidents")[:_MOST]
    ]
    components = {
        _word(one.get("id")): _word(one.get("name"))
        for one in _of(summary, "components")
        if _word(one.get("status")) not in _WORKS
    }
    return {
        "incidents": {one["id"]: one for one in incidents if one["id"]},
        "components": {key: components[key] for key in list(components)[:_MOST] if key},
        "indicator": _word(summary["status"].get("indicator")),
    }


def over(
    before: Mapping[str, Any], summary: Mapping[str, Any], *, at: str
) -> tuple[Mapping[str, Any], ...]:
    """Return what has ended since, each as Statuspage itself would say it.

    A summary lists only what goes on, so it cannot say what is over. Incidents come as
    in ``/api/v2/incidents.json``, a component as its webhook has it, the page's own
    word as in ``/api/v2/status.json``.

    Args:
        before: What `going_on` returned; {} when nothing is known.
        at: ISO 8601, when it was seen.
    """
    now = going_on(summary)
    page = {key: _word(summary["page"].get(key)) for key in ("id", "name", "url")}
    ended = [
        {**known, "status": "resolved", "resolved_at": at, "updated_at": at}
        for key, known in before.get("incidents", {}).items()
        if key not in now["incidents"]
    ]
    said: list[Mapping[str, Any]] = []
    if ended:
        said.append({"page": page, "incidents": ended})
    said += [
        {"page": page, **_works_again(key, name, at)}
        for key, name in before.get("components", {}).items()
        if key not in now["components"]
    ]
    if now["indicator"] == _CALM and before.get("indicator", _CALM) != _CALM:
        said.append({"page": page, "status": {"indicator": _CALM}})
    return tuple(said)


def _works_again(key: str, name: str, at: str) -> Mapping[str, Any]:
    update = {"component_id": key, "new_status": "operational", "created_at": at}
    component = {"id": key, "name": name, "status": "operational"}
    return {"component_update": update, "component": component}


def _incident(one: Mapping[str, Any]) -> list[str]:
    return [_word(one.get(key)) for key in ("id", "status", "impact", "updated_at")]


def _of(summary: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = summary.get(key)
    listed = found if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, Mapping)]


def _word(value: object) -> str:
    return str(value)[:_LONGEST_WORD] if isinstance(value, str | int) else ""
