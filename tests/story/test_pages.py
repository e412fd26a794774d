"""From Slack to a page and through a crash: what was promised still opens."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.serving import Answer, Door
from tests.story.running import Tocsin, running
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path, cloud=False) as started:
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def door(tocsin: Tocsin) -> Door:
    parts = urlsplit(tocsin.facts["url"])
    return Door(str(parts.hostname), int(parts.port or 0))


def token(tocsin: Tocsin, who: str = "U0LEAD") -> str:
    answer = tocsin.command(who, "/incident page INC-0001").json["ack"]
    (row,) = [block for block in answer["blocks"] if block["type"] == "actions"]
    return str(row["elements"][0]["url"]).rpartition("/")[2]


def sign_in(tocsin: Tocsin, with_token: str) -> Answer:
    body = urlencode({"token": with_token}).encode()
    return door(tocsin).ask("POST", "/sign-in", body, _FORM)


def read(tocsin: Tocsin, cookie: str) -> Answer:
    return door(tocsin).ask("GET", "/incidents/INC-0001", headers={"Cookie": cookie})


def test_a_link_and_a_session_survive_a_crash_and_a_used_link_stays_used(
    tocsin: Tocsin,
) -> None:
    used, unused = token(tocsin), token(tocsin)
    cookie = sign_in(tocsin, used).headers["set-cookie"].partition(";")[0]
    tocsin.kill()
    tocsin.start()
    page = read(tocsin, cookie)
    assert (page.status, b"Leaked model API key" in page.body) == (200, True)
    assert b"Lee Novak" in page.body
    assert b"sk-" + b"proj-" not in page.body
    assert sign_in(tocsin, used).status == 404
    assert sign_in(tocsin, unused).status == 303


def test_no_token_stands_in_a_log_line_or_in_the_channel(tocsin: Tocsin) -> None:
    made = token(tocsin)
    cookie = sign_in(tocsin, made).headers["set-cookie"].partition(";")[0]
    read(tocsin, cookie)
    seen = tocsin.stderr() + str(tocsin.messages())
    assert "U0LEAD signed in" in seen
    assert made not in seen
    assert cookie.partition("=")[2] not in seen


def test_the_page_is_also_a_file_that_needs_nothing_else(tocsin: Tocsin) -> None:
    printed = cli(tocsin, "timeline", "INC-0001", "--format", "html")
    assert printed.returncode == 0
    assert printed.stdout.startswith("<!DOCTYPE html>")
    for outside in ('src="', 'href="/', "http://", "https://", "<form"):
        assert outside not in printed.stdout
    missing = cli(tocsin, "timeline", "INC-0999", "--format", "html")
    assert missing.returncode == 1
    assert "there is no incident" in missing.stderr
