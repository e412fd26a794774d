"""Payloads are read in a process of their own, and none of them can harm another."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.known_people import NOBODY, Person, known_people
from bot.reading import process
from bot.reading.apart import FAILED, Apart
from bot.reading.questions import Answer, Question
from bot.reading.reader import Reader
from tests.core import rulings
from tests.forks import Forks
from tests.payloads import alert, group, raw
from tests.reading.poisoned import SOURCE
from tests.reading.test_recall import payload

pytestmark = pytest.mark.slow

POISONED = (sys.executable, "-m", "tests.reading.poisoned")


@pytest.fixture
def apart(forks: Forks) -> Iterator[Apart]:
    made = Apart(rulings().texts, program=POISONED)
    yield made
    made.close()


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> Forks:
    """Have readers forked: loading each anew takes longer than all that is asked."""
    shipped = {POISONED: POISONED[-1], process.PROGRAM: process.PROGRAM[-1]}
    made = Forks(shipped)
    monkeypatch.setattr(process, "subprocess", made)
    return made


@pytest.fixture
def fresh() -> Iterator[Apart]:
    """A reader that is started from nothing, as the bot does."""
    made = Apart(rulings().texts, program=POISONED)
    yield made
    made.close()


def question(body: bytes, source: str = SOURCE) -> Question:
    return Question(payload=payload(body), source=source)


def group_of(*problems: int) -> Question:
    return question(raw(group([alert(one) for one in problems])), "alertmanager")


def titles(answers: Sequence[Answer]) -> list[str]:
    return [one.problem or _title(one) for one in answers]


def _title(answer: Answer) -> str:
    return answer.known[0].envelope.title.for_redaction()


def children() -> list[int]:
    """Return the readers that this process started, and nothing else (proc(5))."""
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for one in found for pid in one.read_text().split()]
    return [pid for pid in pids if b".reading" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_it_answers_what_is_answered_here() -> None:
    asked = [
        group_of(1, 2),
        question(
            raw({"title": "A key gh" + "p_" + "a1B2" * 9, "severity": "high"}),
            "webhook",
        ),
        question(b"\xff", "alertmanager"),
        question(raw(group([])), "alertmanager"),
    ]
    apart = Apart(rulings().texts)
    try:
        found = apart.begin(asked)()
    finally:
        apart.close()
    here = Reader(rulings())
    for one, ours in zip(found, map(here.answer, asked), strict=True):
        assert _without_keys(one) == _without_keys(ours)


def _without_keys(answer: Answer) -> object:
    """Digests are under a key of each reader's own."""
    meant = [(k.envelope, k.assessment, k.masks, k.system) for k in answer.known]
    return answer.source, answer.problem, meant, answer.times


def test_a_reader_that_was_killed_is_replaced(fresh: Apart) -> None:
    assert titles(fresh.begin([question(b"one")])()) == ["one"]
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    assert titles(fresh.begin([question(b"two")])()) == ["two"]


def test_a_reader_that_is_killed_while_it_reads_answers_all_the_same(
    apart: Apart, forks: Forks
) -> None:
    end = apart.begin([question(b"one"), group_of(*range(300))])
    for pid in forks.running():
        os.kill(pid, signal.SIGKILL)
    first, second = end()
    assert titles([first]) == ["one"]
    assert len(second.known) == 300


def test_an_answer_nobody_waited_for_is_taken_for_no_other(apart: Apart) -> None:
    apart.begin([question(b"left behind")])
    assert titles(apart.begin([question(b"asked now")])()) == ["asked now"]


@pytest.mark.parametrize("body", [b"kill", b"spin", b"speak"])
def test_a_payload_that_ends_the_reader_cannot_be_read_and_harms_no_other(
    apart: Apart, body: bytes
) -> None:
    end = apart.begin([question(b"before"), question(body), question(b"after")])
    assert titles(end()) == ["before", FAILED, "after"]
    assert titles(apart.begin([question(b"next")])()) == ["next"]


def test_a_payload_that_takes_all_memory_fails_alone(apart: Apart) -> None:
    end = apart.begin([question(b"grow"), question(b"after")])
    grown, after = titles(end())
    assert "MemoryError" in grown
    assert after == "after"


def test_what_cannot_be_written_down_is_a_payload_that_cannot_be_read(
    apart: Apart,
) -> None:
    lone = "\ud800".encode("utf-8", "surrogatepass")
    found = titles(apart.begin([question(lone), question(b"after")])())
    assert found == ["What it says cannot be written down as text.", "after"]


def test_the_reader_is_told_nothing_of_our_environment(
    fresh: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_SLACK_BOT_TOKEN", "xox" + "b-1")
    fresh.begin([question(b"one")])()
    (pid,) = children()
    assert b"TOCSIN" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_whoever_is_known_by_name_is_told_to_each_reader_before_it_is_asked(
    forks: Forks,
) -> None:
    known = [known_people([Person(names=("Dana Ruiz",))])]
    apart = Apart(rulings().texts, known=lambda: known[-1])

    def asked() -> str:
        said = {"title": "Dana Ruiz and Ida Moe saw it", "severity": "high"}
        (title,) = titles(apart.begin([question(raw(said), "webhook")])())
        return title.replace("Dana Ruiz", "1").replace("Ida Moe", "2")

    try:
        assert asked().endswith(" and 2 saw it")
        for pid in forks.running():
            os.kill(pid, signal.SIGKILL)
        assert asked().endswith(" and 2 saw it")
        known.append(known_people([Person(names=("Ida Moe",))]))
        assert asked().startswith("1 and \u2039")
        known.append(NOBODY)
        assert asked() == "1 and 2 saw it"
    finally:
        apart.close()


def test_the_reader_ends_with_whoever_asks(fresh: Apart) -> None:
    fresh.begin([question(b"one")])()
    assert children()
    fresh.close()
    assert children() == []


@pytest.mark.parametrize("program", [("false",), ("cat", "/dev/null")])
def test_without_a_reader_nothing_is_read_and_nothing_is_answered(
    program: Sequence[str],
) -> None:
    apart = Apart(rulings().texts, program=program)
    with pytest.raises(Unreachable, match="did not start"):
        apart.begin([question(b"one")])


def test_what_the_reader_prints_goes_where_log_lines_are_masked(
    apart: Apart, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    apart.begin([question(b"print a secret of somebody")])()
    apart.close()
    assert "it says: print a secret of somebody" in caplog.text
    assert "secret" not in capfd.readouterr().err
