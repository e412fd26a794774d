"""Calls of models and agents of Amazon Bedrock, without what was asked and answered.

A record of the invocation log holds the whole prompt and the whole answer. That is data
which nobody here may keep, so this file is the only one that touches it, and it takes
out ids, figures and the guardrail's verdict. Lengths are counted, texts are not copied.

Source:
    Amazon Bedrock User Guide, "Monitor model invocation using CloudWatch Logs and
    Amazon S3"; Amazon Bedrock API Reference, `Converse`, `ApplyGuardrail`,
    `GuardrailTrace`; "Configure Lambda functions" for agents' action groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.guardrail import Found, findings, guardrails
from bot.envelopes.jsonbody import Json, children
from bot.envelopes.times import read_time

INTERVENED = frozenset({"GUARDRAIL_INTERVENED", "INTERVENED"})
_MOST_CHUNKS = 2_000
_ACTIONS = INTERVENED | {"NONE"}
_TRACE = "amazon-bedrock-trace"
_ACTION = "amazon-bedrock-guardrailAction"
_METRICS = "amazon-bedrock-invocationMetrics"


class Kind(StrEnum):
    """What was recorded."""

    LOG = "ModelInvocationLog"
    GUARDRAIL = "ApplyGuardrail"
    ANSWER = "Converse"
    AGENT_TRACE = "AgentTrace"
    ACTION_GROUP = "AgentActionGroup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, without its texts.

    Attributes:
        intervened: The guardrail says that it stepped in.
        figures: Counts by name: tokens, characters, milliseconds.
        caller: ARN of who called.
        stored: Addresses in S3 of prompt and answer, where they were too long.
    """

    kind: Kind
    id: str = ""
    at: datetime | None = None
    operation: str = ""
    model: str = ""
    agent: str = ""
    account: str = ""
    region: str = ""
    caller: str = ""
    stop: str = ""
    error: str = ""
    intervened: bool = False
    found: tuple[Found, ...] = ()
    guardrails: tuple[str, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
    stored: tuple[str, ...] = ()
    group: str = ""


def read_call(value: Json) -> Call | None:
    """Return the call that a JSON value records; None when it is none."""
    kind = kind_of(value)
    match kind:
        case None:
            return None
        case Kind.LOG:
            return _of_log(value)
        case Kind.ACTION_GROUP:
            return _of_action_group(value)
        case _:
            return _of_answer(value, kind)


def kind_of(value: Json) -> Kind | None:
    """Tell by its shape what a JSON value records."""
    if not isinstance(value, dict):
        return None
    if _is_log(value):
        return Kind.LOG
    is_list = isinstance(member(value, "assessments"), list)
    if is_list and first_text(value, "action") in _ACTIONS:
        return Kind.GUARDRAIL
    if member(value, "guardrailTrace") is not None or _trace(value) is not None:
        return Kind.AGENT_TRACE
    has_answer = member(value, "stopReason") and (
        member(value, "usage") or member(value, "trace") or member(value, "metrics")
    )
    if has_answer or member(value, _ACTION) is not None:
        return Kind.ANSWER
    is_group = isinstance(member(value, "agent"), dict) and member(value, "actionGroup")
    return Kind.ACTION_GROUP if is_group else None


def _is_log(value: Json) -> bool:
    if first_text(value, "schemaType") == Kind.LOG:
        return True
    bodies = member(value, "input") is not None or member(value, "output") is not None
    named = ("modelId", "operation", "requestId")
    return bodies and all(first_text(value, name) for name in named)


def _trace(value: Json) -> Json:
    return member(member(value, "trace"), "guardrailTrace")


def _of_log(value: Json) -> Call:
    answer = member(member(value, "output"), "outputBodyJson")
    parts: list[Json] = answer if isinstance(answer, list) else [answer]
    parts = parts[:_MOST_CHUNKS]
    traces = [one for part in parts for one in _traces(part)]
    return Call(
        kind=Kind.LOG,
        id=first_text(value, "requestId"),
        at=read_time(first_text(value, "timestamp")),
        operation=first_text(value, "operation"),
        model=first_text(value, "modelId"),
        account=first_text(value, "accountId"),
        region=first_text(value, "region", "inferenceRegion"),
        caller=first_text(value, "identity.arn"),
        stop=_first(parts, "stopReason", "stop_reason", "messageStop.stopReason"),
        error=first_text(value, "errorCode"),
        intervened=any(_stepped_in(part) for part in parts),
        found=tuple(one for trace in traces for one in findings(trace)),
        guardrails=tuple(dict.fromkeys(n for t in traces for n in guardrails(t)))[:5],
        figures=_figures(value, parts),
        stored=tuple(
            text
            for path in ("input.inputBodyS3Path", "output.outputBodyS3Path")
            if (text := first_text(value, path))
        ),
    )


def _traces(part: Json) -> list[Json]:
    """Return what the guardrail wrote beside an answer, never the answer."""
    named = (
        member(part, _TRACE),
        member(part, "trace"),
        member(member(part, "metadata"), "trace"),
    )
    return [one for one in named if one is not None]


def _stepped_in(part: Json) -> bool:
    said = first_text(part, _ACTION) in INTERVENED
    stop = first_text(part, "stopReason", "messageStop.stopReason")
    return said or stop == "guardrail_intervened"


def _of_answer(value: Json, kind: Kind) -> Call:
    side = first_text(value, "source").casefold()
    side = side if side in ("input", "output") else ""
    root = _root(value, kind)
    usage = {
        name: number
        for name in ("inputTokens", "outputTokens", "totalTokens")
        if (number := _count(first_text(value, f"usage.{name}")))
    }
    said = first_text(value, "action") or first_text(root, "action")
    return Call(
        kind=kind,
        id=first_text(
            value, "ResponseMetadata.RequestId", "requestId", "RequestId", "traceId"
        )
        or first_text(root, "traceId"),
        at=read_time(first_text(value, "timestamp", "time", "eventTime"))
        or read_time(first_text(value, "ResponseMetadata.HTTPHeaders.date")),
        operation=kind.value,
        model=first_text(value, "modelId"),
        agent=first_text(value, "agentId"),
        account=first_text(value, "accountId"),
        caller=first_text(value, "identity.arn"),
        stop=first_text(value, "stopReason", "stop_reason"),
        intervened=said in INTERVENED or _stepped_in(value),
        found=findings(root, side),
        guardrails=guardrails(root),
        figures=usage,
    )


def _root(value: Json, kind: Kind) -> Json:
    """Return where assessments are, and nothing where prompts or answers are."""
    match kind:
        case Kind.GUARDRAIL:
            return member(value, "assessments")
        case Kind.AGENT_TRACE:
            return member(value, "guardrailTrace") or _trace(value)
        case _:
            return list(_traces(value))


def _of_action_group(value: Json) -> Call:
    return Call(
        kind=Kind.ACTION_GROUP,
        id=first_text(value, "invocationId"),
        operation=first_text(value, "function", "apiPath"),
        agent=first_text(value, "agent.name", "agent.id"),
        group=first_text(value, "actionGroup"),
        figures={"inputChars": len(first_text(value, "inputText"))},
    )


def _figures(value: Json, parts: list[Json]) -> dict[str, int]:
    """Return what was counted, by us where nobody else counts."""
    inner = [member(part, "usage") for part in parts]
    inner += [member(member(part, "metadata"), "usage") for part in parts]
    inner += [member(part, _METRICS) for part in parts]
    tokens_in = _largest(
        [first_text(value, "input.inputTokenCount")]
        + [
            first_text(one, "inputTokens", "input_tokens", "inputTokenCount")
            for one in inner
        ]
    )
    tokens_out = _largest(
        [first_text(value, "output.outputTokenCount")]
        + [
            first_text(one, "outputTokens", "output_tokens", "outputTokenCount")
            for one in inner
        ]
    )
    total = _largest([first_text(one, "totalTokens", "total_tokens") for one in inner])
    return {
        "inputTokenCount": tokens_in,
        "outputTokenCount": tokens_out,
        "totalTokens": max(total, tokens_in + tokens_out),
        "inputChars": _length(member(member(value, "input"), "inputBodyJson")),
        "outputChars": _length(member(member(value, "output"), "outputBodyJson")),
    }


def _largest(texts: list[str]) -> int:
    return max((_count(text) for text in texts), default=0)


def _count(text: str) -> int:
    is_count = text.isascii() and text.isdigit() and len(text) < 12  # noqa: PLR2004 - no call has that many
    return int(text) if is_count else 0


def _length(value: Json) -> int:
    """Return how many characters of text stand in a body."""
    length, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        length += len(one) if isinstance(one, str) else 0
        waiting.extend(children(one))
    return length


def _first(parts: list[Json], *paths: str) -> str:
    found = (first_text(part, *paths) for part in parts)
    return text_of(next((text for text in found if text), ""))
