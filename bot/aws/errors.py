"""What a failed AWS call means: nothing happened, or nobody can know.

A read that failed may be made again. A write that failed is asked one question:
was it refused before anything happened? Only a clear yes is FAILED; everything
else is UNKNOWN and goes to a person. Outside text stays outside: only the short
error code and the request id of an answer are passed on.
"""

import re
from typing import Any

from bot.aws.permissions import permission
from bot.domain.action_effects import Outcome
from bot.domain.errors import Fault, NotFound, Refusal, Unreachable
from bot.ports.action import StepResult

_THROTTLED = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "SlowDown"),
        *("RequestLimitExceeded", "RequestThrottled", "TooManyRequestsException"),
        *("ProvisionedThroughputExceededException", "BandwidthLimitExceeded"),
        *(
            "LimitExceededException",
            "RequestThrottledException",
            "PriorRequestNotComplete",
        ),
    }
)
"""Refused for the rate. Source: the retry rules of the AWS SDKs."""

_MISSING = frozenset(
    {
        *("NoSuchEntity", "NoSuchEntityException", "ResourceNotFound"),
        *("ResourceNotFoundException", "NotFoundException"),
        *("ClusterNotFoundException", "ServiceNotFoundException"),
        *("WAFNonexistentItemException", "ParameterNotFound"),
        *("NoSuchKey", "NoSuchBucketPolicy"),
        *("InvalidInstanceID.NotFound", "InvalidGroup.NotFound"),
        "NoSuchObjectLockConfiguration",
    }
)
_MISSING_IN_WORDS = (
    ("ValidationException", "Could not find "),
    ("ClientException", "Unable to describe task definition"),
)
"""How SageMaker and ECS say that a thing is not there: the code, and how its words
begin."""
_NOT_TAKEN = frozenset(
    {
        *("ValidationException", "ValidationError", "BadRequestException"),
        *("InvalidParameterValueException", "InvalidParameterException"),
        *("InvalidParameterValue", "InvalidRequestException", "InvalidRequest"),
        *("WAFInvalidParameterException", "ClientException"),
    }
)
"""Who asks may do so; what was asked does not fit what is there."""
_NO_LOCK = ("InvalidRequest", "Bucket is missing Object Lock Configuration")
"""How S3 says that nothing in a bucket can be held."""
_DENIED = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"),
        *("AuthorizationError", "AuthorizationErrorException", "NotAuthorized"),
    }
)
_NO_ENTRY = frozenset(
    {
        *("UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"),
        *("OptInRequired", "ExpiredToken", "ExpiredTokenException"),
    }
)
"""Who asks is not known there: the session is over, or the region is switched off."""
_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_REFUSED = range(400, 500)


def reading_problem(error: Exception, call: str) -> Fault | Refusal:
    """Return what to raise when a read failed. Nothing happened.

    Returns:
        NotFound where AWS says that the thing does not exist, else Unreachable.
    """
    code = error_code(error)
    if code in _MISSING or _is_missing_in_words(error, code):
        return NotFound(
            f"{call} found nothing",
            because=f"AWS has no such thing ({code})",
            next_move="Look at the name and the region.",
        )
    because, next_move = _why(error, code, call)
    return Unreachable(f"{call} was not answered", because=because, next_move=next_move)


def _why(error: Exception, code: str, call: str) -> tuple[str, str]:
    """Return why a read failed and what to do, as parts of a message."""
    needs = permission(call)
    if call.startswith("s3.") and (told := _why_of_s3(error, code, needs)):
        return told
    if code in _DENIED:
        says = f"AWS refused it ({code}): the role lacks {needs}"
        return says, f"Allow {needs} in the role's policy, then try again."
    if code in _THROTTLED:
        says = f"AWS was asked too often ({code})"
        return says, "Nothing is wrong with the rights. Try again in a minute."
    if code in _NOT_TAKEN:
        says = f"AWS does not take what was asked ({code})"
        return says, "Compare names, ids and the region with the alert."
    if code in _NO_ENTRY:
        says = f"AWS does not know who asks ({code})"
        return says, "Look at the session, and whether the region is switched on."
    if code:
        service = needs.partition(":")[0]
        says = f"AWS refused it ({code})"
        return says, f"Look at the role's {service} permissions, then try again."
    says = f"AWS could not be reached ({type(error).__name__})"
    return says, "Trying again is safe."


def _why_of_s3(error: Exception, code: str, needs: str) -> tuple[str, str] | None:
    """Return why S3 refused a read, None where it is as everywhere."""
    if (code, _words(error)) == _NO_LOCK:
        says = "the bucket was made without Object Lock, and nothing in it can be held"
        return says, "Quarantine the object, or copy it to a bucket with Object Lock."
    if code in _DENIED:
        says = f"AWS refused it ({code}): the role lacks {needs}, or it is not there"
        return says, "S3 tells nobody which. Compare bucket and key, then the role."
    return None


def _is_missing_in_words(error: Exception, code: str) -> bool:
    """Tell whether the words of a refusal say that the thing does not exist."""
    says = _words(error)
    return any(
        code == known and says.startswith(begins) for known, begins in _MISSING_IN_WORDS
    )


def _words(error: Exception) -> str:
    """Return what AWS says in words, "" for nothing. It is never passed on."""
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return ""
    return str(answer.get("Error", {}).get("Message", ""))


def write_result(error: Exception, call: str) -> StepResult:
    """Return what became of a write that failed.

    FAILED means nothing happened: AWS refused it, or it was never sent. A silence,
    a dropped connection or an unreadable answer after sending is UNKNOWN.
    """
    code = error_code(error)
    if code and (_status(error) in _REFUSED or code in _THROTTLED):
        says = f"{call} did not happen: AWS refused it ({code})."
        return _result(Outcome.FAILED, says, error)
    if _never_sent(error):
        says = f"{call} did not happen: it was not sent ({type(error).__name__})."
        return _result(Outcome.FAILED, says, error)
    reason = f"AWS answered {code}" if code else type(error).__name__
    says = f"{call} may or may not have happened: no clear answer came ({reason})."
    return _result(Outcome.UNKNOWN, says, error)


def error_code(error: Exception) -> str:
    """Return AWS's code of a refusal, e.g. ``AccessDenied``; "" if it has none."""
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return ""
    return plain(answer.get("Error", {}).get("Code", "")) or "an unnamed error"


def plain(value: Any) -> str:
    """Return an id or code from outside, "" if it is not made of id characters."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else ""


def _result(outcome: Outcome, says: str, error: Exception) -> StepResult:
    answer = getattr(error, "response", None)
    about = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    return StepResult(
        outcome=outcome, says=says, request_id=plain(about.get("RequestId", ""))
    )


def _status(error: Exception) -> int:
    answer = getattr(error, "response", None)
    about = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    status = about.get("HTTPStatusCode", 0)
    return status if isinstance(status, int) else 0


def _never_sent(error: Exception) -> bool:
    from botocore import exceptions

    return isinstance(
        error,
        (
            exceptions.ParamValidationError,
            exceptions.ConnectTimeoutError,
            exceptions.EndpointConnectionError,
            exceptions.ProxyConnectionError,
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.CredentialRetrievalError,
            exceptions.NoRegionError,
        ),
    )
