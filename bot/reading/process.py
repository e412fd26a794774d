"""The process that reads payloads: begun, listened to, ended.

It can be begun before anybody can ask it: what it loads then, it loads while whoever
begins it does something else. What it is asked is `apart.py`.
"""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import IO

from bot.config import inherited
from bot.logs import listen_to

PROGRAM = (sys.executable, "-P", "-m", "bot.reading")
_INHERITED = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
# A line is cut here, and after so many the process may say what it likes.
_LONGEST_LINE = 2000
_MOST_LINES = 200


class Process:
    """One running reader, and the wire on which it is asked."""

    def __init__(self, program: Sequence[str] = PROGRAM) -> None:
        self.wire, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - a program of ours
                program,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=inherited(_INHERITED),
            )
        # What it prints may be the payload's words: they go where they are masked.
        self._listener = threading.Thread(
            target=_listen,
            args=(self._process.stderr,),
            name="reader-says",
            daemon=True,
        )
        self._listener.start()

    def end(self) -> None:
        """End it at once: it holds nothing that could be lost. Twice does no harm."""
        with contextlib.suppress(OSError):
            self.wire.close()
        self._process.kill()
        self._process.wait()
        self._listener.join()


def _listen(said: IO[bytes] | None) -> None:
    if said is not None:
        with said:
            listen_to(_lines(said), name="bot.reading")


def _lines(said: IO[bytes]) -> Iterator[bytes]:
    """Yield the first lines, then read on without a word: the writer must not wait."""
    for n, line in enumerate(iter(lambda: said.readline(_LONGEST_LINE), b"")):
        if n < _MOST_LINES:
            yield line
