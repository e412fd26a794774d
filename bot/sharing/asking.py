"""One collector being asked about the alerts that concern it, in a thread.

It keeps what it brought as it goes, so that giving it up costs only what was still to
come. Which collectors are asked and for how long is decided in `gathering.py`.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.errors import TocsinError
from bot.ports import Clock, Collected, Collector, Window

MOST_FILES = 40
"""How many files one collector may bring to a bundle."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that was asked for and is not there.

    Attributes:
        by: The integration, "" for Tocsin itself.
        code: For the log: ``unreachable``, ``no_reader``, ``failed``, ``too_slow``,
            ``still_busy``, ``too_large``, ``too_many``, ``exercise``.
        why: For people, in whole sentences; not yet redacted.
    """

    by: str
    code: str
    why: str


class Ask:
    """One collector and what it has brought so far.

    Args:
        reader: Makes the session, None where none is needed.
    """

    def __init__(
        self,
        collector: Collector,
        alerts: Sequence[Alert],
        window: Window,
        reader: Callable[[], Any] | None,
        clock: Clock,
    ) -> None:
        self.name = collector.name
        self._collector = collector
        self._alerts = alerts
        self._window = window
        self._reader = reader
        self._clock = clock
        self._lock = threading.Lock()
        self._given_up = False
        self._files: list[tuple[Collected, datetime]] = []
        self._gaps: dict[str, Gap] = {}

    def run(self, back: "queue.SimpleQueue[Ask]") -> None:
        """Ask about one alert after the other and come back. Never raises."""
        try:
            self._session_and_alerts()
        finally:
            back.put(self)

    def give_up(self, code: str, why: str) -> None:
        """Take nothing more of it."""
        with self._lock:
            self._given_up = True
            self._gaps[why] = Gap(by=self.name, code=code, why=why)

    def files(self) -> tuple[tuple[Collected, datetime], ...]:
        """Return what it brought, equal files once, and when."""
        with self._lock:
            return tuple(self._files)

    def gaps(self) -> tuple[Gap, ...]:
        """Return what it could not bring."""
        with self._lock:
            return tuple(self._gaps.values())

    def _session_and_alerts(self) -> None:
        session = None
        if self._reader is not None:
            try:
                session = self._reader()
            except TocsinError as error:
                self._miss("no_reader", f"{_capital(error.because)}.")
                return
            except Exception as error:  # noqa: BLE001 - foreign libraries make sessions
                self._failed(error)
                return
        for alert in self._alerts:
            if self._given_up:
                return
            self._about(alert, session)

    def _about(self, alert: Alert, session: Any) -> None:
        try:
            self._keep(self._collector(alert, self._window, reader=session))
        except TocsinError as error:
            self._miss("unreachable", f"{error.what}, because {error.because}.")
        except Exception as error:  # noqa: BLE001 - the outermost door of a foreign part
            self._failed(error)

    def _keep(self, files: Sequence[Collected]) -> None:
        at = self._clock.now()
        with self._lock:
            known = {_same(one) for one, _ in self._files}
            for file in files:
                if self._given_up or _same(file) in known:
                    continue
                known.add(_same(file))
                if len(self._files) >= MOST_FILES:
                    why = f"It brought more than {MOST_FILES} files; the rest is out."
                    self._gaps[why] = Gap(by=self.name, code="too_large", why=why)
                    return
                self._files.append((file, at))

    def _failed(self, error: Exception) -> None:
        _log.error("collecting with %s failed", self.name, exc_info=error)
        self._miss("failed", f"It failed with {type(error).__name__}; see the log.")

    def _miss(self, code: str, why: str) -> None:
        with self._lock:
            if not self._given_up:
                self._gaps[why] = Gap(by=self.name, code=code, why=why)


def _same(file: Collected) -> tuple[str, str, str]:
    return file.name, file.content, file.says


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
