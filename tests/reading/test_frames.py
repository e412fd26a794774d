"""What goes over the wire comes out as it went in, and nonsense is refused."""

import json
import socket
import struct
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.config import Settings
from bot.config.sources import Source
from bot.deciding import Texts
from bot.domain.registry import Registry
from bot.ports import Payload
from bot.reading import frames
from bot.reading.questions import Question
from bot.reading.reader import Reader
from bot.rulings import read_rulings
from tests.core import CHAT, rulings
from tests.payloads import alert, group, raw
from tests.spec import NOON

Wires = tuple[socket.socket, socket.socket]


@pytest.fixture
def wires() -> Iterator[Wires]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.settimeout(5)
        yield ours, theirs


def asked(body: bytes, *, later_s: int = 0) -> Question:
    at = NOON + timedelta(seconds=later_s, microseconds=1)
    payload = Payload(body=body, headers={"ce-id": "é"}, received_at=at)
    return Question(payload=payload, source="alertmanager")


def test_questions_come_as_they_were_asked(wires: Wires) -> None:
    ours, theirs = wires
    questions = [asked(b"\x00\xff"), asked(b""), asked(raw({"a": 1}), later_s=3)]
    frames.send(ours, *frames.asked(questions, number=7))
    assert frames.questions(frames.receive(theirs)) == (7, questions)


def test_answers_come_as_they_were_given(wires: Wires) -> None:
    ours, theirs = wires
    secret = "gh" + "p_" + "a1B2" * 9
    bodies = [
        group([alert(1), alert(2, status="resolved", endsAt=None)], key="g"),
        group(
            [alert(3, annotations={"summary": f"leaked {secret}"})], truncatedAlerts=9
        ),
        ["not a group"],
    ]
    given = [Reader(rulings()).answer(asked(raw(one))) for one in bodies]
    frames.send(theirs, frames.answers_as(7, [frames.answered(one) for one in given]))
    assert frames.answers(frames.receive(ours), number=7, count=3) == given


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00",
        struct.pack(">II", frames.MOST_BYTES, 1),
        struct.pack(">II", 3, 0) + b"{[}",
        struct.pack(">II", 9, 0) + b"{}",
    ],
)
def test_a_broken_frame_is_refused(wires: Wires, said: bytes) -> None:
    ours, theirs = wires
    theirs.sendall(said)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(frames.Broken):
        frames.receive(ours)


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        [1],
        [{}],
        [{"source": "a", "problem": "", "known": [{}], "times": [None]}],
        [{"source": "a", "problem": "", "known": [], "times": ["noon"]}],
        [{"source": "a", "problem": "", "known": [], "times": [None]}],
    ],
)
def test_what_is_no_answer_is_refused(said: object) -> None:
    with pytest.raises(frames.Broken):
        frames.answers(({"number": 1, "answers": said}, b""), number=1, count=1)


@pytest.mark.parametrize("said", [None, [], {}, {"number": 2, "answers": []}])
def test_what_answers_something_else_is_refused(said: object) -> None:
    with pytest.raises(frames.Broken):
        frames.answers((said, b""), number=1, count=0)


def test_what_decides_is_read_elsewhere_as_here() -> None:
    hidden = "not for the reader"
    source = Source.model_validate(
        {"reads": "webhook", "title": "$.name", "token": hidden, "secret": hidden}
    )
    settings = Settings(sources={"ours": source})
    texts = read_rulings(settings, key=b"k" * 32, registry=Registry((CHAT,))).texts
    told = texts.as_json()
    assert hidden not in told.decode()
    found = Texts.from_json(told)
    assert found == texts
    assert found.sources["ours"].model_fields_set == {"reads", "title"}
    assert json.loads(told)["rules_name"] == "no file"
