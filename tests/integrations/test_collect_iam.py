"""Who a user or role of IAM is, found without the id of a key."""

import json
from dataclasses import replace
from typing import Any

from bot.domain.envelope import Mask
from bot.ports.collect import Collected
from integrations import aws_cloudtrail
from integrations.aws_iam_state import CHANGES_LOOKED_AT, READS, collect, concerns
from tests.aws.alerts import SESSION, WINDOW, alert, thing
from tests.fakes.aws import FakeAws, refused
from tests.fakes.clock import NOON

KEY = "AKIA" + "0123456789ABCDEF"
MASKED = "\u2039aws_access_key_id:2b4f\u203a"
POLICY = "arn:aws:iam::aws:policy/a"
USER = "arn:aws:iam::444455556666:user/ml-batch"


def change(name: str, *, reading: bool = False, source: str = "iam") -> dict[str, Any]:
    whole = {
        "eventTime": "2026-05-04T11:00:00Z",
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "readOnly": reading,
    }
    return {"EventId": name, "CloudTrailEvent": json.dumps(whole)}


ANSWERS: dict[str, Any] = {
    "iam.GetUser": {
        "User": {
            "Path": "/",
            "UserName": "ml-batch",
            "UserId": "AIDAEXAMPLEEXAMPLE1",
            "Arn": USER,
            "CreateDate": NOON,
        }
    },
    "iam.ListAccessKeys": {
        "AccessKeyMetadata": [
            {"UserName": "ml-batch", "AccessKeyId": KEY, "Status": "Active"},
            {"UserName": "ml-batch", "AccessKeyId": KEY[::-1], "Status": "Inactive"},
        ],
        "IsTruncated": False,
    },
    "iam.GetAccessKeyLastUsed": lambda **asked: {
        "UserName": "ml-batch",
        "AccessKeyLastUsed": {"ServiceName": "bedrock", "Region": "eu-central-1"}
        | ({"LastUsedDate": NOON} if asked["AccessKeyId"] == KEY else {}),
    },
    "iam.ListAttachedUserPolicies": {
        "AttachedPolicies": [
            {"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/a"}
        ]
    },
    "iam.ListUserPolicies": {"PolicyNames": ["work"], "IsTruncated": False},
    "iam.ListGroupsForUser": {"Groups": [], "IsTruncated": False},
    "iam.GetRole": {
        "Role": {
            "Path": "/",
            "RoleName": "claims-app",
            "RoleId": "AROAEXAMPLEEXAMPLE1",
            "Arn": "arn:aws:iam::444455556666:role/claims-app",
            "CreateDate": NOON,
            "RoleLastUsed": {"LastUsedDate": NOON, "Region": "eu-central-1"},
        }
    },
    "iam.ListAttachedRolePolicies": {"AttachedPolicies": [], "IsTruncated": False},
    "iam.ListRolePolicies": {"PolicyNames": ["own"], "IsTruncated": False},
    "cloudtrail.LookupEvents": {
        "Events": [
            change("CreateAccessKey"),
            change("GetUser", reading=True),
            change("InvokeModel", source="bedrock"),
        ]
    },
}


def read(about: Any, **answers: Any) -> tuple[dict[str, Collected], FakeAws]:
    reader = FakeAws({**ANSWERS, **answers}, READS)
    found = collect(about, WINDOW, reader=reader)
    return {one.name: one for one in found}, reader


def test_a_user_comes_with_every_key_though_the_alerts_is_masked() -> None:
    things = [*thing("key", MASKED), *thing("principal", "ml-batch")]
    found, _ = read(alert(*things, source="aws_health"))
    file = found["iam-user-ml-batch.json"]
    assert file.says == (
        "User ml-batch: 2 keys, 1 active, last used 2026-05-04 12:00:00 UTC. "
        "AWS is late with the last use by minutes to hours."
    )
    content = json.loads(file.content)
    assert [one["AccessKeyId"] for one in content["keys"]] == [KEY, KEY[::-1]]
    assert content["attachedPolicies"] == [POLICY]
    assert content["ownPolicies"] == ["work"]
    # What is written beside the file is shown as it is.
    assert KEY not in file.call
    assert "compare it by hand" in found["iam-changes.csv"].says


def test_changes_are_looked_up_where_iam_keeps_them_and_longer_back() -> None:
    about = alert(*thing("principal", USER), source="aws_guardduty", region="eu-west-1")
    found, reader = read(about)
    rows = found["iam-changes.csv"].content.splitlines()[1:]
    assert [row.split(",")[4] for row in rows] == ["iam:CreateAccessKey"]
    assert reader.regions == ["eu-central-1", "us-east-1"]
    asked = dict(reader.asked)["cloudtrail.LookupEvents"]
    assert asked["StartTime"] == WINDOW.until - CHANGES_LOOKED_AT


def test_a_role_comes_with_its_policies() -> None:
    found, _ = read(alert(*thing("principal", SESSION), source="aws_bedrock"))
    assert found["iam-role-claims-app.json"].says == (
        "Role claims-app: 1 policy, 1 of its own, last used 2026-05-04 12:00:00 UTC."
    )


def test_a_principal_that_is_no_user_is_looked_for_among_the_roles() -> None:
    about = alert(*thing("principal", "claims-app"), source="aws_guardduty")
    found, _ = read(about, **{"iam.GetUser": refused("NoSuchEntity")})
    assert "iam-role-claims-app.json" in found
    gone = refused("NoSuchEntity")
    found, _ = read(about, **{"iam.GetUser": gone, "iam.GetRole": gone})
    assert found["iam-role-claims-app.json"].says == (
        "IAM knows no user or role claims-app."
    )


def test_a_masked_key_and_nobody_named_says_what_a_person_can_do() -> None:
    about = alert(*thing("key", MASKED), source="github")
    assert concerns(about)
    found, reader = read(about)
    (file,) = found.values()
    assert file.says.startswith(
        "Nobody was looked up: the alert names no user, and the key in it is masked."
    )
    assert reader.asked == []


def test_a_key_that_is_shown_leads_to_its_user() -> None:
    found, _ = read(alert(*thing("key", KEY), source="aws_health"))
    assert "iam-user-ml-batch.json" in found
    denied = refused("AccessDenied")
    found, _ = read(
        alert(*thing("key", KEY), source="aws_health"),
        **{"iam.GetAccessKeyLastUsed": denied},
    )
    (file,) = found.values()
    assert "the role lacks iam:GetAccessKeyLastUsed" in file.says


def test_a_user_of_an_application_is_nobody_in_iam() -> None:
    assert not concerns(alert(*thing("principal", "u-17"), source="litellm"))
    assert not concerns(alert(*thing("principal", "u-17"), source="sentry"))


def test_beside_a_leaked_key_the_principal_is_looked_up_whoever_sends_it() -> None:
    mask = Mask(kind="aws_access_key_id", count=1, path="description")
    about = replace(
        alert(*thing("principal", "ml-batch"), source="webhook"), masks=(mask,)
    )
    found, _ = read(about)
    assert list(found) == ["iam-user-ml-batch.json", "iam-changes.csv"]
    assert aws_cloudtrail.concerns(about)
    not_aws = replace(about, masks=(replace(mask, kind="openai_project"),))
    assert not concerns(not_aws)
    assert not aws_cloudtrail.concerns(not_aws)
