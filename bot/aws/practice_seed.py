"""Furnishes the practice cloud: a small company that runs AI on AWS.

People practise on it and the tests run against it: users with keys, the bot's own
roles, a function, an agent with its guardrail, alarms that reach a queue, log lines.
Asking twice changes nothing: what is there stays, also what people changed. How the
server is started is in `bot/cli/cloud.py`.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from bot.aws.practice_agent import furnish_agent
from bot.aws.practice_past import record_past, unless_there
from bot.aws.session import AwsKey, AwsSession, AwsSettings, open_session

REGION = "eu-central-1"
ROOT = AwsKey(access_key_id="test", secret="test")  # noqa: S106 - the server's fixed root
BOT_USER = "tocsin"
KEY_OWNERS = (BOT_USER, "ci-deployer", "ml-batch")
FUNCTION = "claims-summarizer"
TOPIC = "ai-alarms"
QUEUE = "tocsin-alarms"
WRAPPING_KEY = "alias/tocsin"
LOG_GROUPS = (f"/aws/lambda/{FUNCTION}", "/aws/bedrock/invocations")
ALARMS = (
    ("bedrock-invocations-high", "Invocations", 500),
    ("bedrock-throttles", "InvocationThrottles", 20),
    ("bedrock-output-tokens-high", "OutputTokenCount", 2_000_000),
)
"""Name, metric of AWS/Bedrock, threshold in a minute."""

_MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
_RIGHTS = {
    "ci-deployer": ["lambda:UpdateFunctionCode", "s3:GetObject", "s3:PutObject"],
    "ml-batch": ["bedrock:InvokeModel", "s3:GetObject"],
}
ACTING_ROLES = (
    *("tocsin-act-apigateway", "tocsin-act-autoscaling"),
    *("tocsin-act-bedrock", "tocsin-act-ec2"),
    *("tocsin-act-ecs", "tocsin-act-eks", "tocsin-act-events"),
    *("tocsin-act-iam", "tocsin-act-lambda", "tocsin-act-s3", "tocsin-act-sessions"),
    *("tocsin-act-flags", "tocsin-act-logging", "tocsin-act-secrets"),
    *("tocsin-act-sagemaker", "tocsin-act-waf"),
)
_ROLES = {
    "tocsin-read": "tocsin-trust-read.json",
    "tocsin-queue": "tocsin-trust-read.json",
    "tocsin-store": "tocsin-trust-read.json",
    "tocsin-model": "tocsin-trust-read.json",
    **dict.fromkeys(ACTING_ROLES, "tocsin-trust-act.json"),
}


_UNKNOWN = ("iam:PolicyARN", "aws:ResourceAccount")


def seed(url: str, *, known: Mapping[str, AwsKey], at: datetime) -> dict[str, AwsKey]:
    """Furnish the cloud at an address and return each user's key.

    Args:
        url: Of the practice cloud, on this machine.
        known: Keys of an earlier start; used again where they still exist.
        at: Time of the log lines, aware UTC.
    """
    session = open_session(AwsSettings(region=REGION, endpoint_url=url, key=ROOT))
    account = session.client("sts").get_caller_identity()["Account"]
    _users(session)
    keys = {name: _key(session, name, known.get(name)) for name in KEY_OWNERS}
    _roles(session, account)
    _function(session, account)
    furnish_agent(session, account=account, model=_MODEL)
    _storage(session, account)
    _alarms(session, _alarm_topic(session))
    record_past(session, model=_MODEL, groups=LOG_GROUPS, at=at)
    return keys


def policy(name: str, *, account: str, principal: str = f"user/{BOT_USER}") -> str:
    """Return a shipped policy, filled in for an account, as JSON text."""
    text = files("bot.aws").joinpath(name).read_text("utf-8")
    return text.replace("ACCOUNT", account).replace("PRINCIPAL", principal)


def _users(session: AwsSession) -> None:
    iam = session.client("iam")
    for name in KEY_OWNERS:
        unless_there(iam.create_user, UserName=name)
    for name, rights in _RIGHTS.items():
        allowed = {"Effect": "Allow", "Action": rights, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [allowed]}
        iam.put_user_policy(
            UserName=name, PolicyName="work", PolicyDocument=json.dumps(document)
        )


def _key(session: AwsSession, user: str, known: AwsKey | None) -> AwsKey:
    """Return the user's key: the known one if it still exists, else a new one."""
    iam = session.client("iam")
    listed = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    ids = [one["AccessKeyId"] for one in listed]
    if known is not None and known.access_key_id in ids:
        return known
    for lost in ids:  # nobody has their secrets, and a user may have only two
        iam.delete_access_key(UserName=user, AccessKeyId=lost)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return AwsKey(access_key_id=made["AccessKeyId"], secret=made["SecretAccessKey"])


