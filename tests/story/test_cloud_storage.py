"""The real bot with its ciphertext in a bucket and its keys wrapped by KMS."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.running import Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_sharing import link, unseal
from tests.story.test_story import LEAK, cli

pytestmark = pytest.mark.slow

PLACE, KEY = "s3://tocsin-blobs-000000000000/sealed", "alias/tocsin"
SETTINGS = f"""
[store]
blobs = "{PLACE}"
kms_key = "{KEY}"

[web]
share_opens = 3
"""


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    home = tmp_path / "home"
    home.mkdir()
    # The command line reads the same file.
    (home / "none.toml").write_text(SETTINGS)
    with running(tmp_path) as started:
        wait(lambda: started.run_json()["cloud_url"])
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def wrapped(tocsin: Tocsin) -> list[bytes]:
    with sqlite3.connect(tocsin.home / "keys.db") as rows:
        found = rows.execute("SELECT wrapped FROM share_key").fetchall()
    rows.close()
    return [bytes(one[0]) for one in found]


def test_diagnostics_lie_in_the_bucket_and_their_key_is_wrapped_by_kms(
    tocsin: Tocsin,
) -> None:
    url = link(tocsin, "U0ONCALL")
    assert [one[0] for one in wrapped(tocsin)] == [3]
    assert list(tocsin.home.glob("blobs/*")) == []
    looked = cli(tocsin, "doctor", "storage")
    assert "takes, gives and deletes" in looked.stdout, looked.stderr
    assert "wraps and unwraps" in looked.stdout
    assert unseal(tocsin, url).returncode == 0
    rotated = cli(tocsin, "keys", "rotate")
    assert "keys of shares wrapped anew: 0" in rotated.stdout, rotated.stderr
    assert unseal(tocsin, link(tocsin, "U0SECOND")).returncode == 0
