"""How Amazon Bedrock is set up: logging, guardrails and their versions, agents.

Collects only. What a guardrail changed between its last two versions is worked out
here. Prompts stay where they are: instructions of agents and examples of topics are
counted, not read out. Calls of Bedrock as alerts are `aws_bedrock.py`.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.named import Named, is_elsewhere, named, speaks_of_bedrock
from bot.aws.shown import as_json, at_text, changes, number, only
from bot.domain.envelope import Alert, EntityKind
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_setup",
    title="Amazon Bedrock settings",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/",
    summary="Invocation logging, guardrails and what changed in them, agents.",
)
READS = (
    "bedrock.GetModelInvocationLoggingConfiguration",
    "bedrock.ListGuardrails",
    "bedrock.GetGuardrail",
    "bedrock.ListProvisionedModelThroughputs",
    "bedrock-agent.ListAgents",
    "bedrock-agent.GetAgent",
    "bedrock-agent.ListAgentAliases",
    "bedrock-agent.ListAgentVersions",
    "bedrock-agent.ListAgentActionGroups",
)
MOST_LISTED = 100
_DRAFT = "DRAFT"
_SERVICES = frozenset({"bedrock", "amazon bedrock"})
_GUARDRAILS = Paging(items="guardrails")
_POLICIES = (
    *("topicPolicy", "contentPolicy", "wordPolicy", "sensitiveInformationPolicy"),
    *("contextualGroundingPolicy", "automatedReasoningPolicy", "crossRegionDetails"),
    *("blockedInputMessaging", "blockedOutputsMessaging", "kmsKeyArn"),
)
_SUMMARY = ("id", "arn", "name", "version", "status", "createdAt", "updatedAt")
_THROUGHPUT = (
    *("provisionedModelName", "provisionedModelArn", "modelArn", "desiredModelArn"),
    *("modelUnits", "desiredModelUnits", "status", "commitmentDuration"),
    *("commitmentExpirationTime", "creationTime", "lastModifiedTime"),
)
_AGENT = (
    *("agentId", "agentName", "agentArn", "agentStatus", "foundationModel"),
    *("orchestrationType", "agentResourceRoleArn", "guardrailConfiguration"),
    *("agentCollaboration", "idleSessionTTLInSeconds", "failureReasons"),
    *("createdAt", "updatedAt", "preparedAt"),
)
_ALIAS = (
    *("agentAliasId", "agentAliasName", "agentAliasStatus", "aliasInvocationState"),
    *("routingConfiguration", "createdAt", "updatedAt"),
)
_VERSION = ("agentVersion", "agentStatus", "guardrailConfiguration", "createdAt")
_GROUP = ("actionGroupId", "actionGroupName", "actionGroupState", "updatedAt")


def concerns(alert: Alert) -> bool:
    """Tell whether an alert is about Bedrock, or names what may be an agent of it."""
    if is_elsewhere(alert):
        return False
    services = (
        one.id.casefold()
        for one in alert.envelope.entities
        if one.kind is EntityKind.SERVICE
    )
    about = speaks_of_bedrock(alert) or not _SERVICES.isdisjoint(services)
    return about or bool(named(alert).agent_names)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return the account's logging, and what is known of guardrails and agents."""
    del window  # settings are as they are now
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader, region=things.region)
    made = [_account(asking), *_guardrails(asking.fresh(), things)]
    return (*made, *_agents(asking.fresh(), things))


def _account(asking: Asking) -> Collected:
    """Return what is logged of calls, and which throughput is bought."""
    name = "bedrock-settings.json"
    try:
        answer = asking.ask("bedrock.GetModelInvocationLoggingConfiguration")
    except Unreachable as error:
        says = f"Bedrock's logging: {error.what}, because {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)
    logging = answer.get("loggingConfig") or {}
    bought = asking.every(
        "bedrock.ListProvisionedModelThroughputs",
        Paging(items="provisionedModelSummaries"),
        pages=1,
        maxResults=MOST_LISTED,
        sortBy="CreationTime",
        sortOrder="Descending",
    )
    units = [only(_THROUGHPUT, one) for one in bought]
    return Collected(
        name=name,
        content=as_json(
            {
                "modelInvocationLogging": logging or "off",
                "provisionedThroughput": units,
            }
        ),
        says=asking.says(
            f"Logging of calls of models in {asking.region}: {_logged(logging)}.",
            f"Provisioned throughputs: {len(units)}.",
        ),
        call=asking.told,
    )


def _logged(config: Mapping[str, Any]) -> str:
    to = [
        word
        for field, word in (("cloudWatchConfig", "CloudWatch Logs"), ("s3Config", "S3"))
        if config.get(field)
    ]
    if not to:
        return "off"
    # A flag that is not there is on.
    text = config.get("textDataDeliveryEnabled", True)
    return f"to {' and '.join(to)}{'' if text else ', without texts'}"


