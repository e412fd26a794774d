"""What those who act at once have in common: how far they are, and when it is over.

Nobody waits for ever: each wait has its own limit and all of it one, and when one of
them breaks, the others end too.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException

PATIENCE_S = 90
_DEAD = (OSError, ValueError, HTTPException)


@dataclass
class Pace:
    """How many presses may be made, were given out and were answered.

    Attributes:
        until: Monotonic time at which everything must be over.
        up: Set while the bot runs.
        turn: Told whenever something here changes.
    """

    until: float
    allowed: int = 0
    given: int = 0
    answered: int = 0
    is_over: bool = False
    broken: str = ""
    up: threading.Event = field(default_factory=threading.Event)
    turn: threading.Condition = field(default_factory=threading.Condition)

    def allow(self, presses: int) -> None:
        """Let so many presses be made in all."""
        with self.turn:
            self.allowed = max(self.allowed, presses)
            self.turn.notify_all()

    def go_on(self) -> None:
        """Raise when somebody else broke."""
        assert not self.broken, self.broken

    def breaks(self, error: BaseException) -> None:
        """End it for everybody."""
        with self.turn:
            self.broken = self.broken or repr(error)
            self.turn.notify_all()
        self.up.set()

    def wait_for(self, wanted: Callable[[], object], what: Callable[[], str]) -> None:
        """Wait for something that others bring about; it is asked again and again.

        Args:
            what: Says what is waited for, as it is when the wait was in vain.
        """
        until = min(time.monotonic() + PATIENCE_S, self.until)
        while not wanted():
            self.go_on()
            assert time.monotonic() < until, f"waited too long for {what()}"
            with self.turn:
                self.turn.wait(0.1)

    def persistently(self, deed: Callable[[], None]) -> None:
        """Do it until it is answered: a client goes on when its server died."""
        while time.monotonic() < self.until:
            self.up.wait(PATIENCE_S)
            self.go_on()
            try:
                return deed()
            except _DEAD:
                with self.turn:
                    self.turn.wait(0.2)
        raise AssertionError("the bot never came back")
