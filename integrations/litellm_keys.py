"""LiteLLM keys: let one call nothing any more, and let it again.

A key that leaked or runs away is blocked: the proxy refuses its next request. Requests
that are answered already go on, and what was spent stays spent. The key is named by its
alias or its hash; whoever knows only the key itself computes the hash.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Texts
from bot.domain.plan import Blast, Level
from bot.gateways.litellm_keys import FIND, KEY_ALIAS, OF_KEY, KeyAction
from bot.gateways.litellm_things import flag, key_reading, text
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_keys",
    title="LiteLLM keys",
    docs="https://docs.litellm.ai/docs/proxy/virtual_keys",
    summary="Blocks and unblocks a key of LiteLLM's proxy.",
)

_BLOCKED = "litellm.key.blocked"
_PARAMS = schema(key=OF_KEY)


def _key(record: Mapping[str, Any], known: Texts) -> Texts:
    del known
    return {
        KEY_ALIAS: text(record.get("key_alias")),
        "litellm.key.team": text(record.get("team_id")),
        _BLOCKED: flag(record.get("blocked")),
    }


class _SetBlocked(KeyAction):
    """What blocking and unblocking share: everything but the state."""

    IDENTITY: ClassVar[Texts] = {"key": "key"}
    USUAL: ClassVar[Texts] = {_BLOCKED: "no"}
    WORDS: ClassVar[Texts] = {_BLOCKED: "whether the key {key} is blocked"}
    PROMISE = "The key is read again and must be as shown. It is not used."
    FACTS = (key_reading(_key),)
    SAYS: ClassVar[str]
    """What becomes of whoever calls with the key."""

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: whoever calls with this one key."""
        alias, team = case.facts[KEY_ALIAS], case.facts["litellm.key.team"]
        named = f"the key {alias!a}" if alias else "this one key, which has no alias"
        of = f" of the team {team!a}" if team else ""
        return Blast(
            systems=1, says=f"Everybody who calls with {named}{of} {self.SAYS}"
        )


class BlockKey(_SetBlocked):
    """Has the proxy refuse a key."""

    SAYS = "is refused."
    WANTED: ClassVar[Texts] = {_BLOCKED: "yes"}
    WRITE = ("litellm.BlockKey", {"key": "{key}"})
    MANIFEST = ActionManifest(
        name="litellm.key.block",
        version=1,
        title="Block a key of LiteLLM",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("litellm.GetKey",),
        calls=("litellm.BlockKey", "litellm.GetKey", FIND),
        rollback="litellm.key.unblock",
    )


class UnblockKey(_SetBlocked):
    """Has the proxy accept a key again: the way back."""

    SAYS = "is answered again, up to its budget and limits."
    WANTED: ClassVar[Texts] = {_BLOCKED: "no"}
    WRITE = ("litellm.UnblockKey", {"key": "{key}"})
    MANIFEST = ActionManifest(
        name="litellm.key.unblock",
        version=1,
        title="Let a key of LiteLLM be used again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("litellm.GetKey",),
        calls=("litellm.UnblockKey", "litellm.GetKey", FIND),
        rollback="litellm.key.block",
    )


ACTIONS = (BlockKey(), UnblockKey())
