"""The fake refuses what AWS would refuse, before anything changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bot.aws.mint import Grant
from bot.aws.session import AwsKey, AwsSession, open_session
from bot.domain.errors import Unreachable
from bot.domain.plan import Blast, Draft
from tests.awsfake.cloud import FakeCloud, running_fake
from tests.cloud import APPROVERS, plan_of

pytestmark = pytest.mark.slow
NOTHING = Draft(
    action="aws.none",
    action_version=1,
    params=(),
    target="",
    changes=(),
    steps=(),
    preconditions=(),
    blast=Blast(systems=0),
    verify="",
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    with running_fake() as one:
        yield one


@pytest.fixture
def endpoint(cloud: FakeCloud) -> str:
    return cloud.sagemaker.make_endpoint(cloud.sagemaker.make_config())


def _code(session: AwsSession, service: str, call: str, **given: Any) -> str:
    """Return the code with which a call is refused, "" if it is not.

    botocore's own check of arguments is switched off: the fake's is asked.
    """
    client = session.core.create_client(
        service,
        region_name=session.settings.region,
        endpoint_url=session.settings.endpoint_url,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    try:
        getattr(client, call)(**given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"EndpointName": "no such name!"},
        {"EndpointName": "x" * 64},
        {"EndpointName": 7},
    ],
)
def test_arguments_that_the_model_does_not_allow_are_refused(
    cloud: FakeCloud, given: Any
) -> None:
    code = _code(cloud.root(), "sagemaker", "delete_endpoint", **given)
    assert code == "ValidationException"


def test_a_key_that_is_not_known_or_a_wrong_secret_is_refused(
    cloud: FakeCloud, endpoint: str
) -> None:
    named = {"EndpointName": endpoint}
    for key, code in (
        (("AKIANOBODY", "no"), "UnrecognizedClientException"),
        (("test", "no"), "InvalidSignatureException"),
        (("test", "test", "no"), "UnrecognizedClientException"),
    ):
        told = dict(zip(("access_key_id", "secret", "token"), key, strict=False))
        session = open_session(replace(cloud.settings, key=AwsKey(**told)))
        assert _code(session, "sagemaker", "describe_endpoint", **named) == code


def test_the_reader_reads_and_changes_nothing(cloud: FakeCloud, endpoint: str) -> None:
    reader, named = cloud.mint().reader(), {"EndpointName": endpoint}
    assert _code(reader, "sagemaker", "describe_endpoint", **named) == ""
    denied = "AccessDeniedException"
    assert _code(reader, "sagemaker", "delete_endpoint", **named) == denied
    assert endpoint in cloud.sagemaker.endpoints


def test_the_bot_itself_can_only_assume_its_roles(
    cloud: FakeCloud, endpoint: str
) -> None:
    own = open_session(cloud.settings)
    denied = "AccessDeniedException"
    named = {"EndpointName": endpoint}
    assert _code(own, "sagemaker", "describe_endpoint", **named) == denied
    role = "arn:aws:iam::000000000000:role/other"
    assumed = {"RoleArn": role, "RoleSessionName": "pl_1"}
    assert _code(own, "sts", "assume_role", **assumed) == "AccessDenied"


def test_an_acting_role_wants_a_plan_and_who_agreed(cloud: FakeCloud) -> None:
    own = open_session(cloud.settings)
    role = "arn:aws:iam::000000000000:role/tocsin-act-sagemaker"
    for given, code in (
        ({"RoleSessionName": "pl_1", "SourceIdentity": "U0SECOND"}, ""),
        ({"RoleSessionName": "pl_1"}, "AccessDenied"),
        ({"RoleSessionName": "xy", "SourceIdentity": "U0SECOND"}, "AccessDenied"),
    ):
        assert _code(own, "sts", "assume_role", RoleArn=role, **given) == code


def test_a_session_can_do_what_its_role_and_its_own_policy_both_allow(
    cloud: FakeCloud, endpoint: str
) -> None:
    arn = f"arn:aws:sagemaker:eu-central-1:000000000000:endpoint/{endpoint}"
    grant = Grant(
        role="tocsin-act-sagemaker",
        calls=("sagemaker.DeleteEndpoint", "sagemaker.ListModels"),
        resources=(arn,),
    )
    session = cloud.mint().mint(plan_of(NOTHING), grant, approvers=APPROVERS)
    other = cloud.sagemaker.make_endpoint(cloud.sagemaker.make_config())
    denied = "AccessDeniedException"
    for call, name, code in (
        ("delete_endpoint", other, denied),  # the session's own policy lacks it
        ("describe_endpoint", endpoint, denied),
        ("delete_endpoint", endpoint, ""),
    ):
        assert _code(session, "sagemaker", call, EndpointName=name) == code


def test_a_session_ends(cloud: FakeCloud, endpoint: str) -> None:
    reader = cloud.mint().reader()
    named = {"EndpointName": endpoint}
    assert _code(reader, "sagemaker", "describe_endpoint", **named) == ""
    cloud.clock.go_on(3600)
    ended = _code(reader, "sagemaker", "describe_endpoint", **named)
    assert ended == "ExpiredTokenException"


def test_a_role_that_is_not_there_gives_no_session(cloud: FakeCloud) -> None:
    grant = Grant(role="tocsin-act-none", calls=("iam.GetUser",), resources=("*",))
    with pytest.raises(Unreachable, match="AccessDenied"):
        cloud.mint().mint(plan_of(NOTHING), grant, approvers=APPROVERS)


def _ask_and_end(*, status: str, call: str, **more: str) -> None:
    """Ask a fake of its own once, and end it."""
    with running_fake() as one:
        name = one.sagemaker.make_endpoint(one.sagemaker.make_config())
        one.sagemaker.endpoints[name].status = status
        client = one.root().client("sagemaker", attempts=1)
        with pytest.raises(ClientError):
            getattr(client, call)(**(more or {"EndpointName": name}))


def test_a_test_fails_when_the_fake_was_asked_what_it_does_not_play() -> None:
    with pytest.raises(AssertionError, match=r"sagemaker\.DescribeModel is not played"):
        _ask_and_end(status="InService", call="describe_model", ModelName="claims")


def test_a_test_fails_when_the_fake_would_say_what_aws_could_not() -> None:
    with pytest.raises(AssertionError, match="must be one of OutOfService"):
        _ask_and_end(status="Fine", call="describe_endpoint")


@pytest.mark.parametrize(
    ("calls", "arns", "because"),
    [
        (("sagemaker.DeleteEndpoint",), (), "MalformedPolicyDocument"),
        (("sagemaker.DeleteEndpoint",), ("arn:x",), "MalformedPolicyDocument"),
        (
            ("sagemaker.DeleteEndpoint",),
            tuple(
                f"arn:aws:sagemaker:x:{'0' * 12}:endpoint/{n:050}" for n in range(30)
            ),
            "ValidationError",
        ),
    ],
    ids=["no place", "no ARN", "too long"],
)
def test_a_session_policy_that_sts_would_not_take_makes_no_session(
    cloud: FakeCloud, calls: tuple[str, ...], arns: tuple[str, ...], because: str
) -> None:
    grant = Grant(role="tocsin-act-sagemaker", calls=calls, resources=arns)
    with pytest.raises(Unreachable, match=because):
        cloud.mint().mint(plan_of(NOTHING), grant, approvers=APPROVERS)
