"""How questions and answers go over the wire between the bot and its reader.

A frame is eight bytes that say how long its two parts are, then JSON, then raw bytes.
Nothing in an answer is more than data: whoever reads it cannot be made to do anything.
"""

import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson

from bot.domain.known_people import KnownPeople
from bot.ports import Payload
from bot.reading.questions import Answer, Question
from bot.readmodels.alert_docs import (
    assessment_from_doc,
    assessment_to_doc,
    envelope_from_doc,
    envelope_to_doc,
    masks_from_doc,
    masks_to_doc,
)
from bot.triage import Understood

# A payload has at most 1 MiB, and an alert says little that was not in its payload.
MOST_BYTES = 64 * 1024 * 1024
_SIZES = struct.Struct(">II")
_CHUNK = 256 * 1024
_KNOW = "know"
Frame = tuple[Any, bytes]


class Broken(Exception):
    """The other side is gone, or says what nobody could say."""


def send(wire: socket.socket, said: Any, raw: bytes = b"") -> None:
    """Send a frame.

    Raises:
        OSError: The other side is gone.
        TypeError: `said` has no one form in JSON.
    """
    head = orjson.dumps(said)
    wire.sendall(b"".join((_SIZES.pack(len(head), len(raw)), head, raw)))


def receive(wire: socket.socket) -> Frame:
    """Wait for a frame.

    Raises:
        OSError: The other side is gone, or took too long.
        Broken: It ended, or sent something else.
    """
    head, raw = _SIZES.unpack(_exactly(wire, _SIZES.size))
    if head + raw > MOST_BYTES:
        raise Broken("a frame is too long")
    said = _exactly(wire, head)
    try:
        return orjson.loads(said), _exactly(wire, raw)
    except orjson.JSONDecodeError:
        raise Broken("a frame is not JSON") from None


def _exactly(wire: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        part = wire.recv(min(count - len(found), _CHUNK))
        if not part:
            raise Broken("the other side ended")
        found += part
    return bytes(found)


# --- whose names are known ---


def known(people: KnownPeople) -> Frame:
    """Return whose names are to be taken out from now on, as a frame."""
    said = {one.name: sorted(getattr(people, one.name)) for one in fields(KnownPeople)}
    return {_KNOW: said}, b""


def known_in(frame: Frame) -> KnownPeople | None:
    """Return whose names a frame tells, None when it asks something."""
    said, _ = frame
    if _KNOW not in said:
        return None
    return KnownPeople(**{name: frozenset(one) for name, one in said[_KNOW].items()})


# --- questions ---


def asked(questions: Sequence[Question], *, number: int) -> Frame:
    """Return questions as a frame; their answer has the same number."""
    said = [
        {
            "source": one.source,
            "headers": dict(one.payload.headers),
            "received_at": one.payload.received_at.isoformat(),
            "bytes": len(one.payload.body),
        }
        for one in questions
    ]
    raw = b"".join(one.payload.body for one in questions)
    return {"number": number, "asked": said}, raw


def questions(frame: Frame) -> tuple[int, Sequence[Question]]:
    """Return the number of a frame, and its questions."""
    said, raw = frame
    found, at = [], 0
    for one in said["asked"]:
        body = raw[at : at + one["bytes"]]
        at += len(body)
        received_at = datetime.fromisoformat(one["received_at"])
        payload = Payload(body=body, headers=one["headers"], received_at=received_at)
        found.append(Question(payload=payload, source=one["source"]))
    return said["number"], found


# --- answers ---


def answers_as(number: int, said: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what `answered` made of each answer as what is sent."""
    return {"number": number, "answers": said}


def answered(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON values."""
    return {
        "source": answer.source,
        "problem": answer.problem,
        "known": [_known(one) for one in answer.known],
        "times": [None if at is None else at.isoformat() for at in answer.times],
    }


def answers(frame: Frame, *, number: int, count: int) -> Sequence[Answer]:
    """Return the answers of a frame.

    Raises:
        Broken: It answers other questions, or not so many.
    """
    said, _ = frame
    try:
        if said["number"] != number:
            raise Broken("a frame answers other questions")
        found = [_answer(one) for one in said["answers"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Broken("a frame holds no answers") from None
    if len(found) != count:
        raise Broken("a frame holds another number of answers")
    return found


def _answer(said: Mapping[str, Any]) -> Answer:
    known = tuple(_understood(one) for one in said["known"])
    times = tuple(
        None if at is None else datetime.fromisoformat(at) for at in said["times"]
    )
    if len(known) != len(times):
        raise ValueError("an alert has no time of its own")
    return Answer(
        source=said["source"], problem=said["problem"], known=known, times=times
    )


def _known(known: Understood) -> dict[str, Any]:
    return {
        "envelope": envelope_to_doc(known.envelope),
        "assessment": assessment_to_doc(known.assessment),
        "masks": masks_to_doc(known.masks),
        "system": known.system,
        "same": known.same.hex(),
    }


def _understood(said: Mapping[str, Any]) -> Understood:
    return Understood(
        envelope=envelope_from_doc(said["envelope"]),
        assessment=assessment_from_doc(said["assessment"]),
        masks=masks_from_doc(said["masks"]),
        system=said["system"],
        same=bytes.fromhex(said["same"]),
    )
