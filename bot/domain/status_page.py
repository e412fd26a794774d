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
_MOST_INCIDENTS = 200
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


def unresolved(summary: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Return the incidents that go on, by id: as much as is needed when they end."""
    found: dict[str, Mapping[str, str]] = {}
    for one in _of(summary, "incidents")[:_MOST_INCIDENTS]:
        known = {key: _word(one.get(key)) for key in _REMEMBERED}
        if known["id"]:
            found[known["id"]] = known
    return found


def ended(
    before: Mapping[str, Mapping[str, str]],
    summary: Mapping[str, Any],
    *,
    at: str,
) -> Mapping[str, Any] | None:
    """Return the incidents that the page no longer lists, as its API would.

    In the shape of `/api/v2/incidents.json`, each with the status ``resolved``: a
    summary lists only what goes on, so it cannot say itself what is over. None when
    nothing ended.

    Args:
        at: ISO 8601, when it was seen.
    """
    now = unresolved(summary)
    over = [known for incident, known in before.items() if incident not in now]
    if not over:
        return None
    listed = [
        {**known, "status": "resolved", "resolved_at": at, "updated_at": at}
        for known in over
    ]
    page = {key: _word(summary["page"].get(key)) for key in ("id", "name", "url")}
    return {"page": page, "incidents": listed}


def _incident(one: Mapping[str, Any]) -> list[str]:
    return [_word(one.get(key)) for key in ("id", "status", "impact", "updated_at")]


def _of(summary: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = summary.get(key)
    listed = found if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, Mapping)]


def _word(value: object) -> str:
    return str(value)[:_LONGEST_WORD] if isinstance(value, str | int) else ""
