"""LiteLLM models of teams: have another model group answer for all keys of a team.

LiteLLM looks at a team's aliases before those of a key. A team that may use only some
models may use one that its alias leads to.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Texts
from bot.domain.plan import Blast, Level
from bot.gateways import litellm_switching as switching
from bot.gateways.litellm_of_team import GET_KEY, TeamAction
from bot.gateways.litellm_things import OF_TEAM, team_reading, text
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_team_models",
    title="LiteLLM models of teams",
    docs="https://docs.litellm.ai/docs/proxy/team_based_routing",
    summary="Has another model group of LiteLLM's proxy answer for one team.",
)

_ALIASES, _ANSWERS = "litellm.team.aliases", "litellm.team.answers"
_GET = "litellm.GetTeam"
_CALLED = (_GET, switching.LIST)


def _team(record: Mapping[str, Any], known: Texts) -> Texts:
    aliases = switching.team_aliases(record)
    return {
        "litellm.team.alias": text(record.get("team_alias")),
        _ALIASES: switching.as_fact(aliases),
        _ANSWERS: aliases.get(known["model"], known["model"]),
    }


class SwitchTeamModel(switching.Switching, TeamAction):
    """Has one model group answer where the keys of a team ask for another."""

    IDENTITY: ClassVar[Texts] = {
        "team_id": "team_id",
        "model": "model",
        "answers": "answers",
    }
    ALIASES, ANSWERS = _ALIASES, _ANSWERS
    WRITE: ClassVar[tuple[str, Texts]] = (
        "litellm.SetTeamAliases",
        {"team_id": "{team_id}", "model": "{model}", "answers": "{answers}"},
    )
    WANTED: ClassVar[Texts] = {_ANSWERS: "{answers}"}
    WORDS: ClassVar[Texts] = {
        _ANSWERS: "what answers the team {team_id} when it asks for {model}"
    }
    PROMISE = "The team is read again and its alias must be as shown. It is not used."
    FACTS = (team_reading(_team), switching.groups_reading())
    MANIFEST = ActionManifest(
        name="litellm.team.switch_model",
        version=1,
        title="Have another model group of LiteLLM answer for a team",
        params=schema(
            team_id=OF_TEAM,
            model={**switching.MODEL, "description": "the model that its keys ask for"},
            answers={
                **switching.MODEL,
                "description": "the model group that is to answer",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_CALLED,
        calls=("litellm.SetTeamAliases", *_CALLED, GET_KEY),
        rollback="litellm.team.switch_model",
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it hits, and how many keys have aliases that matter.

        Raises:
            BadRequest: No such group is there.
        """
        absent = case.facts[switching.GROUP] != "yes"
        because = "no model group has its name" if absent else ""
        switching.refuse(self.MANIFEST.name, case.params["answers"], because)
        answer = self.looked(case.reader, _GET, {"team_id": case.params["team_id"]})
        keys = [one for one in answer.get("keys") or () if isinstance(one, dict)]
        alias = case.facts["litellm.team.alias"]
        named = f"the team {alias!a}" if alias else "this team, which has no alias"
        many = "1 key" if len(keys) == 1 else f"{len(keys)} keys"
        says = f"Everybody of {named} with {many} who asks for {case.params['model']}."
        asked = {case.params["model"], case.params["answers"]}
        own = sum(bool(asked & set(one.get("aliases") or {})) for one in keys)
        if own:
            says += f" Keys with aliases of their own for one of the two: {own}."
        return Blast(systems=-1, principals=len(keys), says=says)


ACTIONS = (SwitchTeamModel(),)
