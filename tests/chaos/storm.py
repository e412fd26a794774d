"""Six client processes press, somebody proposes, and somebody pulls the plug.

The clients press what they are told, so that the kills are spread over the presses
and the presses over the plans. Everything is drawn by dice from a seed, but for what
the machine's timing decides. It ends by itself: when everything was pressed and every
kill was done, or with an error when something takes too long.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.pace import PATIENCE_S, Pace
from tests.chaos.rows import in_flight, is_settled, unread
from tests.chaos.sizes import KINDS, RANDOM, WHO, Sizes
from tests.chaos.supply import NEWEST, Supply
from tests.chaos.world import World
from tests.story.running import Tocsin

CLIENTS = 6
# These presses open no form; a form takes of the calls that Slack lets us make.
_CLICKS = ("outsider", "guest", "forged")
_TEAM, _OTHER_TEAM = "T0TEAM", "T0OTHER"
_LEAD = 24


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One end of the process.

    Attributes:
        key: Idempotency key of the call that was held; "" where none was.
        found: Plans under way when it was dead, with their stage.
        start_s: How long it took to be back.
    """

    moment: str
    key: str
    found: dict[str, str]
    start_s: float


@dataclass
class Storm:
    """Everything that happens at once, and what came of it.

    Attributes:
        answers: Presses by kind and HTTP status.
        again: How many were pressed again because the server had died.
    """

    tocsin: Tocsin
    world: World
    sizes: Sizes
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    again: int = 0
    kills: list[Kill] = field(default_factory=list)
    took_s: float = 0

    def __post_init__(self) -> None:
        self.pace = Pace(time.monotonic() + self.sizes.limit_s)
        self.supply = Supply(self.tocsin, self.pace, self.sizes)

    def run(self) -> None:
        """Do all of it; return once every plan is settled."""
        began = time.monotonic()
        self.pace.up.set()
        with ThreadPoolExecutor(CLIENTS + 1) as people:
            jobs: list[Callable[[], None]] = [self.supply.run]
            jobs += [self._client] * CLIENTS
            done = [people.submit(self._watched, job) for job in jobs]
            self._watched(self._pull_plugs)
            for one in done:
                one.result()
        home = self.tocsin.home
        self.pace.wait_for(
            lambda: is_settled(home),
            lambda: f"{unread(home)} unread and {in_flight(home)} to settle",
        )
        self.took_s = time.monotonic() - began

    def _watched(self, job: Callable[[], None]) -> None:
        """Do a part of it; when it breaks, everything ends."""
        try:
            job()
        except BaseException as error:
            self.pace.breaks(error)
            self.world.let_go()
            raise

    # --- pulling the plug ---

    def _pull_plugs(self) -> None:
        pace, moments = self.pace, self.sizes.kills()
        for n, moment in enumerate(moments):
            self._pull(moment, (n + 1) * self.sizes.presses // (len(moments) + 1))
        with pace.turn:
            pace.allowed, pace.is_over = max(self.sizes.presses, pace.given), True
            pace.turn.notify_all()
        pace.wait_for(lambda: pace.answered >= pace.allowed, lambda: "the last presses")

    def _pull(self, moment: str, presses: int) -> None:
        """Kill it at a moment, once so many presses were answered."""
        pace = self.pace
        if moment != RANDOM:
            self.world.arm(moment)
        pace.allow(presses + _LEAD)
        pace.wait_for(lambda: pace.answered >= presses, lambda: f"{presses} presses")
        if moment != RANDOM:
            pace.wait_for(self._is_caught, lambda: f"a plan to come by {moment}")
        pace.up.clear()
        self.tocsin.kill()
        held = self.world.held if moment != RANDOM else ""
        found = in_flight(self.tocsin.home)
        self.world.let_go()
        began = time.monotonic()
        self.tocsin.start()
        start_s = time.monotonic() - began
        self.kills.append(Kill(moment=moment, key=held, found=found, start_s=start_s))
        pace.up.set()

    def _is_caught(self) -> bool:
        """Tell whether a call is held; until one is, more is pressed."""
        if self.world.caught.is_set():
            return True
        if self.pace.given >= self.pace.allowed:
            self.pace.allow(self.pace.allowed + 1)
        return False

    # --- pressing ---

    def _client(self) -> None:
        """Hand presses to one client process and take its answers."""
        with _process(self.tocsin) as client:
            while (order := self._next()) is not None:
                status = self._pressed(client, json.dumps(order) + "\n")
                with self.pace.turn:
                    self.pace.answered += 1
                    self.answers[order["kind"], status] += 1
                    self.pace.turn.notify_all()

    def _pressed(self, client: "subprocess.Popen[str]", line: str) -> int:
        """Have a press made until it is answered; return the HTTP status."""
        assert client.stdin is not None
        assert client.stdout is not None
        while True:
            self.pace.up.wait(PATIENCE_S)
            client.stdin.write(line)
            client.stdin.flush()
            if status := int(client.stdout.readline()):
                return status
            self.pace.go_on()
            with self.pace.turn:
                self.again += 1

    @property
    def _may_press(self) -> int:
        """Return how many presses may be made by now: cards come one a second."""
        allowed, plans = self.pace.allowed, self.supply.enough_for
        return allowed if self.pace.is_over else min(allowed, plans)

    def _next(self) -> dict[str, Any] | None:
        """Return the next press, as soon as it may be made; None at the end."""
        pace = self.pace
        with pace.turn:
            while pace.given >= self._may_press:
                pace.go_on()
                if pace.is_over:
                    return None
                pace.turn.wait(1)
            number, pace.given = pace.given, pace.given + 1
            return self._order(number)

    def _order(self, n: int) -> dict[str, Any]:
        dice, plans = self.sizes.dice, self.supply.plans
        kind = KINDS[dice(f"kind/{n}", len(KINDS))]
        near = plans[-NEWEST:] if dice(f"any/{n}", 5) else plans
        return {
            "n": n,
            "seed": self.sizes.seed,
            "kind": kind,
            "who": WHO.get(kind, "U0SECOND"),
            "team": _OTHER_TEAM if kind == "outsider" else _TEAM,
            "way": dice(f"way/{n}", 3),
            "click": kind in _CLICKS and dice(f"click/{n}", 3) == 0,
            "plan": near[dice(f"plan/{n}", len(near))],
            "other": near[dice(f"other/{n}", len(near))]["token"],
        }


@contextlib.contextmanager
def _process(tocsin: Tocsin) -> "Iterator[subprocess.Popen[str]]":
    secret = (tocsin.home / "keys" / "practice.secret").read_text().strip()
    words = ("-m", "tests.chaos.presser", tocsin.facts["url"], secret)
    with subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
