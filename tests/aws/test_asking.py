"""Questions to AWS: bounded, written down, and honest about what was not answered."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from bot.aws.asking import Asking, Paging
from bot.aws.permissions import permission
from bot.aws.shown import as_csv, as_json, changes, fitting, only
from bot.domain.errors import NotFound, Unreachable
from tests.fakes.aws import FakeAws, refused

LIST = "iam.ListUserPolicies"
OF: dict[str, Any] = {"UserName": "dana"}
PAGES = Paging(items="PolicyNames", given="Marker", asked="Marker")


def asking(answer: Any, **more: Any) -> tuple[Asking, FakeAws]:
    aws = FakeAws({LIST: answer}, (LIST,))
    return Asking(aws, **more), aws


def test_what_was_asked_stands_as_somebody_could_ask_it_again() -> None:
    one, _ = asking({"PolicyNames": [], "IsTruncated": False})
    one.ask(LIST, **OF)
    one.ask(LIST, **OF, Marker="page 2")
    assert one.told == "iam.ListUserPolicies UserName=dana"


def test_the_id_of_a_key_is_not_written_down() -> None:
    used = "iam.GetAccessKeyLastUsed"
    aws = FakeAws({used: {}}, (used,))
    one = Asking(aws)
    one.maybe(used, AccessKeyId="AKIA" + "0" * 16)
    assert one.told == "iam.GetAccessKeyLastUsed AccessKeyId=…"
    looked_up = [{"AttributeKey": "AccessKeyId", "AttributeValue": "AKIA" + "0" * 16}]
    aws = FakeAws({"cloudtrail.LookupEvents": {}}, ("cloudtrail.LookupEvents",))
    one = Asking(aws)
    one.maybe("cloudtrail.LookupEvents", LookupAttributes=looked_up)
    assert "AKIA" not in one.told


def test_endless_pages_end_and_it_says_so() -> None:
    page = {"PolicyNames": ["p"] * 100, "IsTruncated": True, "Marker": "m"}
    one, aws = asking(page)
    assert len(one.every(LIST, PAGES, most=250, **OF)) == 250
    assert len(aws.asked) == 3
    assert one.says("Said.") == "Said. Cut: there is more in AWS."


def test_after_its_time_nothing_is_asked_any_more() -> None:
    one, aws = asking({}, within_s=0)
    with pytest.raises(Unreachable, match="the time for it is over"):
        one.ask(LIST, **OF)
    assert one.every(LIST, PAGES, **OF) == []
    assert aws.asked == []
    assert "because the time for it is over" in one.says()


@pytest.mark.parametrize(
    ("error", "because"),
    [
        (
            refused("AccessDenied"),
            "(AccessDenied): the role lacks iam:ListUserPolicies",
        ),
        (refused("Throttling"), "AWS was asked too often (Throttling)"),
        (refused("InvalidClientTokenId"), "AWS does not know who asks"),
        (refused("InternalFailure"), "AWS refused it (InternalFailure)"),
        (
            EndpointConnectionError(endpoint_url="https://iam.xx-nowhere-1"),
            "AWS could not be reached (EndpointConnectionError)",
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_failed_question_says_why_and_repeats_nothing_from_outside(
    error: Exception, because: str
) -> None:
    one, _ = asking(error)
    assert one.maybe(LIST, **OF) == {}
    assert one.failed
    assert because in one.says()
    assert "nowhere" not in one.says()


@pytest.mark.parametrize(
    "error",
    [
        refused("NoSuchEntity"),
        refused("ServiceNotFoundException"),
        refused("ValidationException", 'Could not find endpoint "x".'),
    ],
    ids=["code", "ecs", "words"],
)
def test_what_is_not_there_is_no_failure(error: Exception) -> None:
    one, _ = asking(error)
    assert one.maybe(LIST, **OF) == {}
    assert not one.failed
    with pytest.raises(NotFound):
        one.ask(LIST, **OF)


def test_a_region_that_was_made_up_is_not_asked_and_it_says_so() -> None:
    one, aws = asking({"PolicyNames": [], "IsTruncated": False}, region="xx-attack-1")
    one.ask(LIST, **OF)
    assert aws.regions == ["eu-central-1"]
    assert one.says("Said.") == (
        "Said. The alert names a region that AWS is not known to have, so this is of "
        "eu-central-1."
    )


def test_agents_share_the_permissions_prefix_of_bedrock() -> None:
    assert permission("bedrock-agent.GetAgent") == "bedrock:GetAgent"


def test_a_table_holds_no_formula_and_no_line_break() -> None:
    rows: list[dict[str, Any]] = [
        {"a": "=1+1", "b": "x\ny", "c": None},
        {"a": 0, "b": "@sum", "c": False},
    ]
    assert as_csv(("a", "b", "c"), rows) == "a,b,c\n'=1+1,x y,\n0,'@sum,False\n"


def test_changes_are_told_by_the_name_of_a_thing_and_not_by_its_place() -> None:
    before = {"words": [{"text": "a"}, {"text": "b"}], "filters": [_filter("HIGH")]}
    after = {"words": [{"text": "b"}], "filters": [_filter("LOW")]}
    assert changes(before, after) == [
        {
            "path": "filters[HATE].inputStrength",
            "before": "HIGH",
            "after": "LOW",
        },
        {"path": "words[a].text", "before": "a", "after": None},
    ]


def _filter(strength: str) -> dict[str, str]:
    return {"type": "HATE", "inputStrength": strength}


def test_false_and_nought_are_kept_and_what_is_blank_is_not() -> None:
    assert only(("a", "b", "c", "d"), {"a": 0, "b": False, "c": ""}) == {
        "a": 0,
        "b": False,
    }


def test_times_are_written_as_iso() -> None:
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert as_json([at]) == '[\n "2026-05-04T10:00:00+00:00"\n]'


def test_lines_fit_by_bytes_and_not_by_letters() -> None:
    assert fitting(["\u00e4" * 4, "b"], most=9) == (["\u00e4" * 4], True)
