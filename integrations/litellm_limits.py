"""LiteLLM limits: what a key may spend, and how much it may ask per minute.

A budget below what a key has spent stops it until the budget begins anew; so does 0,
except where the key has a temporary increase or is only slowed: both are on the card.
The way back is the same action with the limit from before.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Texts, was
from bot.domain.action_effects import Verdict
from bot.domain.plan import Blast, Draft, Level
from bot.gateways.litellm_keys import FIND, KEY_ALIAS, OF_KEY, KeyAction
from bot.gateways.litellm_things import (
    A_MINUTE,
    USD,
    amount,
    key_reading,
    spent,
    text,
)
from bot.gateways.operation import NONE
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_limits",
    title="LiteLLM limits of keys",
    docs="https://docs.litellm.ai/docs/proxy/users",
    summary="Sets what a key of LiteLLM's proxy may spend, and ask per minute.",
)

_BUDGET, _REQUESTS, _TOKENS = (
    f"litellm.key.{one}" for one in ("max_budget", "rpm_limit", "tpm_limit")
)
_BEYOND, _ON_TOP = "litellm.key.beyond_budget", "litellm.key.budget_on_top"
_REFUSED, _SLOWED = "refused", "slowed"
_CALLED = "litellm.GetKey"


def _key(record: Mapping[str, Any], known: Texts) -> Texts:
    del known
    return {
        KEY_ALIAS: text(record.get("key_alias")),
        _BUDGET: amount(record.get("max_budget")),
        _REQUESTS: amount(record.get("rpm_limit")),
        _TOKENS: amount(record.get("tpm_limit")),
    }


def _budget(record: Mapping[str, Any], known: Texts) -> Texts:
    """Return the limits, and the two flags of the metadata that make a budget less.

    As LiteLLM's ``auth/budget_throttle.py`` and ``user_api_key_auth.py`` read them.
    """
    found = _key(record, known)
    notes = record.get("metadata")
    flags = notes if isinstance(notes, dict) else {}
    has_pace = (found[_REQUESTS], found[_TOKENS]) != (NONE, NONE)
    slows = flags.get("throttle_on_budget_exceeded") is True and has_pace
    return {
        **found,
        _BEYOND: _SLOWED if slows else _REFUSED,
        _ON_TOP: _on_top(flags),
    }


def _on_top(flags: Mapping[str, Any]) -> str:
    more, until = flags.get("temp_budget_increase"), flags.get("temp_budget_expiry")
    if not more or not isinstance(until, str):
        return NONE
    # Whether it is over by now is no fact of the key: the card says until when.
    ends_at = datetime.fromisoformat(until)
    return f"{amount(more)} USD until {ends_at:%Y-%m-%d %H:%M}"


def _manifest(name: str, title: str, call: str, limit: Mapping[str, Any]) -> Any:
    return ActionManifest(
        name=f"litellm.key.{name}",
        version=1,
        title=title,
        params=schema(key=OF_KEY, limit=limit),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_CALLED,),
        calls=(call, _CALLED, FIND),
        rollback=f"litellm.key.{name}",
    )


class _SetLimit(KeyAction):
    """What the limits share; which one it is, is data."""

    FACT: ClassVar[str]
    FACTS = (key_reading(_key),)
    PROMISE = "The key is read again and its limit must be as shown. It is not used."

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: whoever calls with this one key."""
        alias = case.facts[KEY_ALIAS]
        named = f"the key {alias!a}" if alias else "this one key, which has no alias"
        says = f"Everybody who calls with {named}: beyond the limit they are refused."
        if case.params["limit"] == NONE:
            says = f"Everybody who calls with {named}: this no longer limits them."
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the limit from before."""
        return {**dict(draft.params), "limit": was(draft, self.FACT)}

    def witness(self, case: Case) -> Verified:
        """Read what has been spent, too: it says whether the key is at its end."""
        answer = self.looked(case.reader, _CALLED, {"key": case.params["key"]})
        now = spent(answer["info"])
        says = f"Read again: the limit is {case.facts[self.FACT]}. Spent so far: {now}."
        return Verified(verdict=Verdict.PASS, says=says)


class SetBudget(_SetLimit):
    """Sets what a key may spend."""

    FACT = _BUDGET
    FACTS = (key_reading(_budget),)
    IDENTITY: ClassVar[Texts] = {"key": "key", "limit": "max_budget"}
    USUAL: ClassVar[Texts] = {_BUDGET: NONE}
    WANTED: ClassVar[Texts] = {_BUDGET: "{limit}"}
    WORDS: ClassVar[Texts] = {_BUDGET: "budget of the key {key}, in USD"}
    WRITE = ("litellm.SetKeyBudget", {"key": "{key}", "max_budget": "{limit}"})
    MANIFEST = _manifest(
        "set_budget",
        "Set what a key of LiteLLM may spend",
        "litellm.SetKeyBudget",
        USD,
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it hits, and what makes the budget less of a limit."""
        found = super().blast(case)
        if case.params["limit"] == NONE:
            return found
        says = found.says
        if case.facts[_BEYOND] == _SLOWED:
            says += " This key may be slowed there instead: block it to stop it."
        if case.facts[_ON_TOP] != NONE:
            says += f" On top of it come {case.facts[_ON_TOP]}."
        return replace(found, says=says)


class LimitRequests(_SetLimit):
    """Sets how many requests a key may make per minute."""

    FACT = _REQUESTS
    IDENTITY: ClassVar[Texts] = {"key": "key", "limit": "rpm_limit"}
    USUAL: ClassVar[Texts] = {_REQUESTS: NONE}
    WANTED: ClassVar[Texts] = {_REQUESTS: "{limit}"}
    WORDS: ClassVar[Texts] = {_REQUESTS: "requests per minute of the key {key}"}
    WRITE = ("litellm.SetKeyRequests", {"key": "{key}", "rpm_limit": "{limit}"})
    MANIFEST = _manifest(
        "limit_requests",
        "Limit how often a key of LiteLLM may ask",
        "litellm.SetKeyRequests",
        A_MINUTE,
    )


class LimitTokens(_SetLimit):
    """Sets how many tokens a key may use per minute."""

    FACT = _TOKENS
    IDENTITY: ClassVar[Texts] = {"key": "key", "limit": "tpm_limit"}
    USUAL: ClassVar[Texts] = {_TOKENS: NONE}
    WANTED: ClassVar[Texts] = {_TOKENS: "{limit}"}
    WORDS: ClassVar[Texts] = {_TOKENS: "tokens per minute of the key {key}"}
    WRITE = ("litellm.SetKeyTokens", {"key": "{key}", "tpm_limit": "{limit}"})
    MANIFEST = _manifest(
        "limit_tokens",
        "Limit how many tokens a key of LiteLLM may use",
        "litellm.SetKeyTokens",
        A_MINUTE,
    )


ACTIONS = (SetBudget(), LimitRequests(), LimitTokens())
