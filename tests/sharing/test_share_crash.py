"""kill -9 in the middle of an opening: nothing opens twice, nothing stays behind."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.share_decisions import Denied
from bot.sharing import seal
from bot.sharing.seal import Link, read_link
from tests.preloaded import run
from tests.sharing.stage import Stage

pytestmark = pytest.mark.slow


def killed(folder: Path, where: str) -> list[str]:
    """Run the dying process; return the lines it printed."""
    child = run("tests.sharing.crashing", str(folder), where)
    assert child.returncode == -signal.SIGKILL, child.stderr
    return child.stdout.split()


@pytest.mark.parametrize("where", ["before_key", "after_key", "after_blob"])
def test_what_was_opened_is_destroyed_after_the_crash(
    tmp_path: Path, where: str
) -> None:
    link = read_link(killed(tmp_path, where)[0])
    stage = Stage(tmp_path)
    with pytest.raises(Denied):
        stage.claim(link)
    stage.vault.tidy_after_crash()
    stage.house.step()
    assert stage.vault.share_keys.all() == stage.vault.blobs.names() == ()
    counted = Counter(stage.kinds(link.share))
    assert (counted["opened"], counted["shredded"]) == (1, 1)
    stage.close()


def test_the_key_is_gone_before_the_ciphertext(tmp_path: Path) -> None:
    link = read_link(killed(tmp_path, "after_key")[0])
    stage = Stage(tmp_path)
    assert stage.vault.share_keys.all() == ()
    assert stage.vault.blobs.names() == (link.share,)
    stage.close()


def test_a_claim_survives_the_crash_and_opens_once(tmp_path: Path) -> None:
    url, lease = killed(tmp_path, "claimed")
    link: Link = read_link(url)
    stage = Stage(tmp_path)
    with pytest.raises(Denied):
        stage.claim(link)
    content = stage.content(link.share, lease)
    assert seal.unseal(content, key=link.key) == b"evidence"
    stage.vault.acknowledge(link.share, lease)
    with pytest.raises(Denied):
        stage.claim(link)
    assert Counter(stage.kinds(link.share))["opened"] == 1
    stage.close()


def test_a_claim_that_nobody_finishes_gives_the_slot_back(tmp_path: Path) -> None:
    url, _ = killed(tmp_path, "claimed")
    stage = Stage(tmp_path)
    stage.core.wait(seconds=61)
    assert stage.open(read_link(url)) == b"evidence"
    stage.close()
