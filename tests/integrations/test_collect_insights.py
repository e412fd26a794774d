"""Questions to Logs Insights: ready ones, bounded, and none that a name can change."""

import csv
import io
import json
from typing import Any

import pytest

from bot.aws.questions import ERRORS, OF_CALLS
from bot.ports.collect import Collected
from integrations import cloudwatch_insights
from integrations.cloudwatch_insights import MOST_QUERIES, READS, collect
from tests.aws.alerts import SESSION, WINDOW, alert, thing
from tests.aws.test_named import HOSTILE
from tests.fakes.aws import FakeAws, refused

START, RESULTS = "logs.StartQuery", "logs.GetQueryResults"
LOGGING = "bedrock.GetModelInvocationLoggingConfiguration"
CALLS = "/aws/bedrock/invocations"
ON = {
    "loggingConfig": {
        "cloudWatchConfig": {
            "logGroupName": CALLS,
            "roleArn": "arn:aws:iam::444455556666:role/logs",
        }
    }
}
BEDROCK = {"Namespace": "AWS/Bedrock"}


def row(**fields: str) -> list[dict[str, str]]:
    return [{"field": name, "value": value} for name, value in fields.items()]


def answered(*rows: list[dict[str, str]], status: str = "Complete") -> dict[str, Any]:
    return {"status": status, "results": list(rows), "statistics": {}}


def ask(
    about: Any, answer: Any = None, *groups: str, **answers: Any
) -> tuple[dict[str, Collected], FakeAws]:
    known: dict[str, Any] = {
        START: {"queryId": "q-1"},
        RESULTS: answered() if answer is None else answer,
        LOGGING: ON,
        "logs.FilterLogEvents": {"events": []},
    }
    numbers = iter(range(99))
    known[START] = lambda **_: {"queryId": f"q-{next(numbers)}"}
    reader = FakeAws({**known, **answers}, READS)
    found = collect(about, WINDOW, reader=reader, log_groups=groups)
    return {one.name: one for one in found}, reader


def queries(reader: FakeAws) -> list[str]:
    return [given["queryString"] for call, given in reader.asked if call == START]


def test_the_category_decides_what_is_asked_of_the_calls() -> None:
    asked = {}
    for category in ("cost_consumption", "excessive_agency", "harmful_output"):
        _, reader = ask(alert(category=category, **BEDROCK))
        names = {one.text: one.name for one in OF_CALLS}
        asked[category] = [names[one] for one in queries(reader)]
    assert asked == {
        "cost_consumption": ["failed-calls", "tokens-by-identity"],
        "excessive_agency": ["failed-calls", "tool-calls"],
        "harmful_output": ["failed-calls", "stop-reasons"],
    }


def test_a_table_holds_the_asked_columns_and_nothing_of_prompts() -> None:
    rows = [
        row(
            **{"identity.arn": SESSION, "calls": "3", "@ptr": "x", "@message": "quiet"}
        ),
        row(**{"@message": "quiet"}),
    ]
    found, _ = ask(alert(category="cost_consumption", **BEDROCK), answered(*rows))
    file = found["insights-tokens-by-identity-aws-bedrock-invocations.csv"]
    read = list(csv.DictReader(io.StringIO(file.content)))
    assert [(one["identity.arn"], one["calls"]) for one in read] == [(SESSION, "3")]
    assert all("quiet" not in one.content for one in found.values())
    assert file.says == f"Identities by tokens in {CALLS}: 1 row."
    assert "stats count(*) as calls" in file.call


def test_an_errors_line_comes_without_prompt() -> None:
    line = '{"schemaType": "ModelInvocationLog", "input": {"inputBodyJson": "quiet"}}'
    rows = answered(row(**{"@timestamp": "t", "@message": line}))
    found, _ = ask(alert(), rows, "/app")
    assert "left out" in found["insights-errors-app.csv"].content
    assert "quiet" not in found["insights-errors-app.csv"].content


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_changes_a_question(hostile: str) -> None:
    things = [*thing("principal", hostile), *thing("endpoint", hostile)]
    about = alert(
        *things,
        source="aws_guardduty",
        category="access_anomaly",
        **{**BEDROCK, "functionName": hostile, "userName": hostile},
    )
    _, reader = ask(about)
    assert set(queries(reader)) <= {ERRORS.text, *(one.text for one in OF_CALLS)}


