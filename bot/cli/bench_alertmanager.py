"""Debian's prometheus-alertmanager, run for a benchmark where it is installed.

It keeps alerts in memory only: ``kill -9`` loses all of them (its file is written
every fifteen minutes, and holds silences and notifications, never alerts).
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "prometheus-alertmanager"
_CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
_READY_WITHIN_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One that runs.

    Attributes:
        url: Where alerts are posted, ``…/api/v2/alerts``.
    """

    url: str
    pid: int


def is_installed() -> bool:
    """Tell whether there is one on this machine."""
    return shutil.which(PROGRAM) is not None


@contextlib.contextmanager
def alertmanager() -> Iterator[Rival]:
    """Yield one that is ready, in a directory that is thrown away.

    Raises:
        RuntimeError: It did not start.
    """
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        config = Path(folder) / "alertmanager.yml"
        config.write_text(_CONFIG)
        process = subprocess.Popen(  # noqa: S603 - our own words
            [
                PROGRAM,
                f"--config.file={config}",
                f"--storage.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
                "--log.level=error",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_until_ready(f"{base}/-/ready", process)
            yield Rival(url=f"{base}/api/v2/alerts", pid=process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(url, timeout=1),  # noqa: S310 - loopback
        ):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{PROGRAM} did not start")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
