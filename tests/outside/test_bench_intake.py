"""The intake benchmark beside a real Alertmanager, both on this machine."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.cli import bench_drain, bench_intake
from bot.cli.bench_alertmanager import PROGRAM

pytestmark = pytest.mark.outside


def test_both_take_every_alert_and_stand_beside_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_intake, "_SINGLES", 300)
    monkeypatch.setattr(bench_intake, "_BATCHES", 20)
    monkeypatch.setattr(bench_drain, "_LOADS", {"distinct": (300, 300, 100, 600)})
    # In a thread of its own: where a test with a browser ran before, its event loop
    # still runs in this one.
    with ThreadPoolExecutor(1) as apart:
        told = apart.submit(bench_intake.measure, alerts=1000).result()
    for name in ("tocsin", PROGRAM):
        assert told[f"{name}: single, not accepted"] == 0
        assert told[f"{name}: batches, not accepted"] == 0
    assert told[f"ratio to {PROGRAM}, single"] > 0
    assert told[f"ratio to {PROGRAM}, in batches"] > 0
    assert told["tocsin: resident MB at the end"] < told["resident MB, at most"]
