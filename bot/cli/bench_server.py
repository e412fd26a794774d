"""Starts a Tocsin of its own for a benchmark, in a home that is thrown away."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.config import inherited

_READY_WITHIN_LINES = 50


@contextlib.contextmanager
def server(**settings: str) -> Iterator[dict[str, Any]]:
    """Yield the facts of `run.json` of a server that is ready.

    Args:
        settings: Of its environment.

    Raises:
        RuntimeError: It did not start.
    """
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as home:
        kept = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--port", "0"],
            env={
                **inherited(kept),
                "TOCSIN_HOME": home,
                "TOCSIN_CONFIG": f"{home}/none.toml",
                "TOCSIN_PRACTICE_REPLAY": "false",
                # Whether or not the extra is installed, the same is measured.
                "TOCSIN_RUNBOOKS_SEMANTIC": "off",
                # It would start, and cost, beside what is measured.
                "TOCSIN_PRACTICE_CLOUD": "false",
                **settings,
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            _wait_until_ready(process)
            facts = json.loads((Path(home) / "run.json").read_text("utf-8"))
            yield {**facts, "home": home}
        finally:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout:
                process.stdout.close()


def _wait_until_ready(process: "subprocess.Popen[str]") -> None:
    for _ in range(_READY_WITHIN_LINES):
        line = process.stdout.readline() if process.stdout else ""
        if line.startswith("ready "):
            return
        if not line:
            break
    raise RuntimeError("the server did not start")
