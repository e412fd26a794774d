"""What is left of an answer whose receiver is gone before it began."""

import asyncio
from collections.abc import Iterator
from typing import Any

from bot.web.streams import Poured


class Pieces:
    """Two pieces, and whether they were closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return b"piece"

    def close(self) -> None:
        self.closed = True


def test_who_is_gone_before_the_first_byte_leaves_no_file_open() -> None:
    pieces = Pieces()

    async def gone(_: Any) -> None:
        raise OSError

    async def silent() -> Any:
        await asyncio.Event().wait()

    answer = Poured(pieces, size_bytes=5, headers={})
    asyncio.run(answer({"type": "http"}, silent, gone))
    assert pieces.closed
