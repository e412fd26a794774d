"""What a plan reaches is found in its calls, and held against where data must stay."""

from dataclasses import replace

import pytest

from bot.domain.plan import Step
from bot.domain.residency import AREAS, is_global, is_place, outside, reached
from tests.domain.action_spec import a_plan

DRAFT = a_plan().draft


@pytest.mark.parametrize(
    ("value", "regions"),
    [
        ("arn:aws:lambda:us-east-1:111122223333:function:chat", ("us-east-1",)),
        ("arn:aws:iam::111122223333:role/chat", ()),
        ("arn:aws:lambda:nowhere-1:111122223333:function:chat", ()),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", ("eu",)),
        ("bedrock/global.anthropic.claude-haiku-4-5-20251001-v1:0", ("global",)),
        ("https://bedrock-runtime.ap-southeast-2.amazonaws.com", ("ap-southeast-2",)),
        ("eu-central-1a", ("eu-central-1",)),
        ("us-gov-west-1", ("us-gov-west-1",)),
        ("anthropic.claude-3-haiku", ()),
        ("support-us-bot", ()),
    ],
)
def test_a_region_is_found_wherever_a_call_names_it(
    value: str, regions: tuple[str, ...]
) -> None:
    step = Step(id="s1", call="lambda.UpdateAlias", params=(("Target", value),))
    assert tuple(dict.fromkeys(reached(replace(DRAFT, steps=(step,))))) == regions


@pytest.mark.parametrize(
    ("region", "stays", "leaves"),
    [
        ("eu-central-1", ("eu",), False),
        ("eu-west-2", ("eu",), True),
        ("eu-west-2", ("eu", "uk"), False),
        ("eu-central-2", ("eu",), True),
        ("eu", ("eu",), False),
        ("eu", ("eu-central-1",), True),
        ("global", ("eu", "us"), True),
        ("us-east-1", (), False),
        ("", ("eu",), False),
    ],
)
def test_data_leaves_where_it_must_stay(
    region: str, stays: tuple[str, ...], *, leaves: bool
) -> None:
    assert bool(outside((region,), stays)) is leaves


def test_only_a_plan_of_global_calls_has_no_region() -> None:
    assert is_global(DRAFT)
    other = Step(id="s2", call="lambda.UpdateAlias", params=())
    assert not is_global(replace(DRAFT, steps=(*DRAFT.steps, other)))
    assert not is_global(replace(DRAFT, steps=()))


@pytest.mark.parametrize(
    "call", ["iam.PutRolePolicy", "organizations.X", "route53.X", "CloudFront.X"]
)
def test_what_is_asked_for_a_whole_account_has_no_region(call: str) -> None:
    assert is_global(replace(DRAFT, steps=(Step(id="s1", call=call, params=()),)))


@pytest.mark.parametrize(
    "call", ["iamx.PutRolePolicy", "lambda.iam", "route53domains.X"]
)
def test_what_is_only_spelled_like_that_has_one(call: str) -> None:
    assert not is_global(replace(DRAFT, steps=(Step(id="s1", call=call, params=()),)))


def test_an_area_is_exactly_these_regions() -> None:
    regions = {area: " ".join(sorted(names)) for area, names in AREAS.items()}
    assert regions == {
        "eu": "eu-central-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-3 "
        "eusc-de-east-1",
        "uk": "eu-west-2",
        "ch": "eu-central-2",
        "us": "us-east-1 us-east-2 us-west-1 us-west-2",
        "ca": "ca-central-1 ca-west-1",
        "jp": "ap-northeast-1 ap-northeast-3",
        "au": "ap-southeast-2 ap-southeast-4",
    }


def test_what_a_draft_reaches_stands_in_target_parameters_or_calls() -> None:
    step = Step(id="s1", call="lambda.X", params=(("Qualifier", "eu-west-3"),))
    draft = replace(
        DRAFT, target="us-east-2", params=(("region", "ca-west-1"),), steps=(step, step)
    )
    assert reached(draft) == ("us-east-2", "ca-west-1", "eu-west-3")
    assert outside(reached(draft), ("us", "eu-west-3")) == ("ca-west-1",)
    assert outside((), ("us",)) == outside(("us-east-2",), ()) == ()


def test_a_place_is_a_region_or_an_area() -> None:
    assert is_place("eu")
    assert is_place("ap-northeast-1")
    assert not is_place("europe")
    assert not is_place("eu-central")
