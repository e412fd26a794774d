"""One API call at a time, by its name: ``iam.ListAccessKeys``.

Reads are tried again by the SDK and raise our errors. Writes are sent once and
return what became of them. Which calls an action makes is in the integration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.aws.arguments import typed, typed_over
from bot.aws.errors import error_code, plain, reading_problem, write_result
from bot.aws.session import AwsSession
from bot.domain.action_effects import Outcome
from bot.ports.action import StepResult


def read(
    session: AwsSession,
    call: str,
    arguments: Mapping[str, Any],
    *,
    attempts: int = 0,
) -> Mapping[str, Any]:
    """Make a call that changes nothing and return its answer.

    Args:
        attempts: How often it is tried, 0 for as often as usual; once where it
            comes again by itself.

    Raises:
        NotFound: AWS says that the thing does not exist.
        Unreachable: It was refused or there was no answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    service, _, operation = call.partition(".")
    try:
        more = {"attempts": attempts} if attempts else {}
        client = session.client(service, **more)
        answer: Mapping[str, Any] = _method(client, operation)(**arguments)
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        raise reading_problem(error, call) from None
    return answer


def look(session: AwsSession, call: str, texts: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the answer of a reading call whose arguments are texts by path.

    Raises:
        NotFound: AWS says that the thing does not exist.
        Unreachable: As `read`.
    """
    from botocore.exceptions import ParamValidationError

    service, _, operation = call.partition(".")
    try:
        client = session.client(service)
        arguments = typed(client, operation, texts, idempotency_key="")
    except ParamValidationError as error:
        raise reading_problem(error, call) from None
    return read(session, call, arguments)


def refusal_of(session: AwsSession, call: str, arguments: Mapping[str, Any]) -> str:
    """Return the code with which AWS refuses a call, "" if it does not.

    Raises:
        Unreachable: There was no answer at all.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    service, _, operation = call.partition(".")
    try:
        _method(session.client(service, attempts=1), operation)(**arguments)
    except ClientError as error:
        return error_code(error)
    except (BotoCoreError, ResponseParserError) as error:
        raise reading_problem(error, call) from None
    return ""


def write(
    session: AwsSession, call: str, texts: Mapping[str, str], *, idempotency_key: str
) -> StepResult:
    """Make a call that changes something, once. Never raises.

    Args:
        session: Minted for the plan.
        call: Service and operation.
        texts: Arguments as the plan shows them; numbers are made from text here.
        idempotency_key: Given to operations that have a place for it.
    """

    def arguments(client: Any, operation: str) -> Mapping[str, Any]:
        return typed(client, operation, texts, idempotency_key=idempotency_key)

    return _written(session, call, arguments)


def write_over(
    session: AwsSession,
    call: str,
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    *,
    idempotency_key: str,
) -> StepResult:
    """Make a call that must repeat a document, once. Never raises.

    Args:
        session: Minted for the plan.
        call: Service and operation.
        document: What is repeated.
        texts: What the plan shows; set in the document.
        idempotency_key: Given to operations that have a place for it.
    """

    def arguments(client: Any, operation: str) -> Mapping[str, Any]:
        key = idempotency_key
        return typed_over(client, operation, document, texts, idempotency_key=key)

    return _written(session, call, arguments)


def _written(
    session: AwsSession, call: str, arguments: Callable[[Any, str], Mapping[str, Any]]
) -> StepResult:
    service, _, operation = call.partition(".")
    try:
        client = session.client(service, attempts=1)
        answer = _method(client, operation)(**arguments(client, operation))
    except Exception as error:  # noqa: BLE001 - whatever it was, it may have happened
        return write_result(error, call)
    request_id = plain(answer.get("ResponseMetadata", {}).get("RequestId", ""))
    says = f"{call} was carried out."
    return StepResult(outcome=Outcome.OK, says=says, request_id=request_id)


def _method(client: Any, operation: str) -> Any:
    from botocore import xform_name

    return getattr(client, xform_name(operation))
