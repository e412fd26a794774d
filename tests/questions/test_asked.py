"""What our own labelled questions are answered with, and what is not known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant.asking import by_rules
from bot.domain.passage import How, Reply
from bot.domain.untrusted import Untrusted
from bot.slack.question_voice import SlackQuestionVoice
from tests.questions.stage import Stage, minutes_to, played

ROWS = yaml.safe_load(Path(__file__).with_name("asked.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("questions")
    ended = played(folder)
    made = Stage(folder)
    made.go_on(minutes_to(ended))
    yield made
    made.close()


def wrong(row: dict[str, Any], found: Reply) -> str:
    """Return what is wrong with an answer; "" for nothing."""
    known = {"known": found.known, "person": found.how is How.PERSON}
    known["unknown"] = found.how is How.NOTHING
    if not known[row["is"]]:
        return f"is {found.how}"
    begins = tuple(str(row.get("cites", "")).split("|"))
    if not found.cited and begins != ("",):
        return "cites nothing"
    if found.cited and not any(one.id.startswith(begins) for one in found.cited):
        return f"cites {[one.id for one in found.cited]}"
    said = SlackQuestionVoice().plain(found)
    return "" if str(row.get("says", "")) in said else f"says {said!r}"


def test_our_own_questions_are_answered_right_or_not_at_all(stage: Stage) -> None:
    evidence = {n: stage.evidence(f"INC-000{n}") for n in range(1, 5)}
    answers = [(row, by_rules(_asked(row), evidence[row["in"]])) for row in ROWS]
    missed = {row["q"] for row, found in answers if row.get("miss") and not found.known}
    bad = [
        f"{row['q']}: {why}"
        for row, found in answers
        if row["q"] not in missed and (why := wrong(row, found))
    ]
    assert bad == [], f"{len(bad)} of {len(ROWS)}"
    assert len(missed) == sum(bool(row.get("miss")) for row in ROWS)


def _asked(row: dict[str, Any]) -> Untrusted:
    return Untrusted(row["q"])
