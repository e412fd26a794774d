"""Where data stays and who speaks for a group is read strictly from the registry."""

from typing import Any

import pytest
import yaml

from bot.domain.errors import BadSettings
from bot.domain.registry import System
from bot.rules.registry_file import read_registry


def read(**more: Any) -> System:
    row = {"id": "chat", "title": "Chat", "owner": "@ml", **more}
    return read_registry(yaml.safe_dump({"systems": [row]})).systems[0]


def test_a_system_says_where_its_data_stays_and_who_speaks_for_it() -> None:
    system = read(
        data_stays=["EU", "us-east-1"],
        legal_hold=True,
        customers=True,
        groups={"legal": ["S0LAW", "@law-team"], "privacy": "U0LEE"},
    )
    assert system.data_stays == ("eu", "us-east-1")
    assert (system.legal_hold, system.customers) == (True, True)
    assert system.groups == (
        ("legal", ("S0LAW", "law-team")),
        ("privacy", ("U0LEE",)),
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"data_stays": ["europe"]}, "no region and none of eu"),
        ({"data_stays": "eu"}, "data_stays of chat is not a list"),
        ({"legal_hold": "yes"}, "legal_hold of chat must be true or false"),
        ({"groups": {"privcy": ["U0A"]}}, "the nearest is 'privacy'"),
        ({"groups": ["privacy"]}, "groups of chat: it must be a map"),
        ({"data_stay": ["eu"]}, "the nearest is data_stays"),
    ],
)
def test_a_place_or_group_nobody_knows_is_refused(
    more: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadSettings) as error:
        read(**more)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("kinds", "personal"),
    [
        (["personal data"], True),
        (["Health records"], True),
        (["telemetry", "model weights"], False),
        ([], False),
    ],
)
def test_data_about_people_is_known_by_its_kind(
    kinds: list[str], *, personal: bool
) -> None:
    assert read(data_classes=kinds).is_personal is personal
