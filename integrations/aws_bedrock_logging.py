"""Amazon Bedrock: have the calls of models logged again.

Whoever wants to stay unseen switches the log off first. The whole configuration stands
on the card, and whether CloudTrail has seen it set before. There is no action that
switches the log off: nobody needs one at night, and an intruder would.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.shown import at_text
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_logging",
    title="Amazon Bedrock invocation logging",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html",
    summary="Has the calls of models logged again.",
)

NONE = "none"
_BUCKET, _PREFIX = "bedrock.logging.bucket", "bedrock.logging.prefix"
_GROUP, _ROLE = "bedrock.logging.log_group", "bedrock.logging.role"
_CONTENTS = "bedrock.logging.contents"
_PASSED = "bedrock.logging.role_handed_on"
_WHOSE = {"bucket": _BUCKET, "prefix": _PREFIX, "log_group": _GROUP, "role": _ROLE}
_FLAGS = tuple(
    f"{kind}DataDeliveryEnabled"
    for kind in ("text", "image", "embedding", "video", "audio")
)
_GET = "bedrock.GetModelInvocationLoggingConfiguration"
_PUT = "bedrock.PutModelInvocationLoggingConfiguration"
_TRAIL = "cloudtrail.LookupEvents"
_ROLE_PATH = "loggingConfig.cloudWatchConfig.roleArn"


def _places(config: Mapping[str, Any]) -> Texts:
    """Return where a configuration leads."""
    s3, logs = config.get("s3Config") or {}, config.get("cloudWatchConfig") or {}
    return {
        _BUCKET: s3.get("bucketName") or NONE,
        _PREFIX: s3.get("keyPrefix") or NONE,
        _GROUP: logs.get("logGroupName") or NONE,
        _ROLE: logs.get("roleArn") or NONE,
    }


def _contents(config: Mapping[str, Any]) -> str:
    """Return whether contents are logged. A flag that is not there is on."""
    flags = {config.get(name, True) for name in _FLAGS}
    if not config:
        return NONE
    return "mixed" if len(flags) > 1 else "on" if flags.pop() else "off"


def _logging(seen: Seen) -> Texts:
    """Return what is configured, and what would be handed on.

    Raises:
        BadRequest: It has a bucket for large data: setting it anew would lose that.
    """
    config = seen.answer.get("loggingConfig") or {}
    if (config.get("cloudWatchConfig") or {}).get("largeDataDeliveryS3Config"):
        raise _refused("the log has a bucket for large data of its own")
    role = seen.known["role"]
    return {
        **_places(config),
        _CONTENTS: _contents(config),
        _PASSED: "" if role == NONE else role,
    }


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The log of calls was not planned to change",
        because=because,
        next_move="Name a bucket, or a log group and the role that writes to it.",
    )


def _logging_kept(answer: Mapping[str, Any]) -> Any:
    return answer.get("loggingConfig") or {}


def _set_before(answer: Mapping[str, Any]) -> Any:
    """Return who set which configuration when, newest first; a name is no fact."""
    return [
        {
            "at": at_text(event.get("EventTime")),
            "by": str(event.get("Username") or "somebody"),
            "config": _asked_for(event.get("CloudTrailEvent")),
        }
        for event in answer.get("Events", ())
    ]


def _asked_for(record: Any) -> Mapping[str, Any]:
    """Return the configuration of a record of CloudTrail; it may be anything."""
    try:
        found = json.loads(record or "{}")["requestParameters"]["loggingConfig"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, Mapping) else {}


class RestoreLogging(AwsAction):
    """Sets where the calls of models are logged."""

    ROLE = "tocsin-act-logging"
    RESOURCE = ""
    IMPLIED: ClassVar[Texts] = {"iam.PassRole": _PASSED}
    TARGET = "bucket"
    IDENTITY: ClassVar[Texts] = {}
    WANTED: ClassVar[Texts] = {
        _BUCKET: "{bucket}",
        _PREFIX: "{prefix}",
        _GROUP: "{log_group}",
        _ROLE: "{role}",
        _CONTENTS: "{contents}",
    }
    USUAL: ClassVar[Texts] = {_BUCKET: NONE}
    WORDS: ClassVar[Texts] = {
        _BUCKET: "bucket that calls are logged to",
        _PREFIX: "prefix in that bucket",
        _GROUP: "log group that calls are logged to",
        _ROLE: "role that writes to that group",
        _CONTENTS: "texts, images, embeddings, video and audio in the log",
    }
    PROMISE = "The configuration is read again. No model is called to try it out."
    FACTS = (Reading(call=_GET, arguments={}, facts=_logging, keep=_logging_kept),)
    TOLD = (
        Reading(
            call=_TRAIL,
            arguments={},
            always={
                "LookupAttributes.0.AttributeKey": "EventName",
                "LookupAttributes.0.AttributeValue": _PUT.partition(".")[2],
                "MaxResults": "10",
            },
            keep=_set_before,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.restore_logging",
        version=1,
        title="Have Bedrock's model calls logged again",
        params=schema(
            bucket={
                "type": "string",
                "pattern": "^(none|[a-z0-9][a-z0-9.-]{2,62})$",
                "maxLength": 63,
                "description": "the name of a bucket, or none",
            },
            prefix={
                "type": "string",
                "pattern": "^(none|[A-Za-z0-9_./-]{1,128})$",
                "maxLength": 128,
                "description": "the prefix in that bucket, or none",
            },
            log_group={
                "type": "string",
                "pattern": "^(none|[A-Za-z0-9_./#-]{1,200})$",
                "maxLength": 200,
                "description": "the name of a log group, or none",
            },
            role={
                "type": "string",
                "pattern": "^(none|arn:aws[a-z-]*:iam::[0-9]{12}:role/"
                "[A-Za-z0-9+=,.@_/-]{1,128})$",
                "maxLength": 200,
                "description": "the ARN of the role that writes to that group, or none",
            },
            contents={
                "type": "string",
                "enum": ["on", "off"],
                "description": "whether what is said is logged too: on or off",
            },
        ),
        level={"": Level.T1},
        evidence=(_GET, _TRAIL),
        calls=(_PUT, _GET, _TRAIL),
        irreversible_because="switching the log off again is left to people in Bedrock",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call with what is wanted of it, and nothing for what is not.

        Raises:
            BadRequest: It leads nowhere, or half of a place is missing.
        """
        bucket, group = params["bucket"] != NONE, params["log_group"] != NONE
        if not (bucket or group):
            raise _refused("it would be logged nowhere")
        if group != (params["role"] != NONE):
            raise _refused("a log group needs a role, and a role a log group")
        if params["prefix"] != NONE and not bucket:
            raise _refused("a prefix needs a bucket")
        paths = {
            "s3Config.bucketName": params["bucket"],
            "s3Config.keyPrefix": params["prefix"],
            "cloudWatchConfig.logGroupName": params["log_group"],
            "cloudWatchConfig.roleArn": params["role"],
        }
        told = {path: text for path, text in paths.items() if text != NONE}
        on = "true" if params["contents"] == "on" else "false"
        every = {**told, **dict.fromkeys(_FLAGS, on)}
        return _PUT, {f"loggingConfig.{path}": text for path, text in every.items()}

    def identity(self, step: Step) -> Texts:
        """Return the role, which is not in the call where there is none."""
        return {"role": dict(step.params).get(_ROLE_PATH, NONE)}

    def blast(self, case: Case) -> Blast:
        """Return whose calls it is, and whether it was like this before."""
        wanted = {fact: case.params[name] for name, fact in _WHOSE.items()}
        found = [one for one in case.told[_TRAIL] if _places(one["config"]) == wanted]
        known = (
            f"CloudTrail: it was set like this on {found[0]['at']} UTC."
            if found
            else "CloudTrail has not seen it set like this in its last 10 changes."
        )
        says = f"Every call of a model in this account and region. {known}"
        return Blast(systems=-1, says=says)


ACTIONS = (RestoreLogging(),)
