"""AWS Lambda: limit or stop a function by its reserved concurrency.

Zero stops every new call of the function, and the old value brings it back. Code,
versions and configuration stay as they are.

Source: AWS Lambda developer guide, "Retaining records of asynchronous invocations".
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws.action import AwsAction
from bot.aws.calls import refusal_of
from bot.aws.measure import CALL, Metric
from bot.domain.action_effects import Verdict
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_lambda",
    title="AWS Lambda",
    docs="https://docs.aws.amazon.com/lambda/latest/api/",
    summary="Sets the reserved concurrency of a function.",
)

NONE = "none"
"""No reservation: the function shares the account's concurrency."""

_CONCURRENCY = "lambda.reserved_concurrency"
_PROBE = "lambda.may_be_called_to_verify"
_PROBE_TAG = "tocsin-probe"
_THROTTLED = "TooManyRequestsException"


_CALLS = Metric(
    namespace="AWS/Lambda",
    name="Invocations",
    dimensions={"FunctionName": "{function_name}"},
    words="calls of {function_name}",
)


def _function(seen: Seen) -> Texts:
    return {"lambda.function.arn": seen.answer["FunctionArn"]}


def _concurrency(seen: Seen) -> Texts:
    return {_CONCURRENCY: str(seen.answer.get("ReservedConcurrentExecutions", NONE))}


def _probe_tag(seen: Seen) -> Texts:
    allowed = seen.answer.get("Tags", {}).get(_PROBE_TAG) == "invoke"
    return {_PROBE: "yes" if allowed else "no"}


def _function_kept(answer: Mapping[str, Any]) -> Any:
    """Return what identifies the code. The environment holds secrets: left out."""
    fields = ("FunctionArn", "Runtime", "CodeSha256", "LastModified", "Version")
    return {name: answer.get(name) for name in fields}


def _concurrency_kept(answer: Mapping[str, Any]) -> Any:
    return {"ReservedConcurrentExecutions": answer.get("ReservedConcurrentExecutions")}


_OF_FUNCTION = {"FunctionName": "function_name"}


class SetReservedConcurrency(AwsAction):
    """Sets, or with ``none`` takes away, a function's reserved concurrency."""

    ROLE = "tocsin-act-lambda"
    TARGET = "function_name"
    IDENTITY: ClassVar[Texts] = {"function_name": "FunctionName"}
    RESOURCE = "lambda.function.arn"
    USUAL: ClassVar[Texts] = {_CONCURRENCY: NONE}
    WORDS: ClassVar[Texts] = {_CONCURRENCY: "reserved concurrency of {function_name}"}
    WANTED: ClassVar[Texts] = {_CONCURRENCY: "{reserved_concurrency}"}
    FACTS = (
        Reading(
            call="lambda.GetFunctionConfiguration",
            arguments=_OF_FUNCTION,
            facts=_function,
            keep=_function_kept,
        ),
        Reading(
            call="lambda.GetFunctionConcurrency",
            arguments=_OF_FUNCTION,
            facts=_concurrency,
            keep=_concurrency_kept,
        ),
        Reading(
            call="lambda.ListTags",
            arguments={"Resource": "lambda.function.arn"},
            facts=_probe_tag,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.lambda.set_reserved_concurrency",
        cuts_off=True,
        version=1,
        title="Limit or stop a Lambda function",
        params={
            "type": "object",
            "additionalProperties": False,
            "required": ["function_name", "reserved_concurrency"],
            "properties": {
                "function_name": {
                    "type": "string",
                    "description": "the function's name without version or alias",
                    "pattern": "^[A-Za-z0-9_-]{1,64}$",
                    "maxLength": 64,
                },
                "reserved_concurrency": {
                    "type": "string",
                    "description": "0 to stop it, a number up to 1000, or none",
                    "pattern": "^(none|0|[1-9][0-9]{0,2}|1000)$",
                    "maxLength": 4,
                },
            },
        },
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("lambda.GetFunctionConfiguration", "lambda.GetFunctionConcurrency"),
        calls=(
            "lambda.PutFunctionConcurrency",
            "lambda.DeleteFunctionConcurrency",
            "lambda.GetFunctionConfiguration",
            "lambda.GetFunctionConcurrency",
            "lambda.ListTags",
            "lambda.Invoke",
            CALL,
        ),
        rollback="aws.lambda.set_reserved_concurrency",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call that sets it, or takes it away."""
        of = {"FunctionName": params["function_name"]}
        number = params["reserved_concurrency"]
        if number == NONE:
            return "lambda.DeleteFunctionConcurrency", of
        return "lambda.PutFunctionConcurrency", {
            **of,
            "ReservedConcurrentExecutions": number,
        }

    def blast(self, case: Case) -> Blast:
        """Return the one function and what becomes of its callers."""
        number = case.params["reserved_concurrency"]
        says = {
            "0": "Every new call of the function is refused until this is undone. "
            "Calls that nobody waits for are not kept until then: they go to its "
            "dead-letter queue or its destination, and without one they are lost.",
            NONE: "The function shares the account's concurrency again.",
        }.get(number, f"At most {number} calls of the function run at a time.")
        return Blast(systems=1, says=says)

    def promise(self, case: Case) -> str:
        """Return how it will be checked: called only where its tag allows that."""
        reading = "The reservation is read again and must be as shown."
        if case.params["reserved_concurrency"] != "0":
            return f"{reading} The function is not called."
        if case.facts[_PROBE] == "yes":
            return f"{reading} One call of the function must then be refused."
        return f"{reading} The function is not called: its tags do not allow it."

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the reservation from before."""
        before = was(draft, _CONCURRENCY)
        return {**dict(draft.params), "reserved_concurrency": before}

    def metric(self, params: Texts) -> Metric | None:
        """Return that nobody calls it, where it is stopped."""
        return _CALLS if params["reserved_concurrency"] == "0" else None

    def witness(self, case: Case) -> Verified:
        """Call it once where it must be stopped and its tag allows a call."""
        number = case.params["reserved_concurrency"]
        if number != "0" or case.facts[_PROBE] != "yes":
            says = f"Read again: {number}. The function was not called."
            return Verified(verdict=Verdict.PASS, says=says)
        asked = {"FunctionName": case.params["function_name"]}
        code = refusal_of(case.reader, "lambda.Invoke", asked)
        if code == _THROTTLED:
            says = f"Read again: 0. A call of the function was refused ({code})."
            return Verified(verdict=Verdict.PASS, says=says)
        seen = f"was refused for another reason ({code})" if code else "still worked"
        says = f"Read again: 0. But a call of the function {seen}."
        return Verified(verdict=Verdict.INCONCLUSIVE, says=says)


ACTIONS = (SetReservedConcurrency(),)
