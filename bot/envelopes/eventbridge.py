"""Amazon EventBridge: the frame around an event of an AWS service.

Only the frame is read here; what ``detail`` holds is the integration's business.
Events come bare, as the message of SNS, or as the body of a queue's message; what
SNS adds is taken off in `sns.py`.

Source:
    Amazon EventBridge User Guide, "AWS service event metadata".
"""

from dataclasses import dataclass
from datetime import datetime

from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.times import read_time

_MOST_RESOURCES = 20
# Who sends events of a kind. Forwarders and samples drop the source now and then.
_SENDERS = {
    "GuardDuty ": "aws.guardduty",
    "Security Hub ": "aws.securityhub",
    "AWS Health ": "aws.health",
    "SageMaker ": "aws.sagemaker",
    "CloudWatch Alarm ": "aws.cloudwatch",
    "AWS API Call via CloudTrail": "aws.cloudtrail",
    "EC2 Instance ": "aws.ec2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsEvent:
    """One event without its frame.

    Attributes:
        id: Unique; "" when it is missing.
        source: Who sends, e.g. ``aws.cloudwatch``.
        detail_type: What happened, e.g. ``CloudWatch Alarm State Change``.
        at: Aware UTC; some services write epoch milliseconds.
        resources: ARNs, at most twenty.
        detail: The service's own JSON.
    """

    id: str
    source: str
    detail_type: str
    account: str = ""
    region: str = ""
    at: datetime | None = None
    resources: tuple[str, ...] = ()
    detail: Json = None


def read_event(value: Json) -> AwsEvent | None:
    """Return the event that a JSON value is; None when it is none."""
    detail_type = text_of(member(value, "detail-type"))
    # Some senders write the key twice, the second time as a list.
    source = first_text(value, "source", "source[]") or _sender(detail_type)
    detail = member(value, "detail")
    if not detail_type or not source or detail is None:
        return None
    resources = (text_of(one) for one in every(value, "resources[]"))
    return AwsEvent(
        id=text_of(member(value, "id")),
        source=source,
        detail_type=detail_type,
        account=text_of(member(value, "account")),
        region=text_of(member(value, "region")),
        at=read_time(member(value, "time")),
        resources=tuple(one for one in resources if one)[:_MOST_RESOURCES],
        detail=detail,
    )


def _sender(detail_type: str) -> str:
    found = (who for kind, who in _SENDERS.items() if detail_type.startswith(kind))
    return next(found, "")
