"""One record of AWS CloudTrail: who called what, from where, and what came of it.

Records come as EventBridge events, bare, in lists, and flattened by detection tools,
which write times without T and Z and drop what is empty. What a call means is data
(`bot/rules/sources/aws_cloudtrail.yaml`); here it is only told apart who called: a
service on its way, an agent through its role, a person, a long-term key, the root.

Source:
    AWS CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element";
    Amazon Bedrock User Guide, "Log Amazon Bedrock API calls using AWS CloudTrail".
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.names import names
from bot.envelopes.times import read_time

_ENDING = ".amazonaws.com"
_VIA = "via cloudtrail"
_AI = frozenset(
    names(
        "bedrock bedrock-agent bedrock-runtime bedrock-agent-runtime"
        " bedrock-agentcore bedrock-agentcore-control bedrock-data-automation"
        " sagemaker sagemaker-runtime q"
        " qbusiness kendra comprehend rekognition textract lex lexv2-models personalize"
        " translate transcribe polly"
    )
)
_AGENT_ROLES = ("amazonbedrockexecutionroleforagents", "amazonbedrockagentcore")
_AGENT_SESSION = "bedrockagentsession"
_LONG_TERM = "AKIA"
# Of an object in S3: how files and folders of models are called.
_ARTEFACTS = names(
    ".safetensors .gguf .ggml .onnx .pt .pth .ckpt .h5 .pkl .pickle .joblib .mar"
    " .tflite .mlmodel .keras"
)
_ARTEFACT_WORDS = names(
    "model.tar.gz model-artifact model-artefact modelartifact model_artifact"
    " checkpoints/ weights pytorch_model adapter_model consolidated."
)
_READING = ("Get", "List", "Describe", "Head", "Lookup", "Batch", "Search", "Query")


class Caller(StrEnum):
    """Who called."""

    SERVICE = "service"
    AGENT = "agent"
    ROOT = "root"
    KEY = "key"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One record; "" where it says nothing.

    Attributes:
        service: First part of the event's source, e.g. ``bedrock``.
        name: E.g. ``DeleteGuardrail``.
        who: Short name: user, or role and session.
        asked: The request's parameters.
        answered: What the service answered.
        is_reading: It changes nothing.
        insight: Of CloudTrail Insights: ``Start`` or ``End``.
    """

    id: str
    service: str
    name: str
    at: datetime | None
    account: str
    region: str
    caller: Caller
    who: str
    arn: str = ""
    role: str = ""
    key: str = ""
    address: str = ""
    agent: str = ""
    error: str = ""
    problem: str = ""
    mfa: str = ""
    kind: str = ""
    asked: Json = None
    answered: Json = None
    resources: tuple[str, ...] = ()
    is_reading: bool = False
    insight: str = ""

    @property
    def is_ai(self) -> bool:
        """Tell whether an AI service was called."""
        return self.service in _AI

    @property
    def is_refused(self) -> bool:
        """Tell whether rights stopped it."""
        said = self.error.casefold()
        return any(mark in said for mark in ("denied", "unauthorized", "forbidden"))

    @property
    def is_artefact(self) -> bool:
        """Tell whether a file of a model in S3 is meant, by how it is called."""
        if self.service != "s3":
            return False
        key = first_text(self.asked, "key").casefold()
        bucket = first_text(self.asked, "bucketName").casefold()
        source = first_text(self.asked, "x-amz-copy-source").casefold()
        whole = f"{bucket}/{key} {source}"
        ends = any(key.endswith(one) or source.endswith(one) for one in _ARTEFACTS)
        return ends or any(word in whole for word in _ARTEFACT_WORDS)


def read_call(one: Delivery) -> ApiCall | None:
    """Return the record that a delivery is; None when it is none."""
    event = one.event
    value = one.value if event is None else event.detail
    if event is not None and _VIA not in event.detail_type.casefold():
        return None
    if not is_record(value):
        return None
    call = _of_record(value)
    return (
        call if event is None else _framed(call, event.account, event.region, event.at)
    )


