"""Amazon Bedrock agents: switch a group of actions off and on again.

A group is what an agent can do: the functions that it may call. Switched off in the
draft, and the draft prepared, the agent answers without it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws import agent_draft
from bot.aws.agent_draft import DraftAction
from bot.aws.carrying import Document, digest_of, same_fields
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_action_groups",
    title="Amazon Bedrock agents' groups of actions",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgentActionGroup.html",
    summary="Disables and enables a group of actions in an agent's draft.",
)

_STATE = "bedrock.action_group.state"
_ID = "bedrock.action_group.id"
_NAME = "bedrock.action_group.name"
_OTHERS = "bedrock.action_group.other_fields"
_DRAFT = {"agentVersion": "DRAFT"}
_KEPT = ("actionGroupId", "actionGroupName", "actionGroupState", "updatedAt")
_PARAMS: Mapping[str, Any] = schema(
    agent_id=agent_draft.AGENT_ID,
    action_group_id={
        **agent_draft.AGENT_ID,
        "description": "the id of the group of actions, ten characters",
    },
)


def _carried(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the whole group but its state; its signature is called otherwise."""
    return same_fields(
        answer["agentActionGroup"],
        *("actionGroupName", "description", "actionGroupExecutor", "apiSchema"),
        *("functionSchema", "parentActionGroupSignatureParams"),
        parentActionSignature="parentActionGroupSignature",
    )


def _group(seen: Seen) -> Texts:
    found = seen.answer["agentActionGroup"]
    return {
        _ID: found["actionGroupId"],
        _NAME: found["actionGroupName"],
        _STATE: found.get("actionGroupState") or "ENABLED",
        _OTHERS: digest_of(_carried(seen.answer)),
    }


def _group_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer["agentActionGroup"].get(name) for name in _KEPT}


_GROUP = Reading(
    call="bedrock-agent.GetAgentActionGroup",
    arguments={"agentId": "agent_id", "actionGroupId": "action_group_id"},
    always=_DRAFT,
    facts=_group,
    keep=_group_kept,
)
_READS = ("bedrock-agent.GetAgent", "bedrock-agent.GetAgentActionGroup")
_UPDATE = "bedrock-agent.UpdateAgentActionGroup"
_CALLED = (_UPDATE, agent_draft.PREPARE, *_READS)


class _SetGroupState(DraftAction):
    """What switching off and on share: everything but the state."""

    IMPLIED: ClassVar[Texts] = {}
    IDENTITY: ClassVar[Texts] = {
        "agent_id": "agentId",
        "action_group_id": "actionGroupId",
    }
    HELD: ClassVar[Texts] = {"action_group_id": _ID}
    USUAL: ClassVar[Texts] = {_STATE: "ENABLED"}
    WORDS: ClassVar[Texts] = {_STATE: "group of actions {action_group_id}"}
    PROMISE = (
        "The group is read again and must be as shown, and the draft must be prepared. "
        "The agent is not called."
    )
    FACTS = (agent_draft.agent_reading(), _GROUP)
    DOCUMENT = Document(call=_UPDATE, reading=_GROUP, fields=_carried, fact=_OTHERS)

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the update that sets the state."""
        return _UPDATE, {
            **_DRAFT,
            "agentId": params["agent_id"],
            "actionGroupId": params["action_group_id"],
            "actionGroupState": self.WANTED[_STATE],
        }

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches, and the group by its name."""
        name = case.facts[_NAME]
        says = f"The group of actions {name!a}. {self.reach(case)}"
        return Blast(systems=1, says=says)

    def witness(self, case: Case) -> Verified:
        """Say whether the draft acts on it."""
        return self.prepared(case)


class DisableActionGroup(_SetGroupState):
    """Takes a group of actions away from the draft."""

    WANTED: ClassVar[Texts] = {_STATE: "DISABLED"}
    MANIFEST = ActionManifest(
        name="aws.bedrock.disable_action_group",
        version=1,
        title="Take a group of actions from an agent's draft",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=_CALLED,
        rollback="aws.bedrock.enable_action_group",
    )


class EnableActionGroup(_SetGroupState):
    """Gives it back: the way back."""

    WANTED: ClassVar[Texts] = {_STATE: "ENABLED"}
    MANIFEST = ActionManifest(
        name="aws.bedrock.enable_action_group",
        version=1,
        title="Give an agent's draft a group of actions again",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=_CALLED,
        rollback="aws.bedrock.disable_action_group",
    )


ACTIONS = (DisableActionGroup(), EnableActionGroup())
