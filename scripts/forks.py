"""Judges many things, each in a process of its own; what is judged, others say."""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import click

T = TypeVar("T")
_TELLS_EVERY = 100
_BROKEN = b"broken"


def forked(
    mutants: Sequence[T],
    killer: Callable[[T], int],
    judged: Callable[[T, int], None],
    *,
    jobs: int,
    limit_s: float,
) -> None:
    """Judge each mutant in a process of its own, several at a time.

    Args:
        limit_s: What takes longer goes on for ever.
    """
    waiting, running = list(reversed(mutants)), dict[int, tuple[int, T, float]]()
    while waiting or running:
        if len(waiting) % _TELLS_EVERY == 0 and len(running) < jobs:
            click.echo(f"{len(waiting)} left", err=True)
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            pid, wire = _fork(mutant, killer)
            running[wire] = (pid, mutant, time.monotonic())
        ready, _, _ = select.select(list(running), [], [], 1)
        since = time.monotonic() - limit_s
        late = [wire for wire, one in running.items() if one[2] < since]
        for wire in {*ready, *late}:
            pid, mutant, _ = running.pop(wire)
            if wire not in ready:
                os.kill(pid, signal.SIGKILL)
            said = os.read(wire, 8) if wire in ready else b""
            os.close(wire)
            os.waitpid(pid, 0)
            if said == _BROKEN:
                raise RuntimeError(f"not judged: {mutant}")
            # Whoever says nothing went on for ever, or died of it.
            judged(mutant, int(said or b"0"))


def _fork(mutant: T, killer: Callable[[T], int]) -> tuple[int, int]:
    """Start a process that says which test killed its mutant."""
    read, write = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, read
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in (0, 1, 2):
        os.dup2(nothing, one)
    try:
        said = str(killer(mutant)).encode()
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        said = _BROKEN
    os.write(write, said)
    os._exit(0)