def _roles(session: AwsSession, account: str) -> None:
    iam = session.client("iam")
    base = policy("tocsin-base.json", account=account)
    iam.put_user_policy(UserName=BOT_USER, PolicyName="base", PolicyDocument=base)
    for role, trust in _ROLES.items():
        unless_there(
            iam.create_role,
            RoleName=role,
            AssumeRolePolicyDocument=_as_practice_judges(trust, account),
        )
        document = _as_practice_judges(f"{role}.json", account)
        iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=document)


def _as_practice_judges(name: str, account: str) -> str:
    """Return a shipped policy, changed where the server cannot judge it.

    It knows no ``sts:SourceIdentity``, no ``iam:PolicyARN``, no ``aws:ResourceAccount``
    and none of KMS's conditions, and not whose key a key id is. It takes an alias for a
    thing of its own, gives usage plans longer ids, and asks for a permission of its own
    where messages are deleted in a batch.
    """
    document = json.loads(policy(name, account=account))
    for statement in document["Statement"]:
        likeness = statement.get("Condition", {}).get("StringLike", {})
        likeness.pop("sts:SourceIdentity", None)
        if "kms:" in str(statement.get("Condition", "")):
            del statement["Condition"]
            statement["Resource"] = [
                statement["Resource"],
                f"arn:aws:kms:*:{account}:alias/tocsin*",
            ]
        if any(one in str(statement.get("Condition", "")) for one in _UNKNOWN):
            del statement["Condition"]
        if "apigateway" in str(statement.get("Resource", "")):
            statement["Resource"] = "arn:aws:apigateway:*::/usageplans/*"
        if statement.get("Sid") == "ReadWhenAKeyWasLastUsed":
            statement["Resource"] = "*"
        if "sqs:DeleteMessage" in statement["Action"]:
            statement["Action"].append("sqs:DeleteMessageBatch")
    return json.dumps(document)


def _function(session: AwsSession, account: str) -> None:
    trusted = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    unless_there(
        session.client("iam").create_role,
        RoleName=FUNCTION,
        AssumeRolePolicyDocument=json.dumps(document),
    )
    make_function(session, FUNCTION, role=f"arn:aws:iam::{account}:role/{FUNCTION}")


def make_function(session: AwsSession, name: str, *, role: str) -> None:
    """Make a function that answers at once and may be called to verify."""
    unless_there(
        session.client("lambda").create_function,
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.answer",
        Role=role,
        Code={"ZipFile": _code()},
        Tags={"stage": "production", "tocsin-probe": "invoke"},
    )


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def answer(event, context):\n    return 'ok'\n")
    return packed.getvalue()


def bucket(account: str) -> str:
    """Return the name of the bucket that sealed things may be kept in."""
    return f"tocsin-blobs-{account}"


def _storage(session: AwsSession, account: str) -> None:
    """Make a bucket for ciphertext and a key that wraps the keys of shares."""
    where = {"LocationConstraint": REGION}
    s3, kms = session.client("s3"), session.client("kms")
    unless_there(
        s3.create_bucket, Bucket=bucket(account), CreateBucketConfiguration=where
    )
    known = {one["AliasName"] for one in kms.list_aliases()["Aliases"]}
    if WRAPPING_KEY not in known:
        key = kms.create_key(Description="Wraps the keys of Tocsin's shares")
        kms.create_alias(
            AliasName=WRAPPING_KEY, TargetKeyId=key["KeyMetadata"]["KeyId"]
        )


def _alarm_topic(session: AwsSession) -> str:
    """Return the topic whose messages reach the queue."""
    sns, sqs = session.client("sns"), session.client("sqs")
    topic = str(sns.create_topic(Name=TOPIC)["TopicArn"])
    queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    from_topic = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [from_topic]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": allowed})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic


def _alarms(session: AwsSession, topic: str) -> None:
    cloudwatch = session.client("cloudwatch")
    found = cloudwatch.describe_alarms(AlarmNames=[name for name, _, _ in ALARMS])
    there = {one["AlarmName"] for one in found["MetricAlarms"]}
    for name, metric, threshold in ALARMS:
        if name in there:  # putting it again would reset its state
            continue
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"{metric} of the claims model, in a minute",
            Namespace="AWS/Bedrock",
            MetricName=metric,
            Dimensions=[{"Name": "ModelId", "Value": _MODEL}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
            OKActions=[topic],
        )
