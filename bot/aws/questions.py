"""Ready questions to CloudWatch Logs Insights, and the same counted by hand.

Prompts and answers are no column of any question: names of tools and why an answer
ended are read out of the answer, and nothing else of it. Asking is the integration's.

Source:
    Amazon CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax";
    Amazon Bedrock User Guide, "Monitor model invocation using CloudWatch Logs".
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 100
_LONGEST = 200
_ANSWER = "output.outputBodyJson"
_TOOL = (
    f"coalesce({_ANSWER}.output.message.content.0.toolUse.name,"
    f" {_ANSWER}.output.message.content.1.toolUse.name,"
    f" {_ANSWER}.content.0.name, {_ANSWER}.content.1.name)"
)
_TOKENS = (
    "count(*) as calls, sum(input.inputTokenCount) as tokens_in,"
    " sum(output.outputTokenCount) as tokens_out"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with a name.

    Attributes:
        columns: What is kept of its answer.
        categories: Whose question it is; empty for every category.
    """

    name: str
    title: str
    text: str
    columns: tuple[str, ...]
    categories: frozenset[str] = frozenset()


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split())


ERRORS = Question(
    name="errors",
    title="Errors",
    text="fields @timestamp, @logStream, @message"
    " | filter @message like /(?i)(error|exception|throttl|timed out|denied|refused)/"
    f" | sort @timestamp desc | limit {MOST_ROWS}",
    columns=("@timestamp", "@logStream", "@message"),
)
OF_CALLS = (
    Question(
        name="failed-calls",
        title="Failed calls of models",
        text="filter ispresent(errorCode)"
        " | stats count(*) as calls by errorCode, operation, modelId, identity.arn"
        f" | sort calls desc | limit {MOST_ROWS}",
        columns=("errorCode", "operation", "modelId", "identity.arn", "calls"),
    ),
    Question(
        name="tokens-by-identity",
        title="Identities by tokens",
        text=f"stats {_TOKENS} by identity.arn, modelId"
        f" | sort tokens_out desc | limit {MOST_ROWS}",
        columns=("identity.arn", "modelId", "calls", "tokens_in", "tokens_out"),
        categories=_of(
            "cost_consumption access_anomaly credential_exposure model_theft"
            " availability control_tampering unclassified"
        ),
    ),
    Question(
        name="tool-calls",
        title="Tools that models asked for",
        text=f"fields {_TOOL} as tool | filter ispresent(tool)"
        " | stats count(*) as calls by tool, modelId, identity.arn"
        f" | sort calls desc | limit {MOST_ROWS}",
        columns=("tool", "modelId", "identity.arn", "calls"),
        categories=_of(
            "prompt_injection excessive_agency agent_rogue unsafe_output_handling"
            " data_disclosure"
        ),
    ),
    Question(
        name="stop-reasons",
        title="Why answers ended",
        text=f"fields coalesce({_ANSWER}.stopReason, {_ANSWER}.stop_reason) as stopped"
        " | stats count(*) as calls by stopped, modelId"
        f" | sort calls desc | limit {MOST_ROWS}",
        columns=("stopped", "modelId", "calls"),
        categories=_of(
            "prompt_injection data_disclosure system_prompt_leak harmful_output"
            " misinformation unsafe_output_handling drift_bias"
        ),
    ),
)


def calls_of(who: str) -> Question:
    """Return the question when a role or user called which model.

    Args:
        who: A name that has the form of one (`bot/aws/forms.py`): no quote is in it.
    """
    return Question(
        name="calls-of-principal",
        title=f"Calls of {who}",
        text=f'filter identity.arn like "/{who}" | stats {_TOKENS}'
        f" by bin(10m), operation, modelId, identity.arn | limit {MOST_ROWS}",
        columns=(
            *("bin(10m)", "operation", "modelId", "identity.arn"),
            *("calls", "tokens_in", "tokens_out"),
        ),
    )


COUNTED = (
    *("identity.arn", "modelId", "operation", "errorCode", "stopped", "tools"),
    *("calls", "tokens_in", "tokens_out"),
)
_Group = tuple[str, ...]


def counted(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return what lines of the invocation log say of who called what, most first.

    For where Insights does not answer. A line that is none is left out.
    """
    calls: Counter[_Group] = Counter()
    tokens: dict[_Group, list[int]] = {}
    for entry in _entries(lines):
        group = _group(entry)
        calls[group] += 1
        used = tokens.setdefault(group, [0, 0])
        used[0] += _tokens(entry, "input")
        used[1] += _tokens(entry, "output")
    return [
        dict(zip(COUNTED, (*group, number, *tokens[group]), strict=True))
        for group, number in calls.most_common(MOST_ROWS)
    ]


def _entries(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("schemaType") == "ModelInvocationLog":
            yield entry


def _group(entry: Mapping[str, Any]) -> _Group:
    body = _part(_part(entry, "output"), "outputBodyJson")
    message = _part(_part(body, "output"), "message")
    content = message.get("content") or body.get("content")
    blocks = content if isinstance(content, list) else []
    tools = {_tool(one) for one in blocks if isinstance(one, dict)} - {""}
    return (
        _text(_part(entry, "identity"), "arn"),
        *(_text(entry, name) for name in ("modelId", "operation", "errorCode")),
        _text(body, "stopReason") or _text(body, "stop_reason"),
        " ".join(sorted(tools)),
    )


def _tool(block: Mapping[str, Any]) -> str:
    """Return the name of the tool that a block of an answer asks for."""
    if block.get("type") == "tool_use":
        return _text(block, "name")
    return _text(_part(block, "toolUse"), "name")


def _tokens(entry: Mapping[str, Any], side: str) -> int:
    number = _part(entry, side).get(f"{side}TokenCount", 0)
    return number if isinstance(number, int) else 0


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found[:_LONGEST] if isinstance(found, str) else ""
