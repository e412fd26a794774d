"""LiteLLM models: have another model group answer for one key.

The key goes on asking for the name it always asks for; the proxy answers with the group
that stands behind the alias. Nobody else notices. Naming a model's own group as the one
to answer takes the alias away.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import orjson

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.gateways.litellm_keys import FIND, KEY_ALIAS, OF_KEY, KeyAction
from bot.gateways.litellm_things import key_reading, text
from bot.gateways.operation import canonical
from bot.ports.action import ActionManifest, Sketch
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_models",
    title="LiteLLM models of keys",
    docs="https://docs.litellm.ai/docs/proxy/virtual_keys",
    summary="Has another model group of LiteLLM's proxy answer for one key.",
)

_ALIASES, _ANSWERS = "litellm.key.aliases", "litellm.key.answers"
_ALLOWED, _GROUPS = "litellm.key.models", "litellm.model.groups"
_ALL = ("all-proxy-models", "all-team-models")
_CALLED = ("litellm.GetKey", "litellm.ListModels")
_MODEL = {
    "type": "string",
    "pattern": r"^(?!sk-)[A-Za-z0-9][A-Za-z0-9@._/:+-]{0,99}$",
    "maxLength": 100,
}


def _aliases(record: Mapping[str, Any]) -> Mapping[str, str]:
    """Return which model answers for which.

    Raises:
        BadRequest: One is none that can be sent back as it is.
    """
    found = record.get("aliases") or {}
    is_flat = isinstance(found, dict) and all(
        isinstance(x, str) for x in found.values()
    )
    if not is_flat:
        raise BadRequest(
            "The model was not planned to change",
            because="an alias of the key is no name, and an update would repeat it",
            next_move="Change it in LiteLLM by hand, and write a note here.",
        )
    return found


def _key(record: Mapping[str, Any], known: Texts) -> Texts:
    aliases = _aliases(record)
    return {
        KEY_ALIAS: text(record.get("key_alias")),
        _ALIASES: canonical(aliases).decode(),
        _ALLOWED: canonical(sorted(map(str, record.get("models") or ()))).decode(),
        _ANSWERS: aliases.get(known["model"], known["model"]),
    }


def _groups(seen: Seen) -> Texts:
    """Return the names of the groups that stand for the one to answer."""
    found = {text(one.get("model_name")) for one in seen.answer.get("data") or ()}
    return {_GROUPS: "yes" if seen.known["answers"] in found else "no"}


def _groups_kept(answer: Mapping[str, Any]) -> Any:
    """Return the names of the groups; deployments hold keys of providers."""
    return sorted({text(one.get("model_name")) for one in answer.get("data") or ()})


class SwitchModel(KeyAction):
    """Has one model group answer where a key asks for another."""

    IDENTITY: ClassVar[Texts] = {"key": "key", "model": "model", "answers": "answers"}
    WANTED: ClassVar[Texts] = {_ANSWERS: "{answers}"}
    WORDS: ClassVar[Texts] = {
        _ANSWERS: "what answers the key {key} when it asks for {model}"
    }
    PROMISE = "The key is read again and its alias must be as shown. It is not used."
    FACTS = (
        key_reading(_key),
        Reading(
            call="litellm.ListModels", arguments={}, facts=_groups, keep=_groups_kept
        ),
    )
    MANIFEST = ActionManifest(
        name="litellm.key.switch_model",
        version=1,
        title="Have another model group of LiteLLM answer for a key",
        params=schema(
            key=OF_KEY,
            model={**_MODEL, "description": "the model that the key asks for"},
            answers={**_MODEL, "description": "the model group that is to answer"},
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_CALLED,
        calls=("litellm.SetKeyAliases", *_CALLED, FIND),
        rollback="litellm.key.switch_model",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the update; the whole map of aliases is carried from the facts."""
        told = {name: params[name] for name in ("key", "model", "answers")}
        return "litellm.SetKeyAliases", told

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return all aliases of the key with the one that changes."""
        known = orjson.loads(facts[_ALIASES])
        known.pop(params["model"], None)
        if params["answers"] != params["model"]:
            known[params["model"]] = params["answers"]
        return {"aliases": canonical(known).decode()}

    def blast(self, case: Case) -> Blast:
        """Return whom it hits.

        Raises:
            BadRequest: No such group is there, or the key may not use it.
        """
        answers = case.params["answers"]
        allowed = orjson.loads(case.facts[_ALLOWED])
        may = not allowed or answers in allowed or any(one in allowed for one in _ALL)
        if case.facts[_GROUPS] != "yes" or not may:
            because = (
                "the key may not use it" if not may else "no model group has its name"
            )
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because=f"{answers} cannot answer: {because}",
                next_move="Name a group that stands in LiteLLM's list of models.",
            )
        alias = case.facts[KEY_ALIAS]
        named = f"the key {alias!a}" if alias else "this one key, which has no alias"
        says = f"Everybody who calls with {named} and asks for {case.params['model']}."
        return Blast(systems=1, says=says)

    def sketch(self, params: Texts) -> Sketch:
        """Return what would change: where nothing is wrong, a model answers itself."""
        return replace(super().sketch(params), usual=params["model"])

    def rollback(self, draft: Draft) -> Texts | None:
        """Return what answered before."""
        return {**dict(draft.params), "answers": was(draft, _ANSWERS)}


ACTIONS = (SwitchModel(),)
