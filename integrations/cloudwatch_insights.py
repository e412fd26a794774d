"""Questions to CloudWatch Logs Insights about a window, ready for each kind of trouble.

Errors of what an alert names; of the calls of models who made them, what they cost,
which tools they asked for and why answers ended. Prompts and answers are no column of
any question, and a whole line goes without them. Where Insights does not answer, it
says so; the lines themselves are in the files of `cloudwatch_logs.py`.

Source:
    Amazon CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax";
    Amazon Bedrock User Guide, "Monitor model invocation using CloudWatch Logs".
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.aws.asking import Asking
from bot.aws.log_groups import groups_of, in_a_name, invocation_log, without_prompts
from bot.aws.named import Named, is_elsewhere, named, speaks_of_bedrock
from bot.aws.shown import as_csv
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="cloudwatch_insights",
    title="Amazon CloudWatch Logs Insights",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
    "CWL_QuerySyntax.html",
    summary="Errors, identities, tokens and tool calls of a window, counted.",
)
READS = (
    "logs.StartQuery",
    "logs.GetQueryResults",
    "bedrock.GetModelInvocationLoggingConfiguration",
)
COLLECT_SETTINGS = {"log_groups": "cloudwatch"}
MOST_QUERIES = 6
WITHIN_S = 18.0
_PAUSES_S = (0.0, 0.5, 1.0, 1.5, 2.0)
_MOST_ROWS = 100
_DONE = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})
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
    f" | sort @timestamp desc | limit {_MOST_ROWS}",
    columns=("@timestamp", "@logStream", "@message"),
)
OF_CALLS = (
    Question(
        name="failed-calls",
        title="Failed calls of models",
        text="filter ispresent(errorCode)"
        " | stats count(*) as calls by errorCode, operation, modelId, identity.arn"
        f" | sort calls desc | limit {_MOST_ROWS}",
        columns=("errorCode", "operation", "modelId", "identity.arn", "calls"),
    ),
    Question(
        name="tokens-by-identity",
        title="Identities by tokens",
        text=f"stats {_TOKENS} by identity.arn, modelId"
        f" | sort tokens_out desc | limit {_MOST_ROWS}",
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
        f" | sort calls desc | limit {_MOST_ROWS}",
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
        f" | sort calls desc | limit {_MOST_ROWS}",
        columns=("stopped", "modelId", "calls"),
        categories=_of(
            "prompt_injection data_disclosure system_prompt_leak harmful_output"
            " misinformation unsafe_output_handling drift_bias"
        ),
    ),
)
_OF_WHOM = _of(
    "access_anomaly credential_exposure cost_consumption model_theft agent_rogue"
)


def concerns(alert: Alert) -> bool:
    """Tell whether logs of AWS may tell about it, and somebody has to act."""
    return not is_elsewhere(alert) and alert.assessment.category != "none"


def collect(
    alert: Alert, window: Window, *, reader: Any, log_groups: Sequence[str] = ()
) -> tuple[Collected, ...]:
    """Return one table a question, and one sentence for those without an answer.

    Args:
        log_groups: Named in the settings; asked for errors, after those of the alert.
    """
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader, region=things.region, within_s=WITHIN_S)
    calls = invocation_log(alert, asking)
    groups = [one for one in groups_of(alert, log_groups) if one != calls]
    asked = [(calls, one) for one in _questions(alert, things) if calls]
    asked += [(group, ERRORS) for group in groups]
    if not asked:
        says = _nothing_to_ask(alert, asking)
        return (_sentence(says, asking),) if says else ()
    return tuple(_answers(asking, asked[:MOST_QUERIES], window, len(asked)))


def _questions(alert: Alert, things: Named) -> Iterator[Question]:
    category = alert.assessment.category
    for one in OF_CALLS:
        if not one.categories or category in one.categories:
            yield one
    who = next(iter((*things.roles, *things.users)), "")
    if who and category in _OF_WHOM:
        yield calls_of(who)


def calls_of(who: str) -> Question:
    """Return the question when a role or user called which model.

    Args:
        who: A name that has the form of one (`bot/aws/forms.py`): no quote is in it.
    """
    return Question(
        name="calls-of-principal",
        title=f"Calls of {who}",
        text=f'filter identity.arn like "/{who}" | stats {_TOKENS}'
        f" by bin(10m), operation, modelId, identity.arn | limit {_MOST_ROWS}",
        columns=(
            *("bin(10m)", "operation", "modelId", "identity.arn"),
            *("calls", "tokens_in", "tokens_out"),
        ),
    )


def _nothing_to_ask(alert: Alert, asking: Asking) -> str:
    if not speaks_of_bedrock(alert):
        return ""
    return asking.says(
        f"Nothing was asked: the calls of models are not logged to a log group in "
        f"{asking.region}, and the alert names no other."
    )


def _answers(
    asking: Asking, asked: Sequence[tuple[str, Question]], window: Window, wanted: int
) -> Iterator[Collected]:
    running: dict[str, tuple[str, Question]] = {}
    nothing: list[str] = []
    for group, question in asked:
        try:
            running[_started(asking, group, question, window)] = (group, question)
        except NotFound:
            nothing.append(f"there is no log group {group}")
        except Unreachable as error:
            asking.note(error)
    for query, answer in _finished(asking, running):
        group, question = running.pop(query)
        rows = _rows(answer, question)
        if rows:
            yield _table(asking, group, question, answer, rows)
        else:
            nothing.append(_why_nothing(answer, group, question))
    nothing += [
        f"{question.title} in {group}: no answer in time"
        for group, question in running.values()
    ]
    left = wanted - len(asked)
    nothing += [f"{left} more questions were not asked"] * bool(left)
    if nothing or asking.says():
        yield _sentence(
            asking.says("; ".join(nothing) + "." if nothing else ""), asking
        )


def _started(asking: Asking, group: str, question: Question, window: Window) -> str:
    answer = asking.ask(
        "logs.StartQuery",
        logGroupName=group,
        startTime=int(window.since.timestamp()),
        endTime=int(window.until.timestamp()),
        queryString=question.text,
    )
    return str(answer["queryId"])


def _finished(
    asking: Asking, running: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield answers as they are done, until all are or the time is over."""
    waiting, pauses = list(running), iter(_PAUSES_S)
    while waiting and asking.seconds_left:
        pause = min(next(pauses, _PAUSES_S[-1]), asking.seconds_left)
        threading.Event().wait(pause)
        for query in tuple(waiting) if asking.seconds_left else ():
            answer = asking.maybe("logs.GetQueryResults", queryId=query)
            if answer.get("status") in _DONE or not answer:
                waiting.remove(query)
                yield query, answer


