"""Changes of an agent's draft: written, then prepared, so that the draft acts on them.

An update of an agent replaces all of it, so the rest is carried along. Nothing is in
force before ``PrepareAgent``: the change and the preparing are two steps of one plan.
Published versions are snapshots and stay as they are. What changes is in the
integrations.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.filling import facts_of, step_of
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.carrying import CarryingAction, digest_of, same_fields
from bot.domain.action_effects import Verdict
from bot.domain.plan import Probe, Step
from bot.ports.action import Verified

STATUS = "bedrock.agent.status"
PASSED_ROLE = "bedrock.agent.role"
ARN = "bedrock.agent.arn"
NAME = "bedrock.agent.name"
AGENT_ID: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[0-9A-Z]{10}$",
    "maxLength": 10,
    "description": "the id of the agent, ten characters",
}
PREPARE = "bedrock-agent.PrepareAgent"
_AT_REST = frozenset({"PREPARED", "NOT_PREPARED", "FAILED"})
_ON_ITS_WAY = frozenset({"CREATING", "UPDATING", "PREPARING", "VERSIONING"})
_KEPT = (
    *("agentId", "agentName", "agentArn", "agentStatus", "foundationModel"),
    *("agentResourceRoleArn", "guardrailConfiguration", "updatedAt", "preparedAt"),
)
_FIELDS = (
    *("agentName", "agentResourceRoleArn", "foundationModel", "instruction"),
    *("description", "orchestrationType", "customOrchestration"),
    *("idleSessionTTLInSeconds", "customerEncryptionKeyArn", "memoryConfiguration"),
    *("agentCollaboration", "guardrailConfiguration"),
)


def agent_fields(agent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update of an agent must repeat.

    AWS lists its own prompts too, and refuses an update that repeats those: only
    prompts that somebody wrote are carried. Source: ``PromptConfiguration``,
    promptCreationMode.
    """
    prompts = agent.get("promptOverrideConfiguration") or {}
    own = [
        one
        for one in prompts.get("promptConfigurations") or ()
        if one.get("promptCreationMode") == "OVERRIDDEN"
    ]
    carried = {**prompts, "promptConfigurations": own} if own else None
    return {
        **same_fields(agent, *_FIELDS),
        **({"promptOverrideConfiguration": carried} if carried else {}),
    }


def agent_facts(seen: Seen) -> Texts:
    """Return what a plan on a draft rests on."""
    agent = seen.answer["agent"]
    return {
        ARN: agent["agentArn"],
        NAME: agent["agentName"],
        PASSED_ROLE: agent["agentResourceRoleArn"],
        STATUS: agent["agentStatus"],
        "bedrock.agent.fields": digest_of(agent_fields(agent)),
    }


def agent_kept(answer: Mapping[str, Any]) -> Any:
    """Return an agent as evidence; its instruction is a prompt and stays there."""
    return {name: answer["agent"].get(name) for name in _KEPT}


class DraftAction(CarryingAction):
    """Changes one thing of a draft and prepares it."""

    ROLE = "tocsin-act-bedrock"
    RESOURCE = ARN
    IMPLIED: ClassVar[Texts] = {"iam.PassRole": PASSED_ROLE}
    TARGET = "agent_id"
    SECONDS = 30
    NEEDS = (
        Need(
            fact=STATUS,
            values=_AT_REST,
            because="somebody is changing the agent at this moment",
            next_move="Propose it again in a minute.",
        ),
    )
    STATES = (State(fact=STATUS, moving=_ON_ITS_WAY, broken=frozenset({"FAILED"})),)
    HELD: ClassVar[Texts]
    """Parameters that the second step does not name → the fact that tells them."""

    def steps(self, params: Texts, compare: tuple[Probe, ...]) -> tuple[Step, ...]:
        """Return the change, and the preparing that brings it into force."""
        (change,) = super().steps(params, compare)
        wanted = {key: value.format_map(params) for key, value in self.WANTED.items()}
        after = {one.id: one.value for one in compare if one.id != STATUS} | wanted
        called = {"agentId": params["agent_id"]}
        return change, step_of("s2", PREPARE, called, after)

    def identity(self, step: Step) -> Texts:
        """Return the parameters, where the step does not name them from its facts."""
        if step.call != PREPARE:
            return super().identity(step)
        known = facts_of(step.compare)
        held = {name: known[fact] for name, fact in self.HELD.items()}
        return {"agent_id": dict(step.params)["agentId"], **held}

    def reach(self, case: Case) -> str:
        """Return whom a prepared draft reaches, as a sentence."""
        name = case.facts[NAME]
        unprepared = (
            " The draft holds other changes that were never prepared; they come into "
            "force with it."
            if case.facts[STATUS] == "NOT_PREPARED"
            else ""
        )
        return (
            f"The draft of the agent {name!a} and its test alias.{unprepared} "
            "Callers of published versions get it with aws.bedrock.publish_agent."
        )

    def prepared(self, case: Case) -> Verified:
        """Say whether the draft acts on what was changed."""
        status = case.facts[STATUS]
        if status == "PREPARED":
            return super().witness(case)
        says = f"The agent's draft is {status}: it does not act on the change."
        return Verified(verdict=Verdict.FAIL, says=says)


def agent_reading(**more: Any) -> Reading:
    """Return the reading of an agent; `more` replaces what is taken from it."""
    given: dict[str, Any] = {"facts": agent_facts, "keep": agent_kept, **more}
    return Reading(
        call="bedrock-agent.GetAgent", arguments={"agentId": "agent_id"}, **given
    )
