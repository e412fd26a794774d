"""Whether a failed call happened: no, or nobody knows."""

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from bot.aws.errors import reading_problem, write_result
from bot.domain.action_effects import Outcome
from bot.domain.errors import NotFound, Unreachable

CALL = "iam.UpdateAccessKey"
WHERE = {"endpoint_url": "http://127.0.0.1:1", "error": OSError()}


def answered(code: str, status: int, message: str = "") -> Exception:
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r-1"},
    }
    error: Exception = boto.ClientError(answer, "UpdateAccessKey")
    return error


@pytest.mark.parametrize(
    "error",
    [
        answered("AccessDenied", 403),
        answered("ValidationError", 400),
        answered("NoSuchEntity", 404),
        answered("ConcurrentModification", 409),
        answered("Throttling", 400),
        answered("TooManyRequestsException", 429),
        answered("SlowDown", 503),
        boto.ConnectTimeoutError(**WHERE),
        boto.EndpointConnectionError(**WHERE),
        boto.ParamValidationError(report="x"),
        boto.NoCredentialsError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refused_or_unsent_call_did_not_happen(error: Exception) -> None:
    assert write_result(error, CALL).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "error",
    [
        answered("InternalFailure", 500),
        answered("ServiceUnavailable", 503),
        answered("Whatever", 0),
        boto.ReadTimeoutError(**WHERE),
        boto.ConnectionClosedError(**WHERE),
        boto.SSLError(**WHERE),
        boto.HTTPClientError(**WHERE),
        ResponseParserError("not XML"),
        RuntimeError("anything else"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_without_a_clear_answer_is_unknown(error: Exception) -> None:
    assert write_result(error, CALL).outcome is Outcome.UNKNOWN


def test_the_sentence_names_call_and_code_and_nothing_from_outside() -> None:
    result = write_result(answered("AccessDenied", 403, "User x@example.org may"), CALL)
    assert result.says == (
        "iam.UpdateAccessKey did not happen: AWS refused it (AccessDenied)."
    )
    assert result.request_id == "r-1"


def test_a_code_that_is_a_text_is_not_repeated() -> None:
    result = write_result(answered("<!channel> run this", 403), CALL)
    assert "channel" not in result.says


def test_a_missing_thing_is_not_found() -> None:
    problem = reading_problem(answered("NoSuchEntity", 404), "iam.GetUser")
    assert isinstance(problem, NotFound)


@pytest.mark.parametrize(
    "error",
    [answered("AccessDenied", 403), answered("x", 500), boto.ReadTimeoutError(**WHERE)],
    ids=["denied", "broken", "silent"],
)
def test_a_failed_read_may_be_tried_again(error: Exception) -> None:
    problem = reading_problem(error, "iam.GetUser")
    assert isinstance(problem, Unreachable)
    assert problem.retry_is_safe


def test_s3_does_not_tell_what_is_missing_from_what_is_forbidden() -> None:
    problem = reading_problem(answered("AccessDenied", 403), "s3.GetObjectTagging")
    assert problem.because == (
        "AWS refused it (AccessDenied): the role lacks s3:GetObjectTagging, or it is "
        "not there"
    )


@pytest.mark.parametrize("code", ["ValidationException", "InvalidParameterException"])
def test_what_does_not_fit_is_not_laid_on_the_role(code: str) -> None:
    problem = reading_problem(answered(code, 400), "bedrock.GetGuardrail")
    assert isinstance(problem, Unreachable)
    assert problem.because == f"AWS does not take what was asked ({code})"
    assert "permission" not in problem.next_move
