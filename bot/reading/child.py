"""The reader's process: asked over a socket, answers, and ends with whoever asks.

It has no settings, no keys but the one of placeholders, no file of the store and no
network. What strangers sent is taken apart here, and so it is limited: a payload that
takes too long or too much memory ends this process and not the bot.
"""

import gc
import os
import signal
import socket
from dataclasses import replace
from typing import Any

import orjson

from bot.deciding import Deciding, Texts, decide_by
from bot.domain.known_people import KnownPeople
from bot.domain.registry import Registry
from bot.heap import trim
from bot.reading import frames
from bot.reading.memory import Memory
from bot.reading.reader import Reader

# Of the processor's time: a busy machine makes nothing take longer.
MOST_S = 10.0
MOST_BYTES = 1024 * 1024 * 1024
# Where processors are few, whoever answers comes first.
_YIELDS = 5
_REMEMBERED_BYTES = 4 * 1024 * 1024
_UNSENDABLE = "What it says cannot be written down as text."
# What ships is read while nobody can ask yet, and remembered where it is read from.
NOTHING_ADDED = Texts(
    rules="", rules_name="", redaction="", sources={}, registry=Registry(), key=""
)


def run(wire: socket.socket) -> None:
    """Answer until the other side ends."""
    limit_memory()
    os.nice(_YIELDS)
    _build(decide_by(NOTHING_ADDED))
    try:
        _, told = frames.receive(wire)
        serve(wire, decide_by(Texts.from_json(told)))
    except (OSError, frames.Broken):
        return


def serve(wire: socket.socket, deciding: Deciding) -> None:
    """Say that all is ready, then answer.

    Raises:
        OSError: The other side is gone. So does `frames.Broken`.
    """
    reader = Reader(deciding, Memory(most_bytes=_REMEMBERED_BYTES))
    _build(deciding)
    trim()
    gc.freeze()
    gc.enable()
    frames.send(wire, "ready")
    while True:
        frame = frames.receive(wire)
        people = frames.known_in(frame)
        if people is not None:
            reader = _knowing(people, deciding)
            continue
        number, questions = frames.questions(frame)
        said = []
        for question in questions:
            _limit_time(MOST_S)
            said.append(frames.answered(reader.answer(question)))
        _limit_time(0)
        _tell(wire, number, said)


def _build(deciding: Deciding) -> None:
    """Have built what the first question would else wait for."""
    rules = deciding.rulebook
    for lexicon in (rules.lexicon, rules.instruction_lexicon):
        lexicon.found_in("")


def _knowing(people: KnownPeople, deciding: Deciding) -> Reader:
    """Return a reader that takes these names out too, and remembers nothing yet."""
    redactor = deciding.redactor.knowing(people=people)
    memory = Memory(most_bytes=_REMEMBERED_BYTES)
    return Reader(replace(deciding, redactor=redactor), memory)


def _tell(wire: socket.socket, number: int, said: list[dict[str, Any]]) -> None:
    try:
        frames.send(wire, frames.answers_as(number, said))
    except TypeError:
        # A lone surrogate, for example: whose it is does not matter to the others.
        sendable = [_sendable(one) for one in said]
        frames.send(wire, frames.answers_as(number, sendable))


def _sendable(said: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(said)
    except TypeError:
        return {**said, "problem": _UNSENDABLE, "known": [], "times": []}
    return said


def _limit_time(seconds: float) -> None:
    """End this process if it computes so long; 0 for no limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def limit_memory() -> None:
    """Have what takes too much memory fail in this process."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MOST_BYTES if most == resource.RLIM_INFINITY else min(most, MOST_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
