"""Says in the channel that alerts are refused, and when that is over.

One message each time it happens: it says since when, how many and why, and is edited
while that goes on and once more at its end. While the disk is full the message cannot
be kept either; then it is tried again.
"""

import logging
import threading
from dataclasses import dataclass, field

from bot.domain.errors import TocsinError
from bot.ports import Clock, Post, Store
from bot.web.pressure import Pressure, Refusing

_LOOK_EVERY_S = 1.0
# Slack takes few edits; a count that is a little old tells as much.
_EDIT_EVERY_S = 15.0
_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class PressureNotice:
    """Looks once a second, and keeps one message as things are.

    Attributes:
        channel: Which channel is told.
    """

    pressure: Pressure
    store: Store
    clock: Clock
    channel: str
    _told: Refusing | None = field(default=None, init=False)
    _rest_s: float = field(default=0.0, init=False)

    def run_until(self, stop: threading.Event) -> None:
        """Look until the event is set; catches its own failures."""
        while not stop.wait(_LOOK_EVERY_S):
            try:
                self.look()
            except (TocsinError, OSError) as error:
                _log.error("alerts are refused, which could not be told: %s", error)

    def look(self) -> None:
        """Look once; tell what is new."""
        now, told = self.pressure.look(), self._told
        self._rest_s -= _LOOK_EVERY_S
        if now is not None:
            if told is None:
                _log.error("alerts are refused: %s", now.because)
            if told is None or (now != told and self._rest_s <= 0):
                self._tell(now, _going_on(now))
        elif told is not None:
            _log.warning("alerts are kept again; %d were refused", told.count)
            self._tell(told, _over(told, self.pressure.last_count))
            self._told = None

    def _tell(self, refusing: Refusing, text: str) -> None:
        key = f"notice/refused/{refusing.since.isoformat()}"
        post = Post(key=key, channel=self.channel, text=text)
        now = self.clock.now()
        self.store.write(lambda tx: tx.outbox.post(post, now=now)).result()
        self._told, self._rest_s = refusing, _EDIT_EVERY_S


def _going_on(refusing: Refusing) -> str:
    return (
        f"Alerts are refused since {refusing.since:%H:%M:%S} UTC because "
        f"{refusing.because}; {_counted(refusing.count)} so far. Senders were told to "
        "send them again. Next: give the disk room or relief, then run tocsin doctor."
    )


def _over(refusing: Refusing, count: int) -> str:
    return (
        f"Alerts are kept again. From {refusing.since:%H:%M:%S} UTC on "
        f"{_counted(count)} because {refusing.because}; senders were told to send "
        "them again."
    )


def _counted(count: int) -> str:
    return "1 payload was refused" if count == 1 else f"{count:,} payloads were refused"
