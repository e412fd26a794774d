"""Keys, teams and models of LiteLLM as actions read them: facts, and what is kept.

Answers hold secrets: a key's metadata, the parameters of deployments with the keys of
providers. What is kept is named here one by one, and nothing else ever is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.acting.reading import Reading, Seen, Texts
from bot.domain.errors import NotFound, Unreachable
from bot.gateways.operation import NONE

OF_TEAM: Mapping[str, Any] = {
    "type": "string",
    "description": "the id of the team as LiteLLM shows it",
    "pattern": "^(?!sk-)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    "maxLength": 128,
}

USD: Mapping[str, Any] = {
    "type": "string",
    "description": "US dollars, such as 0 or 12.5, or none for no limit",
    "pattern": r"^(none|0|[1-9][0-9]{0,8}|(0|[1-9][0-9]{0,8})\.[0-9]{0,7}[1-9])$",
    "maxLength": 18,
}
A_MINUTE: Mapping[str, Any] = {
    "type": "string",
    "description": "how many per minute, or none for no limit",
    "pattern": "^(none|0|[1-9][0-9]{0,8})$",
    "maxLength": 9,
}

_KEY_KEPT = (
    *("key_alias", "team_id", "user_id", "blocked", "expires", "created_at"),
    *("models", "aliases", "spend", "max_budget", "budget_duration"),
    *("budget_reset_at", "rpm_limit", "tpm_limit", "max_parallel_requests"),
)
_TEAM_KEPT = (
    *("team_alias", "team_id", "organization_id", "blocked", "created_at"),
    *("models", "spend", "max_budget", "budget_duration", "budget_reset_at"),
    *("rpm_limit", "tpm_limit", "soft_budget"),
)

_DELETED = "deleted"
"""LiteLLM goes on answering about keys that are gone."""

Facts = Callable[[Mapping[str, Any], Texts], Texts]
"""Returns facts of a thing, from its record and from what is known."""


def key_reading(facts: Facts) -> Reading:
    """Return how one key is read."""

    def found(seen: Seen) -> Texts:
        record = _record(seen.answer, "info")
        if record.get("status") == _DELETED:
            raise NotFound(
                "The key was not read",
                because="it was deleted in LiteLLM",
                next_move="Look for the key that took its place.",
            )
        return facts(record, seen.known)

    return Reading(
        call="litellm.GetKey", arguments={"key": "key"}, facts=found, keep=_key_kept
    )


def team_reading(facts: Facts) -> Reading:
    """Return how one team is read."""

    def found(seen: Seen) -> Texts:
        return facts(_record(seen.answer, "team_info"), seen.known)

    return Reading(
        call="litellm.GetTeam",
        arguments={"team_id": "team_id"},
        facts=found,
        keep=_team_kept,
    )


def flag(value: object) -> str:
    """Return a switch that LiteLLM leaves empty where nobody touched it."""
    return "yes" if value is True else "no"


def amount(value: object) -> str:
    """Return a number as a plan says it, ``none`` where there is no limit."""
    if value is None:
        return NONE
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _another_shape()
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.8f}".rstrip("0")
    return str(int(value))


def text(value: object) -> str:
    """Return a name, "" where there is none."""
    return value if isinstance(value, str) else ""


def spent(record: Mapping[str, Any]) -> str:
    """Return in words what something has cost so far, as LiteLLM counts it."""
    most = record.get("max_budget")
    of = f" of {most:.2f}" if isinstance(most, int | float) else ""
    cost = record.get("spend")
    return f"{cost if isinstance(cost, int | float) else 0:.2f}{of} USD"


def _record(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    if not isinstance(found, dict):
        raise _another_shape()
    return found


def _key_kept(answer: Mapping[str, Any]) -> Any:
    record = _record(answer, "info")
    return {name: record.get(name) for name in _KEY_KEPT}


def _team_kept(answer: Mapping[str, Any]) -> Any:
    record = _record(answer, "team_info")
    keys = answer.get("keys")
    count = len(keys) if isinstance(keys, list) else 0
    table = record.get("litellm_model_table")
    aliases = table.get("model_aliases") if isinstance(table, dict) else None
    kept = {name: record.get(name) for name in _TEAM_KEPT}
    return {**kept, "model_aliases": aliases, "keys": count}


def _another_shape() -> Unreachable:
    return Unreachable(
        "LiteLLM was not read",
        because="it answered another shape than it promises",
        next_move="Compare its version with docs/guides/litellm.md.",
    )
