"""Amazon Bedrock agents: let nobody call an alias, and let them again.

The switch for an agent that has run away: its alias refuses every new call, and its
versions, tools and memory stay as they are. Sessions that answer already go on.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_agents",
    title="Amazon Bedrock agents",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgentAlias.html",
    summary="Has an agent's alias refuse calls, and accept them again.",
)

_CALLS = "bedrock.agent_alias.calls"
_ROUTE = "bedrock.agent_alias.version"
_ACCEPTED, _REFUSED = "ACCEPT_INVOCATIONS", "REJECT_INVOCATIONS"
_ID = {"type": "string", "pattern": "^[0-9A-Z]{10}$", "maxLength": 10}
_PARAMS: Mapping[str, Any] = schema(
    agent_id={**_ID, "description": "the id of the agent, ten characters"},
    alias_id={**_ID, "description": "the id of its alias, ten characters"},
)


def _alias(seen: Seen) -> Texts:
    """Return where the alias leads and whether it may be called.

    Raises:
        BadRequest: It leads to several versions, or to throughput of its own: an
            update would have to repeat more than a card can show.
    """
    found = seen.answer["agentAlias"]
    routes = found["routingConfiguration"]
    if len(routes) != 1 or routes[0].get("provisionedThroughput"):
        raise BadRequest(
            "The alias was not planned to change",
            because="it does not lead to exactly one version on shared capacity",
            next_move="Change it in Bedrock by hand, and write a note here.",
        )
    return {
        "bedrock.agent_alias.arn": found["agentAliasArn"],
        "bedrock.agent_alias.name": found["agentAliasName"],
        _ROUTE: routes[0]["agentVersion"],
        _CALLS: found.get("aliasInvocationState") or _ACCEPTED,
    }


def _alias_kept(answer: Mapping[str, Any]) -> Any:
    fields = (
        *("agentAliasArn", "agentAliasName", "agentAliasStatus", "updatedAt"),
        *("routingConfiguration", "aliasInvocationState"),
    )
    return {name: answer["agentAlias"].get(name) for name in fields}


class _SetCalls(AwsAction):
    """What refusing and accepting share. Name and version are sent as they are."""

    ROLE = "tocsin-act-bedrock"
    TARGET = "alias_id"
    IDENTITY: ClassVar[Texts] = {"agent_id": "agentId", "alias_id": "agentAliasId"}
    RESOURCE = "bedrock.agent_alias.arn"
    USUAL: ClassVar[Texts] = {_CALLS: _ACCEPTED}
    WORDS: ClassVar[Texts] = {
        _CALLS: "calls through the alias {alias_id} of {agent_id}"
    }
    PROMISE = "The alias is read again and must be as shown. The agent is not called."
    FACTS = (
        Reading(
            call="bedrock-agent.GetAgentAlias",
            arguments={"agentId": "agent_id", "agentAliasId": "alias_id"},
            facts=_alias,
            keep=_alias_kept,
        ),
    )
    CARRIED: ClassVar[Texts] = {
        "agentAliasName": "bedrock.agent_alias.name",
        "routingConfiguration.0.agentVersion": _ROUTE,
    }

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the update that sets it."""
        return "bedrock-agent.UpdateAgentAlias", {
            "agentId": params["agent_id"],
            "agentAliasId": params["alias_id"],
            "aliasInvocationState": self.WANTED[_CALLS],
        }

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: everybody who calls through this alias."""
        name = case.facts["bedrock.agent_alias.name"]
        says = f"Everybody who calls the agent through its alias {name!a}."
        return Blast(systems=1, says=says)


_CALLED = ("bedrock-agent.UpdateAgentAlias", "bedrock-agent.GetAgentAlias")


class RefuseCalls(_SetCalls):
    """Has the alias refuse every new call."""

    WANTED: ClassVar[Texts] = {_CALLS: _REFUSED}
    MANIFEST = ActionManifest(
        name="aws.bedrock.refuse_agent_calls",
        cuts_off=True,
        version=1,
        title="Let nobody call a Bedrock agent's alias",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("bedrock-agent.GetAgentAlias",),
        calls=_CALLED,
        rollback="aws.bedrock.accept_agent_calls",
    )


class AcceptCalls(_SetCalls):
    """Has the alias accept calls again: the way back."""

    WANTED: ClassVar[Texts] = {_CALLS: _ACCEPTED}
    MANIFEST = ActionManifest(
        name="aws.bedrock.accept_agent_calls",
        version=1,
        title="Let a Bedrock agent's alias be called again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("bedrock-agent.GetAgentAlias",),
        calls=_CALLED,
        rollback="aws.bedrock.refuse_agent_calls",
    )


ACTIONS = (RefuseCalls(), AcceptCalls())