def is_record(value: Json) -> bool:
    """Tell by its fields whether a JSON value is a record of CloudTrail."""
    paths = ("eventSource", "insightDetails.eventSource")
    source, name = first_text(value, *paths), first_text(value, "eventName")
    if not source.endswith(_ENDING):
        return False
    return bool(name) or member(value, "insightDetails") is not None


def _framed(call: ApiCall, account: str, region: str, at: datetime | None) -> ApiCall:
    return replace(
        call,
        account=call.account or account,
        region=call.region or region,
        at=call.at or at,
    )


def _of_record(value: Json) -> ApiCall:
    who = member(value, "userIdentity")
    source = first_text(value, "eventSource", "insightDetails.eventSource")
    name = first_text(value, "eventName", "insightDetails.eventName")
    arn = first_text(who, "arn")
    role = first_text(who, "sessionContext.sessionIssuer.userName")
    role = role or (arn.split("/")[1] if ":assumed-role/" in arn else "")
    return ApiCall(
        id=first_text(value, "eventID", "requestID"),
        service=source.removesuffix(_ENDING).casefold(),
        name=name,
        at=read_time(first_text(value, "eventTime")),
        account=first_text(value, "recipientAccountId") or first_text(who, "accountId"),
        region=first_text(value, "awsRegion"),
        caller=_caller(value, who, arn),
        who=_who(who, arn, role),
        arn=arn,
        role=role,
        key=first_text(who, "accessKeyId"),
        address=first_text(value, "sourceIPAddress"),
        agent=first_text(value, "userAgent"),
        error=first_text(value, "errorCode", "insightDetails.errorCode"),
        problem=first_text(value, "errorMessage"),
        mfa=first_text(who, "sessionContext.attributes.mfaAuthenticated")
        or first_text(value, "additionalEventData.MFAUsed"),
        kind=first_text(value, "eventType"),
        asked=member(value, "requestParameters"),
        answered=member(value, "responseElements"),
        resources=tuple(
            text
            for one in every(value, "resources[].ARN")[:10]
            if (text := text_of(one))
        ),
        is_reading=_is_reading(value, name),
        insight=first_text(value, "insightDetails.state"),
    )


def _is_reading(value: Json, name: str) -> bool:
    said = first_text(value, "readOnly").casefold()
    return said == "true" or (not said and name.startswith(_READING))


def _caller(value: Json, who: Json, arn: str) -> Caller:
    kind = first_text(who, "type")
    lowered = arn.casefold()
    if any(mark in lowered for mark in (*_AGENT_ROLES, _AGENT_SESSION)):
        return Caller.AGENT
    if kind == "Root":
        return Caller.ROOT
    if _is_service(value, who, kind):
        return Caller.SERVICE
    key = first_text(who, "accessKeyId")
    is_key = kind == "IAMUser" and key.startswith(_LONG_TERM)
    return Caller.KEY if is_key else Caller.PERSON


def _is_service(value: Json, who: Json, kind: str) -> bool:
    """Tell whether a workload called: a service, a function, a machine.

    The credentials of a machine or a function say so, and what comes through an
    endpoint of a VPC did not come from somewhere else. The user agent says nothing:
    whoever calls writes it.
    """
    if kind in ("AWSService", "AWSAccount"):
        return True
    invoked = first_text(who, "invokedBy").endswith(_ENDING)
    from_service = first_text(value, "sourceIPAddress").endswith(_ENDING)
    machine = bool(first_text(who, "sessionContext.ec2RoleDelivery"))
    function = bool(first_text(who, "inScopeOf.issuerType"))
    inside = bool(first_text(value, "vpcEndpointId"))
    return invoked or from_service or machine or function or inside


def _who(who: Json, arn: str, role: str) -> str:
    name = first_text(who, "userName")
    if role:
        session = arn.rpartition("/")[2] if "/" in arn else ""
        return f"{role}/{session}" if session and session != role else role
    if first_text(who, "type") == "Root":
        return "root"
    return name or arn.rpartition("/")[2] or first_text(who, "invokedBy", "principalId")
