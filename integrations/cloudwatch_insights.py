"""Questions to CloudWatch Logs Insights about a window, ready for each kind of trouble.

Errors of what an alert names; of the calls of models who made them, what they cost,
which tools they asked for and why answers ended. Prompts and answers are no column of
any question (`bot/aws/questions.py`), and a whole line goes without them. Where
Insights has no answer about the calls of models, they are counted here from the first
lines of their log. Whole lines are in the files of `cloudwatch_logs.py`.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.log_groups import groups_of, in_a_name, invocation_log, without_prompts
from bot.aws.named import Named, is_elsewhere, named, speaks_of_bedrock
from bot.aws.questions import (
    COUNTED,
    ERRORS,
    MOST_ROWS,
    OF_CALLS,
    Question,
    calls_of,
    counted,
)
from bot.aws.shown import as_csv, number
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
    "logs.FilterLogEvents",
    "bedrock.GetModelInvocationLoggingConfiguration",
)
COLLECT_SETTINGS = {"log_groups": "cloudwatch"}
MOST_QUERIES = 6
WITHIN_S = 12.0
_PAUSES_S = (0.0, 0.5, 1.0, 1.5, 2.0)
_DONE = frozenset({"Complete", "Failed", "Cancelled", "Timeout"})
_COUNTING_S = 3.0
"""Of the time, kept for counting."""
_COUNTED_PAGES = 3
_PAGE = 1_000
_OF_WHOM = frozenset(
    {
        *("access_anomaly", "credential_exposure", "cost_consumption"),
        *("model_theft", "agent_rogue"),
    }
)
_CALLS_TELL = frozenset({"cost_consumption", "access_anomaly"})
"""Whoever sends such an alert: the calls of models are where to look."""


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
    wanted = alert.assessment.category in _CALLS_TELL
    calls = invocation_log(alert, asking, wanted=wanted)
    groups = [one for one in groups_of(alert, log_groups) if one != calls]
    asked = [(calls, one) for one in _questions(alert, things) if calls]
    asked += [(group, ERRORS) for group in groups]
    if not asked:
        says = _nothing_to_ask(alert, asking)
        return (_sentence(says, asking),) if says else ()
    found = list(_answers(asking, asked[:MOST_QUERIES], window, len(asked)))
    if calls and not any(one.name.endswith(_ending(calls)) for one in found):
        found += _counted(asking.fresh(), calls, window)
    return tuple(found)


def _ending(group: str) -> str:
    return f"-{in_a_name(group)}.csv"


def _counted(asking: Asking, group: str, window: Window) -> Iterator[Collected]:
    """Yield who called what, counted from the first lines of the invocation log."""
    events = asking.every(
        "logs.FilterLogEvents",
        Paging(items="events"),
        pages=_COUNTED_PAGES,
        most=_PAGE * _COUNTED_PAGES,
        logGroupName=group,
        startTime=int(window.since.timestamp() * 1000),
        endTime=int(window.until.timestamp() * 1000),
        limit=_PAGE,
    )
    rows = counted(str(one.get("message", "")) for one in events)
    if rows:
        yield Collected(
            name=f"calls-counted{_ending(group)}",
            content=as_csv(COUNTED, rows),
            says=asking.says(
                f"Who called which model, counted from "
                f"{number(len(events), 'line')} of {group}, because Insights gave no "
                "table of them."
            ),
            call=asking.told,
        )


def _questions(alert: Alert, things: Named) -> Iterator[Question]:
    category = alert.assessment.category
    for one in OF_CALLS:
        if not one.categories or category in one.categories:
            yield one
    who = next(iter((*things.roles, *things.users)), "")
    if who and category in _OF_WHOM:
        yield calls_of(who)


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
    nothing += [f"{number(left, 'question')} more that were not asked"] * bool(left)
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
    while waiting and (left := asking.seconds_left - _COUNTING_S) > 0:
        threading.Event().wait(min(next(pauses, _PAUSES_S[-1]), left))
        for query in tuple(waiting):
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
    return [one for one in found if one][:MOST_ROWS]


def _table(
    asking: Asking,
    group: str,
    question: Question,
    answer: Mapping[str, Any],
    rows: list[dict[str, str]],
) -> Collected:
    matched = int((answer.get("statistics") or {}).get("recordsMatched") or 0)
    of = f" of {number(matched, 'line')} that matched" if matched else ""
    more = " Cut: there may be more." if len(rows) == MOST_ROWS else ""
    return Collected(
        name=f"insights-{question.name}{_ending(group)}",
        content=as_csv(question.columns, rows),
        says=f"{question.title} in {group}: {number(len(rows), 'row')}{of}.{more}",
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
