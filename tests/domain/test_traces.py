"""Which things that alerts name say that they belong together."""

import pytest

from bot.domain.envelope import Entity, EntityKind
from bot.domain.traces import Trace, traces, weight_of
from tests.core import rulings
from tests.spec import an_alert

RULES = rulings().grouping.entities
ACCOUNT, OTHER = "123456789012", "210987654321"
BOB = f"arn:aws:iam::{ACCOUNT}:user/ci/bob-ci"
MY_MODEL = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/claims-tuned"


def found(*named: tuple[str, str]) -> tuple[Trace, ...]:
    entities = tuple(Entity(EntityKind(kind), name) for kind, name in named)
    return traces(an_alert(entities=entities), RULES)


def keys(*named: tuple[str, str]) -> list[tuple[str, str]]:
    return [(one.key, one.account) for one in found(*named)]


def says(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> int:
    """Return how much it says that two alerts name these things."""
    theirs = {trace.key: trace.account for trace in found(*other)}
    return sum(
        weight_of(trace, theirs[trace.key], RULES)
        for trace in found(*one)
        if trace.key in theirs
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("key", "AKIAIOSFODNN7EXAMPLE"),
        ("key", "key-7f2e1"),
        ("principal", "bob@example.com"),
        ("agent", "support-agent"),
        ("endpoint", "claims-prod"),
        ("guardrail", "support-gr"),
    ],
)
def test_a_telling_thing_is_enough_by_itself(kind: str, name: str) -> None:
    assert says([(kind, name)], [(kind, name.upper())]) >= RULES.enough


@pytest.mark.parametrize(
    "named",
    [
        ("account", ACCOUNT),
        ("service", "checkout"),
        ("repo", "example/house"),
        ("gpu", "gpu-node-7 gpu 3"),
        ("model", "claims-tuned"),
        ("principal", "unknown"),
        ("principal", "HIDDEN_DUE_TO_SECURITY_REASONS"),
        ("key", "ab"),
        ("agent", "1234"),
    ],
)
def test_what_many_share_says_nothing_alone(named: tuple[str, str]) -> None:
    assert says([named], [named]) < RULES.enough


def test_a_model_of_ones_own_tells_within_its_account_and_no_other() -> None:
    here, there = ("account", ACCOUNT), ("account", OTHER)
    model = ("model", "claims-tuned")
    assert says([model, here], [model, here]) >= RULES.enough
    assert says([model, here], [model, there]) == 0
    assert says([("model", MY_MODEL)], [model, here]) >= RULES.enough


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o",
        "azure/gpt-4o-mini",
        "openai/gpt-5",
        "chatgpt-4o-latest",
        "o3-mini",
        "claude-3-5-sonnet-20241022",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1",
        "meta-llama/Llama-3.1-70B",
        "gemini-2.0-flash",
        "text-embedding-3-large",
        "mistral.mistral-large-2407-v1:0",
    ],
)
def test_a_model_that_everybody_uses_says_nothing(name: str) -> None:
    assert found(("model", name), ("account", ACCOUNT)) == ()


@pytest.mark.parametrize("name", ["claims-gpt", "house-llama-tuned", "fraud-v2"])
def test_a_name_of_ones_own_is_not_taken_for_a_public_one(name: str) -> None:
    assert found(("model", name)) != ()


def test_a_principal_is_the_same_however_a_sender_writes_it() -> None:
    plain = [("principal", "bob-ci"), ("account", ACCOUNT)]
    assert says([("principal", BOB)], plain) >= RULES.enough
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/batch/session-1"
    later = f"arn:aws:sts::{ACCOUNT}:assumed-role/batch/session-2"
    role = f"arn:aws:iam::{ACCOUNT}:role/service/batch"
    assert says([("principal", session)], [("principal", later)]) >= RULES.enough
    assert says([("principal", session)], [("principal", role)]) >= RULES.enough


def test_things_of_one_name_in_two_accounts_are_two_things() -> None:
    here = [("endpoint", "claims-prod"), ("account", ACCOUNT)]
    there = [("endpoint", "claims-prod"), ("account", OTHER)]
    assert says(here, there) == 0
    assert says(here, [("endpoint", "claims-prod")]) >= RULES.enough


def test_the_roots_of_two_accounts_are_two() -> None:
    one, other = (f"arn:aws:iam::{a}:root" for a in (ACCOUNT, OTHER))
    assert says([("principal", one)], [("principal", other)]) == 0
    assert says([("principal", one)], [("principal", one)]) >= RULES.enough


def test_an_alert_of_two_accounts_is_in_neither() -> None:
    both = [("account", ACCOUNT), ("account", OTHER), ("model", "claims-tuned")]
    assert keys(*both) == [("model:claims-tuned", "")]


def test_the_most_telling_thing_comes_first() -> None:
    order = [one.entity.kind for one in found(("agent", "bot-7"), ("key", "AKIAX1"))]
    assert order == [EntityKind.KEY, EntityKind.AGENT]
