"""Sealed diagnostics with a running bot: pressed in Slack, opened from a terminal."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sharing.seal import read_link
from tests.sharing.reading import Opened
from tests.story.links import open_link
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow

URL = re.compile(r"https?://[^\"\s]+/d/sh_[^\"\s]+")
QUIET = {"TOCSIN_PRACTICE_CLOUD": "false", "TOCSIN_WEB_SHARE_OPENS": "1"}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, settings=QUIET) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    """A bot for all who come in vain: they leave nothing behind."""
    with running(tmp_path_factory.mktemp("standing"), settings=QUIET) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def press(tocsin: Tocsin, who: str) -> None:
    card = tocsin.cards()[0]
    given = {"channel": CHANNEL, "ts": card["ts"], "action_id": "diag.open"}
    assert tocsin.do(who, "click", **given).status == 200


def ephemerals(tocsin: Tocsin, who: str) -> str:
    return json.dumps(
        tocsin.ask(f"/practice/people/{who}/ephemerals").json["ephemerals"]
    )


def link(tocsin: Tocsin, who: str, *, before: int = 0) -> str:
    press(tocsin, who)
    found: Any = wait(lambda: URL.findall(ephemerals(tocsin, who))[before:])
    return str(found[-1])


def unseal(tocsin: Tocsin, url: str) -> "subprocess.CompletedProcess[str]":
    return cli(tocsin, "unseal", url)


def key_files(tocsin: Tocsin) -> bytes:
    return b"".join(one.read_bytes() for one in tocsin.home.glob("keys.db*"))


def test_a_press_gives_a_link_that_opens_once_and_the_key_is_gone(
    tocsin: Tocsin,
) -> None:
    url = link(tocsin, "U0ONCALL")
    share = read_link(url).share
    assert share.encode() in key_files(tocsin)
    first = unseal(tocsin, url)
    assert first.returncode == 0, first.stderr
    bundle = Opened(first.stdout.encode())
    assert "sk-" + "proj-" not in first.stdout
    assert next(iter(bundle.files)) == "alerts.json"
    again = unseal(tocsin, url)
    assert (again.returncode, again.stdout) == (1, "")
    assert "this link does not open" in again.stderr
    assert share.encode() not in key_files(tocsin)
    assert list((tocsin.home / "blobs").iterdir()) == []
    tocsin.wait_for(lambda m: [one for one in m if "opened with" in one["text"]])


def test_no_address_ever_stands_in_a_channel(tocsin: Tocsin) -> None:
    url = link(tocsin, "U0ONCALL")
    unseal(tocsin, url)
    tocsin.command("U0SECOND", "/incident diagnostics INC-0001")
    wait(lambda: URL.findall(ephemerals(tocsin, "U0SECOND")))
    tocsin.command("U0SECOND", "/incident revoke INC-0001")
    tocsin.wait_for(lambda m: [one for one in m if "took every link" in one["text"]])
    for channel in ("C0INCIDENTS", "C0GENERAL", "C0PRIVATE"):
        said = json.dumps(tocsin.messages(channel))
        assert "/d/sh_" not in said
        assert "AGE-SECRET-KEY" not in said
    assert read_link(url).key not in tocsin.stderr()


def test_nobody_else_sees_the_link(tocsin: Tocsin) -> None:
    link(tocsin, "U0ONCALL")
    for other in ("U0SECOND", "U0COMMANDER", "U0LEAD", "U0GUEST", "U0EXTERNAL"):
        assert "/d/sh_" not in ephemerals(tocsin, other)


@pytest.mark.parametrize(
    ("who", "why"),
    [("U0GUEST", "not for guests"), ("U0EXTERNAL", "from another organization")],
)
def test_visitors_are_told_why_not(standing: Tocsin, who: str, why: str) -> None:
    press(standing, who)
    wait(lambda: why in ephemerals(standing, who))
    assert "/d/sh_" not in ephemerals(standing, who)


def test_a_claim_before_a_crash_is_finished_after_it(tocsin: Tocsin) -> None:
    sealed = tocsin.home / "evidence.bin"
    sealed.write_bytes(bytes(range(256)))
    made = json.loads(cli(tocsin, "seal", str(sealed), "--expires", "1h").stdout)
    url = made["url"]
    plain, acknowledge = open_link(url)
    port = tocsin.facts["url"].rpartition(":")[2]
    tocsin.kill()
    again = Tocsin(
        tocsin.home, settings={**QUIET, "TOCSIN_SERVER_PORT": port}, port=int(port)
    )
    try:
        again.start()
        assert unseal(again, url).returncode == 1
        acknowledge()
        assert plain == bytes(range(256))
        assert unseal(again, url).returncode == 1
        assert list((again.home / "blobs").iterdir()) == []
    finally:
        again.kill()


def test_a_file_is_sealed_for_somebody_and_opened_as_it_was(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("the pager is 12345\n")
    sealed = cli(tocsin, "seal", str(file), "--expires", "30m", "--for", "U0LEAD")
    made = json.loads(sealed.stdout)
    assert set(made) == {"share", "url", "expires_at"}
    assert made["url"].startswith(f"{tocsin.facts['url']}/d/{made['share']}#")
    assert unseal(tocsin, made["url"]).stdout == "the pager is 12345\n"
    assert unseal(tocsin, made["url"]).returncode == 1


def test_a_link_can_be_asked_for_so_that_no_shell_keeps_it(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello\n")
    url = json.loads(cli(tocsin, "seal", str(file)).stdout)["url"]
    opened = subprocess.run(
        [sys.executable, "-m", "bot.cli", "unseal", "-"],
        input=f"{url}\n",
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    assert opened.stdout == "hello\n"
    assert url not in opened.stderr


def test_without_a_running_bot_the_link_opens_once_it_runs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = tmp_path / "notes.txt"
    file.write_text("hello\n")
    idle = Tocsin(home)
    sealed = cli(idle, "seal", str(file), "--opens", "2")
    assert sealed.returncode == 0, sealed.stderr
    assert "no bot runs with this home" in sealed.stderr
    link = read_link(json.loads(sealed.stdout)["url"])
    with running(tmp_path, settings=QUIET) as tocsin:
        there = f"{tocsin.facts['url']}/d/{link.share}#{link.ticket}.{link.key}"
        assert unseal(tocsin, there).stdout == "hello\n"
        assert unseal(tocsin, there).stdout == "hello\n"
        assert unseal(tocsin, there).returncode == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("--expires", "soon"), "is not a time"),
        (("--expires", "1s"), "between 5 minutes and 7 days"),
        (("--opens", "1000"), "opens is not a number up to 100"),
        (("--for", "olu"), "--for is not a Slack id"),
    ],
)
def test_seal_says_what_is_wrong(
    standing: Tocsin, tmp_path: Path, given: tuple[str, str], why: str
) -> None:
    file = tmp_path / "x"
    file.write_text("x")
    sealed = cli(standing, "seal", str(file), *given)
    assert sealed.returncode == 1
    assert why in sealed.stderr


@pytest.mark.parametrize(
    "url", ["", "x", "http://127.0.0.1:1/d/sh_1", "http://127.0.0.1:1/d/sh_1#a.b"]
)
def test_unseal_says_what_is_wrong_without_quoting_the_link(
    standing: Tocsin, url: str
) -> None:
    opened = unseal(standing, url)
    assert opened.returncode == 1
    assert opened.stderr.startswith("error: Nothing was")
    assert "#a.b" not in opened.stderr
