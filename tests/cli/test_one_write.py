"""An answer leaves in one write, and nothing of it is lost or held long."""

import asyncio
from typing import Any, cast

from bot.cli.one_write import MOST_HELD_BYTES, Held


class Wire:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> str:
        return f"the wire's {name}"


def held(wire: Wire) -> Held:
    return Held(cast("Any", wire), asyncio.get_running_loop())


async def test_head_and_body_leave_together() -> None:
    wire = Wire()
    answer = held(wire)
    answer.write(b"HTTP/1.1 202 Accepted\r\n\r\n")
    answer.write(b"{}")
    assert wire.written == []
    await asyncio.sleep(0)
    assert wire.written == [b"HTTP/1.1 202 Accepted\r\n\r\n{}"]


async def test_the_next_answer_is_a_write_of_its_own() -> None:
    wire = Wire()
    answer = held(wire)
    for part in (b"one", b"two"):
        answer.write(part)
        await asyncio.sleep(0)
    assert wire.written == [b"one", b"two"]


async def test_a_long_body_does_not_gather() -> None:
    wire = Wire()
    answer = held(wire)
    for _ in range(5):
        answer.write(b"x" * MOST_HELD_BYTES)
    assert len(wire.written) >= 2
    await asyncio.sleep(0)
    assert b"".join(wire.written) == b"x" * MOST_HELD_BYTES * 5


async def test_closing_writes_what_is_held_first() -> None:
    wire = Wire()
    answer = held(wire)
    answer.write(b"the end")
    answer.close()
    assert (wire.written, wire.closed) == ([b"the end"], True)
    await asyncio.sleep(0)
    assert wire.written == [b"the end"]


async def test_nothing_is_written_to_a_connection_that_is_gone() -> None:
    wire = Wire()
    answer = held(wire)
    answer.write(b"too late")
    wire.closed = True
    await asyncio.sleep(0)
    assert wire.written == []


async def test_everything_else_is_the_transports_own() -> None:
    assert held(Wire()).get_extra_info("peername") == "the wire's peername"
