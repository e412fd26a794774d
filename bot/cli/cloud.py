"""Starts the practice cloud beside the bot: an AWS-compatible server, locally.

The server lives in an environment of its own, because it pins other versions than
ours. It listens on loopback only, enforces IAM, and keeps its state in the home.
What it is furnished with is in `bot/aws/practice_seed.py`.
"""

import contextlib
import fcntl
import http.client
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.aws.practice_seed import BOT_USER, REGION, seed
from bot.aws.session import AwsKey, AwsSettings
from bot.config import inherited
from bot.domain.errors import BadSettings, TocsinError, Unreachable
from bot.ports.clock import Clock

_LOOPBACK = "127.0.0.1"
_PORTS_TRIED = 3
_READY_WITHIN_S = 15.0
_LOOK_EVERY_S = 0.05
_STOP_WITHIN_S = 8.0
_OK = 200
_log = logging.getLogger(__name__)


class PracticeCloud:
    """One server, one home. `start` and `stop` may be called from any thread."""

    def __init__(self, *, clock: Clock, environment: Path | None = None) -> None:
        """Name the server's environment; by default ours with ``-cloud`` behind."""
        self._clock = clock
        self._environment = environment or Path(f"{sys.prefix}-cloud")
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._stopped = False
        self.settings: AwsSettings | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid if self._child else None

    def start(self, home: Path) -> str:
        """Start, furnish, and return the address. Takes about a second.

        Raises:
            BadSettings: The server is not installed, or it was stopped before.
            Unreachable: It did not come up.
        """
        with self._turn:
            if self._stopped:
                raise _not_started("it was stopped before", "Start Tocsin again.")
            room = _room(home)
            url = self._serve(room)
            keys = seed(url, known=_known_keys(room), at=self._clock.now())
            _keep_keys(room, keys)
            self.settings = AwsSettings(
                region=REGION,
                endpoint_url=url,
                key=keys[BOT_USER],
                known_secrets={one.access_key_id: one.secret for one in keys.values()},
            )
            return url

    def start_in_background(
        self, home: Path, ready: Callable[[str], None]
    ) -> threading.Thread:
        """Start without waiting; call `ready` with the address, in another thread.

        Where it cannot start, one line of the log says so and nothing else happens.
        """
        starting = threading.Thread(
            target=self._start_and_tell, args=(home, ready), name="cloud", daemon=True
        )
        starting.start()
        return starting

    def stop(self) -> None:
        """Stop the server after it has written its state. Asking twice is fine."""
        with self._turn:
            self._stopped = True
            self._end()

    def _start_and_tell(self, home: Path, ready: Callable[[str], None]) -> None:
        try:
            url = self.start(home)
        except TocsinError as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001 - the thread's outermost door
            _log.exception("the practice cloud did not start")
        else:
            ready(url)

    def _serve(self, room: Path) -> str:
        python = self._environment / "bin" / "python"
        if not python.exists():
            raise _not_started(
                f"there is no {self._environment.name} beside this environment",
                "Run make setup in a checkout; everything else works without it.",
            )
        _wait_until_empty(room)
        for port in _ports(room):
            self._child = _spawn(python, room, port)
            if _is_ready(self._child, port):
                (room / "port").write_text(str(port))
                return f"http://{_LOOPBACK}:{port}"
            self._end()
        raise Unreachable(
            "The practice cloud did not start",
            because=f"the server ended or did not answer in {_READY_WITHIN_S:.0f} s",
            next_move="Look at cloud/server.log in TOCSIN_HOME.",
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _spawn(python: Path, room: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server. Its environment is ours to choose: nothing leaks in."""
    scratch = room / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    told = {
        **inherited({"PATH", "LANG", "LC_ALL"}),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "BIND_HOST": _LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": _LOOPBACK,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "false",  # else a second port, on every interface
        "AUTH": "true",
        "CLOUDTRAIL_RECORDING": "1",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(room / "state"),
        "LOG_LEVEL": "WARNING",
    }
    script = Path(__file__).with_name("cloud_server.py")
    with (room / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own script, no shell
            [python, "-I", script],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=scratch,
            env=told,
            start_new_session=True,  # Ctrl-C is for us; we stop it in order
        )


def _is_ready(child: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers; False when it ended or takes too long."""
    until = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < until:
        try:
            child.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            if _answers(port):
                return True
        else:
            return False
    return False


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_until_empty(room: Path) -> None:
    """Wait until the server of an earlier start has written its state and ended."""
    until = time.monotonic() + _STOP_WITHIN_S
    with (room / "lock").open("a") as lock:
        while time.monotonic() < until:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_LOOK_EVERY_S)
            else:
                return


def _ports(room: Path) -> Iterator[int]:
    """Yield the port of last time if it is free, then others.

    Queues are known to the server by their address: on another port they are empty.
    """
    with contextlib.suppress(OSError, ValueError, OverflowError):
        port = int((room / "port").read_text("ascii"))
        socket.create_server((_LOOPBACK, port)).close()
        yield port
    for _ in range(_PORTS_TRIED):
        yield _free_port()


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _room(home: Path) -> Path:
    room = (home / "cloud").absolute()
    room.mkdir(parents=True, exist_ok=True, mode=0o700)
    return room


def _known_keys(room: Path) -> dict[str, AwsKey]:
    """Return the keys of an earlier start; none where the file cannot be read."""
    try:
        kept: Mapping[str, Any] = json.loads((room / "keys.json").read_text("utf-8"))
        return {
            name: AwsKey(access_key_id=one["id"], secret=one["secret"])
            for name, one in kept.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _keep_keys(room: Path, keys: Mapping[str, AwsKey]) -> None:
    kept = {
        name: {"id": key.access_key_id, "secret": key.secret}
        for name, key in keys.items()
    }
    fresh = room / "keys.json.new"
    fresh.unlink(missing_ok=True)
    with open(fresh, "x", encoding="utf-8", opener=_owner_only) as out:
        json.dump(kept, out, indent=1)
    fresh.replace(room / "keys.json")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _not_started(because: str, next_move: str) -> BadSettings:
    return BadSettings(
        "The practice cloud did not start", because=because, next_move=next_move
    )
