"""Collectors: found by themselves, given their settings, bounded in what they take."""

import importlib
import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from bot.aws.log_groups import MOST_GROUPS
from bot.collectors import load_collectors
from bot.config.sources import Source
from bot.ports.collect import Collected
from integrations import aws_cloudtrail, cloudwatch_logs
from tests.aws.alerts import WINDOW, alert, thing
from tests.fakes.aws import FakeAws, refused

LINES, LOOKUPS = "logs.FilterLogEvents", "cloudtrail.LookupEvents"
OF_AWS = (
    *("aws_bedrock_setup", "aws_cloudtrail", "aws_ecs", "aws_iam_state"),
    *("aws_lambda_state", "aws_sagemaker_history", "cloudwatch_insights"),
    *("cloudwatch_logs", "cloudwatch_metrics"),
)


def logs(answer: Any) -> FakeAws:
    return FakeAws({LINES: answer}, cloudwatch_logs.READS)


def lines(*pages: Mapping[str, Any]) -> Collected:
    left = iter(pages)
    reader = logs(lambda **_: next(left))
    (found,) = cloudwatch_logs.collect(
        alert(), WINDOW, reader=reader, log_groups=("/g",)
    )
    return found


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"events": [{"timestamp": 0, "message": message}], **more}


def trail(
    about: Any, answer: Any
) -> tuple[list[tuple[str, str]], dict[str, Collected]]:
    """Return what was looked up, and the files by name."""
    reader = FakeAws({LOOKUPS: answer}, aws_cloudtrail.READS)
    found = aws_cloudtrail.collect(about, WINDOW, reader=reader)
    asked = [given["LookupAttributes"][0] for _, given in reader.asked]
    looked_up = [(one["AttributeKey"], one["AttributeValue"]) for one in asked]
    return looked_up, {one.name: one for one in found}


def test_every_integration_of_aws_that_can_collect_is_found() -> None:
    assert set(OF_AWS) <= set(load_collectors())


@pytest.mark.parametrize("name", OF_AWS)
def test_a_collector_says_what_concerns_it_and_what_it_reads(name: str) -> None:
    module: Any = importlib.import_module(f"integrations.{name}")
    assert module.concerns(alert(source="statuspage")) is False
    assert module.collect(alert(source="statuspage"), WINDOW, reader=None) == ()
    assert all(call.count(".") == 1 for call in module.READS)


def test_the_settings_reach_the_collector_that_asks_for_them() -> None:
    sources = {"cloudwatch": Source(log_groups=("/a", "/b"))}
    pages = iter([said("one"), said("two")])
    reader = logs(lambda **_: next(pages))
    collect = load_collectors(sources)["cloudwatch_logs"]
    found = collect(alert(source="alertmanager"), WINDOW, reader=reader)
    assert [one.content for one in found] == [
        "1970-01-01T00:00:00.000+00:00  one",
        "1970-01-01T00:00:00.000+00:00  two",
    ]
    assert [given["logGroupName"] for _, given in reader.asked] == ["/a", "/b"]
    assert found[0].call.startswith("logs.FilterLogEvents logGroupName=/a ")


def test_pages_are_followed_to_their_end() -> None:
    found = lines(said("one", nextToken="t"), said("two"))
    assert len(found.content.splitlines()) == 2
    assert "Cut" not in found.says


def test_too_many_pages_are_cut_and_it_says_so() -> None:
    found = lines(*[said("x", nextToken="t")] * cloudwatch_logs.MOST_PAGES)
    assert found.says == ("5 lines of /g from the window. Cut: there is more in AWS.")


def test_too_many_bytes_are_cut_and_it_says_so() -> None:
    large = "x" * (cloudwatch_logs.MOST_BYTES // 2)
    found = lines(said(large, nextToken="t"), said(large))
    assert found.says == ("1 line of /g from the window. Cut: there is more in AWS.")


def test_only_so_many_groups_are_read() -> None:
    reader = logs(said("x"))
    groups = [f"/g{number}" for number in range(9)]
    found = cloudwatch_logs.collect(alert(), WINDOW, reader=reader, log_groups=groups)
    assert len(found) == MOST_GROUPS


def test_a_group_that_cannot_be_read_costs_no_other() -> None:
    def answer(**asked: Any) -> Mapping[str, Any]:
        if asked["logGroupName"] == "/a":
            raise refused("AccessDeniedException")
        return said("one")

    found = cloudwatch_logs.collect(
        alert(), WINDOW, reader=logs(answer), log_groups=("/a", "/b")
    )
    assert [bool(one.content) for one in found] == [False, True]
    assert "the role lacks logs:FilterLogEvents" in found[0].says


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(
            {
                "schemaType": "ModelInvocationLog",
                "input": {"inputBodyJson": {"prompt": "quiet"}},
                "output": {"outputBodyJson": ["quiet"], "outputTokenCount": 3},
            }
        ),
        '{"schemaType": "ModelInvocationLog", "input": {"inputBodyJson": "quiet',
        '["ModelInvocationLog", "quiet"]',
    ],
    ids=["whole", "torn", "list"],
)
def test_a_models_prompts_and_answers_are_never_collected(line: str) -> None:
    assert "quiet" not in lines(said(line)).content


