"""An agent's alias: how it is read, and what each change of it must repeat.

An alias is what callers name; it leads to one published version. What is changed is in
the integrations.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.reading import Reading, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest

ARN = "bedrock.agent_alias.arn"
NAME = "bedrock.agent_alias.name"
CALLS = "bedrock.agent_alias.calls"
ROUTE = "bedrock.agent_alias.version"
ABOUT = "bedrock.agent_alias.description"
STATUS = "bedrock.agent_alias.status"
ACCEPTED, REFUSED = "ACCEPT_INVOCATIONS", "REJECT_INVOCATIONS"
UPDATE = "bedrock-agent.UpdateAgentAlias"
ROUTED = "routingConfiguration.0.agentVersion"
_TEST_ALIAS = "TSTALIASID"
"""Source: Amazon Bedrock user guide, "Deploy and integrate an agent"."""
_ID = {"type": "string", "pattern": "^[0-9A-Z]{10}$", "maxLength": 10}
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "agent_id": {**_ID, "description": "the id of the agent, ten characters"},
    "alias_id": {**_ID, "description": "the id of its alias, ten characters"},
}


def _alias(seen: Seen) -> Texts:
    """Return where the alias leads and whether it may be called.

    Raises:
        BadRequest: It is the test alias; or it leads to several versions, or to
            throughput of its own: an update would have to repeat more than a card can
            show.
    """
    found = seen.answer["agentAlias"]
    if found["agentAliasId"] == _TEST_ALIAS:
        raise BadRequest(
            "The alias was not planned to change",
            because="it is the agent's test alias, which always leads to the draft",
            next_move="Name an alias that callers use.",
        )
    routes = found["routingConfiguration"]
    if len(routes) != 1 or routes[0].get("provisionedThroughput"):
        raise BadRequest(
            "The alias was not planned to change",
            because="it does not lead to exactly one version on shared capacity",
            next_move="Change it in Bedrock by hand, and write a note here.",
        )
    return {
        ARN: found["agentAliasArn"],
        NAME: found["agentAliasName"],
        ABOUT: found.get("description") or "",
        ROUTE: routes[0]["agentVersion"],
        CALLS: found.get("aliasInvocationState") or ACCEPTED,
        STATUS: found["agentAliasStatus"],
    }


def _alias_kept(answer: Mapping[str, Any]) -> Any:
    fields = (
        *("agentAliasArn", "agentAliasName", "agentAliasStatus", "updatedAt"),
        *("routingConfiguration", "aliasInvocationState"),
    )
    return {name: answer["agentAlias"].get(name) for name in fields}


READING = Reading(
    call="bedrock-agent.GetAgentAlias",
    arguments={"agentId": "agent_id", "agentAliasId": "alias_id"},
    facts=_alias,
    keep=_alias_kept,
)


SETTLED = Need(
    fact=STATUS,
    values=frozenset({"PREPARED", "FAILED", "DISSOCIATED"}),
    because="Bedrock is still changing the alias and would refuse",
    next_move="Propose it again in a minute.",
)


class AliasAction(AwsAction):
    """Changes one thing of an alias; the others are sent as they are."""

    ROLE = "tocsin-act-bedrock"
    RESOURCE = ARN
    TARGET = "alias_id"
    IDENTITY: ClassVar[Texts] = {"agent_id": "agentId", "alias_id": "agentAliasId"}
    FACTS: ClassVar[tuple[Reading, ...]] = (READING,)
    NEEDS: ClassVar[tuple[Need, ...]] = (SETTLED,)
    STATES = (
        State(
            fact=STATUS,
            moving=frozenset({"CREATING", "UPDATING"}),
            broken=frozenset({"FAILED"}),
        ),
    )
    CARRIED: ClassVar[Texts] = {"agentAliasName": NAME}

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return what the update repeats; a description only where there is one."""
        carried = dict(super().carrying(params, facts))
        return {**carried, "description": facts[ABOUT]} if facts[ABOUT] else carried
