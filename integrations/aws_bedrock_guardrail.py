"""Amazon Bedrock: which version of its guardrail an agent's draft uses.

Before anybody agrees, the version in use and the wanted one are both asked about the
canary prompts, and the card shows what each stops. Afterwards the version that is then
in use is asked again and must keep that. No model is called.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws import agent_draft, canary
from bot.aws.agent_draft import DraftAction, agent_fields
from bot.aws.carrying import Document, digest_of
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Change, Draft, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_guardrail",
    title="Amazon Bedrock guardrails of agents",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgent.html",
    summary="Has an agent's draft use another version of its guardrail.",
)

_GUARDRAIL = "bedrock.agent.guardrail"
_VERSION = "bedrock.agent.guardrail_version"
_OTHERS = "bedrock.agent.other_fields"
_READY = "READY"
_KEPT = ("guardrailArn", "name", "version", "status", "updatedAt")


def _carried(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the whole agent but the version of its guardrail."""
    fields = agent_fields(answer["agent"])
    guardrail = fields.get("guardrailConfiguration") or {}
    without = {"guardrailIdentifier": guardrail.get("guardrailIdentifier")}
    return {**fields, "guardrailConfiguration": without}


def _agent(seen: Seen) -> Texts:
    """Return the draft and its guardrail.

    Raises:
        BadRequest: It has none.
    """
    found = dict(agent_draft.agent_facts(seen))
    guardrail = seen.answer["agent"].get("guardrailConfiguration") or {}
    if not guardrail.get("guardrailIdentifier"):
        raise _refused("the agent's draft has no guardrail")
    del found["bedrock.agent.fields"]
    return {
        **found,
        _GUARDRAIL: guardrail["guardrailIdentifier"],
        _VERSION: guardrail["guardrailVersion"],
        _OTHERS: digest_of(_carried(seen.answer)),
    }


def _guardrail(seen: Seen) -> Texts:
    """Return the wanted version. When it was touched tells one draft from another.

    Raises:
        BadRequest: It is not ready.
    """
    if seen.answer["status"] != _READY:
        raise _refused("that version of the guardrail is not ready")
    return {
        "bedrock.guardrail.arn": seen.answer["guardrailArn"],
        "bedrock.guardrail.version_touched_at": str(seen.answer["updatedAt"]),
    }


def _guardrail_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer.get(name) for name in _KEPT}


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The guardrail's version was not planned to change",
        because=because,
        next_move="Look at the agent and at its guardrail's versions in Bedrock.",
    )


_AGENT = agent_draft.agent_reading(facts=_agent)


class SetAgentGuardrail(DraftAction):
    """Has the draft use another version of the guardrail that it has."""

    IDENTITY: ClassVar[Texts] = {
        "agent_id": "agentId",
        "version": "guardrailConfiguration.guardrailVersion",
    }
    HELD: ClassVar[Texts] = {"version": _VERSION}
    BESIDE = ("bedrock.guardrail.arn",)
    WANTED: ClassVar[Texts] = {_VERSION: "{version}"}
    WORDS: ClassVar[Texts] = {_VERSION: "guardrail version of the draft of {agent_id}"}
    PROMISE = (
        "The draft is read again and must be prepared with that version, and the "
        "guardrail is asked about the canary prompts again: it must stop at least as "
        "many attacks, and no more harmless prompts, than shown."
    )
    FACTS = (
        _AGENT,
        Reading(
            call="bedrock.GetGuardrail",
            arguments={
                "guardrailIdentifier": _GUARDRAIL,
                "guardrailVersion": "version",
            },
            facts=_guardrail,
            keep=_guardrail_kept,
        ),
    )
    DOCUMENT = Document(
        call="bedrock-agent.UpdateAgent",
        reading=_AGENT,
        fields=_carried,
        fact=_OTHERS,
    )
    WRITE = (
        "bedrock-agent.UpdateAgent",
        {
            "agentId": "{agent_id}",
            "guardrailConfiguration.guardrailVersion": "{version}",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.set_agent_guardrail",
        version=1,
        title="Change the guardrail version of an agent's draft",
        params=schema(
            agent_id=agent_draft.AGENT_ID,
            version={
                "type": "string",
                "pattern": "^([1-9][0-9]{0,7}|DRAFT)$",
                "maxLength": 8,
                "description": "the number of a published version of its guardrail",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("bedrock-agent.GetAgent", "bedrock.GetGuardrail"),
        calls=(
            *("bedrock-agent.UpdateAgent", agent_draft.PREPARE),
            *("bedrock-agent.GetAgent", "bedrock.GetGuardrail", canary.CALL),
        ),
        rollback="aws.bedrock.set_agent_guardrail",
    )

    def beside(self, case: Case) -> tuple[Change, ...]:
        """Return what the version in use stops, and what the wanted one stops."""
        guardrail = case.facts[_GUARDRAIL]
        before = canary.counted(case.reader, guardrail, case.facts[_VERSION])
        after = canary.counted(case.reader, guardrail, case.params["version"])
        return (canary.change(before, after),)

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches: callers of the draft, and of no version."""
        return Blast(systems=1, says=self.reach(case))

    def witness(self, case: Case) -> Verified:
        """Ask the version that the draft uses now about the canary prompts."""
        found = self.prepared(case)
        if found.verdict is not Verdict.PASS:
            return found
        return canary.judged(case, case.facts[_GUARDRAIL], case.facts[_VERSION])

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the version from before."""
        return {**dict(draft.params), "version": was(draft, _VERSION)}


ACTIONS = (SetAgentGuardrail(),)
