"""What the bot writes about itself: one line an event, redacted, on stderr.

The filter is the one place that every log line passes. Texts from outside are
not logged; what slips into a message or a stack trace is masked here.
"""

import logging
import sys
from datetime import UTC, datetime

from bot.redact import Redactor

_QUIET = ("slack_sdk", "slack_bolt", "aiohttp.access", "apscheduler", "uvicorn")


class _Line(logging.Formatter):
    """Time, level, room, message; then the redactor has the last word."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")
        return f"{at} {self._redactor.redact(super().format(record)).text}"


def write_logs(redactor: Redactor, *, level: int = logging.INFO) -> None:
    """Send every log line to stderr through the redactor.

    The Slack libraries stay at INFO or above: at DEBUG they print the bodies of
    messages and the addresses that can answer for the app.
    """
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(_Line(redactor))
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
