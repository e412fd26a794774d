"""Amazon Bedrock: give up provisioned throughput.

Whoever took an account over buys throughput by the hour. Giving it up ends the cost and
the model behind it at once, and the same capacity may not be there again.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.aws.instants import is_over
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_bedrock_throughput",
    title="Amazon Bedrock provisioned throughput",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteProvisionedModelThroughput.html",
    summary="Gives provisioned throughput up.",
)

_THERE = "bedrock.throughput.is_there"
_STATUS = "bedrock.throughput.status"
_ARN = "bedrock.throughput.arn"
_FIELDS = (
    *("provisionedModelName", "provisionedModelArn", "modelArn", "modelUnits"),
    *("status", "creationTime", "commitmentDuration", "commitmentExpirationTime"),
)


def _throughput(seen: Seen) -> Texts:
    """Return what there is.

    Raises:
        BadRequest: It is committed for a time; AWS does not give it back before.
    """
    found = seen.answer
    until = found.get("commitmentExpirationTime")
    if found.get("commitmentDuration") and not (until and is_over(until, found)):
        raise BadRequest(
            "The throughput was not planned to be given up",
            because="it is committed for a time, and AWS keeps it until then",
            next_move="Deny its callers instead, and tell whoever pays.",
        )
    return {
        _ARN: found["provisionedModelArn"],
        "bedrock.throughput.model": str(found["modelArn"]).rpartition("/")[2],
        "bedrock.throughput.units": str(found["modelUnits"]),
        _STATUS: found["status"],
        _THERE: "yes",
    }


def _throughput_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer.get(name) for name in _FIELDS}


class GiveUpThroughput(AwsAction):
    """Deletes provisioned throughput."""

    ROLE = "tocsin-act-bedrock"
    TARGET = "throughput"
    IDENTITY: ClassVar[Texts] = {"throughput": "provisionedModelId"}
    RESOURCE = _ARN
    NEEDS = (
        Need(
            fact=_STATUS,
            values=frozenset({"InService", "Failed"}),
            because="Bedrock is still changing it and would refuse",
            next_move="Wait until its status is InService or Failed.",
        ),
    )
    USUAL: ClassVar[Texts] = {_THERE: "yes"}
    WANTED: ClassVar[Texts] = {_THERE: "no"}
    AS_GONE = "Bedrock knows no such throughput here"
    WORDS: ClassVar[Texts] = {_THERE: "provisioned throughput {throughput}"}
    PROMISE = "Bedrock is asked for it again and must not know it any more."
    FACTS = (
        Reading(
            call="bedrock.GetProvisionedModelThroughput",
            arguments={"provisionedModelId": "throughput"},
            facts=_throughput,
            missing={_THERE: "no", _STATUS: "gone"},
            keep=_throughput_kept,
        ),
    )
    WRITE = (
        "bedrock.DeleteProvisionedModelThroughput",
        {"provisionedModelId": "{throughput}"},
    )
    MANIFEST = ActionManifest(
        name="aws.bedrock.give_up_throughput",
        cuts_off=True,
        version=1,
        title="Give up provisioned throughput of Bedrock",
        params=schema(
            throughput={
                "type": "string",
                "description": "its name or ARN",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9:/._-]{0,199}$",
                "maxLength": 200,
            }
        ),
        level={"": Level.T1},
        evidence=("bedrock.GetProvisionedModelThroughput",),
        calls=(
            "bedrock.DeleteProvisionedModelThroughput",
            "bedrock.GetProvisionedModelThroughput",
        ),
        irreversible_because="the same capacity must be bought anew and may be gone",
    )

    def blast(self, case: Case) -> Blast:
        """Return what ends: everything that calls this model by this ARN."""
        units = case.facts["bedrock.throughput.units"]
        model = case.facts["bedrock.throughput.model"]
        what = "1 model unit" if units == "1" else f"{units} model units"
        says = f"{what} of {model!a}. Whoever calls it by this ARN is refused."
        return Blast(systems=-1, says=says)


ACTIONS = (GiveUpThroughput(),)
