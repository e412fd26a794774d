"""Stands in the place of `subprocess` where readers of payloads are started.

Those it knows are forked from the process that waits (`tests/waiting.py`), with the
same standard input, complaints and environment; all others are started as ever.
"""

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.preloaded import Started, started

_Program = tuple[str, ...]


@dataclass
class Forks:
    """Forks programs; put into `bot.reading.process` as its `subprocess`.

    Attributes:
        programs: Command to the module that it runs.
        wire: Leads to the one that waits; None for our own.
        made: Every process that was forked.
    """

    programs: Mapping[_Program, str]
    wire: socket.socket | None = None
    made: list[Started] = field(default_factory=list)
    PIPE: int = subprocess.PIPE
    DEVNULL: int = subprocess.DEVNULL

    def Popen(  # noqa: N802 - as it is called where it stands
        self, program: Sequence[str], *, stdin: int, env: Mapping[str, str], **more: Any
    ) -> "Started | subprocess.Popen[bytes]":
        """Start a reader, forked if it is known."""
        module = self.programs.get(tuple(program))
        if module is None:
            return subprocess.Popen(program, stdin=stdin, env=env, **more)
        read, write = os.pipe()
        with os.fdopen(write, "wb") as errors, Path(os.devnull).open("wb") as nothing:
            child = started(
                module,
                environment=env,
                out=nothing,
                errors=errors,
                asks=stdin,
                wire=self.wire,
            )
        child.stderr = os.fdopen(read, "rb")
        self.made.append(child)
        return child

    def running(self) -> list[int]:
        """Return the ids of those that have not ended."""
        return [one.pid for one in self.made if one.poll() is None]
