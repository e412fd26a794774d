"""`tocsin keys rotate` with a running bot, and without one."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from tests.story.running import Tocsin, running
from tests.story.test_sharing import QUIET, link, unseal
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow


def holding(tocsin: Tocsin, secret: bytes) -> list[str]:
    files = (one for one in tocsin.home.rglob("*") if one.is_file())
    return [one.name for one in files if secret in one.read_bytes()]


def seal_keys(tocsin: Tocsin) -> list[Path]:
    return sorted((tocsin.home / "keys").glob("seal-*.key"))


def test_with_a_running_bot_links_still_open_and_the_old_key_is_nowhere(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings={**QUIET, "TOCSIN_WEB_SHARE_OPENS": "3"}) as tocsin:
        first = tocsin.alert(LEAK).json["id"]
        tocsin.wait_for(lambda messages: messages)
        before = link(tocsin, "U0ONCALL")
        (key,) = seal_keys(tocsin)
        old = key.read_bytes().strip()
        rotated = cli(tocsin, "keys", "rotate", "--json")
        assert rotated.returncode == 0, rotated.stderr
        done = json.loads(rotated.stdout)
        assert (done["resumed"], done["shares"], done["keys_removed"]) == (False, 1, 1)
        assert done["payloads"] >= 2
        assert holding(tocsin, old) == holding(tocsin, b64decode(old)) == []
        assert unseal(tocsin, before).returncode == 0
        assert unseal(tocsin, link(tocsin, "U0SECOND")).returncode == 0
        assert tocsin.alert(LEAK).json == {"id": first, "duplicate": True}
        tocsin.kill()
        tocsin.start()
        assert unseal(tocsin, link(tocsin, "U0COMMANDER")).returncode == 0


def test_without_a_running_bot_it_is_done_here(tmp_path: Path) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert(LEAK)
        tocsin.wait_for(lambda messages: messages)
        before = link(tocsin, "U0ONCALL")
        tocsin.stop()
        old = seal_keys(tocsin)[0].read_bytes().strip()
        rotated = cli(tocsin, "keys", "rotate")
        assert rotated.returncode == 0, rotated.stderr
        assert "keys of shares wrapped anew: 1" in rotated.stdout
        assert "old keys removed: 1" in rotated.stdout
        assert holding(tocsin, old) == []
        tocsin.port = int(tocsin.facts["url"].rpartition(":")[2])
        tocsin.start()
        assert unseal(tocsin, before).returncode == 0


def test_without_a_home_nothing_is_made(tmp_path: Path) -> None:
    idle = Tocsin(tmp_path)
    refused = cli(idle, "keys", "rotate")
    assert refused.returncode == 1
    assert "No key was changed" in refused.stderr
    assert not (tmp_path / "keys").exists()
