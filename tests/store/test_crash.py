"""kill -9 at any instant: what was promised is there, and nothing is there by half."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_store

ROOT = Path(__file__).parents[2]


def killed_after(path: Path, promises: int) -> set[str]:
    """Run the writing process, kill it, and return what it had promised."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.store.crashing", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as said:
        promised = [said.readline() for _ in range(promises)]
        os.kill(child.pid, signal.SIGKILL)
        promised += said.readlines()
    child.wait()
    return {line.strip() for line in promised if line.endswith("\n")}


@pytest.mark.slow
@pytest.mark.parametrize("promises", [1, 40, 700, 3000])
def test_a_killed_process_keeps_its_promises(
    path: Path, keys: FileKeys, promises: int
) -> None:
    promised = killed_after(path, promises)
    store = SqliteStore(path)
    report = store.read(lambda tx: verify_store(tx, keys))
    entries = store.read(lambda tx: tx.log.read(limit=report.size))
    store.close()
    halves = {
        version: {entry.stream for entry in entries if entry.version == version}
        for version in (1, 2)
    }
    assert len(promised) >= promises
    assert promised <= halves[1]
    assert halves[1] == halves[2]
    assert all(entry.words for entry in entries if entry.version == 1)
