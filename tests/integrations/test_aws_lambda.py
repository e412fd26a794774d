"""A function is limited, stopped and given back, and the answers are true."""

from collections.abc import Iterator

import orjson
import pytest

from bot.aws import measure
from bot.aws.calls import read, refusal_of
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotFound
from integrations.aws_lambda import SetReservedConcurrency
from tests.aws.recording import recorded
from tests.cloud import APPROVERS, Cloud, applied, plan_of, running_cloud

pytestmark = pytest.mark.slow
ACTION = SetReservedConcurrency()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one


def _stop(function: str) -> dict[str, str]:
    return {"function_name": function, "reserved_concurrency": "0"}


def _limit(cloud: Cloud, function: str) -> int | None:
    asked = {"FunctionName": function}
    answer = read(cloud.root(), "lambda.GetFunctionConcurrency", asked)
    limit: int | None = answer.get("ReservedConcurrentExecutions")
    return limit


def _refused(cloud: Cloud, function: str) -> str:
    return refusal_of(cloud.root(), "lambda.Invoke", {"FunctionName": function})


def test_a_plan_shows_what_would_run_and_changes_nothing(cloud: Cloud) -> None:
    function = cloud.function(reserved=7)
    draft = ACTION.plan(_stop(function), reader=cloud.mint().reader())
    (change,) = draft.changes
    (step,) = draft.steps
    assert (change.before, change.after) == ("7", "0")
    assert step.call == "lambda.PutFunctionConcurrency"
    assert dict(step.params) == {
        "FunctionName": function,
        "ReservedConcurrentExecutions": "0",
    }
    assert draft.target == function
    assert draft.blast.systems == 1
    assert draft.verify == (
        "The reservation is read again and must be as shown. One call of the function "
        "must then be refused."
    )
    assert _limit(cloud, function) == 7


def test_the_same_world_gives_the_same_digest(cloud: Cloud) -> None:
    params = _stop(cloud.function())
    first, second = (ACTION.plan(params, reader=cloud.mint().reader()) for _ in "12")
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


@pytest.mark.parametrize("before", [None, 5], ids=["unlimited", "limited"])
def test_stopped_and_given_back(cloud: Cloud, before: int | None) -> None:
    function = cloud.function(**({} if before is None else {"reserved": before}))
    mint = cloud.mint()
    stop = ACTION.plan(_stop(function), reader=mint.reader())
    assert cloud.apply(ACTION, stop, mint).outcome is Outcome.OK
    assert _refused(cloud, function) == "TooManyRequestsException"
    verified = ACTION.verify(plan_of(stop), reader=mint.reader())
    assert verified.verdict is Verdict.PASS
    assert verified.says == (
        "Read again: 0. A call of the function was refused (TooManyRequestsException)."
    )
    back = ACTION.rollback(stop)
    assert back is not None
    undo = ACTION.plan(back, reader=mint.reader())
    assert cloud.apply(ACTION, undo, mint).outcome is Outcome.OK
    assert ACTION.verify(plan_of(undo), reader=mint.reader()).verdict is Verdict.PASS
    assert _limit(cloud, function) == before
    assert _refused(cloud, function) == ""
    assert ACTION.probe(stop, reader=mint.reader()) == stop.preconditions


def test_a_function_that_may_not_be_called_is_not_called(cloud: Cloud) -> None:
    function = cloud.function()
    client = cloud.root().client("lambda")
    arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
    client.untag_resource(Resource=arn, TagKeys=["tocsin-probe"])
    mint = cloud.mint()
    draft = ACTION.plan(_stop(function), reader=mint.reader())
    assert draft.verify.endswith("is not called: its tags do not allow it.")
    cloud.apply(ACTION, draft, mint)
    verified = ACTION.verify(plan_of(draft), reader=mint.reader())
    assert verified.verdict is Verdict.PASS
    assert verified.says == "Read again: 0. The function was not called."
    asked = {"FunctionName": function}
    assert refusal_of(mint.reader(), "lambda.Invoke", asked) == "AccessDeniedException"


def test_a_limit_that_does_not_hold_fails_the_check(cloud: Cloud) -> None:
    reader = cloud.mint().reader()
    function = cloud.function()
    draft = ACTION.plan(_stop(function), reader=reader)
    cloud.root().client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=6
    )
    assert ACTION.verify(plan_of(draft), reader=reader).verdict is Verdict.FAIL


def test_a_world_that_moved_since_the_plan_is_left_alone(cloud: Cloud) -> None:
    function = cloud.function(reserved=5)
    mint = cloud.mint()
    draft = ACTION.plan(_stop(function), reader=mint.reader())
    cloud.root().client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=6
    )
    result = cloud.apply(ACTION, draft, mint)
    assert result.outcome is Outcome.FAILED
    assert "(lambda.reserved_concurrency)" in result.says
    assert _limit(cloud, function) == 6


def test_a_session_of_another_plan_cannot_touch_the_function(cloud: Cloud) -> None:
    mine, other = cloud.function(), cloud.function()
    mint = cloud.mint()
    draft, foreign = (
        ACTION.plan(_stop(one), reader=mint.reader()) for one in (mine, other)
    )
    session = mint.mint(plan_of(foreign), ACTION.grant(foreign), approvers=APPROVERS)
    assert applied(ACTION, draft, session).outcome is Outcome.FAILED
    assert _limit(cloud, mine) is None


def test_the_evidence_has_no_environment_and_what_the_manifest_names(
    cloud: Cloud,
) -> None:
    function = cloud.function()
    hidden = "not for " + "evidence"
    cloud.root().client("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": {"TOKEN": hidden}}
    )
    reader = cloud.mint().reader()
    saved = ACTION.snapshot(ACTION.plan(_stop(function), reader=reader), reader=reader)
    assert set(saved) == set(ACTION.MANIFEST.evidence)
    assert hidden.encode() not in orjson.dumps(saved)


def test_the_manifest_names_exactly_the_calls_that_are_made(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    mint = cloud.mint()
    params = _stop(cloud.function())
    calls = recorded(monkeypatch)
    for number in ("0", "none"):
        wanted = {**params, "reserved_concurrency": number}
        draft = ACTION.plan(wanted, reader=mint.reader())
        ACTION.probe(draft, reader=mint.reader())
        ACTION.snapshot(draft, reader=mint.reader())
        cloud.apply(ACTION, draft, mint)
        ACTION.verify(plan_of(draft), reader=mint.reader())
    # What is measured some time afterwards is walked in `tests/actions`.
    assert calls | {measure.CALL} == set(ACTION.MANIFEST.calls)


def test_a_plan_needs_something_to_do(cloud: Cloud) -> None:
    params = _stop(cloud.function(reserved=0))
    with pytest.raises(BadRequest, match="AWS is already as it would make it"):
        ACTION.plan(params, reader=cloud.mint().reader())


def test_an_unknown_function_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        ACTION.plan(_stop("nothing"), reader=cloud.mint().reader())


@pytest.mark.parametrize("number", ["", "-1", "00", "1001", "0 ", "None", "1e2"])
def test_a_number_that_is_none_is_refused(cloud: Cloud, number: str) -> None:
    params = {"function_name": "claims-summarizer", "reserved_concurrency": number}
    with pytest.raises(BadRequest, match="reserved_concurrency must be"):
        ACTION.plan(params, reader=cloud.mint().reader())
