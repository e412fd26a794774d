"""How moments, ages and people become words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.action_table import Stage
from bot.web import wording

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLAN = "pl_01HX0000000000000000000001"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (7500, "2 h 5 min"),
        (86_400 + 120, "1 d"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_length_of_time_has_its_two_greatest_units(seconds: int, words: str) -> None:
    assert wording.lasted(NOON, NOON + timedelta(seconds=seconds)) == words


def test_moments_are_utc_whatever_their_zone_was() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    assert wording.stamp(berlin) == "2026-11-20 12:00:00 UTC"
    assert wording.iso(berlin) == "2026-11-20T12:00:00.000Z"
    assert wording.day(berlin) == "Friday, 20 November 2026"


def test_two_moments_differ_from_a_second_on() -> None:
    assert not wording.differs(NOON, NOON + timedelta(milliseconds=999))
    assert wording.differs(NOON, NOON - timedelta(seconds=1))
    assert not wording.differs(None, NOON)


def test_people_and_plans_are_found_in_our_sentences_and_nowhere_else() -> None:
    assert wording.pieces(f"{PLAN}: <@U0ONCALL> agreed <@lower>.") == [
        ("plan", PLAN),
        ("text", ": "),
        ("who", "U0ONCALL"),
        ("text", " agreed <@lower>."),
    ]


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_words_and_a_tone(stage: Stage) -> None:
    assert wording.stands(stage)
    assert wording.tone(stage) in ("good", "bad", "waits", "quiet")
