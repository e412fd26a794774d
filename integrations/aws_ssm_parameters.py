"""AWS Systems Manager: switches that applications read from Parameter Store.

A kill flag, the model in use, the guardrail in use: an application that reads them from
a parameter is changed by its value. Only plain parameters: what is secret is never
read, and which names may be read and written is the roles' business.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws import canary
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Change, Draft, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_ssm_parameters",
    title="AWS Systems Manager parameters",
    docs="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html",
    summary="Sets plain parameters that applications read their switches from.",
)

_VALUE, _VERSION = "ssm.parameter.value", "ssm.parameter.version"
_ARN = "ssm.parameter.arn"
_PLAIN = "^[A-Za-z0-9][A-Za-z0-9._:/@+=, -]{0,127}$"
_LIKE_A_SECRET = re.compile(
    r"(?=[A-Za-z/+_]*[0-9])(?=[0-9/+_]*[A-Za-z])[A-Za-z0-9/+_]{20,}"
)
"""What stands on a card stays in the log for ever: keys that lie in a plain parameter
must not. Twenty characters are the shortest key of AWS; a short password is not known.
"""
_OF_BEDROCK = re.compile(r"^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:[0-9]{0,12}:[a-z-]+/")
"""Models have ids that look like keys, in ARNs that do not."""
_TEXT = "text"
_GUARDRAIL = "[a-z0-9-]{3,40}"
_GUARDED = re.compile(rf"({_GUARDRAIL}):([1-9][0-9]{{0,7}}|DRAFT)")
_NAME: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^/[A-Za-z0-9_.-]{1,60}(/[A-Za-z0-9_.-]{1,60}){1,3}$",
    "maxLength": 200,
    "description": "the whole name of the parameter, as /tocsin/chat/model",
}


def _parameter(seen: Seen) -> Texts:
    """Return the parameter as it is.

    Raises:
        BadRequest: It is none that may be shown and written here.
    """
    found = seen.answer["Parameter"]
    if found["Type"] != "String":
        raise _refused(f"it is a {found['Type']}, and only plain ones are read")
    if not re.fullmatch(_PLAIN, found["Value"]):
        raise _refused("its value now is none that a card can show and bring back")
    if found.get("DataType", _TEXT) != _TEXT:
        raise _refused("its values are checked by AWS, which setting it here would end")
    if _may_be_secret(found["Value"]):
        raise _refused("its value now may be a secret")
    # Also what a person typed stands on a card, and there for ever.
    if _may_be_secret(seen.known.get("value", "")):
        raise _refused("its new value may be a secret")
    return {
        _ARN: found["ARN"],
        _VERSION: str(found["Version"]),
        _VALUE: found["Value"],
    }


def _may_be_secret(value: str) -> bool:
    return bool(_LIKE_A_SECRET.search(_OF_BEDROCK.sub("", value)))


def _guarded(seen: Seen) -> Texts:
    """Return the parameter, whose value names a version of a guardrail.

    Raises:
        BadRequest: It does not.
    """
    facts = _parameter(seen)
    if not _GUARDED.fullmatch(facts[_VALUE]):
        raise _refused("its value is not the id of a guardrail, a colon and a version")
    return facts


def _guardrail(seen: Seen) -> Texts:
    if seen.answer["status"] != "READY":
        raise _refused("that version of the guardrail is not ready")
    return {
        "bedrock.guardrail.arn": seen.answer["guardrailArn"],
        "bedrock.guardrail.version_touched_at": str(seen.answer["updatedAt"]),
    }


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The parameter was not planned to change",
        because=because,
        next_move="Name another parameter, or change this one in AWS by hand.",
    )


def _parameter_kept(answer: Mapping[str, Any]) -> Any:
    """Return what tells one version from another; the value stands in the plan."""
    fields = ("ARN", "Type", "Version", "LastModifiedDate", "DataType")
    return {name: answer["Parameter"].get(name) for name in fields}


def _guardrail_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("guardrailArn", "name", "version", "status", "updatedAt")
    return {name: answer.get(name) for name in fields}


class _Put(AwsAction):
    """What setting a parameter shares, whatever its value means."""

    ROLE = "tocsin-act-flags"
    RESOURCE = _ARN
    TARGET = "parameter"

    def blast(self, case: Case) -> Blast:
        """Return that readers are not counted: AWS does not know them."""
        del case
        says = (
            "Whoever reads the parameter gets the new value when they read it next; "
            "AWS does not know who they are."
        )
        return Blast(systems=-1, says=says)


class SetParameter(_Put):
    """Gives a plain parameter another value."""

    IDENTITY: ClassVar[Texts] = {"parameter": "Name", "value": "Value"}
    WANTED: ClassVar[Texts] = {_VALUE: "{value}"}
    WORDS: ClassVar[Texts] = {_VALUE: "value of {parameter}"}
    PROMISE = (
        "The parameter is read again and must have that value. Whether the application "
        "has read it is not seen from here."
    )
    FACTS = (
        Reading(
            call="ssm.GetParameter",
            arguments={"Name": "parameter"},
            facts=_parameter,
            keep=_parameter_kept,
        ),
    )
    WRITE = (
        "ssm.PutParameter",
        {"Name": "{parameter}", "Value": "{value}", "Overwrite": "true"},
    )
    MANIFEST = ActionManifest(
        name="aws.ssm.set_parameter",
        version=1,
        title="Set a switch in Parameter Store",
        params=schema(
            parameter=_NAME,
            value={
                "type": "string",
                "pattern": _PLAIN,
                "maxLength": 128,
                "description": "the new value, in plain characters",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("ssm.GetParameter",),
        calls=("ssm.PutParameter", "ssm.GetParameter"),
        rollback="aws.ssm.set_parameter",
    )

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the value from before."""
        return {**dict(draft.params), "value": was(draft, _VALUE)}


