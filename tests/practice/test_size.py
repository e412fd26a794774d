"""The stage stays smaller than the play."""

from pathlib import Path

import bot.practice

MAX_LINES = 1700


def test_the_practice_workspace_has_at_most_1700_lines_of_python() -> None:
    room = Path(str(bot.practice.__file__)).parent
    lines = sum(len(file.read_text().splitlines()) for file in room.rglob("*.py"))
    assert lines <= MAX_LINES
