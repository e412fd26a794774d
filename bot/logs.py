"""What the bot writes about itself: one line an event, redacted, on stderr.

The formatter is the one place that every log line passes, with its stack trace, from
whichever library. What Python itself would print past it (an exception that nobody
caught, a warning, a record that cannot be put together) is led here, and so is what
the reader's process says (`bot/reading/apart.py`). Texts from outside are not logged;
what slips into a message is masked.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the command line answers before the rules are loaded
    from bot.redact import Redacted

_QUIET = (
    *("slack_sdk", "slack_bolt", "aiohttp.access", "apscheduler", "uvicorn"),
    # Below WARNING these tell addresses, and at DEBUG prompts and answers.
    *("httpx", "httpx2", "httpcore", "httpcore2", "openai", "anthropic"),
    *("langchain", "langchain_core", "langchain_aws", "langsmith"),
)
# Their DEBUG lines hold signed requests and whole answers.
_NEVER_DEBUG = ("boto3", "botocore", "urllib3", "s3transfer", "asyncio")
_UNREADABLE = "a log line could not be written: its arguments do not fit"
_log = logging.getLogger(__name__)


class Redacting(Protocol):
    """Takes out of text what must not be written down."""

    def redact(self, text: str) -> "Redacted":
        """Return the text without what is sensitive."""
        ...


class _Line(logging.Formatter):
    """Time, level, room, message; then the redactor has the last word."""

    def __init__(self, redactor: Redacting) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")
        try:
            said = super().format(record)
        except Exception:  # noqa: BLE001 - its words are whatever was to be logged
            said = f"{record.levelname} {record.name}: {_UNREADABLE}"
        return f"{at} {self._redactor.redact(said).text}"


class _Out(logging.StreamHandler[Any]):
    """Writes to stderr; a failure is no reason to print the record past us."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name
        """Say nothing: there is nowhere left to say it."""


def write_logs(redactor: Redacting, *, level: int = logging.INFO) -> None:
    """Send every log line to stderr through the redactor, and nothing past it.

    The libraries that speak with the outside stay at INFO or above: at DEBUG they
    print the bodies of messages and the addresses that can answer for the app.
    """
    out = _Out(sys.stderr)
    out.setFormatter(_Line(redactor))
    for logger in _loggers():
        logger.handlers[:] = []
        logger.propagate = True
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _NEVER_DEBUG:
        logging.getLogger(name).setLevel(max(level, logging.INFO))


def _loggers() -> Iterator[logging.Logger]:
    """Yield the loggers there are: a library may have given one a handler."""
    for one in logging.Logger.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            yield one


def catch_what_nobody_caught() -> None:
    """Log exceptions and warnings that Python would print to stderr by itself."""
    logging.captureWarnings(capture=True)

    def whole(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            _log.critical("the bot failed", exc_info=(kind, error, trace))

    def thread(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None and failed.exc_type is not SystemExit:
            info = (failed.exc_type, failed.exc_value, failed.exc_traceback)
            _log.error("a thread failed", exc_info=info)

    def unraisable(failed: "sys.UnraisableHookArgs") -> None:
        error = failed.exc_value
        if error is not None:
            info = (type(error), error, failed.exc_traceback)
            _log.error("a failure nobody could be told of", exc_info=info)

    sys.excepthook, threading.excepthook = whole, thread
    sys.unraisablehook = unraisable


def listen_to(lines: Iterator[bytes], *, name: str) -> None:
    """Log what a process of ours prints, one line an event, until it ends.

    Args:
        lines: What it prints, each cut off at a size that can be checked.
        name: Whose words they are.
    """
    said = logging.getLogger(name)
    for line in lines:
        if text := line.decode("utf-8", "replace").strip():
            said.error("it says: %s", text)
