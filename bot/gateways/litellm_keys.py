"""What actions on one key of LiteLLM share: how it is named, and what people type.

A key is named by its hash or by its alias. The alias is looked up once, while it is
planned: the plan stands on the hash, which no other key will ever have.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import check_params
from bot.acting.reading import Texts, was
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Draft
from bot.gateways.litellm import LitellmAction

FIND = "litellm.FindKey"
KEY_ALIAS = "litellm.key.alias"
OF_KEY: Mapping[str, Any] = {
    "type": "string",
    "description": "the alias of the key, or its hash of 64 hex digits (LiteLLM calls "
    "it key id or token); never the key itself",
    "pattern": r"^([0-9a-f]{64}|(?!sk-)[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62})$",
    "maxLength": 64,
}
_HASH = re.compile(r"[0-9a-f]{64}")


class KeyAction(LitellmAction):
    """An action on one key, its parameter ``key``."""

    TARGET: ClassVar[str] = "key"
    ALIAS: ClassVar[str] = KEY_ALIAS

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Say exactly what would run, on the hash of the key.

        Raises:
            BadRequest, NotFound, Unreachable: As every action; no key has the alias,
                or several have, or it is one of the bot's own.
        """
        check_params(self.MANIFEST.name, self.MANIFEST.params, params)
        named = params["key"]
        is_hash = _HASH.fullmatch(named) is not None
        found = named if is_hash else self._hash_of(named, reader)
        if found in reader.ours:
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because="it is a key with which Tocsin itself asks LiteLLM",
                next_move="Change it in LiteLLM by hand, and write a note here.",
            )
        draft = super().plan({**params, "key": found}, reader=reader)
        if not is_hash and was(draft, KEY_ALIAS) != named:
            raise _nobody("no key has exactly this alias")
        return draft

    def _hash_of(self, alias: str, reader: Any) -> str:
        """Return the hash of the one key with an alias."""
        answer = self.looked(reader, FIND, {"key_alias": alias})
        keys = answer.get("keys")
        listed = keys if isinstance(keys, list) else []
        found = [one for one in listed if isinstance(one, str)]
        if not found:
            raise _nobody("no key has exactly this alias")
        if len(found) > 1 or not _HASH.fullmatch(found[0]):
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because="LiteLLM lists no single key for this alias",
                next_move="Name the key by its hash.",
            )
        return found[0]


def _nobody(because: str) -> NotFound:
    return NotFound(
        "The key was not found",
        because=because,
        next_move="Look into LiteLLM's list of keys, or name it by its hash.",
    )
