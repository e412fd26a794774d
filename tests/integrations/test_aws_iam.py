"""Access keys are switched off and on, and the answers are true."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from bot.aws.action import AwsAction
from bot.aws.calls import read, refusal_of
from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotFound, Unreachable
from bot.domain.plan import Probe
from integrations.aws_iam import ActivateAccessKey, DeactivateAccessKey
from tests.aws.recording import recorded
from tests.cloud import APPROVERS, Cloud, applied, plan_of, running_cloud

pytestmark = pytest.mark.slow
OFF, ON = DeactivateAccessKey(), ActivateAccessKey()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud")) as one:
        yield one


def _params(cloud: Cloud) -> dict[str, str]:
    name, key = cloud.user()
    return {"user_name": name, "access_key_id": key.access_key_id}


def _status(cloud: Cloud, params: dict[str, str]) -> str:
    asked = {"UserName": params["user_name"]}
    listed = read(cloud.root(), "iam.ListAccessKeys", asked)["AccessKeyMetadata"]
    return str(listed[0]["Status"])


def _behind_the_back(cloud: Cloud, params: dict[str, str], status: str) -> None:
    cloud.root().client("iam").update_access_key(
        UserName=params["user_name"],
        AccessKeyId=params["access_key_id"],
        Status=status,
    )


def test_a_plan_shows_what_would_run_and_changes_nothing(cloud: Cloud) -> None:
    params = _params(cloud)
    draft = OFF.plan(params, reader=cloud.mint().reader())
    (change,) = draft.changes
    (step,) = draft.steps
    assert (change.before, change.after) == ("Active", "Inactive")
    assert change.what == (
        f"status of the access key {params['access_key_id']} of {params['user_name']}"
    )
    assert step.call == "iam.UpdateAccessKey"
    assert dict(step.params) == {
        "AccessKeyId": params["access_key_id"],
        "Status": "Inactive",
        "UserName": params["user_name"],
    }
    assert draft.target == params["user_name"]
    assert step.compare == draft.preconditions
    assert Probe(id="iam.access_key.status", value="Active") in step.compare
    assert draft.blast.principals == 1
    assert draft.blast.says == (
        "One user with 0 attached and 0 own policies, 0 groups. "
        "AWS has no use of the key on record. Sessions that were begun with the key go "
        "on for up to 36 hours: to end those as well, deny the user."
    )
    assert _status(cloud, params) == "Active"


def test_the_same_world_gives_the_same_digest(cloud: Cloud) -> None:
    params = _params(cloud)
    first, second = (OFF.plan(params, reader=cloud.mint().reader()) for _ in "12")
    assert plan_of(first, id="pl_1").digest() == plan_of(second, id="pl_1").digest()


def test_off_and_on_again(cloud: Cloud) -> None:
    params = _params(cloud)
    mint = cloud.mint()
    off = OFF.plan(params, reader=mint.reader())
    assert cloud.apply(OFF, off, mint).outcome is Outcome.OK
    assert _status(cloud, params) == "Inactive"
    assert OFF.verify(plan_of(off), reader=mint.reader()).verdict is Verdict.PASS
    back = OFF.rollback(off)
    assert back == params
    on = ON.plan(back, reader=mint.reader())
    assert cloud.apply(ON, on, mint).outcome is Outcome.OK
    assert _status(cloud, params) == "Active"
    assert ON.verify(plan_of(on), reader=mint.reader()).verdict is Verdict.PASS
    assert OFF.probe(off, reader=mint.reader()) == off.preconditions


def test_a_call_with_the_key_is_refused_afterwards(cloud: Cloud) -> None:
    name, key = cloud.user()
    params = {"user_name": name, "access_key_id": key.access_key_id}
    mint = cloud.mint(known_secrets={key.access_key_id: key.secret})
    with_key = mint.base.of(key)
    assert refusal_of(with_key, "sts.GetCallerIdentity", {}) == ""
    draft = OFF.plan(params, reader=mint.reader())
    cloud.apply(OFF, draft, mint)
    assert refusal_of(with_key, "sts.GetCallerIdentity", {}) == "InvalidClientTokenId"
    verified = OFF.verify(plan_of(draft), reader=mint.reader())
    assert verified.verdict is Verdict.PASS
    assert verified.says == (
        "Read again: Inactive. A call with the key was refused (InvalidClientTokenId)."
    )


def test_without_the_secret_it_says_that_no_call_was_tried(cloud: Cloud) -> None:
    mint = cloud.mint(known_secrets={})
    draft = OFF.plan(_params(cloud), reader=mint.reader())
    cloud.apply(OFF, draft, mint)
    assert OFF.verify(plan_of(draft), reader=mint.reader()).says == (
        "Read again: Inactive. No call was tried: no secret is known. "
        "AWS has no use of the key on record."
    )


def test_a_key_that_is_still_active_may_only_be_shown_late(cloud: Cloud) -> None:
    reader = cloud.mint().reader()
    draft = OFF.plan(_params(cloud), reader=reader)
    verified = OFF.verify(plan_of(draft), reader=reader)
    assert verified.verdict is Verdict.INCONCLUSIVE
    assert verified.says == (
        "Too early to tell: iam.access_key.status is still as before."
    )


def test_what_cannot_be_read_is_inconclusive(cloud: Cloud) -> None:
    mint = cloud.mint()
    draft = OFF.plan(_params(cloud), reader=mint.reader())
    verified = OFF.verify(plan_of(draft), reader=mint.base)
    assert verified.verdict is Verdict.INCONCLUSIVE


def test_a_world_that_moved_since_the_plan_is_left_alone(cloud: Cloud) -> None:
    params = _params(cloud)
    mint = cloud.mint()
    off = OFF.plan(params, reader=mint.reader())
    _behind_the_back(cloud, params, "Inactive")
    result = cloud.apply(OFF, off, mint)
    assert result.outcome is Outcome.FAILED
    assert result.says == (
        "iam.UpdateAccessKey did not happen: the world is not as planned "
        "(iam.access_key.status)."
    )
    assert OFF.probe(off, reader=mint.reader()) != off.preconditions


def test_a_user_made_anew_under_the_old_name_is_left_alone(cloud: Cloud) -> None:
    params = _params(cloud)
    mint = cloud.mint()
    draft = OFF.plan(params, reader=mint.reader())
    iam = cloud.root().client("iam")
    name = params["user_name"]
    iam.delete_access_key(UserName=name, AccessKeyId=params["access_key_id"])
    iam.delete_user(UserName=name)
    iam.create_user(UserName=name)
    assert cloud.apply(OFF, draft, mint).outcome is Outcome.FAILED


def test_a_session_of_another_plan_cannot_touch_the_key(cloud: Cloud) -> None:
    mine, other = _params(cloud), _params(cloud)
    mint = cloud.mint()
    draft = OFF.plan(mine, reader=mint.reader())
    foreign = OFF.plan(other, reader=mint.reader())
    session = mint.mint(plan_of(foreign), OFF.grant(foreign), approvers=APPROVERS)
    assert applied(OFF, draft, session).outcome is Outcome.FAILED
    assert _status(cloud, mine) == "Active"


def test_a_step_of_another_kind_is_not_made(cloud: Cloud) -> None:
    mint = cloud.mint()
    draft = OFF.plan(_params(cloud), reader=mint.reader())
    strange = replace(draft.steps[0], call="iam.DeleteAccessKey")
    result = cloud.apply(OFF, replace(draft, steps=(strange,)), mint)
    assert result.outcome is Outcome.FAILED
    assert "not a call of this action" in result.says


def test_a_step_that_compares_nothing_is_not_made(cloud: Cloud) -> None:
    params = _params(cloud)
    mint = cloud.mint()
    draft = OFF.plan(params, reader=mint.reader())
    blind = replace(draft, steps=(replace(draft.steps[0], compare=()),))
    assert cloud.apply(OFF, blind, mint).outcome is Outcome.FAILED
    assert _status(cloud, params) == "Active"


def test_the_evidence_is_json_and_has_what_the_manifest_names(cloud: Cloud) -> None:
    params = _params(cloud)
    reader = cloud.mint().reader()
    saved = OFF.snapshot(OFF.plan(params, reader=reader), reader=reader)
    assert set(saved) == set(OFF.MANIFEST.evidence)
    assert saved["iam.ListAccessKeys"][0]["Status"] == "Active"
    assert orjson.dumps(saved)


@pytest.mark.parametrize("action", [OFF, ON], ids=["off", "on"])
def test_the_manifest_names_exactly_the_calls_that_are_made(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, action: AwsAction
) -> None:
    name, key = cloud.user()
    params = {"user_name": name, "access_key_id": key.access_key_id}
    if action is ON:
        _behind_the_back(cloud, params, "Inactive")
    mint = cloud.mint(known_secrets={key.access_key_id: key.secret})
    calls = recorded(monkeypatch)
    draft = action.plan(params, reader=mint.reader())
    action.probe(draft, reader=mint.reader())
    action.snapshot(draft, reader=mint.reader())
    cloud.apply(action, draft, mint)
    action.verify(plan_of(draft), reader=mint.reader())
    assert calls == set(action.MANIFEST.calls)


def test_a_plan_needs_something_to_do(cloud: Cloud) -> None:
    with pytest.raises(BadRequest, match="AWS is already as it would make it"):
        ON.plan(_params(cloud), reader=cloud.mint().reader())


def test_an_unknown_user_is_not_found(cloud: Cloud) -> None:
    params = {**_params(cloud), "user_name": "nobody"}
    with pytest.raises(NotFound):
        OFF.plan(params, reader=cloud.mint().reader())


def test_a_key_of_somebody_else_is_not_found(cloud: Cloud) -> None:
    params = {**_params(cloud), "user_name": cloud.user()[0]}
    with pytest.raises(NotFound, match="the user has no key with this id"):
        OFF.plan(params, reader=cloud.mint().reader())


@pytest.mark.parametrize("key_id", ["", "AKIA", "ASIA" + "Q" * 16, "AKIA" + "q" * 16])
def test_what_is_not_a_long_lived_key_is_refused(cloud: Cloud, key_id: str) -> None:
    params = {"user_name": "ci-deployer", "access_key_id": key_id}
    with pytest.raises(BadRequest, match="access_key_id must be"):
        OFF.plan(params, reader=cloud.mint().reader())


def test_a_cloud_that_does_not_answer_is_unreachable(cloud: Cloud) -> None:
    params = _params(cloud)
    reader = cloud.mint().reader()
    lost = reader.of(cloud.user()[1])
    with pytest.raises(Unreachable):
        OFF.plan(params, reader=lost)
