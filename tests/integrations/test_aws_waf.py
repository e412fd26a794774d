"""An address goes into a set that blocks, and into no set that lets through."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.errors import BadRequest, Unreachable
from bot.domain.plan import Draft, Probe
from integrations.aws_waf import BlockAddress, UnblockAddress
from tests.fakes.aws import FakeAws

OF = "arn:aws:wafv2:eu-central-1:444455556666:regional"
SET, OTHER = f"{OF}/ipset/known/1", f"{OF}/ipset/other/2"
PARAMS = {
    "ip_set_name": "known",
    "ip_set_id": "00000000-0000-0000-0000-000000000000",
    "address": "192.0.2.7/32",
}
SEEN = {
    "SampledRequestsEnabled": True,
    "CloudWatchMetricsEnabled": True,
    "MetricName": "m",
}
HELD: Mapping[str, Any] = {"IPSetReferenceStatement": {"ARN": SET}}
NOT_HELD: Mapping[str, Any] = {"NotStatement": {"Statement": HELD}}


def _rule(action: str, statement: Mapping[str, Any]) -> dict[str, Any]:
    does: dict[str, Any] = (
        {"Action": {action: {}}} if action else {"OverrideAction": {"None": {}}}
    )
    return {
        "Name": "rule",
        "Priority": 0,
        "Statement": statement,
        "VisibilityConfig": SEEN,
        **does,
    }


def _waf(
    *rules: dict[str, Any],
    addresses: tuple[str, ...] = (),
    about: str = "",
    acls: int = 1,
) -> FakeAws:
    found = {
        "Name": "known",
        "Id": PARAMS["ip_set_id"],
        "ARN": SET,
        "IPAddressVersion": "IPV4",
        "Addresses": list(addresses),
        **({"Description": about} if about else {}),
    }
    acl = {
        "Name": "front",
        "Id": PARAMS["ip_set_id"],
        "ARN": f"{OF}/webacl/front/1",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": SEEN,
        "Rules": list(rules),
    }
    summary = {"Name": "front", "Id": PARAMS["ip_set_id"], "ARN": acl["ARN"]}
    answers: dict[str, Any] = {
        "wafv2.GetIPSet": {"IPSet": found, "LockToken": "t"},
        "wafv2.ListWebACLs": {"WebACLs": [summary] * acls},
        "wafv2.GetWebACL": {"WebACL": acl, "LockToken": "u"},
    }
    return FakeAws(answers, BlockAddress().MANIFEST.calls)


@pytest.mark.parametrize(
    "rule",
    [
        _rule("Allow", HELD),
        _rule("Block", NOT_HELD),
        _rule("Captcha", NOT_HELD),
        _rule("Allow", {"AndStatement": {"Statements": [HELD, HELD]}}),
        _rule(
            "Block",
            {
                "RateBasedStatement": {
                    "Limit": 100,
                    "AggregateKeyType": "IP",
                    "ScopeDownStatement": NOT_HELD,
                }
            },
        ),
    ],
    ids=[
        "allowed",
        "all else blocked",
        "all else asked",
        "allowed with more",
        "spared",
    ],
)
@pytest.mark.parametrize("action", [BlockAddress(), UnblockAddress()])
def test_a_set_that_lets_through_takes_no_address(
    action: Any, rule: dict[str, Any]
) -> None:
    is_in = isinstance(action, UnblockAddress)
    aws = _waf(rule, addresses=(PARAMS["address"],) if is_in else ())
    with pytest.raises(BadRequest, match="'front' lets through what is in that set"):
        action.plan(PARAMS, reader=aws)


@pytest.mark.parametrize(
    "rule",
    [
        _rule("Block", HELD),
        _rule("Challenge", {"AndStatement": {"Statements": [HELD, HELD]}}),
        _rule("Allow", NOT_HELD),
        _rule("Block", {"NotStatement": {"Statement": NOT_HELD}}),
    ],
)
def test_the_card_names_who_blocks_by_the_set(rule: dict[str, Any]) -> None:
    draft = BlockAddress().plan(PARAMS, reader=_waf(rule))
    assert draft.blast.says == "One address. Web ACLs that block by this set: 'front'."


@pytest.mark.parametrize(
    "rule",
    [
        _rule("Count", HELD),
        _rule("Block", {"IPSetReferenceStatement": {"ARN": OTHER}}),
        _rule("", {"RuleGroupReferenceStatement": {"ARN": f"{OF}/rulegroup/g/1"}}),
    ],
    ids=["counted", "another set", "a rule group"],
)
def test_the_card_says_that_nobody_was_seen_to_block_by_it(
    rule: dict[str, Any],
) -> None:
    draft = BlockAddress().plan(PARAMS, reader=_waf(rule))
    assert "No web ACL of this region was seen to block by this set" in draft.blast.says


def test_more_acls_than_are_looked_at_are_told() -> None:
    draft = BlockAddress().plan(PARAMS, reader=_waf(_rule("Block", HELD), acls=100))
    assert draft.blast.says.endswith("and not every web ACL was looked at.")


def test_what_a_wider_entry_covers_is_changed_by_neither_way() -> None:
    wide = ("192.0.2.0/24",)
    with pytest.raises(BadRequest, match=r"192\.0\.2\.0/24 in the set covers it"):
        BlockAddress().plan(PARAMS, reader=_waf(addresses=wide))
    both = (*wide, PARAMS["address"])
    with pytest.raises(BadRequest, match=r"192\.0\.2\.0/24 in the set covers it"):
        UnblockAddress().plan(PARAMS, reader=_waf(addresses=both))
    assert BlockAddress().plan(PARAMS, reader=_waf(addresses=("192.0.2.8/32",))).steps


@pytest.mark.parametrize("about", ["", "Whom we know"])
def test_the_description_of_a_set_is_kept(about: str) -> None:
    (step,) = BlockAddress().plan(PARAMS, reader=_waf(about=about)).steps
    assert dict(step.params).get("Description", "") == about


def test_a_role_that_may_not_list_acls_leaves_the_look_to_people() -> None:
    draft = BlockAddress().plan(PARAMS, reader=_blind(_waf()))
    assert draft.blast.says == (
        "One address. Which web ACLs use this set could not be read: AWS refused it "
        "(AccessDeniedException): the role lacks wafv2:ListWebACLs. Look whether they "
        "block by it before you agree."
    )


def _blind(aws: FakeAws) -> FakeAws:
    """The same, where the role may not list web ACLs."""
    seen = {name: one for name, one in aws.answers.items() if "List" not in name}
    return FakeAws(seen, aws.reads)


def _moved(draft: Draft, aws: FakeAws) -> set[Probe]:
    """What a plan rests on that is something else by now."""
    found = BlockAddress().probe(draft, reader=aws)
    return set(found) ^ set(draft.preconditions)


def test_a_set_that_lets_through_by_now_is_another_world() -> None:
    draft = BlockAddress().plan(PARAMS, reader=_waf(_rule("Block", HELD)))
    assert _moved(draft, _waf(_rule("Block", HELD))) == set()
    assert _moved(draft, _waf(_rule("Allow", HELD))) == {
        Probe(id="waf.ip_set.used", value="blocked by front"),
        Probe(id="waf.ip_set.used", value="let through by front"),
    }


def test_who_could_not_see_the_acls_then_need_not_see_them_now() -> None:
    aws = _waf(_rule("Block", HELD))
    unseen = BlockAddress().plan(PARAMS, reader=_blind(aws))
    assert _moved(unseen, _blind(aws)) == set()
    assert _moved(unseen, aws) != set()
    seen = BlockAddress().plan(PARAMS, reader=aws)
    with pytest.raises(Unreachable, match="lacks wafv2:ListWebACLs"):
        BlockAddress().probe(seen, reader=_blind(aws))


def test_many_acls_are_told_apart_by_a_digest() -> None:
    draft = BlockAddress().plan(PARAMS, reader=_waf(_rule("Block", HELD), acls=11))
    assert draft.preconditions[-1].value.startswith("blocked by 11 web ACLs, ")
    assert _moved(draft, _waf(_rule("Block", HELD), acls=12)) != set()


def test_the_session_that_writes_compares_the_set_alone() -> None:
    (step,) = BlockAddress().plan(PARAMS, reader=_waf(_rule("Block", HELD))).steps
    assert "waf.ip_set.used" not in {one.id for one in step.compare}
