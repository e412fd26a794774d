"""Log lines are masked, whatever slipped into them."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot import logs
from tests.core import rulings

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.write_logs(rulings().redactor)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def test_a_secret_in_a_message_is_masked(out: io.StringIO) -> None:
    logging.getLogger("bot.test").warning("token %s", KEY)
    assert KEY not in out.getvalue()
    assert "WARNING bot.test: token \u2039" in out.getvalue()


def test_a_secret_in_a_stack_trace_is_masked(out: io.StringIO) -> None:
    try:
        int(KEY)
    except ValueError:
        logging.getLogger("bot.test").exception("it failed")
    assert "Traceback" in out.getvalue()
    assert KEY not in out.getvalue()


def test_the_slack_libraries_never_speak_at_debug(out: io.StringIO) -> None:
    logging.getLogger("slack_sdk.web").debug("a whole body")
    assert out.getvalue() == ""
    assert logging.getLogger("slack_sdk").level >= logging.INFO


def test_a_record_that_cannot_be_put_together_does_not_print_its_arguments(
    out: io.StringIO,
) -> None:
    record = logging.LogRecord("bot.test", 40, "", 0, "%d with %s", (KEY, KEY), None)
    handlers = logging.getLogger().handlers
    next(one for one in handlers if getattr(one, "stream", None) is out).handle(record)
    assert KEY not in out.getvalue()
    assert "could not be written" in out.getvalue()


def test_what_a_process_of_ours_prints_is_masked_line_by_line(
    out: io.StringIO,
) -> None:
    logs.listen_to(iter([f"KeyError: {KEY}\n".encode(), b"\n"]), name="bot.reading")
    assert KEY not in out.getvalue()
    assert out.getvalue().count("it says: KeyError") == 1


def test_the_libraries_that_sign_requests_never_speak_at_debug(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level = root.level
    try:
        logs.write_logs(rulings().redactor, level=logging.DEBUG)
        for name in ("botocore", "urllib3", "slack_sdk", "apscheduler"):
            assert logging.getLogger(name).getEffectiveLevel() >= logging.INFO
    finally:
        root.setLevel(level)
