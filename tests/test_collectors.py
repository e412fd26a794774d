"""Collectors: found by themselves, given their settings, bounded in what they take."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.collectors import load_collectors
from bot.config.sources import Source
from bot.domain.envelope import Alert, Assessment, Entity, EntityKind, Envelope
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports.collect import Collected, Window
from integrations import aws_cloudtrail, cloudwatch_logs
from tests.fakes.clock import NOON

WINDOW = Window(since=NOON - timedelta(hours=1), until=NOON)


@dataclass
class Reader:
    """Answers calls from a list of pages; asked too often, it fails."""

    pages: Iterator[Mapping[str, Any]]
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def client(self, _service: str) -> "Reader":
        return self

    def filter_log_events(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append(asked)
        return next(self.pages)

    lookup_events = filter_log_events


def alert(*entities: Entity, source: str = "cloudwatch", **texts: str) -> Alert:
    envelope = Envelope(
        source=source,
        dedup_key="d",
        title=Untrusted("t"),
        texts={key: Untrusted(text) for key, text in texts.items()},
        entities=entities,
    )
    assessment = Assessment(
        category="availability", rule="r", severity=Severity.SEV2, reasons=()
    )
    return Alert(id="al_1", received_at=NOON, envelope=envelope, assessment=assessment)


def lines(*pages: Mapping[str, Any]) -> Collected:
    reader = Reader(iter(pages))
    (found,) = cloudwatch_logs.collect(
        alert(), WINDOW, reader=reader, log_groups=("/g",)
    )
    return found


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"events": [{"timestamp": 0, "message": message}], **more}


def test_every_integration_that_can_collect_is_found() -> None:
    assert list(load_collectors()) == [
        "aws_cloudtrail",
        "cloudwatch_logs",
        "cloudwatch_metrics",
    ]


def test_the_settings_reach_the_collector_that_asks_for_them() -> None:
    sources = {"cloudwatch": Source(log_groups=("/a", "/b"))}
    reader = Reader(iter([said("one"), said("two")]))
    collect = load_collectors(sources)["cloudwatch_logs"]
    found = collect(alert(source="alertmanager"), WINDOW, reader=reader)
    assert [one.content for one in found] == [
        "1970-01-01T00:00:00.000+00:00  one",
        "1970-01-01T00:00:00.000+00:00  two",
    ]
    assert [one["logGroupName"] for one in reader.asked] == ["/a", "/b"]


def test_pages_are_followed_to_their_end() -> None:
    found = lines(said("one", nextToken="t"), said("two"))
    assert len(found.content.splitlines()) == 2
    assert "Cut" not in found.says


def test_too_many_pages_are_cut_and_it_says_so() -> None:
    found = lines(*[said("x", nextToken="t")] * cloudwatch_logs.MOST_PAGES)
    assert found.says == "5 lines of /g from the alarm's window. Cut: there are more."


def test_too_many_bytes_are_cut_and_it_says_so() -> None:
    large = "x" * (cloudwatch_logs.MOST_BYTES // 2)
    found = lines(said(large, nextToken="t"), said(large, nextToken="t"))
    assert found.says == "1 lines of /g from the alarm's window. Cut: there are more."


def test_only_so_many_groups_are_read() -> None:
    reader = Reader(iter([said("x")] * cloudwatch_logs.MOST_GROUPS))
    groups = [f"/g{number}" for number in range(9)]
    found = cloudwatch_logs.collect(alert(), WINDOW, reader=reader, log_groups=groups)
    assert len(found) == cloudwatch_logs.MOST_GROUPS


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
    reader = Reader(iter([{"Events": []}] * aws_cloudtrail.MOST_LOOKUPS))
    things = [Entity(EntityKind.MODEL, f"m-{number}") for number in range(9)]
    (found,) = aws_cloudtrail.collect(alert(*things), WINDOW, reader=reader)
    assert len(reader.asked) == aws_cloudtrail.MOST_LOOKUPS
    assert "Cut: there may be more." in found.says


def test_cloudtrail_is_asked_for_who_before_what() -> None:
    reader = Reader(iter([{"Events": []}] * 3))
    user = "arn:aws:iam::444455556666:user/ml-batch"
    things = [
        Entity(EntityKind.MODEL, "m-1"),
        Entity(EntityKind.PRINCIPAL, user),
        Entity(EntityKind.KEY, "key-1"),
    ]
    aws_cloudtrail.collect(alert(*things), WINDOW, reader=reader)
    looked_up = [one["LookupAttributes"][0] for one in reader.asked]
    assert [(one["AttributeKey"], one["AttributeValue"]) for one in looked_up] == [
        ("AccessKeyId", "key-1"),
        ("Username", "ml-batch"),
        ("ResourceName", "m-1"),
    ]


def test_one_call_that_is_found_twice_is_told_once() -> None:
    event = {"EventId": "e-1", "CloudTrailEvent": '{"eventName": "DeleteGuardrail"}'}
    reader = Reader(iter([{"Events": [event]}] * 2))
    things = [Entity(EntityKind.GUARDRAIL, "g"), Entity(EntityKind.GUARDRAIL, "arn:g")]
    (found,) = aws_cloudtrail.collect(alert(*things), WINDOW, reader=reader)
    assert found.content == '{"eventName": "DeleteGuardrail"}'


def test_other_senders_alerts_are_not_cloudtrails_matter() -> None:
    about = alert(Entity(EntityKind.MODEL, "m-1"), source="alertmanager")
    assert aws_cloudtrail.collect(about, WINDOW, reader=Reader(iter([]))) == ()
