"""Processes of ours that begin with everything loaded: forks of one that waits.

Loading Tocsin takes longer than most stories do afterwards, and hundreds of tests
start it. What runs is the same program in a process of its own: its own environment,
pipes and memory, killed by its own id. That it also starts from nothing is shown where
`fresh` is asked for, and by every command that tests run by itself.

Here is how they are asked for; who waits and is forked is `tests/waiting.py`.
"""

import array
import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

TOLD_BYTES = 12
"""Of a number that is told: a process's id, and its exit status."""


@dataclass(kw_only=True)
class Started:
    """A process that was forked for us, with as much of `Popen` as tests need."""

    pid: int
    _told: int
    stderr: IO[bytes] | None = None
    returncode: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send_signal(self, number: int) -> None:
        """Send it a signal, also from another thread than the one that waits.

        It may have ended already, and its end is only not told yet.
        """
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        with self._lock:
            if self.returncode is None and self._has_ended(0):
                self.returncode = int(os.read(self._told, TOLD_BYTES) or b"-1")
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status once it ended; -9 where a signal 9 ended it."""
        while (status := self.poll()) is None:
            if not self._has_ended(timeout):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return status

    def __del__(self) -> None:
        os.close(self._told)  # not before: others may be waiting on it

    def _has_ended(self, within_s: float | None) -> bool:
        return bool(select.select([self._told], [], [], within_s)[0])


def started(
    program: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    out: IO[Any],
    errors: IO[Any],
    asks: int | None = None,
    wire: socket.socket | None = None,
) -> Started:
    """Start `python -m program arguments…` in a process of its own.

    Args:
        environment: All that it gets; None for ours.
        out: Where its output goes.
        errors: Where its complaints go.
        asks: What it reads as its standard input; None for nothing.
        wire: Leads to the one that waits; None for our own.
    """
    told, tells = os.pipe()
    given = os.environ if environment is None else environment  # noqa: TID251 - passed on
    asked = {
        "program": program,
        "arguments": arguments,
        "in": str(Path.cwd()),
        "environment": dict(given),
    }
    given_files = (tells, out.fileno(), errors.fileno(), *([asks] if asks else []))
    try:
        files = array.array("i", given_files)
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
        (wire or _waiting()).sendmsg([json.dumps(asked).encode()], ancillary)
    finally:
        os.close(tells)
    pid = os.read(told, TOLD_BYTES)
    assert pid, "nobody was forked"
    return Started(pid=int(pid), _told=told)


def speaking(
    program: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    errors: IO[Any],
) -> tuple[Started, IO[str]]:
    """Start a program as `started` does; return it and what it says."""
    read, write = os.pipe()
    with os.fdopen(write, "w") as out:
        child = started(
            program, *arguments, environment=environment, out=out, errors=errors
        )
    return child, os.fdopen(read)


def run(
    program: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program of ours to its end; return what it said, as `subprocess.run`."""
    with tempfile.TemporaryFile("w+") as errors:
        child, out = speaking(
            program, *arguments, environment=environment, errors=errors
        )
        with out:
            said = out.read()
        status = child.wait()
        errors.seek(0)
        complaints = errors.read()
    return subprocess.CompletedProcess([program, *arguments], status, said, complaints)


@functools.cache
def _waiting() -> socket.socket:
    """Return the wire to the one that waits; it ends when the wire does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.waiting"], stdin=theirs.fileno()
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
