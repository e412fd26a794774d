"""A user or a role: what counts as denied, who is left alone, what the way back is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.errors import BadRequest
from integrations.aws_iam import ActivateAccessKey, DeactivateAccessKey
from integrations.aws_iam_rights import DenyRole, DenyUser, LiftDenialOfRole
from integrations.aws_iam_sessions import RevokeSessions, denying
from tests.fakes.aws import FakeAws

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ACCOUNT = "arn:aws:iam::444455556666"


def _role(path: str = "/", name: str = "agent") -> dict[str, Any]:
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": "AROA" + "A" * 17,
        "Arn": f"{ACCOUNT}:role{path}{name}",
        "CreateDate": AT,
    }


def _denial(role: dict[str, Any], *attached: str) -> Any:
    listed = [
        {"PolicyName": one.rpartition("/")[2], "PolicyArn": one} for one in attached
    ]
    answers: dict[str, Any] = {
        "iam.GetRole": {"Role": role},
        "iam.ListAttachedRolePolicies": {"AttachedPolicies": listed},
    }
    aws = FakeAws(answers, DenyRole().MANIFEST.calls)
    params = {"role_name": role["RoleName"], "policy": "AWSDenyAll"}
    return DenyRole().plan(params, reader=aws)


def test_a_policy_that_only_has_the_name_denies_nothing() -> None:
    draft = _denial(_role(), f"{ACCOUNT}:policy/AWSDenyAll")
    assert [(one.before, one.after) for one in draft.changes] == [("no", "yes")]
    assert dict(draft.steps[0].params)["PolicyArn"] == (
        "arn:aws:iam::aws:policy/AWSDenyAll"
    )


def test_the_policy_of_aws_counts() -> None:
    with pytest.raises(BadRequest, match="already as it would make it"):
        _denial(_role(), "arn:aws:iam::aws:policy/AWSDenyAll")


@pytest.mark.parametrize(
    ("path", "name", "because"),
    [
        ("/aws-service-role/", "AWSServiceRoleForECS", "belongs to a service of AWS"),
        ("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_x", "a service of AWS"),
        ("/", "tocsin-act-iam", "it is Tocsin's own"),
        ("/tocsin/", "bot", "it is Tocsin's own"),
    ],
)
def test_who_cannot_or_must_not_be_changed_gets_no_plan(
    path: str, name: str, because: str
) -> None:
    with pytest.raises(BadRequest, match=because):
        _denial(_role(path, name))
    with pytest.raises(BadRequest, match=because):
        _revoke(denying("2026-05-01T00:00:00Z"), _role(path, name))


def test_a_user_of_tocsins_own_is_left_alone() -> None:
    user = {
        "Path": "/",
        "UserName": "tocsin-bot",
        "UserId": "AIDA" + "A" * 17,
        "Arn": f"{ACCOUNT}:user/tocsin-bot",
        "CreateDate": AT,
    }
    for action, more in (
        (DenyUser(), {"policy": "AWSDenyAll"}),
        (DeactivateAccessKey(), {"access_key_id": "AKIA" + "A" * 16}),
    ):
        aws = FakeAws({"iam.GetUser": {"User": user}}, action.MANIFEST.calls)
        with pytest.raises(BadRequest, match="it is Tocsin's own"):
            action.plan({"user_name": "tocsin-bot", **more}, reader=aws)


def test_the_card_says_that_sessions_outlive_their_key() -> None:
    assert "go on for up to 36 hours" in DeactivateAccessKey.BEYOND
    assert ActivateAccessKey.BEYOND == ""


# --- sessions ---


def _revoke(document: Any, role: dict[str, Any] | None = None) -> Any:
    """Plan to move the moment of a policy that is there to the first of May, noon."""
    action = RevokeSessions()
    at_noon = {"HTTPHeaders": {"date": "Mon, 04 May 2026 12:00:00 GMT"}}
    answers = {
        "iam.GetRole": {"Role": role or _role(), "ResponseMetadata": at_noon},
        "iam.GetRolePolicy": {"PolicyDocument": document},
    }
    action.looked = lambda *asked: answers[asked[1]]  # type: ignore[method-assign]
    params = {"role_name": "agent", "begun_before": "2026-05-01T12:00:00Z"}
    return action.plan(params, reader=FakeAws({}, ()))


def _document(**changed: Any) -> dict[str, Any]:
    statement = json.loads(denying("2026-05-01T00:00:00Z"))["Statement"][0]
    return {"Version": "2012-10-17", "Statement": [{**statement, **changed}]}


@pytest.mark.parametrize(
    "document",
    [
        _document(),
        json.dumps(_document()),
        {"Version": "2012-10-17", "Statement": _document()["Statement"][0]},
        _document(Action="*", Resource="*", Sid="Revoked"),
        _document(
            Condition={"DateLessThan": {"aws:TokenIssueTime": ["2026-05-01T00:00:00Z"]}}
        ),
        _document(
            Condition={
                "DateLessThan": {"aws:TokenIssueTime": "2026-05-01T00:00:00.000Z"}
            }
        ),
    ],
    ids=["ours", "text", "one statement", "no lists", "list of one", "milliseconds"],
)
def test_what_the_console_writes_is_known_in_all_its_forms(document: Any) -> None:
    draft = _revoke(document)
    assert RevokeSessions().rollback(draft) == {
        "role_name": "agent",
        "begun_before": "2026-05-01T00:00:00Z",
    }


def test_a_part_of_a_second_is_brought_back_too() -> None:
    told = {"DateLessThan": {"aws:TokenIssueTime": "2026-05-01T00:00:00.120Z"}}
    back = RevokeSessions().rollback(_revoke(_document(Condition=told))) or {}
    assert back["begun_before"] == "2026-05-01T00:00:00.12Z"
    assert json.loads(denying(back["begun_before"]))


_BEFORE = {"aws:TokenIssueTime": "2026-05-01T00:00:00Z"}
_ELSE = {"Effect": "Deny", "Action": ["s3:*"], "Resource": ["*"]}


@pytest.mark.parametrize(
    "document",
    [
        _document(Effect="Allow"),
        _document(Action=["s3:*"]),
        _document(Resource=["arn:aws:s3:::claims/*"]),
        _document(NotPrincipal="*"),
        _document(
            Condition={"DateLessThan": _BEFORE, "Bool": {"aws:ViaAWSService": "true"}}
        ),
        _document(Condition={"DateLessThan": {**_BEFORE, "aws:CurrentTime": "x"}}),
        _document(Condition={"DateLessThan": {"aws:TokenIssueTime": []}}),
        _document(Condition={}),
        {"Statement": [*_document()["Statement"], _ELSE]},
        {"Statement": []},
        {"Statement": "rubbish"},
        {},
    ],
)
def test_a_policy_that_says_anything_else_is_left_alone(document: Any) -> None:
    with pytest.raises(BadRequest, match="is not what the AWS console writes"):
        _revoke(document)


@pytest.mark.parametrize(
    ("policy", "is_told"),
    [("AWSDenyAll", False), ("AWSCompromisedKeyQuarantineV3", True)],
)
def test_what_aws_attaches_itself_is_lifted_with_a_word_about_its_case(
    policy: str, *, is_told: bool
) -> None:
    attached = {"PolicyName": policy, "PolicyArn": f"arn:aws:iam::aws:policy/{policy}"}
    answers: dict[str, Any] = {
        "iam.GetRole": {"Role": _role()},
        "iam.ListAttachedRolePolicies": {"AttachedPolicies": [attached]},
    }
    aws = FakeAws(answers, LiftDenialOfRole().MANIFEST.calls)
    params = {"role_name": "agent", "policy": policy}
    draft = LiftDenialOfRole().plan(params, reader=aws)
    assert ("support case" in draft.blast.says) is is_told


@pytest.mark.parametrize(("count", "is_told"), [(9, False), (10, True)])
def test_a_principal_that_holds_all_the_policies_it_may_is_told_of(
    count: int, *, is_told: bool
) -> None:
    full = [f"{ACCOUNT}:policy/p{place}" for place in range(count)]
    says = _denial(_role(), *full).blast.says
    assert ("AWS will refuse one more" in says) is is_told
