"""LiteLLM models: have another model group answer for one key.

The key goes on asking for the name it always asks for; the proxy answers with the group
that stands behind the alias. Nobody else notices. Naming a model's own group as the one
to answer takes the alias away. An alias of the key's team comes first.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import orjson

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level
from bot.gateways import litellm_switching as switching
from bot.gateways.litellm_keys import FIND, KEY_ALIAS, OF_KEY, KeyAction
from bot.gateways.litellm_things import key_reading, team_reading, text
from bot.gateways.operation import canonical
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_models",
    title="LiteLLM models of keys",
    docs="https://docs.litellm.ai/docs/proxy/virtual_keys",
    summary="Has another model group of LiteLLM's proxy answer for one key.",
)

_ALIASES, _ANSWERS = "litellm.key.aliases", "litellm.key.answers"
_ALLOWED, _TEAM = "litellm.key.models", "litellm.key.team"
_TEAM_ANSWERS, _TEAM_ALLOWED = "litellm.team.answers", "litellm.team.models"
_CALLED = ("litellm.GetKey", "litellm.GetTeam", switching.LIST)


def _listed(models: object) -> str:
    return canonical(sorted(map(str, models or ()))).decode()  # type: ignore[call-overload]


def _key(record: Mapping[str, Any], known: Texts) -> Texts:
    aliases = switching.aliases(record.get("aliases"))
    return {
        KEY_ALIAS: text(record.get("key_alias")),
        _TEAM: text(record.get("team_id")),
        _ALIASES: switching.as_fact(aliases),
        _ALLOWED: _listed(record.get("models")),
        _ANSWERS: aliases.get(known["model"], known["model"]),
    }


def _team(record: Mapping[str, Any], known: Texts) -> Texts:
    aliases = switching.team_aliases(record)
    return {
        _TEAM_ANSWERS: aliases.get(known["model"], known["model"]),
        _TEAM_ALLOWED: _listed(record.get("models")),
    }


def _of_team() -> Reading:
    """Return how the key's team is read; most keys have none."""
    read = team_reading(_team)

    def found(seen: Seen) -> Texts:
        return read.facts(seen) if read.facts else {}

    return replace(
        read,
        arguments={"team_id": _TEAM},
        facts=found,
        missing={_TEAM_ANSWERS: "", _TEAM_ALLOWED: "[]"},
    )


class SwitchModel(switching.Switching, KeyAction):
    """Has one model group answer where a key asks for another."""

    IDENTITY: ClassVar[Texts] = {"key": "key", "model": "model", "answers": "answers"}
    ALIASES, ANSWERS = _ALIASES, _ANSWERS
    WRITE: ClassVar[tuple[str, Texts]] = (
        "litellm.SetKeyAliases",
        {"key": "{key}", "model": "{model}", "answers": "{answers}"},
    )
    WANTED: ClassVar[Texts] = {_ANSWERS: "{answers}"}
    WORDS: ClassVar[Texts] = {
        _ANSWERS: "what answers the key {key} when it asks for {model}"
    }
    PROMISE = "The key is read again and its alias must be as shown. It is not used."
    FACTS = (key_reading(_key), _of_team(), switching.groups_reading())
    MANIFEST = ActionManifest(
        name="litellm.key.switch_model",
        version=1,
        title="Have another model group of LiteLLM answer for a key",
        params=schema(
            key=OF_KEY,
            model={**switching.MODEL, "description": "the model that the key asks for"},
            answers={
                **switching.MODEL,
                "description": "the model group that is to answer",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_CALLED,
        calls=("litellm.SetKeyAliases", *_CALLED, FIND),
        rollback="litellm.key.switch_model",
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it hits.

        Raises:
            BadRequest: No such group is there, the key or its team may not use it, or
                an alias of the team would come first.
        """
        name, model = self.MANIFEST.name, case.params["model"]
        switching.refuse(name, case.params["answers"], self._against(case))
        first = case.facts[_TEAM_ANSWERS]
        if first not in ("", model):
            raise BadRequest(
                f"{name} was not planned",
                because=f"the key's team has {first!a} answer for {model}, and "
                "a team's alias comes before a key's",
                next_move="Switch the model of the team, with "
                "litellm.team.switch_model.",
            )
        alias = case.facts[KEY_ALIAS]
        named = f"the key {alias!a}" if alias else "this one key, which has no alias"
        says = f"Everybody who calls with {named} and asks for {model}."
        return Blast(systems=1, says=says)

    def _against(self, case: Case) -> str:
        """Return why the group cannot answer, "" if it can."""
        answers, facts = case.params["answers"], case.facts
        if facts[switching.GROUP] != "yes":
            return "no model group has its name"
        if not switching.allows(orjson.loads(facts[_ALLOWED]), answers):
            return "the key may not use it"
        if not switching.allows(orjson.loads(facts[_TEAM_ALLOWED]), answers):
            return "the key's team may not use it"
        return ""


ACTIONS = (SwitchModel(),)