class SetAppGuardrail(_Put):
    """Has an application use another version of a guardrail, named by a parameter."""

    IDENTITY: ClassVar[Texts] = {}
    BESIDE = ("bedrock.guardrail.arn",)
    WANTED: ClassVar[Texts] = {_VALUE: "{guardrail_id}:{version}"}
    WORDS: ClassVar[Texts] = {_VALUE: "guardrail that {parameter} names"}
    PROMISE = (
        "The parameter is read again, and the guardrail that it names is asked about "
        "the canary prompts again: it must stop at least as many attacks, and no more "
        "harmless prompts, than shown. Whether the application has read it is not seen "
        "from here."
    )
    FACTS = (
        Reading(
            call="ssm.GetParameter",
            arguments={"Name": "parameter"},
            facts=_guarded,
            keep=_parameter_kept,
        ),
        Reading(
            call="bedrock.GetGuardrail",
            arguments={
                "guardrailIdentifier": "guardrail_id",
                "guardrailVersion": "version",
            },
            facts=_guardrail,
            keep=_guardrail_kept,
        ),
    )
    WRITE = (
        "ssm.PutParameter",
        {
            "Name": "{parameter}",
            "Value": "{guardrail_id}:{version}",
            "Overwrite": "true",
        },
    )
    MANIFEST = ActionManifest(
        name="aws.ssm.set_app_guardrail",
        version=1,
        title="Change the guardrail version of an application",
        params=schema(
            parameter=_NAME,
            guardrail_id={
                "type": "string",
                "pattern": f"^{_GUARDRAIL}$",
                "maxLength": 40,
                "description": "the id of the guardrail",
            },
            version={
                "type": "string",
                "pattern": "^([1-9][0-9]{0,7}|DRAFT)$",
                "maxLength": 8,
                "description": "the number of a published version of it",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("ssm.GetParameter", "bedrock.GetGuardrail"),
        calls=(
            *("ssm.PutParameter", "ssm.GetParameter", "bedrock.GetGuardrail"),
            canary.CALL,
        ),
        rollback="aws.ssm.set_app_guardrail",
    )

    def identity(self, step: Any) -> Texts:
        """Return the parameter and the guardrail that the new value names."""
        given = dict(step.params)
        guardrail, _, version = given["Value"].partition(":")
        named = {"guardrail_id": guardrail, "version": version}
        return {"parameter": given["Name"], **named}

    def beside(self, case: Case) -> tuple[Change, ...]:
        """Return what the guardrail in use stops, and what the wanted one stops."""
        before = canary.counted(case.reader, *case.facts[_VALUE].split(":"))
        wanted = (case.params["guardrail_id"], case.params["version"])
        return (canary.change(before, canary.counted(case.reader, *wanted)),)

    def witness(self, case: Case) -> Verified:
        """Ask the guardrail that the parameter names now."""
        guardrail, _, version = case.facts[_VALUE].partition(":")
        return canary.judged(case, guardrail, version)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the guardrail and the version from before."""
        guardrail, _, version = was(draft, _VALUE).partition(":")
        named = {"guardrail_id": guardrail, "version": version}
        return {**dict(draft.params), **named}


ACTIONS = (SetParameter(), SetAppGuardrail())
