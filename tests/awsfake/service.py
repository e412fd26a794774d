"""What a service of the fake is: operations as data, each with what IAM judges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

REGION = "eu-central-1"
ACCOUNT = "000000000000"


class Refused(Exception):
    """AWS says no: its code, its words, its status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question, read and compared with its input shape.

    Attributes:
        given: Arguments in Python's types, as botocore took them.
        by: ARN of who asks.
        key_id: With which access key.
    """

    service: str
    operation: str
    given: Mapping[str, Any]
    by: str = ""
    key_id: str = ""

    def arn(self, thing: str) -> str:
        """Return the ARN of a thing in this account and region."""
        return f"arn:aws:{self.service}:{REGION}:{ACCOUNT}:{thing}"


def everything(_asked: Asked) -> Sequence[str]:
    """Return what is judged where AWS knows no resource."""
    return ("*",)


def nothing_known(_asked: Asked) -> Mapping[str, Sequence[str]]:
    """Return no condition keys."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Beside:
    """An action that AWS takes in the caller's name within a call."""

    permission: str
    arn: str
    context: Mapping[str, Sequence[str]]


def nothing_beside(_asked: Asked) -> Sequence[Beside]:
    """Return nothing."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call.

    Attributes:
        answer: Changes the state and returns the answer, or raises `Refused`.
        touches: Returns the ARNs that IAM judges, every one of which must be allowed.
        permission: The IAM action where it is not ``prefix:Operation``; "-" where none
            is needed.
        context: Returns the condition keys of the call and their values.
        beside: Returns what AWS does in the caller's name, judged as well.
    """

    answer: Callable[[Asked], Mapping[str, Any]]
    touches: Callable[[Asked], Sequence[str]] = everything
    permission: str = ""
    context: Callable[[Asked], Mapping[str, Sequence[str]]] = field(
        default=nothing_known
    )
    beside: Callable[[Asked], Sequence[Beside]] = nothing_beside


class Service:
    """One service; a subclass holds its state and its operations."""

    NAME: ClassVar[str]
    """As botocore calls it."""
    PREFIX: ClassVar[str] = ""
    """The prefix of its IAM actions where it is another than the name."""

    def operations(self) -> Mapping[str, Operation]:
        """Return every operation that is played, by its name in the model."""
        raise NotImplementedError

    def permission(self, operation: str) -> str:
        """Return the IAM action of an operation, "" where it needs none."""
        told = self.operations()[operation].permission
        named = told or f"{self.PREFIX or self.NAME}:{operation}"
        return "" if named == "-" else named
