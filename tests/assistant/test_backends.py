"""The models of the settings: in which order, where, at which price; and where not."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.assistant import backends
from bot.assistant.backends import Backend, backends_of
from bot.assistant.residency import refuse_strangers, regions_of
from bot.config.model import ModelSection
from bot.domain.errors import BadSettings

OWN: Mapping[str, Any] = {
    "provider": "openai",
    "name": "house",
    "base_url": "https://llm.example.org/v1",
}
ARN = "arn:aws:bedrock:eu-central-1:1"
BEDROCK: Mapping[str, Any] = {"provider": "bedrock", "name": "anthropic.claude-x-v1:0"}


def section(given: Mapping[str, Any], **more: Any) -> ModelSection:
    return ModelSection.model_validate({**given, **more})


def found(
    given: Mapping[str, Any], *, aws_region: str = "eu-central-1", **more: Any
) -> tuple[Backend, ...]:
    return backends_of(section(given, **more), aws_region=aws_region)


def test_without_a_provider_there_is_no_model() -> None:
    assert backends_of(ModelSection(), aws_region="") == ()


def test_fallbacks_are_of_the_same_place_unless_they_name_a_provider() -> None:
    names = "small, llama3.1:8b, anthropic:big, bedrock:eu.amazon.nova-v1:0"
    more: dict[str, Any] = {
        "fallback_api_key": "k",
        "price_in": 3,
        "fallback_price_in": 1,
    }
    models = found(OWN, fallbacks=names, api_key="own", **more)
    assert [(one.label, one.host) for one in models] == [
        ("openai:house", "llm.example.org"),
        ("openai:small", "llm.example.org"),
        ("openai:llama3.1:8b", "llm.example.org"),
        ("anthropic:big", "api.anthropic.com"),
        ("bedrock:eu.amazon.nova-v1:0", "bedrock-runtime.eu-central-1.amazonaws.com"),
    ]
    assert [one.api_key for one in models] == ["own", "own", "own", "k", ""]
    assert [one.price_in for one in models] == [3, 1, 1, 1, 1]
    assert "own" not in repr(models)


def test_money_is_counted_in_millionths_and_rounded_up() -> None:
    (one,) = found(OWN, price_in="2.5", price_out="0.01")
    assert one.cost_micros(1000, 1) == 2501


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"provider": "openai"}, "model.provider is set and model.name is not"),
        ({"provider": "openai", "name": "m"}, "api.openai.com and there is no key"),
        ({**OWN, "fallbacks": "anthropic:x"}, "api.anthropic.com and there is no key"),
        ({**BEDROCK, "region": ""}, "bedrock:anthropic.claude-x-v1:0 has no region"),
        ({**OWN, "cost_per_hour": 1}, "cost is limited and its price is not known"),
    ],
)
def test_what_is_missing_refuses_to_start(given: Mapping[str, Any], says: str) -> None:
    with pytest.raises(BadSettings, match=says) as refused:
        found(given, aws_region="")
    assert refused.value.next_move


def test_a_missing_package_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        backends._PACKAGES,
        "openai",
        ("no_such_package", "openai"),
    )
    with pytest.raises(BadSettings) as refused:
        found(OWN)
    assert refused.value.next_move == "Install it with: pip install 'tocsin[openai]'"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"allowed_hosts": "other.example.org"}, "llm.example.org, which is not in"),
        ({"allowed_hosts": "*.llm.example.org"}, "llm.example.org, which is not in"),
        ({"allowed_hosts": "example.org"}, "llm.example.org, which is not in"),
        ({"base_url": "http://llm.example.org"}, "without encryption"),
        ({"allowed_regions": "eu-central-1"}, "nobody can say in which"),
        (
            {
                "allowed_hosts": "llm.example.org",
                "fallbacks": "openai:m",
                "fallback_api_key": "k",
            },
            "openai:m would go to api.openai.com",
        ),
        ({**BEDROCK, "allowed_regions": "eu-west-1"}, "read in eu-central-1, which"),
        (
            {**BEDROCK, "name": "us.amazon.nova", "allowed_regions": "eu-central-1"},
            "may be read in us, which",
        ),
        (
            {**BEDROCK, "name": "global.x.y", "allowed_regions": "eu-central-1,eu"},
            "may be read in global, which",
        ),
        (
            {
                **BEDROCK,
                "name": f"{ARN}:application-inference-profile/a",
                "allowed_regions": "eu-central-1",
            },
            "nobody can say in which",
        ),
    ],
)
def test_words_go_nowhere_that_is_not_allowed(
    given: Mapping[str, Any], says: str
) -> None:
    told = section({**OWN, **given})
    with pytest.raises(BadSettings, match=says) as refused:
        refuse_strangers(backends_of(told, aws_region="eu-central-1"), told)
    assert refused.value.next_move


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"allowed_hosts": "*.example.org"},
        {"allowed_hosts": "LLM.example.org", "allowed_regions": "eu-central-1"},
        {"base_url": "http://llm.example.org", "allowed_hosts": "llm.example.org"},
        {"base_url": "http://127.0.0.1:1/v1", "allowed_hosts": "x.example.org"},
        {**BEDROCK, "allowed_regions": "eu-central-1"},
        {**BEDROCK, "name": "eu.amazon.x", "allowed_regions": "eu-central-1, eu"},
    ],
)
def test_words_go_where_they_are_allowed(given: Mapping[str, Any]) -> None:
    told = section({**OWN, **given})
    refuse_strangers(backends_of(told, aws_region="eu-central-1"), told)


def test_a_profile_says_in_its_name_where_it_computes() -> None:
    name = "arn:aws:bedrock:us-east-1:1:inference-profile/apac.amazon.x"
    (one,) = found(BEDROCK, name=name)
    assert regions_of(one) == ("eu-central-1", "apac", "us-east-1")
