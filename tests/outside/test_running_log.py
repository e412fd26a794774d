"""What a running bot exports, in the hands of an auditor who has nothing of ours."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside.foreign import ForeignVerifier
from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.outside


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    with running(tmp_path) as started:
        started.alert({"title": "Model m1 answers 503", "severity": "critical"})
        started.wait_for(lambda messages: messages)
        yield started


def log(tocsin: Tocsin, *words: str | Path) -> bytes:
    """Run `tocsin log …` beside the running bot; return what it prints."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passed on to the child
        "TOCSIN_HOME": str(tocsin.home),
        "TOCSIN_CONFIG": str(tocsin.home / "none.toml"),
    }
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "log", *words],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    ).stdout


def test_entries_and_continuity_are_proved_while_the_bot_runs(
    tocsin: Tocsin, verifier: ForeignVerifier, tmp_path: Path
) -> None:
    vkey, kept = tmp_path / "vkey", tmp_path / "kept"
    vkey.write_text(tocsin.facts["log_vkey"], "utf-8")
    kept.write_bytes(log(tocsin, "checkpoint"))
    card = tocsin.cards()[0]
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "incident.ack"}
    assert tocsin.do("U0ONCALL", "click", **press).status == 200
    tocsin.wait_for(lambda messages: "acknowledged by" in str(messages[0]))

    log(tocsin, "export", tmp_path / "export", "--since", kept)
    proof, record = tmp_path / "1.tlog-proof", tmp_path / "1.record"
    proof.write_bytes(log(tocsin, "proof", "1"))
    record.write_bytes(log(tocsin, "proof", "1", "--record"))

    new = tmp_path / "export" / "checkpoint"
    (between,) = (tmp_path / "export" / "proofs").glob("consistency-*")
    assert verifier.directory(vkey, tmp_path / "export", kept)
    assert verifier.consistency(vkey, kept, new, between)
    assert verifier.proof(vkey, proof, record)
    assert size_of(new) > size_of(kept)


def size_of(checkpoint: Path) -> int:
    return int(checkpoint.read_text("utf-8").split("\n")[1])
