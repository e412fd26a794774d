"""Processes of ours that begin with everything loaded: forks of one that waits.

Loading Tocsin takes longer than most stories do afterwards, and hundreds of tests
start it. What runs is the same program in a process of its own: its own environment,
pipes and memory, killed by its own id. That it also starts from nothing is shown where
`fresh` is asked for, and by every command that tests run by itself.

`python -m tests.preloaded` is the one that waits. It is asked over its standard input,
a socket, with three files: the program's output, its complaints, and a pipe on which
its id and later its end are told.
"""

import array
import atexit
import functools
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

_MOST_BYTES = 256 * 1024
_TOLD_BYTES = 12


@dataclass(kw_only=True)
class Started:
    """A process that was forked for us, with as much of `Popen` as tests need."""

    pid: int
    _told: int
    returncode: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send_signal(self, number: int) -> None:
        """Send it a signal, also from another thread than the one that waits."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        with self._lock:
            if self.returncode is None and self._has_ended(0):
                self.returncode = int(os.read(self._told, _TOLD_BYTES) or b"-1")
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
) -> Started:
    """Start `python -m program arguments…` in a process of its own.

    Args:
        environment: All that it gets; None for ours.
        out: Where its output goes.
        errors: Where its complaints go.
    """
    told, tells = os.pipe()
    given = os.environ if environment is None else environment  # noqa: TID251 - passed on
    asked = {
        "program": program,
        "arguments": arguments,
        "in": str(Path.cwd()),
        "environment": dict(given),
    }
    try:
        files = array.array("i", [out.fileno(), errors.fileno(), tells])
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
        _waiting().sendmsg([json.dumps(asked).encode()], ancillary)
    finally:
        os.close(tells)
    pid = os.read(told, _TOLD_BYTES)
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
            [sys.executable, "-m", __name__], stdin=theirs.fileno()
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(wire: socket.socket) -> None:
    """Fork whoever is asked for, until nobody can ask any more."""
    assert threading.active_count() == 1, "what is forked must have no threads"
    while True:
        asked, files, _, _ = socket.recv_fds(wire, _MOST_BYTES, 3)
        if not asked:
            return
        out, errors, tells = files
        if os.fork() == 0:
            wire.close()
            _watch(json.loads(asked), out, errors, tells)
            return
        for one in files:
            os.close(one)


def _watch(asked: Mapping[str, Any], out: int, errors: int, tells: int) -> None:
    """Be who waits for the program's end, and the program itself in a fork."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(tells)
        _become(asked, out, errors)
        return
    for one in (out, errors):
        os.close(one)
    os.write(tells, b"%*d" % (_TOLD_BYTES, pid))
    _, status = os.waitpid(pid, 0)
    os.write(tells, b"%*d" % (_TOLD_BYTES, os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(asked: Mapping[str, Any], out: int, errors: int) -> None:
    for given, taken in ((out, 1), (errors, 2)):
        os.dup2(given, taken)
        os.close(given)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["in"])
    os.environ.clear()  # noqa: TID251 - the environment is what was asked for
    os.environ.update(asked["environment"])  # noqa: TID251 - as above
    time.tzset()
    sys.argv = [asked["program"], *asked["arguments"]]
    runpy.run_module(asked["program"], run_name="__main__", alter_sys=True)


def _load() -> None:
    from bot.store.lean import load_lean

    load_lean()
    import boto3  # noqa: F401
    import uvloop  # noqa: F401

    import bot.cli.serving  # noqa: F401

    gc.collect()
    gc.freeze()


def _standard_input() -> socket.socket:
    """Return the wire, and leave nothing where a program would read."""
    wire = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return wire


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _load()
    serve(_standard_input())
