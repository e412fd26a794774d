"""A waiver lifts one rule for what it names and as long as it says, and no more.

What may stand in a file of waivers is test_waiver_reading.py.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.plan import Waived
from bot.gate.waivers import Waiver, Waivers, waived_of

NOW = datetime(2026, 11, 28, tzinfo=UTC)
A_WAIVER = Waiver(
    id="wv-a",
    rule="data-leaves-region",
    owner="U0LEAD",
    reason="until the move is done",
    begins=NOW,
    ends=NOW + timedelta(days=30),
)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("about", "system", "action", "lifts"),
    [
        ({"systems": ("chat", "mail")}, "mail", "any", True),
        ({"systems": ("chat",)}, "other", "any", False),
        ({"systems": ("chat",)}, "", "any", False),
        ({"actions": ("a.b", "a.c")}, "any", "a.c", True),
        ({"actions": ("a.b",)}, "", "a.b", True),
        ({"actions": ("a.b",)}, "any", "a.d", False),
        ({"systems": ("chat",), "actions": ("a.b",)}, "chat", "a.b", True),
        ({"systems": ("chat",), "actions": ("a.b",)}, "chat", "a.d", False),
        ({"systems": ("chat",), "actions": ("a.b",)}, "other", "a.b", False),
    ],
)
def test_a_waiver_lifts_for_its_systems_and_its_actions(
    about: dict[str, tuple[str, ...]], system: str, action: str, *, lifts: bool
) -> None:
    one = replace(A_WAIVER, **about)  # type: ignore[arg-type]
    assert one.lifts(system=system, action=action, now=LATER) is lifts


def test_a_waiver_lifts_from_its_begin_until_its_end() -> None:
    def lifts(now: datetime) -> bool:
        return A_WAIVER.lifts(system="chat", action="a.b", now=now)

    second = timedelta(seconds=1)
    assert not lifts(A_WAIVER.begins - second)
    assert lifts(A_WAIVER.begins)
    assert lifts(A_WAIVER.ends - second)
    assert not lifts(A_WAIVER.ends)


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=14), "ends on 2026-12-28, in 14 days"),
        (timedelta(days=13, hours=23), "ends on 2026-12-28, in 13 days"),
        (timedelta(seconds=1), "ends on 2026-12-28, in 0 days"),
        (timedelta(0), "ended on 2026-12-28 and lifts nothing"),
        (timedelta(days=-30), "ended on 2026-12-28 and lifts nothing"),
    ],
    ids=str,
)
def test_what_is_over_or_ends_soon_is_told(before: timedelta, says: str | None) -> None:
    told = list(Waivers((A_WAIVER,)).ending(now=A_WAIVER.ends - before))
    assert told == ([(A_WAIVER, says)] if says else [])


def test_a_plan_carries_who_answers_for_what_until_when() -> None:
    assert waived_of((A_WAIVER,)) == (
        Waived(
            id="wv-a",
            rule="data-leaves-region",
            owner="U0LEAD",
            until="2026-12-28T00:00:00+00:00",
        ),
    )


def test_everything_that_a_waiver_says_counts_in_the_hash() -> None:
    one = replace(A_WAIVER, systems=("chat",))
    assert Waivers((one,)).plain == [
        {
            "id": "wv-a",
            "rule": "data-leaves-region",
            "owner": "U0LEAD",
            "reason": "until the move is done",
            "begins": "2026-11-28T00:00:00+00:00",
            "ends": "2026-12-28T00:00:00+00:00",
            "systems": ("chat",),
            "actions": (),
        }
    ]


def test_a_rule_is_waived_only_where_it_is_for_every_system() -> None:
    chat = replace(A_WAIVER, systems=("chat",))
    every = replace(A_WAIVER, id="wv-all", systems=("chat",), actions=("a.b",))
    other = replace(A_WAIVER, id="wv-z", rule="region-unknown", actions=("a.b",))
    over = replace(chat, id="wv-over", ends=LATER)
    waivers = Waivers((every, chat, over, other))

    def found(*systems: str) -> list[str]:
        rows = waivers.in_force(systems=systems, action="a.b", now=LATER)
        return [one.id for one in rows]

    assert found("chat") == ["wv-all", "wv-a", "wv-z"]
    assert found("chat", "other") == ["wv-z"]
    assert found() == []
