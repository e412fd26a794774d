"""Every file stays small enough to read in one sitting and says what it is for.

Which rooms may know each other is in test_rooms.py.
"""

from tests.architecture.sources import OURS, SHIPPED

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_STAGE_LINES = 1700
_SPEAKS = ('"""', 'r"""')
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "handler"})


def test_a_file_is_short_enough_to_hold_one_idea() -> None:
    lengths = {str(one.path): len(one.text.splitlines()) for one in SHIPPED}
    assert {path: n for path, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_a_function_is_short_enough_to_hold_one_thought() -> None:
    long = [
        f"{source.path} {name}: {lines}"
        for source in SHIPPED
        for name, lines in source.facts.functions
        if lines > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_a_module_says_what_lives_in_it() -> None:
    silent = [
        str(source.path)
        for source in OURS
        if source.text and not source.text.startswith(_SPEAKS)
    ]
    assert silent == []


def test_a_file_name_says_what_is_in_the_file() -> None:
    vague = [
        source.module
        for source in OURS
        if not VAGUE_NAMES.isdisjoint(source.module.replace("_", ".").split("."))
    ]
    assert vague == []


def test_the_stage_stays_smaller_than_the_play() -> None:
    stage = [source for source in SHIPPED if source.is_in("bot.practice")]
    lines = sum(len(file.text.splitlines()) for file in stage)
    assert lines <= MAX_STAGE_LINES