def _guardrails(asking: Asking, things: Named) -> Iterator[Collected]:
    """Yield what the account has, or each guardrail that is named."""
    listed = asking.every(
        "bedrock.ListGuardrails", _GUARDRAILS, pages=3, maxResults=MOST_LISTED
    )
    wanted = {*things.guardrails, *things.guardrail_names}
    found = [one for one in listed if wanted & {one["id"], one["arn"], one["name"]}]
    for one in found[:3]:
        yield _guardrail(asking.fresh(), one)
    if found:
        return
    shown = [only(_SUMMARY, one) for one in listed]
    says = (
        ""
        if asking.failed
        else f"{number(len(shown), 'guardrail')} in {asking.region}."
    )
    if wanted and not asking.failed:
        says += f" None is called {', '.join(sorted(wanted))}."
    yield Collected(
        name="bedrock-guardrails.json",
        content=as_json(shown) if shown else "",
        says=asking.says(says),
        call=asking.told,
    )


def _guardrail(asking: Asking, summary: Mapping[str, Any]) -> Collected:
    """Return a guardrail's versions, and what its last two do differently."""
    name, guardrail = summary["name"], summary["id"]
    listed = asking.every(
        "bedrock.ListGuardrails",
        _GUARDRAILS,
        guardrailIdentifier=guardrail,
        maxResults=MOST_LISTED,
    )
    published = sorted((one["version"] for one in listed), key=_number)[-3:]
    published = [one for one in published if one != _DRAFT][-2:]
    order = [*published, _DRAFT]
    read = {one: _policies(asking, guardrail, one) for one in order}
    differ = {
        f"{old} → {new}": changes(read[old], read[new])
        for old, new in itertools.pairwise(order)
        if read[old] and read[new]
    }
    count = len({one["version"] for one in listed} - {_DRAFT})
    return Collected(
        name=f"bedrock-guardrail-{guardrail}.json",
        content=as_json(
            {
                "guardrail": only(_SUMMARY, summary),
                "versions": [only(_SUMMARY, one) for one in listed],
                "changes": differ,
                "policies": read,
            }
        ),
        says=asking.says(
            f"Guardrail {name} in {asking.region}: {number(count, 'version')}, last "
            f"touched {at_text(summary.get('updatedAt'))} UTC.",
            _differences(differ),
        ),
        call=asking.told,
    )


def _differences(differ: Mapping[str, Any]) -> str:
    if not differ:
        return "It has no published version to compare."
    told = [f"{pair}: {len(found)}" for pair, found in differ.items()]
    return f"Differences between versions: {', '.join(told)}."


def _number(version: str) -> tuple[int, int]:
    """Return a version's place in order; the draft is what is being worked on."""
    return (0, int(version)) if version.isdecimal() else (1, 0)


def _policies(asking: Asking, guardrail: str, version: str) -> dict[str, Any]:
    answer = asking.maybe(
        "bedrock.GetGuardrail", guardrailIdentifier=guardrail, guardrailVersion=version
    )
    kept = only((*_POLICIES, "status", "statusReasons"), answer)
    topics = (kept.get("topicPolicy") or {}).get("topics") or ()
    if topics:
        without = [
            {**one, "examples": number(len(one.get("examples") or ()), "example")}
            for one in topics
        ]
        kept["topicPolicy"] = {**kept["topicPolicy"], "topics": without}
    return kept


def _agents(asking: Asking, things: Named) -> Iterator[Collected]:
    """Yield each agent that is named, by its id or by its name."""
    ids = list(things.agents)
    if things.agent_names:
        listed = asking.every(
            "bedrock-agent.ListAgents",
            Paging(items="agentSummaries"),
            pages=3,
            maxResults=MOST_LISTED,
        )
        ids += [
            one["agentId"] for one in listed if one["agentName"] in things.agent_names
        ]
        if not ids:
            names = ", ".join(things.agent_names)
            says = asking.says(f"No agent of {asking.region} is called {names}.")
            yield Collected(
                name="bedrock-agent.json", content="", says=says, call=asking.told
            )
    for one in dict.fromkeys(ids):
        yield _agent(asking.fresh(), one)


def _agent(asking: Asking, agent: str) -> Collected:
    name = f"bedrock-agent-{agent}.json"
    try:
        told = asking.ask("bedrock-agent.GetAgent", agentId=agent)["agent"]
    except (NotFound, Unreachable) as error:
        says = f"Agent {agent} in {asking.region}: {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)

    def listed(call: str, items: str, **more: Any) -> list[Mapping[str, Any]]:
        return asking.every(call, Paging(items=items), pages=1, agentId=agent, **more)

    aliases = listed("bedrock-agent.ListAgentAliases", "agentAliasSummaries")
    versions = listed("bedrock-agent.ListAgentVersions", "agentVersionSummaries")
    groups = listed(
        "bedrock-agent.ListAgentActionGroups",
        "actionGroupSummaries",
        agentVersion=_DRAFT,
    )
    length = len(told.get("instruction") or "")
    content = {
        "agent": only(_AGENT, told) | {"instruction": f"{length} characters"},
        "aliases": [only(_ALIAS, one) for one in aliases],
        "versions": [only(_VERSION, one) for one in versions],
        "actionGroups": [only(_GROUP, one) for one in groups],
    }
    return Collected(
        name=name,
        content=as_json(content),
        says=asking.says(
            f"Agent {told['agentName']} in {asking.region}: {told['agentStatus']}, "
            f"last changed {at_text(told['updatedAt'])} UTC, "
            f"{number(len(aliases), 'alias', 'aliases')}, "
            f"{number(len(groups), 'group')} of actions."
        ),
        call=asking.told,
    )
