"""A metric crosses its threshold in the practice cloud, and a card appears.

Nothing is posted: the alarm goes through the topic and the queue by itself.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.aws.practice_seed import QUEUE, REGION, ROOT
from bot.aws.session import AwsSession, AwsSettings, open_session
from tests.fakes.sns import CERTIFICATE_NAME, TOPIC, Signer
from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow
PLAIN = {"Content-Type": "text/plain; charset=UTF-8"}
ALARM = "bedrock-throttles"
MODEL = {"Name": "ModelId", "Value": "anthropic.claude-3-haiku-20240307-v1:0"}
THROTTLES = {"MetricName": "InvocationThrottles", "Value": 90, "Dimensions": [MODEL]}
NO_DELETING = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:GetQueueUrl"],
            "Resource": "*",
        }
    ],
}


def cloud(tocsin: Tocsin) -> AwsSession:
    """Wait until the practice cloud is up; return its root."""

    def address() -> str:
        facts = json.loads((tocsin.home / "run.json").read_text())
        return str(facts["cloud_url"] or "")

    url = tocsin.wait_for(lambda _: address())
    return open_session(AwsSettings(region=REGION, endpoint_url=url, key=ROOT))


def cross(root: AwsSession, **metric: Any) -> None:
    root.client("cloudwatch").put_metric_data(
        Namespace="AWS/Bedrock", MetricData=[{**THROTTLES, **metric}]
    )


def left_in_the_queue(root: AwsSession) -> int:
    sqs = root.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(found[name]) for name in names)


def test_a_metric_that_crosses_its_threshold_becomes_a_card(tmp_path: Path) -> None:
    with running(tmp_path) as tocsin:
        root = cloud(tocsin)
        cross(root)
        (card,) = tocsin.wait_for(lambda m: m)
        assert "SEV2" in card["text"]
        assert "Claims assistant" in card["text"]
        assert ALARM in json.dumps(card["blocks"])
        tocsin.wait_for(lambda _: left_in_the_queue(root) == 0)
        root.client("cloudwatch").set_alarm_state(
            AlarmName=ALARM, StateValue="OK", StateReason="fewer calls"
        )
        tocsin.wait_for(lambda m: "resolved as cleared" in m[0]["text"])
        assert len(tocsin.cards()) == 1
        assert tocsin.stop() == 0
        assert "WARNING" not in tocsin.stderr()


def test_killed_between_keeping_and_deleting_it_is_one_card(tmp_path: Path) -> None:
    with running(tmp_path) as tocsin:
        root = cloud(tocsin)
        root.client("iam").put_role_policy(
            RoleName="tocsin-queue",
            PolicyName="tocsin-queue",
            PolicyDocument=json.dumps(NO_DELETING),
        )
        cross(root)
        tocsin.wait_for(lambda m: m)
        assert left_in_the_queue(root) == 1
        tocsin.kill()
        tocsin.start()
        before, root = root, cloud(tocsin)  # furnished again: deleting is allowed
        assert root.settings.endpoint_url == before.settings.endpoint_url
        again = root.client("cloudwatch").describe_alarms(StateValue="ALARM")
        assert [one["AlarmName"] for one in again["MetricAlarms"]] == [ALARM]
        tocsin.wait_for(lambda _: left_in_the_queue(root) == 0)
        (card,) = tocsin.cards()
        assert "1 alert, INC-0001" in card["text"]


def test_rubbish_in_the_queue_is_a_card_and_stops_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as tocsin:
        root = cloud(tocsin)
        sqs = root.client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        for body in ('{"broken', '{"a":' * 100 + "1" + "}" * 100, "[" + "7," * 90_000):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        cross(root)
        tocsin.wait_for(lambda m: ALARM in json.dumps(m))
        tocsin.wait_for(lambda _: left_in_the_queue(root) == 0)
        shown = tocsin.wait_for(lambda m: "could not be read" in json.dumps(m))
        assert shown


def test_a_topic_posts_signed_alarms_and_nobody_else_does(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the bot that runs has no other clock
    signer = Signer(begins=now - timedelta(hours=1), ends=now + timedelta(hours=1))
    pinned = tmp_path / "certificates"
    pinned.mkdir()
    (pinned / CERTIFICATE_NAME).write_bytes(signer.certificate())
    settings = {
        "TOCSIN_SOURCES_CLOUDWATCH_TOPICS": TOPIC,
        "TOCSIN_SOURCES_CLOUDWATCH_CERTIFICATES": str(pinned),
        "TOCSIN_PRACTICE_CLOUD": "false",
    }
    alarm = {"AlarmName": ALARM, "NewStateValue": "ALARM", "NewStateReason": "many"}
    fields = {"timestamp": now.isoformat(), "message": json.dumps(alarm)}
    with running(tmp_path, settings=settings) as tocsin:
        forged = Signer(which="thief").post(**fields)
        refused = tocsin.ask("/alerts/cloudwatch", forged, PLAIN)
        assert (refused.status, refused.json["error"]) == (401, "bad_signature")
        token = {"Authorization": f"Bearer {tocsin.facts['tokens']['alerts']}"}
        bare = tocsin.ask("/alerts/cloudwatch", json.dumps(alarm).encode(), token)
        assert (bare.status, bare.json["error"]) == (401, "unsigned")
        kept = tocsin.ask("/alerts/cloudwatch", signer.post(**fields), PLAIN)
        assert kept.status == 202
        (card,) = tocsin.wait_for(lambda m: m)
        assert ALARM in card["text"]
