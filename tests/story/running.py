"""A real `tocsin run` in a home of its own, and a person at its practice page."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.preloaded import Started, speaking

CHANNEL = "C0INCIDENTS"
_WAIT_S = 30
_LOOK_S = 0.25


@dataclass(frozen=True)
class Reply:
    status: int
    json: Any


@dataclass
class Tocsin:
    """One running bot; it can be killed and started again on the same home.

    Attributes:
        program: Module that is run; another one than ours adds something to it.
        cloud: With the practice cloud; False where nothing of it is asked for.
        fresh: From nothing, not from a process that has loaded Tocsin already.
    """

    home: Path
    program: str = "bot.cli"
    replay: bool = False
    cloud: bool = True
    fresh: bool = False
    transport: str = "http"
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    _process: "subprocess.Popen[str] | Started | None" = None
    _output: IO[str] | None = None

    def start(self) -> "Tocsin":
        environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - passed on to the child
            "TOCSIN_HOME": str(self.home),
            "TOCSIN_CONFIG": str(self.home / "none.toml"),
            "TOCSIN_PRACTICE_REPLAY": str(self.replay).lower(),
            "TOCSIN_PRACTICE_CLOUD": str(self.cloud).lower(),
            "TOCSIN_PRACTICE_TRANSPORT": self.transport,
            **self.settings,
        }
        self._output = self._started(environment)
        for line in self._output:
            self.printed.append(line.strip())
            if line.startswith("ready "):
                self.facts = json.loads((self.home / "run.json").read_text())
                return self
        raise AssertionError(f"it did not start: {self.stderr()}")

    def _started(self, environment: Mapping[str, str]) -> IO[str]:
        """Start it; return its output."""
        words = ("run", "--port", str(self.port))
        with (self.home.parent / "stderr.txt").open("a") as errors:
            if not self.fresh:
                self._process, out = speaking(
                    self.program, *words, environment=environment, errors=errors
                )
                return out
            fresh = self._process = subprocess.Popen(
                [sys.executable, "-m", self.program, *words],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert fresh.stdout is not None
        return fresh.stdout

    def kill(self) -> None:
        """End it as a crash does: no warning, no last word."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        return self._end(signal.SIGTERM)

    def wait_for_end(self) -> int:
        """Wait until it has ended by itself; return its exit status."""
        assert self._process is not None
        return self._ended(_WAIT_S)

    def stderr(self) -> str:
        return (self.home.parent / "stderr.txt").read_text()

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        return self._ended(30)

    def _ended(self, within_s: float) -> int:
        assert self._process is not None
        assert self._output is not None
        status = self._process.wait(within_s)
        self._output.close()
        self._process = None
        return status

    def run_json(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "run.json").read_text()))

    # --- a sender ---

    def alert(self, body: Any, *, source: str = "webhook") -> Reply:
        token = self.facts["tokens"]["alerts"]
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask(f"/alerts/{source}", raw, {"Authorization": f"Bearer {token}"})

    def alert_state(self, alert_id: str) -> Any:
        token = self.facts["tokens"]["admin"]
        asked = {"Authorization": f"Bearer {token}"}
        return self.ask(f"/alerts/{alert_id}", None, asked).json

    # --- a person ---

    def do(self, who: str, what: str, **given: Any) -> Reply:
        body = {"as": who, "do": what, **given}
        return self.ask("/practice/do", json.dumps(body).encode())

    def command(self, who: str, text: str) -> Reply:
        return self.do(who, "command", channel=CHANNEL, text=text)

    def messages(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        return list(self.ask(f"/practice/channels/{channel}/messages").json["messages"])

    def cards(self) -> list[dict[str, Any]]:
        """Return what stands in the channel itself, not in threads."""
        found = self.messages()
        return [m for m in found if m.get("thread_ts") in (None, "", m["ts"])]

    def whispers(self, who: str) -> list[str]:
        found = self.ask(f"/practice/people/{who}/ephemerals").json["ephemerals"]
        return [one["text"] for one in found]

    def wait_for(self, wanted: Any, *, channel: str = CHANNEL) -> Any:
        """Return the first true answer of `wanted(messages)`; long-polls.

        What is wanted may show elsewhere, where no message rings: so it looks again.
        """
        after, until = 0, time.monotonic() + _WAIT_S
        while time.monotonic() < until:
            if found := wanted(self.messages(channel)):
                return found
            path = f"/practice/channels/{channel}/messages?after={after}&wait={_LOOK_S}"
            after = self.ask(path).json["seq"]
        raise AssertionError(f"it never came: {self.messages(channel)}")

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.facts["url"] + path, body, given)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return Reply(answer.status, _json(answer.read()))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Reply(refusal.code, _json(refusal.read()))


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


@contextlib.contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Tocsin]:
    """Run a Tocsin for as long as the block lasts."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    tocsin = Tocsin(home, **settings)
    try:
        yield tocsin.start()
    finally:
        tocsin.kill()
