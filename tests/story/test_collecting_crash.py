"""Collecting with a running bot: progress on the card, a crash, an end in between."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sharing.archive import read_archive
from tests.story.running import Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_sharing import QUIET, URL, ephemerals, press
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow
PROGRAM = "tests.story.with_collectors"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    """A bot with one collector that hangs, and somebody who pressed."""
    with running(tmp_path, program=PROGRAM, settings=QUIET) as started:
        (started.home / "hang").touch()
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        press(started, "U0ONCALL")
        yield started


def card(tocsin: Tocsin) -> str:
    return json.dumps(tocsin.cards()[0])


def link(tocsin: Tocsin) -> str:
    found = wait(lambda: URL.findall(ephemerals(tocsin, "U0ONCALL")))
    return str(found[-1])


def test_after_a_kill_in_the_middle_it_is_collected_again_and_the_card_goes_on(
    tocsin: Tocsin,
) -> None:
    wait(lambda: "collecting, 1 of 2" in card(tocsin))
    tocsin.kill()
    (tocsin.home / "hang").unlink()
    tocsin.start()
    url = link(tocsin)
    thread = tocsin.wait_for(
        lambda m: [one for one in m if "Diagnostics are ready: 3 files" in one["text"]]
    )
    assert len(thread) == 1
    wait(lambda: "collecting" not in card(tocsin))
    assert url


def test_an_asked_end_waits_for_no_collector(tocsin: Tocsin) -> None:
    wait(lambda: "collecting, 1 of 2" in card(tocsin))
    assert tocsin.stop() == 0
    assert "nothing was sealed, because the bot ends" in tocsin.stderr()
    assert "ERROR" not in tocsin.stderr()


def test_stock_tar_unpacks_what_a_terminal_opened(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    (tocsin.home / "hang").unlink()
    opened = cli(tocsin, "unseal", link(tocsin))
    assert opened.returncode == 0, opened.stderr
    manifest, files = read_archive(opened.stdout.encode())
    assert list(files) == ["alerts.json", "late.txt", "well.txt"]
    assert manifest["missing"] == []
    unpacked = subprocess.run(
        ["tar", "-xO", "late.txt"],  # noqa: S607 - whatever tar there is
        input=opened.stdout.encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert unpacked.stdout == b"at last"
