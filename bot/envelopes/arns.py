"""What an Amazon Resource Name names, in our words.

A registry knows things by their short name, people by the last part of an ARN: both
are given, the short one first. What an alert says about a thing is not here.

Source:
    Service Authorization Reference, "Resource types defined by" Amazon Bedrock,
    Amazon SageMaker, AWS IAM, AWS STS and AWS Lambda.
"""

from collections.abc import Mapping

from bot.domain.envelope import Entity, EntityKind

_PARTS = 6
# Service and resource type to what it is.
_KINDS: Mapping[tuple[str, str], EntityKind] = {
    ("bedrock", "guardrail"): EntityKind.GUARDRAIL,
    ("bedrock", "agent"): EntityKind.AGENT,
    ("bedrock", "agent-alias"): EntityKind.AGENT,
    ("bedrock", "flow"): EntityKind.AGENT,
    ("bedrock-agentcore", "runtime"): EntityKind.AGENT,
    ("bedrock", "foundation-model"): EntityKind.MODEL,
    ("bedrock", "custom-model"): EntityKind.MODEL,
    ("bedrock", "imported-model"): EntityKind.MODEL,
    ("bedrock", "provisioned-model"): EntityKind.MODEL,
    ("bedrock", "custom-model-deployment"): EntityKind.MODEL,
    ("bedrock", "inference-profile"): EntityKind.MODEL,
    ("bedrock", "application-inference-profile"): EntityKind.MODEL,
    ("bedrock", "knowledge-base"): EntityKind.SERVICE,
    ("sagemaker", "endpoint"): EntityKind.ENDPOINT,
    ("sagemaker", "model"): EntityKind.MODEL,
    ("sagemaker", "model-package"): EntityKind.MODEL,
    ("sagemaker", "model-card"): EntityKind.MODEL,
    ("iam", "user"): EntityKind.PRINCIPAL,
    ("iam", "role"): EntityKind.PRINCIPAL,
    ("sts", "assumed-role"): EntityKind.PRINCIPAL,
    ("lambda", "function"): EntityKind.SERVICE,
}


def things_of(arn: str) -> tuple[Entity, ...]:
    """Return what an ARN names; nothing when it is none, or of no kind we know."""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn":
        return ()
    kind_of, name = _apart(parts[5])
    kind = _KINDS.get((parts[2], kind_of))
    if kind is None or not name:
        return ()
    return tuple(Entity.named(kind, one) for one in (*_names(kind_of, name), arn))


def _apart(named: str) -> tuple[str, str]:
    """Return the kind and the name; some are apart by a colon, some by a slash."""
    mark = min((one for one in ":/" if one in named), key=named.index, default="/")
    kind_of, _, name = named.partition(mark)
    return kind_of, name


def _names(kind_of: str, name: str) -> tuple[str, ...]:
    """Return the short names: of a role without its path, of an alias its agent."""
    if kind_of in ("role", "user"):
        return (name.rpartition("/")[2],)
    if kind_of in ("assumed-role", "model-package"):
        return (name.partition("/")[0],)
    if kind_of == "agent-alias":
        return tuple(name.split("/"))
    return (name,)
