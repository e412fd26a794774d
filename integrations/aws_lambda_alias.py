"""AWS Lambda: which version callers of an alias get.

Moving an alias back to the version before is how a bad release of a function is taken
away. Lambda compares the alias's revision itself, so nothing slips in between.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.aws.measure import CALL, Metric
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_lambda_alias",
    title="AWS Lambda aliases",
    docs="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html",
    summary="Moves an alias of a function to another version.",
)

_VERSION = "lambda.alias.version"
_REVISION = "lambda.alias.revision"
_RUNS = "lambda.version.may_run"
_BROKEN = frozenset(
    {"Failed", "ActiveNonInvocable", "Deactivating", "Deactivated", "Deleting"}
)
"""A new version is pending for seconds; an inactive one comes up with a call."""
_PARAMS: Mapping[str, Any] = schema(
    function_name={
        "type": "string",
        "description": "the function's name without version or alias",
        "pattern": "^[A-Za-z0-9_-]{1,64}$",
        "maxLength": 64,
    },
    alias={
        "type": "string",
        "description": "the alias that callers use, as live",
        "pattern": "^[A-Za-z0-9_-]{0,62}[A-Za-z_-][A-Za-z0-9_-]{0,62}$",
        "maxLength": 128,
    },
    version={
        "type": "string",
        "description": "the number of a published version",
        "pattern": "^[1-9][0-9]{0,8}$",
        "maxLength": 9,
    },
)


def _alias(seen: Seen) -> Texts:
    """Return where the alias leads.

    Raises:
        BadRequest: It leads to two versions by weight: moving it would lose that.
    """
    routing = seen.answer.get("RoutingConfig") or {}
    if routing.get("AdditionalVersionWeights"):
        raise BadRequest(
            "The alias was not planned to move",
            because="it shares its calls between two versions",
            next_move="End that in Lambda first, then propose it again.",
        )
    return {
        "lambda.alias.arn": seen.answer["AliasArn"],
        _VERSION: seen.answer["FunctionVersion"],
        _REVISION: seen.answer["RevisionId"],
    }


def _alias_kept(answer: Mapping[str, Any]) -> Any:
    return {one: answer.get(one) for one in ("AliasArn", "FunctionVersion")}


def _version(seen: Seen) -> Texts:
    arn = str(seen.answer["FunctionArn"])
    return {
        "lambda.function.arn": arn.removesuffix(f":{seen.known['version']}"),
        "lambda.version.arn": arn,
        "lambda.version.code": seen.answer["CodeSha256"],
        _RUNS: "no" if seen.answer.get("State") in _BROKEN else "yes",
    }


def _version_kept(answer: Mapping[str, Any]) -> Any:
    """Return what identifies the code. The environment holds secrets: left out."""
    fields = ("FunctionArn", "Runtime", "CodeSha256", "LastModified", "Version")
    return {name: answer.get(name) for name in fields}


class MoveAlias(AwsAction):
    """Moves an alias to another published version."""

    ROLE = "tocsin-act-lambda"
    TARGET = "function_name"
    IDENTITY: ClassVar[Texts] = {
        "function_name": "FunctionName",
        "alias": "Name",
        "version": "FunctionVersion",
    }
    RESOURCE = "lambda.function.arn"
    BESIDE = ("lambda.alias.arn", "lambda.version.arn")
    NEEDS = (
        Need(
            fact=_RUNS,
            values=frozenset({"yes"}),
            because="that version does not run: its callers would be refused",
            next_move="Name a version whose state is Active.",
        ),
    )
    WANTED: ClassVar[Texts] = {_VERSION: "{version}"}
    METRIC = Metric(
        namespace="AWS/Lambda",
        name="Errors",
        dimensions={
            "FunctionName": "{function_name}",
            "Resource": "{function_name}:{alias}",
        },
        words="errors of {function_name}:{alias}",
        at_most=None,
    )
    WORDS: ClassVar[Texts] = {_VERSION: "version behind {alias} of {function_name}"}
    PROMISE = "The alias is read again and must lead to the version as shown."
    FACTS = (
        Reading(
            call="lambda.GetAlias",
            arguments={"FunctionName": "function_name", "Name": "alias"},
            facts=_alias,
            keep=_alias_kept,
        ),
        Reading(
            call="lambda.GetFunctionConfiguration",
            arguments={"FunctionName": "function_name", "Qualifier": "version"},
            facts=_version,
            keep=_version_kept,
        ),
    )
    WRITE = (
        "lambda.UpdateAlias",
        {
            "FunctionName": "{function_name}",
            "Name": "{alias}",
            "FunctionVersion": "{version}",
        },
    )
    CARRIED: ClassVar[Texts] = {"RevisionId": _REVISION}
    MANIFEST = ActionManifest(
        name="aws.lambda.move_alias",
        version=1,
        title="Move a Lambda alias to another version",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("lambda.GetAlias", "lambda.GetFunctionConfiguration"),
        calls=(
            "lambda.UpdateAlias",
            "lambda.GetAlias",
            "lambda.GetFunctionConfiguration",
            CALL,
        ),
        rollback="aws.lambda.move_alias",
    )

    def blast(self, case: Case) -> Blast:
        """Return the one function; its other aliases stay where they are."""
        del case
        says = "All calls through this alias. Other aliases stay where they are."
        return Blast(systems=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the version from before."""
        before = was(draft, _VERSION)
        return {**dict(draft.params), "version": before}


ACTIONS = (MoveAlias(),)
