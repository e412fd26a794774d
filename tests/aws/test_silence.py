"""A write whose answer never comes is unknown, though it happened."""

from dataclasses import replace

import pytest

from bot.aws.arguments import typed
from bot.aws.calls import read, write
from bot.aws.session import open_session
from bot.domain.action_effects import Outcome
from bot.domain.errors import Unreachable
from tests.aws.dropping import Way, dropping
from tests.cloud import Cloud

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("way", "error"),
    [("drop", "ConnectionClosedError"), ("silence", "ReadTimeoutError")],
)
def test_a_write_without_an_answer_is_unknown(
    cloud: Cloud, way: Way, error: str
) -> None:
    name, key = cloud.user()
    off = {
        "UserName": name,
        "AccessKeyId": key.access_key_id,
        "Status": "Inactive",
    }
    root = cloud.root().settings
    with dropping(cloud.url, way) as url:
        session = open_session(replace(root, endpoint_url=url, answer_within_s=0.5))
        result = write(session, "iam.UpdateAccessKey", off, idempotency_key="")
    assert result.outcome is Outcome.UNKNOWN
    assert error in result.says
    listed = read(cloud.root(), "iam.ListAccessKeys", {"UserName": name})
    assert listed["AccessKeyMetadata"][0]["Status"] == "Inactive"


def test_a_write_to_a_closed_door_did_not_happen(cloud: Cloud) -> None:
    with dropping(cloud.url, "drop") as url:
        pass
    session = open_session(replace(cloud.root().settings, endpoint_url=url))
    result = write(session, "iam.CreateUser", {"UserName": "x"}, idempotency_key="")
    assert result.outcome is Outcome.FAILED
    assert "it was not sent" in result.says


def test_a_write_is_sent_once(cloud: Cloud) -> None:
    sent: list[str] = []
    session = open_session(cloud.root().settings)  # its clients are not made yet
    session.core.register(
        "before-send.iam.UpdateAccessKey", lambda request, **_: sent.append(request.url)
    )
    nobody = {"UserName": "nobody", "AccessKeyId": "A" * 20, "Status": "Inactive"}
    result = write(session, "iam.UpdateAccessKey", nobody, idempotency_key="")
    assert result.outcome is Outcome.FAILED
    assert len(sent) == 1


def test_a_read_without_an_answer_may_be_tried_again(cloud: Cloud) -> None:
    with dropping(cloud.url, "drop") as url:
        session = open_session(replace(cloud.root().settings, endpoint_url=url))
        with pytest.raises(Unreachable, match="Trying again is safe"):
            read(session, "iam.GetUser", {"UserName": "ci-deployer"})


def test_the_idempotency_key_goes_where_the_service_has_a_place_for_it(
    cloud: Cloud,
) -> None:
    client = cloud.root().client("bedrock")
    made = typed(client, "CreateGuardrail", {"name": "x"}, idempotency_key="k")
    assert made == {"name": "x", "clientRequestToken": "k"}


def test_an_argument_that_the_service_does_not_know_is_not_sent(cloud: Cloud) -> None:
    strange = {"UserName": "x", "Whatever": "y"}
    result = write(cloud.root(), "iam.CreateUser", strange, idempotency_key="")
    assert result.outcome is Outcome.FAILED
    assert "ParamValidationError" in result.says
