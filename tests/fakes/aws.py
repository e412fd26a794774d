"""An AWS that answers from a list, and cannot lie about how AWS answers.

What is asked is checked against the input shapes of AWS's own models, patterns
included; what it answers against the output shapes. So a call with an argument that
AWS does not have, or an answer with a field it does not have, fails the test.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import Shape
from botocore.validate import ParamValidator

from bot.aws.session import AwsSettings, _loader

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
Answer = Mapping[str, Any] | Exception | Callable[..., Mapping[str, Any]]


def refused(code: str, message: str = "") -> ClientError:
    """Return how botocore raises AWS's refusal."""
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "r-1"},
    }
    return ClientError(answer, "Operation")


@dataclass
class FakeAws:
    """A session that can only read what was given to it.

    Attributes:
        answers: By call, e.g. ``iam.GetUser``: an answer, what is raised, or what makes
            an answer of the arguments. A call that is not here is refused.
        asked: What was asked, in order.
        regions: Where it was asked, in order of first use.
        reads: What the collector says that it reads; anything else fails the test.
    """

    answers: Mapping[str, Answer]
    reads: tuple[str, ...]
    region: str = "eu-central-1"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)

    @property
    def settings(self) -> AwsSettings:
        return AwsSettings(region=self.region)

    def has_region(self, region: str) -> bool:
        return region in REGIONS

    def in_region(self, region: str) -> "FakeAws":
        return FakeAws(self.answers, self.reads, region, self.asked, self.regions)

    def waiting(self, _answer_within_s: float) -> "FakeAws":
        return self

    def client(self, service: str, **_: Any) -> "_Client":
        if self.region not in self.regions:
            self.regions.append(self.region)
        return _Client(self, service)

    def calls(self) -> list[str]:
        return [call for call, _ in self.asked]


class _Client:
    def __init__(self, aws: FakeAws, service: str) -> None:
        self._aws, self._service = aws, service
        self.meta = SimpleNamespace(service_model=_model(service))

    def __getattr__(self, method: str) -> Callable[..., Mapping[str, Any]]:
        name = _operations(self._service)[method]

        def call(**arguments: Any) -> Mapping[str, Any]:
            return self._answer(name, arguments)

        return call

    def _answer(self, name: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        call = f"{self._service}.{name}"
        model = _model(self._service).operation_model(name)
        _fits(arguments, model.input_shape, f"the question {call}", patterns=True)
        assert call in self._aws.reads, f"{call} is not among the READS"
        self._aws.asked.append((call, arguments))
        answer = self._aws.answers.get(call, refused("AccessDeniedException"))
        if isinstance(answer, Exception):
            raise answer
        given: Mapping[str, Any] = answer(**arguments) if callable(answer) else answer
        _fits(given, model.output_shape, f"the answer to {call}")
        return given


@cache
def _model(service: str) -> Any:
    from botocore.model import ServiceModel

    return ServiceModel(_loader().load_service_model(service, "service-2"))


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(one): one for one in _model(service).operation_names}


def _fits(
    value: Any, shape: Shape | None, what: str, *, patterns: bool = False
) -> None:
    if shape is None:
        assert not value, what
        return
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"
    if patterns:
        _fits_patterns(value, shape, what)


def _fits_patterns(value: Any, shape: Any, what: str) -> None:
    """Check texts against AWS's patterns, which botocore itself does not."""
    if shape.type_name == "structure":
        for name, one in value.items():
            _fits_patterns(one, shape.members[name], what)
    elif shape.type_name == "list":
        for one in value:
            _fits_patterns(one, shape.member, what)
    elif shape.type_name == "string" and "pattern" in shape.metadata:
        pattern = shape.metadata["pattern"]
        assert re.fullmatch(pattern, value), f"{what}: {value!r} is not {pattern}"
