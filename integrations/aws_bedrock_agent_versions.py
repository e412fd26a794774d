"""Amazon Bedrock agents: lead an alias to another version, or to a new one.

A version is a snapshot with its own instruction, tools and guardrail. A new one is made
of the draft. Leading callers
back to an earlier one takes a bad release away, and is how callers of an agent get
another version of its guardrail: what each one's guardrail stops of the canary prompts
stands on the card and is counted again afterwards.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws import agent_draft, canary
from bot.aws.agent_alias import (
    CALLS,
    NAME,
    PARAMS,
    READING,
    ROUTE,
    ROUTED,
    SETTLED,
    UPDATE,
    AliasAction,
)
from bot.aws.carrying import digest_of
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Change, Draft, Level, Step
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_agent_versions",
    title="Amazon Bedrock agents' versions",
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/deploy-agent.html",
    summary="Leads an agent's alias to another version, or publishes its draft.",
)

_AGENT = "bedrock.agent.arn"
_IN_USE, _WANTED = "bedrock.agent_version.in_use", "bedrock.agent_version.wanted"
_DRAFT, _DRAFT_FIELDS = "bedrock.agent.draft", "bedrock.agent.draft.fields"
_NEWEST = "bedrock.agent.newest_version"
_PROMISED = "bedrock.agent.next_version"
_GUARDRAIL, _GUARDRAIL_VERSION = "guardrail", "guardrail_version"
_GET_VERSION = "bedrock-agent.GetAgentVersion"
_KEPT = (
    *("agentArn", "version", "agentStatus", "foundationModel", "createdAt"),
    "guardrailConfiguration",
)


def _version(which: str) -> Any:
    """Return what takes the facts of one of the two versions."""

    def facts(seen: Seen) -> Texts:
        found = seen.answer["agentVersion"]
        guardrail = found.get("guardrailConfiguration") or {}
        if found["agentStatus"] != "PREPARED":
            raise _refused(f"version {found['version']} is {found['agentStatus']}")
        return {
            _AGENT: found["agentArn"],
            f"{which}.fields": _fields(found),
            f"{which}.model": str(found.get("foundationModel") or ""),
            f"{which}.{_GUARDRAIL}": guardrail.get("guardrailIdentifier") or "",
            f"{which}.{_GUARDRAIL_VERSION}": guardrail.get("guardrailVersion") or "",
        }

    return facts


def _version_kept(answer: Mapping[str, Any]) -> Any:
    """Return a version as evidence; its instruction is a prompt and stays there."""
    return {name: answer["agentVersion"].get(name) for name in _KEPT}


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The alias was not planned to lead elsewhere",
        because=because,
        next_move="Propose it again with another version of the agent.",
    )


def _guardrail_of(case: Case, which: str) -> tuple[str, str]:
    names = (_GUARDRAIL, _GUARDRAIL_VERSION)
    guardrail, version = (case.facts[f"{which}.{one}"] for one in names)
    return guardrail, version


def _stops(case: Case, which: str) -> canary.Tally:
    return canary.counted(case.reader, *_guardrail_of(case, which))


def _fields(thing: Mapping[str, Any]) -> str:
    """Return the digest of what a draft and its versions have alike.

    Versions do not tell how they are orchestrated, and a guardrail is told apart.
    """
    fields = agent_draft.agent_fields(thing)
    apart = ("orchestrationType", "customOrchestration", "guardrailConfiguration")
    return digest_of({name: one for name, one in fields.items() if name not in apart})


def _draft(seen: Seen) -> Texts:
    """Return the draft that would become a version."""
    agent = seen.answer["agent"]
    guardrail = agent.get("guardrailConfiguration") or {}
    return {
        agent_draft.STATUS: agent["agentStatus"],
        _DRAFT_FIELDS: _fields(agent),
        f"{_DRAFT}.{_GUARDRAIL}": guardrail.get("guardrailIdentifier") or "",
        f"{_DRAFT}.{_GUARDRAIL_VERSION}": guardrail.get("guardrailVersion") or "",
    }


def _newest(seen: Seen) -> Texts:
    listed = seen.answer["agentVersionSummaries"]
    numbers = [one["agentVersion"] for one in listed]
    newest = max((int(one) for one in numbers if one.isdecimal()), default=0)
    return {_NEWEST: str(newest), _PROMISED: seen.known["version"]}


class RouteAlias(AliasAction):
    """Leads an alias to another published version."""

    BESIDE = (_AGENT,)
    IDENTITY: ClassVar[Texts] = {**AliasAction.IDENTITY, "version": ROUTED}
    WANTED: ClassVar[Texts] = {ROUTE: "{version}"}
    WORDS: ClassVar[Texts] = {
        ROUTE: "version behind the alias {alias_id} of {agent_id}"
    }
    PROMISE = (
        "The alias is read again, and the guardrail of the version that it then leads "
        "to is asked about the canary prompts again: it must stop at least as many "
        "attacks, and no more harmless prompts, than shown. The agent is not called."
    )
    FACTS = (
        READING,
        Reading(
            call=_GET_VERSION,
            arguments={"agentId": "agent_id", "agentVersion": ROUTE},
            facts=_version(_IN_USE),
        ),
        Reading(
            call=_GET_VERSION,
            arguments={"agentId": "agent_id", "agentVersion": "version"},
            facts=_version(_WANTED),
            keep=_version_kept,
        ),
    )
    CARRIED: ClassVar[Texts] = {**AliasAction.CARRIED, "aliasInvocationState": CALLS}
    WRITE = (
        UPDATE,
        {"agentId": "{agent_id}", "agentAliasId": "{alias_id}", ROUTED: "{version}"},
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.route_agent_alias",
        version=1,
        title="Lead a Bedrock agent's alias to another version",
        params=schema(
            **PARAMS,
            version={
                "type": "string",
                "pattern": "^[1-9][0-9]{0,4}$",
                "maxLength": 5,
                "description": "the number of a published version of the agent",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(READING.call, _GET_VERSION),
        calls=(UPDATE, READING.call, _GET_VERSION, canary.CALL),
        rollback="aws.bedrock.route_agent_alias",
    )

    def beside(self, case: Case) -> tuple[Change, ...]:
        """Return what the guardrails of the two versions stop."""
        return (canary.change(_stops(case, _IN_USE), _stops(case, _WANTED)),)

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches, and what else differs."""
        name = case.facts[NAME]
        old, new = case.facts[f"{_IN_USE}.model"], case.facts[f"{_WANTED}.model"]
        model = "on the same model" if old == new else f"on the model {new!a}"
        says = (
            f"Everybody who calls the agent through its alias {name!a}, {model}. "
            "Instruction, tools and knowledge change with the version."
        )
        return Blast(systems=1, says=says)

    def witness(self, case: Case) -> Verified:
        """Ask the guardrail of the version that callers get now."""
        return canary.judged(case, *_guardrail_of(case, _IN_USE))

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the version from before."""
        return {**dict(draft.params), "version": was(draft, ROUTE)}


class PublishDraft(AliasAction):
    """Makes a version of the draft, and leads an alias to it."""

    SECONDS = 30
    BESIDE = (_AGENT,)
    WANTED: ClassVar[Texts] = {ROUTE: "{version}"}
    WORDS: ClassVar[Texts] = RouteAlias.WORDS
    PROMISE = RouteAlias.PROMISE
    NEEDS: ClassVar[tuple[Need, ...]] = (
        SETTLED,
        Need(
            fact=agent_draft.STATUS,
            values=frozenset({"PREPARED"}),
            because="the draft is not prepared",
            next_move="Prepare it in Bedrock, try it out, then propose it again.",
        ),
    )
    FACTS = (
        READING,
        RouteAlias.FACTS[1],
        agent_draft.agent_reading(facts=_draft),
        Reading(
            call="bedrock-agent.ListAgentVersions",
            arguments={"agentId": "agent_id"},
            # A page by default holds fewer, in no order that AWS tells.
            always={"maxResults": "1000"},
            facts=_newest,
        ),
    )
    CARRIED: ClassVar[Texts] = RouteAlias.CARRIED
    WRITE = (UPDATE, {"agentId": "{agent_id}", "agentAliasId": "{alias_id}"})
    MANIFEST = ActionManifest(
        name="aws.bedrock.publish_agent",
        version=1,
        title="Publish a Bedrock agent's draft to an alias",
        params=schema(
            **PARAMS,
            version={
                "type": "string",
                "pattern": "^[1-9][0-9]{0,4}$",
                "maxLength": 5,
                "description": "the number that the new version gets: one more than "
                "the newest has",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(READING.call, "bedrock-agent.GetAgent"),
        calls=(UPDATE, *(one.call for one in FACTS), canary.CALL),
        rollback="aws.bedrock.route_agent_alias",
    )

    def identity(self, step: Step) -> Texts:
        """Return the alias and the number, which the call does not name."""
        (version,) = (one.value for one in step.compare if one.id == _PROMISED)
        return {**super().identity(step), "version": version}

    def beside(self, case: Case) -> tuple[Change, ...]:
        """Return what the guardrails of the version in use and of the draft stop."""
        return (canary.change(_stops(case, _IN_USE), _stops(case, _DRAFT)),)

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches, and in what the draft differs from what they have.

        Raises:
            BadRequest: The new version would get another number.
        """
        following = str(int(case.facts[_NEWEST]) + 1)
        if case.params["version"] != following:
            raise _refused(f"the new version would be number {following}")
        same = case.facts[_DRAFT_FIELDS] == case.facts[f"{_IN_USE}.fields"]
        says = (
            f"Everybody who calls the agent through its alias {case.facts[NAME]!a}. "
            f"{'Nothing but' if same else 'More than'} the guardrail, tools and "
            "knowledge can differ from the version that they have."
        )
        return Blast(systems=1, says=says)

    def witness(self, case: Case) -> Verified:
        """Ask the guardrail of the version that callers get now."""
        return canary.judged(case, *_guardrail_of(case, _IN_USE))

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the version from before, to which the alias is led back."""
        return {**dict(draft.params), "version": was(draft, ROUTE)}


ACTIONS = (RouteAlias(), PublishDraft())
