"""A session is cut to one plan and one resource, and names the people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.aws.calls import read, write
from bot.aws.practice_seed import QUEUE
from bot.domain.action_effects import Outcome
from bot.domain.errors import BadRequest, Unreachable
from bot.domain.plan import Draft
from integrations.aws_iam import DeactivateAccessKey
from tests.cloud import APPROVERS, Cloud, applied, plan_of
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.slow
KEYED = {"idempotency_key": "0" * 64}
ACTION = DeactivateAccessKey()


def _draft(cloud: Cloud) -> Draft:
    name, key = cloud.user()
    params = {"user_name": name, "access_key_id": key.access_key_id}
    return ACTION.plan(params, reader=cloud.mint().reader())


def test_the_session_is_named_after_the_plan(cloud: Cloud) -> None:
    draft = _draft(cloud)
    plan = plan_of(draft)
    session = cloud.mint().mint(plan, ACTION.grant(draft), approvers=APPROVERS)
    arn = read(session, "sts.GetCallerIdentity", {})["Arn"]
    assert arn.endswith(f":assumed-role/tocsin-act-iam/{plan.id}")


def test_sts_is_told_the_plan_and_who_agreed(cloud: Cloud) -> None:
    asked: list[Mapping[str, Any]] = []

    def note(params: Mapping[str, Any], **_: Any) -> None:
        asked.append(params)

    draft = _draft(cloud)
    plan = plan_of(draft)
    mint = cloud.mint()
    mint.base.core.register("provide-client-params.sts.AssumeRole", note)
    mint.mint(plan, ACTION.grant(draft), approvers=("U0SECOND", "U0COMMANDER"))
    (given,) = asked
    tags = {one["Key"]: one["Value"] for one in given["Tags"]}
    assert given["SourceIdentity"] == "U0COMMANDER,U0SECOND"
    assert given["RoleSessionName"] == plan.id
    assert given["DurationSeconds"] == 900
    assert tags == {
        "tocsin-plan": plan.id,
        "tocsin-digest": plan.digest(),
        "tocsin-incident": "INC-0001",
        "tocsin-approvers": "U0COMMANDER U0SECOND",
    }


def test_a_session_for_another_resource_is_denied(cloud: Cloud) -> None:
    mine, other = _draft(cloud), _draft(cloud)
    session = cloud.mint().mint(
        plan_of(other), ACTION.grant(other), approvers=APPROVERS
    )
    result = applied(ACTION, mine, session)
    assert result.outcome is Outcome.FAILED
    refused = write(session, mine.steps[0].call, dict(mine.steps[0].params), **KEYED)
    assert refused.outcome is Outcome.FAILED
    assert "AccessDenied" in refused.says


def test_the_reader_cannot_write(cloud: Cloud) -> None:
    step = _draft(cloud).steps[0]
    refused = write(cloud.mint().reader(), step.call, dict(step.params), **KEYED)
    assert refused.outcome is Outcome.FAILED
    assert "AccessDenied" in refused.says


def test_the_bots_own_session_can_only_assume_roles(cloud: Cloud) -> None:
    with pytest.raises(Unreachable, match="AccessDenied"):
        read(cloud.mint().base, "iam.GetUser", {"UserName": "ci-deployer"})


def test_the_bot_never_switches_off_itself(cloud: Cloud) -> None:
    key = cloud.settings.key
    assert key is not None
    params = {"user_name": "tocsin", "access_key_id": key.access_key_id}
    mint = cloud.mint()
    with pytest.raises(BadRequest, match="it is Tocsin's own"):
        ACTION.plan(params, reader=mint.reader())
    # Nor does the role let it, whatever a plan would say.
    draft = _draft(cloud)
    own = "arn:aws:iam::000000000000:user/tocsin"
    grant = replace(ACTION.grant(draft), resources=(own,))
    session = mint.mint(plan_of(draft), grant, approvers=APPROVERS)
    switched = {"UserName": "tocsin", "AccessKeyId": key.access_key_id}
    asked = {**switched, "Status": "Inactive"}
    refused = write(session, "iam.UpdateAccessKey", asked, **KEYED)
    assert refused.outcome is Outcome.FAILED
    assert "AccessDenied" in refused.says


def test_a_role_that_acts_is_not_assumed_without_a_plan(cloud: Cloud) -> None:
    asked = {
        "RoleArn": "arn:aws:iam::000000000000:role/tocsin-act-iam",
        "RoleSessionName": "somebody",
    }
    with pytest.raises(Unreachable, match="AccessDenied"):
        read(cloud.mint().base, "sts.AssumeRole", asked)


def test_nobody_agreed_means_no_session(cloud: Cloud) -> None:
    draft = _draft(cloud)
    with pytest.raises(BadRequest, match="nobody has agreed"):
        cloud.mint().mint(plan_of(draft), ACTION.grant(draft), approvers=())


def test_a_drill_gets_no_session(cloud: Cloud) -> None:
    draft = _draft(cloud)
    plan = plan_of(draft, drill=True)
    with pytest.raises(BadRequest, match="it is a drill"):
        cloud.mint().mint(plan, ACTION.grant(draft), approvers=APPROVERS)


def test_the_reading_session_is_kept_and_renewed_before_it_ends(cloud: Cloud) -> None:
    clock = FakeClock(datetime.now(UTC))  # noqa: TID251 - STS gives real times
    mint = replace(cloud.mint(), clock=clock)
    first = mint.reader()
    clock.go_on(54 * 60)
    assert mint.reader() is first
    clock.go_on(2 * 60)
    assert mint.reader() is not first


def test_the_queues_session_takes_messages_and_nothing_else(cloud: Cloud) -> None:
    sqs = cloud.root().client("sqs")
    other = sqs.create_queue(QueueName="another")["QueueUrl"]
    mint = cloud.mint()
    url = read(mint.queue(), "sqs.GetQueueUrl", {"QueueName": QUEUE})["QueueUrl"]
    asked = {"QueueUrl": url, "WaitTimeSeconds": 0}
    read(mint.queue(), "sqs.ReceiveMessage", asked)
    for call, given in (
        ("sqs.ReceiveMessage", {"QueueUrl": other}),
        ("sqs.SendMessage", {"QueueUrl": url, "MessageBody": "x"}),
        ("sqs.PurgeQueue", {"QueueUrl": url}),
        ("iam.GetUser", {"UserName": "ci-deployer"}),
    ):
        with pytest.raises(Unreachable, match="AccessDenied"):
            read(mint.queue(), call, given)
    with pytest.raises(Unreachable, match="AccessDenied"):
        read(mint.reader(), "sqs.ReceiveMessage", asked)