def test_cloudtrail_is_asked_only_so_often() -> None:
    things = [
        *thing("model", *(f"amazon.nova-{number}" for number in range(3))),
        *thing("endpoint", *(f"scorer-{number}" for number in range(3))),
        *thing("guardrail", *(f"abcdef{number}" for number in range(3))),
    ]
    looked_up, found = trail(alert(*things), {"Events": []})
    assert len(looked_up) == aws_cloudtrail.MOST_LOOKUPS
    assert "Cut: there is more in AWS." in found["cloudtrail-events.jsonl"].says


def test_cloudtrail_is_asked_for_who_before_what() -> None:
    user = "arn:aws:iam::444455556666:user/path/ml-batch"
    key = "AKIA" + "0123456789ABCDEF"
    things = [*thing("model", "amazon.nova-1"), *thing("principal", user)]
    looked_up, _ = trail(alert(*things, *thing("key", key)), {"Events": []})
    assert looked_up == [
        ("AccessKeyId", key),
        ("Username", "ml-batch"),
        ("ResourceName", "amazon.nova-1"),
    ]


def test_a_role_is_looked_up_by_its_session_and_as_a_thing() -> None:
    session = "arn:aws:sts::444455556666:assumed-role/claims-app/i-0a1b"
    looked_up, _ = trail(alert(*thing("principal", session)), {"Events": []})
    assert looked_up == [("Username", "i-0a1b"), ("ResourceName", "claims-app")]


def record(name: str, at: str, **more: Any) -> dict[str, Any]:
    whole = {
        "eventTime": at,
        "eventName": name,
        "eventSource": "bedrock.amazonaws.com",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:x"},
        **more,
    }
    return {"EventId": name, "CloudTrailEvent": json.dumps(whole)}


def test_one_call_that_is_found_twice_is_told_once_and_in_order() -> None:
    later = record("DeleteGuardrail", "2026-05-04T11:00:00Z", userAgent="=HYPERLINK()")
    first = record("ListGuardrails", "2026-05-04T10:00:00Z")
    things = thing("guardrail", "abcdef", "abcdeg")
    _, found = trail(alert(*things), {"Events": [later, first]})
    heading, *rows = found["cloudtrail-who.csv"].content.splitlines()
    assert heading == ("at,who,kind,key,call,on,reading,error,from,with,region,id")
    assert [row.split(",")[4] for row in rows] == [
        "bedrock:ListGuardrails",
        "bedrock:DeleteGuardrail",
    ]
    # A spreadsheet must not take what a caller wrote for a formula.
    assert ",'=HYPERLINK()," in rows[1]
    assert len(found["cloudtrail-events.jsonl"].content.splitlines()) == 2
    assert found["cloudtrail-who.csv"].says.startswith(
        "Who did what. 2 calls in eu-central-1 about ResourceName abcdef, "
    )


def test_ten_thousand_calls_are_bounded_in_pages_and_bytes() -> None:
    numbers = count()

    def page(**_: Any) -> Mapping[str, Any]:
        made = [
            record(f"Call{next(numbers)}", "2026-05-04T10:00:00Z", pad="x" * 4_000)
            for _ in range(50)
        ]
        return {"Events": made, "NextToken": "more"}

    looked_up, found = trail(alert(*thing("guardrail", "abcdef", "abcdeg")), page)
    assert len(looked_up) == 2 * aws_cloudtrail.MOST_PAGES
    whole = found["cloudtrail-events.jsonl"]
    assert len(whole.content.encode()) <= aws_cloudtrail.MOST_BYTES
    assert "Cut: there is more in AWS." in whole.says


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ThrottlingException", "AWS was asked too often (ThrottlingException)."),
        ("AccessDeniedException", "the role lacks cloudtrail:LookupEvents."),
        ("UnrecognizedClientException", "AWS does not know who asks"),
    ],
)
def test_a_lookup_that_fails_says_why_and_costs_no_other(code: str, says: str) -> None:
    answers: dict[str, Callable[[], Mapping[str, Any]]] = {
        "abcdeg": lambda: {"Events": [record("DeleteGuardrail", "t")]}
    }

    def answer(**asked: Any) -> Mapping[str, Any]:
        value = asked["LookupAttributes"][0]["AttributeValue"]
        if value not in answers:
            raise refused(code)
        return answers[value]()

    _, found = trail(alert(*thing("guardrail", "abcdef", "abcdeg")), answer)
    assert says in found["cloudtrail-who.csv"].says
    assert "DeleteGuardrail" in found["cloudtrail-who.csv"].content


def test_what_is_masked_in_the_alert_is_not_looked_up() -> None:
    masked = "\u2039aws_access_key_id:2b4f\u203a"
    looked_up, found = trail(alert(*thing("key", masked)), {"Events": []})
    assert looked_up == []
    (file,) = found.values()
    assert file.says.startswith("Nothing was looked up: what the alert names is masked")


def test_other_senders_alerts_are_not_cloudtrails_matter() -> None:
    about = alert(*thing("model", "m-1"), source="alertmanager")
    assert aws_cloudtrail.collect(about, WINDOW, reader=FakeAws({}, ())) == ()