def _rows(answer: Mapping[str, Any], question: Question) -> list[dict[str, str]]:
    """Return the rows, of each the columns that were asked for."""
    found = [
        {
            one["field"]: without_prompts(str(one.get("value", "")))
            for one in row
            if one.get("field") in question.columns
        }
        for row in answer.get("results") or ()
    ]
    return [one for one in found if one][:_MOST_ROWS]


def _table(
    asking: Asking,
    group: str,
    question: Question,
    answer: Mapping[str, Any],
    rows: list[dict[str, str]],
) -> Collected:
    matched = int((answer.get("statistics") or {}).get("recordsMatched") or 0)
    of = f" of {matched} lines that match" if matched else ""
    more = " Cut: there may be more." if len(rows) == _MOST_ROWS else ""
    return Collected(
        name=f"insights-{question.name}-{in_a_name(group)}.csv",
        content=as_csv(question.columns, rows),
        says=f"{question.title} in {group}: {len(rows)} rows{of}.{more}",
        call=f"logs.StartQuery logGroupName={group} region={asking.region}"
        f" queryString={question.text}",
    )


def _why_nothing(answer: Mapping[str, Any], group: str, question: Question) -> str:
    status = answer.get("status", "")
    ended = "found nothing" if status == "Complete" else "could not be answered"
    return f"{question.title} in {group}: {ended}"


def _sentence(says: str, asking: Asking) -> Collected:
    said = f"Insights: {says}"
    return Collected(name="insights.txt", content="", says=said, call=asking.told)
