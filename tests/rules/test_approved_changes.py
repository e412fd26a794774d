"""The registry's file: systems, and the changes that were approved for them."""

from datetime import UTC, datetime

import pytest

from bot.domain.errors import BadSettings
from bot.rules.registry_file import read_registry

SYSTEMS = """
systems:
  - {id: claims, title: Claims, owner: "@claims", tools: [read, pay]}
  - {id: search, title: Search, owner: "@search"}
"""
CHANGE = """
approved_changes:
  - system: claims
    from: 2026-05-04T22:00:00+02:00
    to: 2026-05-05T02:00:00+02:00
    ticket: CHG-1042
"""


def test_a_system_says_what_its_tools_can_do() -> None:
    found = read_registry(SYSTEMS).get("claims")
    assert found is not None
    assert found.tools == ("read", "pay")


def test_an_approved_change_belongs_to_its_system_in_utc() -> None:
    registry = read_registry(SYSTEMS + CHANGE)
    claims, search = registry.systems
    (change,) = claims.changes
    assert change.ticket == "CHG-1042"
    assert change.begins == datetime(2026, 5, 4, 20, tzinfo=UTC)
    assert search.changes == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CHANGE.replace("system: claims", "system: claim"), "the nearest is claims"),
        (CHANGE.replace("+02:00", ""), "with their zone"),
        (CHANGE.replace("2026-05-04T22:00:00+02:00", "tonight"), "with their zone"),
        (CHANGE.replace("2026-05-05", "2026-07-05"), "within 31 days"),
        (CHANGE.replace("2026-05-05", "2026-05-03"), "must end after it begins"),
        (CHANGE.replace("ticket", "tickets"), "needs system, from, to, ticket"),
        (CHANGE.replace("CHG-1042", '""'), "no short line of text"),
        ("approved_changes: {a: 1}", "approved_changes is not a list"),
        ("approved_changes: [1]", "needs system, from, to, ticket"),
    ],
)
def test_a_change_that_cannot_be_used_is_named(text: str, says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        read_registry(SYSTEMS + text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SYSTEMS.replace("pay", "fly"), "tools of claims must be of read, write"),
        (SYSTEMS.replace("tools", "tolls"), "the nearest is tools"),
        ("systems: " + "[" * 5000, "deeper than 40 levels"),
        ("systems: [", "it is not YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        read_registry(text)
