"""kill -9 while keys change: everything opens before and after going on."""

import signal
from pathlib import Path

import pytest

from bot.sharing.seal import read_link
from bot.store.keyfile import FileKeys
from tests.preloaded import run
from tests.sharing.stage import Stage
from tests.sharing.test_rotation import holding, payload_opens

WHERE = ("new_key", "one_share", "shares", "payloads", "evidence", "removing")
pytestmark = pytest.mark.slow


def killed(folder: Path, where: str) -> str:
    """Run the dying process; return the link it printed."""
    child = run("tests.sharing.rotating", str(folder), where)
    assert child.returncode == -signal.SIGKILL, child.stderr
    return child.stdout.strip()


@pytest.mark.parametrize("where", WHERE)
def test_killed_in_the_middle_all_opens_and_the_next_run_ends_it(
    tmp_path: Path, where: str
) -> None:
    link = read_link(killed(tmp_path, where))
    first = (tmp_path / "keys" / "seal-1.key").read_bytes().strip()
    stage = Stage(tmp_path)
    assert stage.vault.identity(link.share) == link.key
    assert payload_opens(stage, FileKeys(tmp_path / "keys"))
    assert stage.rotate()["resumed"] is True
    assert holding(stage, first) == []
    fresh = FileKeys(tmp_path / "keys")
    assert payload_opens(stage, fresh)
    snapshot = (tmp_path / "evidence" / "pl_1.sealed").read_bytes()
    assert fresh.open(snapshot, about="evidence/pl_1") == b"what was seen"
    assert stage.open(link)
    stage.close()
