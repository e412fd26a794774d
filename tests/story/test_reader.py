"""The process that reads payloads may end at any moment, and nobody notices."""

import contextlib
import os
import select
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow

SETTINGS = {"TOCSIN_PRACTICE_CLOUD": "false"}
ALERTS = 60
KILLS = 5


def problem(number: int) -> dict[str, Any]:
    title = f"Model m{number} answers 503 to customers"
    return {"title": title, "severity": "critical", "service": f"m{number}"}


def reader_of(tocsin: Tocsin) -> int | None:
    """Return the reader of a running bot (proc(5)), None between two of them."""
    for task in Path(f"/proc/{tocsin.facts['pid']}/task").iterdir():
        children = ""
        with contextlib.suppress(FileNotFoundError):  # a thread that ended meanwhile
            children = (task / "children").read_text()
        for pid in children.split():
            told = Path(f"/proc/{pid}/cmdline")
            if told.exists() and b"bot.reading" in told.read_bytes():
                return int(pid)
    return None


def is_done(tocsin: Tocsin, alert_id: str) -> Any:
    return lambda _: tocsin.alert_state(alert_id)["state"] == "done"


def test_alerts_whose_reader_is_killed_again_and_again_are_all_read_once(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings=SETTINGS, fresh=True) as tocsin:
        kept = []
        for number in range(ALERTS):
            kept.append(tocsin.alert(problem(number)).json["id"])
            reader = reader_of(tocsin)
            if number % (ALERTS // KILLS) == 0 and reader is not None:
                os.kill(reader, signal.SIGKILL)
        for alert_id in kept:
            tocsin.wait_for(is_done(tocsin, alert_id))
        became = [tocsin.alert_state(one)["alerts"][one] for one in kept]
        assert sorted(became) == [f"opened INC-{n:04d}" for n in range(1, ALERTS + 1)]


def test_no_reader_outlives_its_bot(tmp_path: Path) -> None:
    with running(tmp_path, settings=SETTINGS, fresh=True) as tocsin:
        reader = reader_of(tocsin)
        assert reader is not None
        ended = os.pidfd_open(reader)  # readable once the process has ended
        tocsin.kill()
        assert select.select([ended], [], [], 20)[0] == [ended]
        os.close(ended)
