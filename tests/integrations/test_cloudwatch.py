"""What the CloudWatch parser reads out of an alarm, in each shape it comes in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.ports.integration import Payload
from integrations.cloudwatch import parse, recognizes

NOW = datetime(2026, 5, 4, 11, tzinfo=UTC)
ARN = "arn:aws:cloudwatch:eu-central-1:444455556666:alarm:a"
DETAIL = {"alarmName": "a", "state": {"value": "ALARM"}, "configuration": {}}
EVENT = {
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "resources": [ARN],
    "detail": DETAIL,
}


def payload(value: Any) -> Payload:
    return Payload(body=json.dumps(value).encode(), headers={}, received_at=NOW)


def read(**fields: Any) -> Envelope:
    alarm = {"AlarmName": "a", "NewStateValue": "ALARM", **fields}
    return parse(payload(alarm))[0]


def watching(**dimensions: str) -> dict[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in dimensions.items()]
    return {"MetricName": "M", "Namespace": "N", "Dimensions": pairs}


def texts(made: Envelope) -> dict[str, str]:
    return {key: text.for_rules() for key, text in made.texts.items()}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("ALARM", Status.FIRING),
        ("OK", Status.RESOLVED),
        ("INSUFFICIENT_DATA", Status.UPDATE),
    ],
)
def test_the_new_state_says_what_it_does(state: str, status: Status) -> None:
    assert read(NewStateValue=state).status is status


def test_a_state_we_do_not_know_fires_and_says_so() -> None:
    made = read(NewStateValue="PURPLE")
    assert made.status is Status.FIRING
    assert made.notes == ("the alarm says no state we know; it counts as firing",)


def test_the_alarms_arn_is_the_problem() -> None:
    assert read(AlarmArn=ARN).dedup_key == ARN


def test_without_one_account_region_and_name_are() -> None:
    same = read(AWSAccountId="1", Region="r", NewStateReason="x").dedup_key
    assert same == read(AWSAccountId="1", Region="r", NewStateValue="OK").dedup_key
    assert same != read(AWSAccountId="2", Region="r").dedup_key


def test_an_alarm_through_sns_and_as_an_event_is_one_problem() -> None:
    sns = {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:x",
        "MessageId": "m-1",
        "Message": json.dumps(EVENT),
    }
    (as_event,), (through_sns,) = parse(payload(EVENT)), parse(payload(sns))
    assert as_event.dedup_key == through_sns.dedup_key == read(AlarmArn=ARN).dedup_key
    assert through_sns.source_event_id == "m-1"


def test_a_models_and_an_endpoints_dimension_name_the_thing() -> None:
    trigger = watching(ModelId="m-1", EndpointName="e-1", GuardrailVersion="3")
    assert read(Trigger=trigger).entities == (
        Entity(EntityKind.MODEL, "m-1"),
        Entity(EntityKind.ENDPOINT, "e-1"),
    )


def test_of_an_arn_the_short_id_is_named_too() -> None:
    arn = "arn:aws:bedrock:eu-central-1:1:agent-alias/AGENT/ALIAS"
    found = read(Trigger=watching(AgentAliasArn=arn)).entities
    assert [one.id for one in found] == ["AGENT", "ALIAS", arn]
    assert {one.kind for one in found} == {EntityKind.AGENT}


def test_every_metric_of_metric_math_is_read() -> None:
    stat = {"metric": {"name": "Invocations", "dimensions": {"ModelId": "m-1"}}}
    listed = [{"id": "e1", "expression": "m1/m2"}, {"id": "m1", "metricStat": stat}]
    configuration = {"metrics": listed, "description": "d"}
    detail = {**DETAIL, "configuration": configuration}
    (made,) = parse(payload({**EVENT, "detail": detail}))
    assert texts(made)["Expression"] == "m1/m2"
    assert texts(made)["MetricName#2"] == "Invocations"
    assert made.entities == (Entity(EntityKind.MODEL, "m-1"),)


def test_a_composite_alarm_names_its_rule_and_its_children() -> None:
    made = read(AlarmRule="ALARM(x)", TriggeringChildren=[{"Arn": ARN}, "?"])
    assert texts(made)["AlarmRule"] == "ALARM(x)"
    assert texts(made)["TriggeringChildren"] == "a"


@pytest.mark.parametrize("by", ["Alarm", "WaitPeriod", "ExtensionPeriod"])
def test_a_suppressed_alarm_does_not_ring(by: str) -> None:
    (made,) = changed({"value": "ALARM", "actionsSuppressedBy": by})
    assert made.status is Status.UPDATE
    assert "suppressed" in made.notes[0]


@pytest.mark.parametrize("by", ["Alarm", "WaitPeriod", "ExtensionPeriod"])
def test_what_was_held_back_rings_when_aws_runs_its_actions(by: str) -> None:
    """Its state is as old, but nobody was called for it until now."""
    held = {"value": "ALARM", "actionsSuppressedBy": by}
    (made,) = changed({"value": "ALARM"}, held)
    assert made.status is Status.FIRING
    assert "held back until now" in made.notes[0]
    (again,) = changed({"value": "ALARM", "actionsSuppressedBy": "Alarm"}, held)
    assert again.status is Status.UPDATE
    (over,) = changed({"value": "OK"}, held)
    assert (over.status, over.notes) == (Status.RESOLVED, ())


def test_an_alarm_that_is_held_back_and_rings_again_is_the_same_problem() -> None:
    held = {"value": "ALARM", "actionsSuppressedBy": "ExtensionPeriod"}
    keys = {
        one.dedup_key
        for states in [({"value": "ALARM"},), (held,), ({"value": "ALARM"}, held)]
        for one in changed(*states)
    }
    assert len(keys) == 1


def changed(
    state: dict[str, str], before: dict[str, str] | None = None
) -> tuple[Envelope, ...]:
    """Return what a change of state becomes, as EventBridge tells it."""
    detail = {**DETAIL, "state": state, "previousState": before or {"value": "OK"}}
    return parse(payload({**EVENT, "detail": detail}))


def test_a_token_of_a_subscription_is_not_read() -> None:
    asks = {
        "Type": "SubscriptionConfirmation",
        "TopicArn": "arn:aws:sns:x:1:t",
        "Message": "You have chosen",
        "Token": "secret-token",
        "SubscribeURL": "https://sns/?Token=secret-token",
    }
    (made,) = parse(payload(asks))
    assert made.status is Status.UPDATE
    assert made.links == ()
    assert "secret-token" not in json.dumps([made.title.for_rules(), texts(made)])


def test_addresses_of_sns_are_no_links_for_people() -> None:
    sns = {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:x:1:t",
        "Message": '{"hello": "world"}',
        "UnsubscribeURL": "https://sns/?Action=Unsubscribe",
    }
    (made,) = parse(payload(sns))
    assert made.links == ()
    assert texts(made) == {"hello": "world"}


def test_raw_delivery_of_words_is_read_too() -> None:
    words = Payload(body=b"AWS Budget\nMore words", headers={}, received_at=NOW)
    (made,) = parse(words)
    assert made.title.for_rules() == "AWS Budget"
    assert not recognizes(words)


def test_what_is_no_message_of_aws_is_unparsed() -> None:
    assert not recognizes(payload({"title": "Queue is long"}))
    for body in (b"", b"  ", b"\xff", b"{"):
        empty = Payload(body=body, headers={}, received_at=NOW)
        assert not recognizes(empty)
        with pytest.raises(Unparsed):
            parse(empty)