def test_who_is_named_is_asked_for_by_name() -> None:
    about = alert(
        *thing("principal", SESSION), category="access_anomaly", source="aws_bedrock"
    )
    _, reader = ask(about)
    assert 'filter identity.arn like "/claims-app" |' in queries(reader)[-1]


def test_an_answer_that_does_not_come_ends_with_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cloudwatch_insights, "WITHIN_S", 3.05)
    found, _ = ask(alert(), answered(status="Running"), "/app")
    assert [(one.name, one.says) for one in found.values()] == [
        ("insights.txt", "Insights: Errors in /app: no answer in time.")
    ]


def test_an_answer_that_is_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudwatch_insights, "_PAUSES_S", (0.0,))
    states = iter(["Scheduled", "Running", "Complete"])
    rows = row(**{"@message": "ERROR"})
    found, _ = ask(alert(), lambda **_: answered(rows, status=next(states)), "/app")
    assert "insights-errors-app.csv" in found


def test_where_insights_may_not_be_asked_it_names_the_permission() -> None:
    found, _ = ask(alert(), None, "/app", **{START: refused("AccessDeniedException")})
    assert "the role lacks logs:StartQuery" in found["insights.txt"].says


def test_a_group_that_is_not_there_and_a_question_too_many_are_said() -> None:
    groups = [f"/g{number}" for number in range(MOST_QUERIES + 2)]
    gone = refused("ResourceNotFoundException")
    found, reader = ask(alert(), None, *groups, **{START: gone})
    says = found["insights.txt"].says
    assert "there is no log group /g0" in says
    assert "2 questions more that were not asked" in says
    assert reader.calls().count(START) == MOST_QUERIES


def test_where_calls_are_not_logged_it_says_so() -> None:
    found, _ = ask(alert(**BEDROCK), **{LOGGING: {}})
    assert found["insights.txt"].says.startswith(
        "Insights: Nothing was asked: the calls of models are not logged"
    )


def test_costs_lead_to_the_calls_of_models_whoever_tells_of_them() -> None:
    about = alert(source="webhook", category="cost_consumption")
    assert len(queries(ask(about)[1])) == 2
    assert ask(about, **{LOGGING: {}})[0] == {}
    assert queries(ask(alert(source="webhook", category="drift_bias"))[1]) == []


def test_an_alert_without_any_log_group_has_no_file() -> None:
    assert ask(alert(source="alertmanager"))[0] == {}


def entry(who: str, *, out: int, **body: Any) -> dict[str, Any]:
    whole = {
        "schemaType": "ModelInvocationLog",
        "operation": "Converse",
        "modelId": "amazon.nova",
        "identity": {"arn": who},
        "input": {"inputBodyJson": {"prompt": "quiet"}, "inputTokenCount": 10},
        "output": {"outputBodyJson": body, "outputTokenCount": out},
    }
    return {"timestamp": 0, "message": json.dumps(whole)}


def test_without_insights_the_calls_are_counted_from_their_log() -> None:
    said = [{"text": "quiet"}, {"toolUse": {"name": "send_email", "input": "quiet"}}]
    message = {"output": {"message": {"content": said}}, "stopReason": "tool_use"}
    torn = {"timestamp": 0, "message": '{"schemaType": "ModelInvocationLog", "input'}
    events = [
        entry("arn:a", out=1),
        entry("arn:b", out=5, **message),
        entry("arn:b", out=6, **message),
        torn,
    ]
    found, _ = ask(
        alert(category="excessive_agency", **BEDROCK),
        **{
            START: refused("AccessDeniedException"),
            "logs.FilterLogEvents": {"events": events, "nextToken": "more"},
        },
    )
    file = found["calls-counted-aws-bedrock-invocations.csv"]
    first = next(csv.DictReader(io.StringIO(file.content)))
    told = [first[name] for name in ("identity.arn", "tools", "stopped", "calls")]
    assert told == ["arn:b", "send_email", "tool_use", "6"]
    assert (first["tokens_in"], first["tokens_out"]) == ("60", "33")
    assert "quiet" not in file.content
    assert "Cut: there is more in AWS." in file.says
