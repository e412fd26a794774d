"""What of AWS an alert names, each identifier checked by its form.

An alert's entities and texts are whatever a sender wrote: what does not have the form
of an identifier (`forms.py`) is not there. An ARN counts where it is the whole of an
entity or a field, never inside a sentence. What is masked is counted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.aws import forms
from bot.aws.forms import Arn, read_arn
from bot.domain.envelope import Alert, EntityKind

MOST_EACH = 3
"""Things of one kind that are looked at."""
MASKED = "\u2039"
"""Begins what the redactor puts in a secret's place."""


_KIND_OF_KEY = "aws_access_key_id"
"""What the redactor calls it, in the place of the key."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


OF_AWS = _set(
    "cloudwatch cloudwatch_logs eventbridge aws_bedrock aws_cloudtrail aws_cost"
    " aws_guardduty aws_health aws_sagemaker aws_securityhub"
)
"""Integrations whose plain names are AWS's."""
ELSEWHERE = _set(
    "anthropic_audit azure_activity azure_monitor baseline databricks defender_ai garak"
    " gcp_audit gcp_monitoring github hiddenlayer huggingface kong_ai lakera litellm"
    " llm_guard model_armor modelscan nemo_guardrails openai_audit openai_events"
    " portkey prompt_shields statuspage"
)
"""Integrations whose plain names are somebody else's."""
_PROVIDERS = _set(
    "ai21 amazon anthropic cohere deepseek luma meta minimax mistral moonshot nvidia"
    " openai qwen stability twelvelabs writer"
)
"""First parts of ids of models. Source: Bedrock User Guide, "Supported models"."""
_NAMES_PACKAGES = _set("aws_sagemaker aws_cloudtrail")
_AGENTS = _set("agent agent-alias")
_PACKAGES = _set("model-package model-package-group")
_MODELS = _set(
    "provisioned-model custom-model imported-model custom-model-deployment"
    " application-inference-profile"
)
"""Kinds of models that CloudWatch knows by their ARN."""
_LOG_OF_FUNCTION = "/aws/lambda/"
_OF_SERVICE = "service:"
_ID_OF_ROLE = "AROA"
_REGION_FIELDS = ("AlarmArn", "region", "awsRegion", "detail.awsRegion", "Region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Identifiers in order of mention, at most three of a kind.

    Attributes:
        region: That the alert speaks of, "" where it names none.
        models: As CloudWatch's dimension ModelId has them.
        guardrails: Ids and ARNs.
        guardrail_names: What may be a name of one.
        agents: Ids of agents of Bedrock.
        agent_names: What may be a name of one.
        endpoints: Of SageMaker.
        packages: Groups of SageMaker's model packages.
        functions: Names, without version.
        services: Cluster and service of ECS.
        users: Names of IAM users.
        roles: Names of IAM roles.
        keys: Ids of access keys, where the alert shows them.
        masked: How many entities are masked.
    """

    region: str = ""
    models: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    guardrail_names: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    agent_names: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    masked: int = 0


def is_elsewhere(alert: Alert) -> bool:
    """Tell whether an alert names only what is another provider's.

    An ARN and the id of a model of Bedrock are AWS's, whoever names them.
    """
    if alert.envelope.integration not in ELSEWHERE:
        return False
    has_arn = any(read_arn(one.id) for one in alert.envelope.entities)
    return not has_arn and not named(alert).models


def has_masked_key(alert: Alert) -> bool:
    """Tell whether an access key of AWS was in the alert; it is masked by now."""
    ids = (one.id for one in alert.envelope.entities)
    inside = any(MASKED in one and _KIND_OF_KEY in one for one in ids)
    return inside or any(one.kind == _KIND_OF_KEY for one in alert.masks)


def named(alert: Alert) -> Named:
    """Return what of AWS an alert names; pure."""
    said = _Said(alert)
    guardrails, agents = said.plain(EntityKind.GUARDRAIL), said.agents()
    return Named(
        region=said.region(),
        models=_some(said.models(), forms.MODEL, forms.ARN),
        guardrails=_some(said.guardrails(), forms.ARN, forms.GUARDRAIL),
        guardrail_names=_some(guardrails, forms.GUARDRAIL_NAME),
        agents=_some(agents, forms.AGENT),
        agent_names=_some(
            (one for one in agents if not forms.AGENT.fullmatch(one)), forms.AGENT_NAME
        ),
        endpoints=_some(said.endpoints(), forms.SAGEMAKER),
        packages=_some(said.packages(), forms.SAGEMAKER),
        functions=_some(said.functions(), forms.FUNCTION),
        services=said.services(),
        users=_some(said.users(), forms.IAM),
        roles=_some(said.roles(), forms.IAM),
        keys=_some(said.plain(EntityKind.KEY), forms.KEY),
        masked=sum(MASKED in one.id for one in alert.envelope.entities),
    )


def speaks_of_bedrock(alert: Alert) -> bool:
    """Tell whether an alert is about Amazon Bedrock, by its source or its facts."""
    if alert.envelope.integration == "aws_bedrock":
        return True
    spaces = dimension(alert, "Namespace")
    sources = dimension(alert, "eventSource", "service")
    in_space = any(one.startswith("AWS/Bedrock") for one in spaces)
    told = in_space or any(one.startswith("bedrock") for one in sources)
    things = named(alert)
    return told or bool(
        things.models or things.guardrails or things.guardrail_names or things.agents
    )


def dimension(alert: Alert, *names: str) -> Iterator[str]:
    """Yield the values of fields by the last part of their path, without its number."""
    wanted = {_folded(one) for one in names}
    for path, text in alert.envelope.texts.items():
        last = re.split(r"[. ]", path.partition("#")[0])[-1]
        if _folded(last) in wanted:
            yield text.for_rules().strip()


class _Said:
    """An alert, and the ARNs in it."""

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self._reader = alert.envelope.integration
        entities = [one.id for one in alert.envelope.entities]
        texts = [one.for_rules() for one in alert.envelope.texts.values()]
        whole = (read_arn(one) for one in (*entities, *texts) if one.startswith("arn:"))
        self._arns = [one for one in whole if one is not None]

    def of(self, service: str, kinds: Iterable[str]) -> list[Arn]:
        """Return the ARNs of some kinds of things of a service."""
        arns = (one for one in self._arns if one.service == service)
        return [one for one in arns if one.kind in kinds]

    def plain(self, kind: EntityKind) -> list[str]:
        """Return ids that are no ARNs, unless they are another provider's."""
        if self._reader in ELSEWHERE:
            return []
        things = (one.id for one in self._alert.envelope.entities if one.kind is kind)
        return [one for one in things if not one.startswith("arn:")]

    def region(self) -> str:
        """Return the region that is told, else that of the first ARN."""
        texts = self._alert.envelope.texts
        said = [texts[one].for_rules() for one in _REGION_FIELDS if one in texts]
        inside = [found.region if (found := read_arn(one)) else one for one in said]
        regions = (*inside, *(one.region for one in self._arns))
        return next((one for one in regions if forms.REGION.fullmatch(one)), "")

    def models(self) -> Iterator[str]:
        """Yield models of Bedrock; gateways write ``bedrock/`` before their ids.

        Where names are another provider's, ``fraud.pkl`` is a file and no model.
        """
        things = self._alert.envelope.entities
        ids = (one.id for one in things if one.kind is EntityKind.MODEL)
        for one in (text for text in ids if not text.startswith("arn:")):
            name = one.removeprefix("bedrock/").removeprefix("converse/")
            if self._reader not in ELSEWHERE or _PROVIDERS & set(name.split(".")):
                yield name
        yield from (one.whole for one in self.of("bedrock", _MODELS))

    def guardrails(self) -> Iterator[str]:
        """Yield ARNs, then ids that are no part of one."""
        arns = self.of("bedrock", {"guardrail"})
        yield from (one.whole for one in arns)
        told = {one.name for one in arns}
        yield from (one for one in self.plain(EntityKind.GUARDRAIL) if one not in told)

    def agents(self) -> list[str]:
        """Return ids and names; what an ARN says is an alias is no agent."""
        arns = [one.name.split("/") for one in self.of("bedrock", _AGENTS)]
        aliases = {part for one in arns for part in one[1:]}
        plain = [one for one in self.plain(EntityKind.AGENT) if one not in aliases]
        return [*(one[0] for one in arns), *plain]

    def endpoints(self) -> Iterator[str]:
        """Yield endpoints of SageMaker."""
        yield from (one.name for one in self.of("sagemaker", {"endpoint"}))
        yield from self.plain(EntityKind.ENDPOINT)

    def packages(self) -> Iterator[str]:
        """Yield groups of model packages."""
        arns = self.of("sagemaker", _PACKAGES)
        yield from (one.name.partition("/")[0] for one in arns)
        if self._reader in _NAMES_PACKAGES:
            yield from self.plain(EntityKind.MODEL)

    def functions(self) -> Iterator[str]:
        """Yield functions: of ARNs, of fields of that name, of their log groups."""
        arns = self.of("lambda", {"function"})
        yield from (one.name.partition(":")[0] for one in arns)
        if self._reader not in ELSEWHERE:
            yield from dimension(self._alert, "FunctionName")
        for one in dimension(self._alert, "logGroup", "logGroupName"):
            if one.startswith(_LOG_OF_FUNCTION):
                yield one.removeprefix(_LOG_OF_FUNCTION)

    def services(self) -> tuple[tuple[str, str], ...]:
        """Return cluster and service: of ARNs, of an alarm, of an event of a task."""
        arns = [one.name.split("/") for one in self.of("ecs", {"service"})]
        pairs = [(one[0], one[-1]) for one in arns if len(one) > 1]
        clusters = list(dimension(self._alert, "ClusterName"))
        clusters += [one.name for one in self.of("ecs", {"cluster"})]
        services = list(dimension(self._alert, "ServiceName"))
        groups = dimension(self._alert, "group")
        services += [
            one.removeprefix(_OF_SERVICE)
            for one in groups
            if one.startswith(_OF_SERVICE)
        ]
        if clusters and self._reader not in ELSEWHERE:
            pairs += [(clusters[0], one) for one in services]
        kept = (one for one in pairs if all(map(forms.ECS.fullmatch, one)))
        return tuple(dict.fromkeys(kept))[:MOST_EACH]

    def users(self) -> Iterator[str]:
        """Yield names of IAM users; a principal that is a role is none."""
        arns = self.of("iam", {"user"})
        yield from (one.name.rpartition("/")[2] for one in arns)
        roles = set(self.roles())
        yield from (one for one in self._principals() if one not in roles)

    def roles(self) -> Iterator[str]:
        """Yield names of IAM roles; beside a role's id the principal is one."""
        arns = self.of("sts", {"assumed-role"})
        yield from (one.name.partition("/")[0] for one in arns)
        arns = self.of("iam", {"role"})
        yield from (one.name.rpartition("/")[2] for one in arns)
        principals = self._principals()
        if any(one.startswith(_ID_OF_ROLE) for one in principals):
            yield from (one for one in principals if not one.startswith(_ID_OF_ROLE))

    def _principals(self) -> list[str]:
        """Return names of principals of AWS: beside a key of AWS they are."""
        is_of_aws = self._reader in OF_AWS or has_masked_key(self._alert)
        return self.plain(EntityKind.PRINCIPAL) if is_of_aws else []


def _some(found: Iterable[str], *allowed: re.Pattern[str]) -> tuple[str, ...]:
    """Return the first of those that have one of the forms, each once."""
    kept = (one for one in found if any(form.fullmatch(one) for form in allowed))
    return tuple(dict.fromkeys(kept))[:MOST_EACH]


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
