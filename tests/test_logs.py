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
