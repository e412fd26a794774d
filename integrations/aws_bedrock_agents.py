"""Amazon Bedrock agents: let nobody call an alias, and let them again.

The switch for an agent that has run away: its alias refuses every new call, and its
versions, tools and memory stay as they are. Sessions that answer already go on.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Texts
from bot.aws.agent_alias import (
    ACCEPTED,
    CALLS,
    NAME,
    PARAMS,
    READING,
    REFUSED,
    ROUTE,
    ROUTED,
    UPDATE,
    AliasAction,
)
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_agents",
    title="Amazon Bedrock agents",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgentAlias.html",
    summary="Has an agent's alias refuse calls, and accept them again.",
)

_PARAMS: Mapping[str, Any] = schema(**PARAMS)


class _SetCalls(AliasAction):
    """What refusing and accepting share."""

    USUAL: ClassVar[Texts] = {CALLS: ACCEPTED}
    WORDS: ClassVar[Texts] = {CALLS: "calls through the alias {alias_id} of {agent_id}"}
    PROMISE = "The alias is read again and must be as shown. The agent is not called."
    CARRIED: ClassVar[Texts] = {**AliasAction.CARRIED, ROUTED: ROUTE}

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the update that sets it."""
        return UPDATE, {
            "agentId": params["agent_id"],
            "agentAliasId": params["alias_id"],
            "aliasInvocationState": self.WANTED[CALLS],
        }

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: everybody who calls through this alias."""
        name = case.facts[NAME]
        says = f"Everybody who calls the agent through its alias {name!a}."
        return Blast(systems=1, says=says)


_CALLED = (UPDATE, READING.call)


class RefuseCalls(_SetCalls):
    """Has the alias refuse every new call."""

    WANTED: ClassVar[Texts] = {CALLS: REFUSED}
    MANIFEST = ActionManifest(
        name="aws.bedrock.refuse_agent_calls",
        cuts_off=True,
        version=2,
        title="Let nobody call a Bedrock agent's alias",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("bedrock-agent.GetAgentAlias",),
        calls=_CALLED,
        rollback="aws.bedrock.accept_agent_calls",
    )


class AcceptCalls(_SetCalls):
    """Has the alias accept calls again: the way back."""

    WANTED: ClassVar[Texts] = {CALLS: ACCEPTED}
    MANIFEST = ActionManifest(
        name="aws.bedrock.accept_agent_calls",
        version=2,
        title="Let a Bedrock agent's alias be called again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("bedrock-agent.GetAgentAlias",),
        calls=_CALLED,
        rollback="aws.bedrock.refuse_agent_calls",
    )


ACTIONS = (RefuseCalls(), AcceptCalls())
