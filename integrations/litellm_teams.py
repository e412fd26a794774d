"""LiteLLM teams: block one with all of its keys, and set what it may spend.

A team is what one department or product shares: blocking it stops every key in it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Texts, was
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.gateways.litellm_of_team import GET_KEY, TeamAction
from bot.gateways.litellm_things import (
    OF_TEAM,
    USD,
    amount,
    flag,
    team_reading,
    text,
)
from bot.gateways.operation import NONE
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_teams",
    title="LiteLLM teams",
    docs="https://docs.litellm.ai/docs/proxy/team_budgets",
    summary="Blocks and unblocks a team of LiteLLM's proxy, and sets its budget.",
)

_BLOCKED, _BUDGET = "litellm.team.blocked", "litellm.team.max_budget"
_SOFT = "litellm.team.soft_budget"
_GET = "litellm.GetTeam"
_PARAMS = schema(team_id=OF_TEAM)


def _team(record: Mapping[str, Any], known: Texts) -> Texts:
    del known
    return {
        "litellm.team.alias": text(record.get("team_alias")),
        _BLOCKED: flag(record.get("blocked")),
        _BUDGET: amount(record.get("max_budget")),
    }


class _OfTeam(TeamAction):
    """What actions on a team share."""

    IDENTITY: ClassVar[Texts] = {"team_id": "team_id"}
    PROMISE = "The team is read again and must be as shown. None of its keys is used."
    FACTS = (team_reading(_team),)
    SAYS: ClassVar[str]
    """What becomes of whoever calls with one of its keys."""

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: everybody with a key of the team."""
        answer = self.looked(case.reader, _GET, {"team_id": case.params["team_id"]})
        keys = answer.get("keys")
        count = len(keys) if isinstance(keys, list) else -1
        alias = case.facts["litellm.team.alias"]
        named = f"the team {alias!a}" if alias else "this team, which has no alias"
        many = "1 key" if count == 1 else f"{count} keys"
        says = f"{named} with {many if count >= 0 else 'its keys'}: {self.SAYS}"
        return Blast(systems=-1, principals=count, says=says[0].upper() + says[1:])


class _SetBlocked(_OfTeam):
    """What blocking and unblocking share: everything but the state."""

    USUAL: ClassVar[Texts] = {_BLOCKED: "no"}
    WORDS: ClassVar[Texts] = {_BLOCKED: "whether the team {team_id} is blocked"}


class BlockTeam(_SetBlocked):
    """Has the proxy refuse every key of a team."""

    SAYS = "every request with them is refused."
    WANTED: ClassVar[Texts] = {_BLOCKED: "yes"}
    WRITE = ("litellm.BlockTeam", {"team_id": "{team_id}"})
    MANIFEST = ActionManifest(
        name="litellm.team.block",
        cuts_off=True,
        version=1,
        title="Block a team of LiteLLM with all of its keys",
        params=_PARAMS,
        level={"": Level.T2},
        evidence=(_GET,),
        calls=("litellm.BlockTeam", _GET, GET_KEY),
        rollback="litellm.team.unblock",
    )


class UnblockTeam(_SetBlocked):
    """Has the proxy accept the keys of a team again: the way back."""

    SAYS = "they are answered again, unless blocked themselves."
    WANTED: ClassVar[Texts] = {_BLOCKED: "no"}
    WRITE = ("litellm.UnblockTeam", {"team_id": "{team_id}"})
    MANIFEST = ActionManifest(
        name="litellm.team.unblock",
        version=1,
        title="Let a team of LiteLLM call again",
        params=_PARAMS,
        level={"": Level.T2},
        evidence=(_GET,),
        calls=("litellm.UnblockTeam", _GET, GET_KEY),
        rollback="litellm.team.block",
    )


def _budgets(record: Mapping[str, Any], known: Texts) -> Texts:
    return {**_team(record, known), _SOFT: amount(record.get("soft_budget"))}


class SetTeamBudget(_OfTeam):
    """Sets what a team may spend."""

    FACTS = (team_reading(_budgets),)

    SAYS = "beyond the budget every request with them is refused."
    IDENTITY: ClassVar[Texts] = {"team_id": "team_id", "limit": "max_budget"}
    USUAL: ClassVar[Texts] = {_BUDGET: NONE}
    WANTED: ClassVar[Texts] = {_BUDGET: "{limit}"}
    WORDS: ClassVar[Texts] = {_BUDGET: "budget of the team {team_id}, in USD"}
    WRITE = (
        "litellm.SetTeamBudget",
        {"team_id": "{team_id}", "max_budget": "{limit}"},
    )
    MANIFEST = ActionManifest(
        name="litellm.team.set_budget",
        version=1,
        title="Set what a team of LiteLLM may spend",
        params=schema(
            team_id=OF_TEAM,
            limit=USD,
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_GET,),
        calls=("litellm.SetTeamBudget", _GET, GET_KEY),
        rollback="litellm.team.set_budget",
    )

    def blast(self, case: Case) -> Blast:
        """Return whom it hits.

        Raises:
            BadRequest: LiteLLM takes no budget that low.
        """
        limit, soft = case.params["limit"], case.facts[_SOFT]
        if NONE not in (limit, soft) and float(limit) <= float(soft):
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because=f"LiteLLM takes no budget of a team at or below its soft "
                f"budget, which is {soft} USD",
                next_move="Block the team, or set a budget above that.",
            )
        return super().blast(case)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the budget from before."""
        return {**dict(draft.params), "limit": was(draft, _BUDGET)}


ACTIONS = (BlockTeam(), UnblockTeam(), SetTeamBudget())
