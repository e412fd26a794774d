"""How many alerts a second are on disk before their 202, beside Alertmanager.

The load comes from this process, kept on one core; what is measured is another process
and may use every core. We and Debian's prometheus-alertmanager get the same alerts, one
after the other, over as many connections. Ours are on disk before the 202, and the
worker opens incidents from them meanwhile; Alertmanager keeps its
alerts in memory only, so that `kill -9` loses all of them.
"""

import time
import urllib.request
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.cli.bench_alertmanager import PROGRAM, alertmanager, is_installed
from bot.cli.bench_alerts import BATCH, groups, lists
from bot.cli.bench_drain import rates
from bot.cli.bench_rival import bare_sqlite_commits_per_s
from bot.cli.bench_sender import Sent, on_one_core, request, send
from bot.cli.bench_server import server

_SINGLES = 5000
_BATCHES = 300
_WARM = 200
_CONNECTIONS = 16
# At half of the peak rate for so long, whatever the peak.
_CALM_S = 3
_DRAINED_WITHIN_S = 120
_LIMITS = {
    "ratio to alertmanager, single, at least": 0.4,
    "ratio to alertmanager, in batches, at least": 0.7,
    "202 p99 ms at half of the peak, at most": 20,
    "resident MB, at most": 200,
    "drained distinct alerts per s, at least": 1500,
    "drained repeats per s, at least": 8000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """What came of the loads on one server."""

    single: Sent
    batch: Sent
    resident_mb: float
    calm: Sent | None = None


def measure(*, alerts: int = 0) -> dict[str, Any]:
    """Return the figures.

    Args:
        alerts: Post so many more in batches, and look at the memory after them.
    """
    drained = rates()
    bare = bare_sqlite_commits_per_s()
    with on_one_core() as core:
        ours = _ours(alerts)
        theirs = _theirs() if is_installed() else None
    return {
        **_told("tocsin", ours),
        **(_told(PROGRAM, theirs) if theirs else {PROGRAM: "is not installed"}),
        **(_ratios(ours, theirs) if theirs else {}),
        **{f"drained per s afterwards, {kind}": rate for kind, rate in drained.items()},
        "bare SQLite commits per s": bare,
        "the load comes from core": core,
        **_LIMITS,
    }


def _ours(alerts: int) -> _Came:
    with server() as facts:
        url = f"{facts['url']}/alerts/alertmanager"
        headers = {"Authorization": f"Bearer {facts['tokens']['alerts']}"}

        def load(bodies: Iterable[bytes], *, per_s: float | None = None) -> Sent:
            made = [request(url, body, headers) for body in bodies]
            return send(url, made, connections=_CONNECTIONS, wanted=202, per_s=per_s)

        load(groups(_WARM, size=1, first=10**9))
        single = load(groups(_SINGLES, size=1))
        half = single.per_s / 2
        calm = load(groups(int(half * _CALM_S), size=1, first=10**7), per_s=half)
        batch = load(groups(_BATCHES, size=BATCH, first=2 * 10**7))
        for first in range(3 * 10**7, 3 * 10**7 + alerts, _BATCHES * BATCH):
            load(groups(_BATCHES, size=BATCH, first=first))
        if alerts:
            _wait_until_read(facts)
        return _Came(
            single=single,
            batch=batch,
            calm=calm,
            resident_mb=_resident_mb(facts["pid"]),
        )


def _theirs() -> _Came:
    with alertmanager() as rival:

        def load(bodies: Iterable[bytes]) -> Sent:
            made = [request(rival.url, body, {}) for body in bodies]
            return send(rival.url, made, connections=_CONNECTIONS, wanted=200)

        load(lists(_WARM, size=1, first=10**9))
        single = load(lists(_SINGLES, size=1))
        batch = load(lists(_BATCHES, size=BATCH, first=2 * 10**7))
        return _Came(single=single, batch=batch, resident_mb=_resident_mb(rival.pid))


def _told(name: str, came: _Came) -> dict[str, Any]:
    told: dict[str, Any] = {f"{name}: alerts per s, single": came.single.per_s}
    told |= _times(f"{name}: single", came.single)
    told[f"{name}: alerts per s, in batches of {BATCH}"] = came.batch.per_s * BATCH
    told |= _times(f"{name}: batches", came.batch)
    if came.calm is not None:
        told[f"{name}: single per s at half of the peak"] = came.calm.per_s
        told |= _times(f"{name}: at half of the peak", came.calm)
    told[f"{name}: resident MB at the end"] = came.resident_mb
    return told


def _times(name: str, sent: Sent) -> dict[str, Any]:
    shown = {"p50_ms": "p50 ms", "p99_ms": "p99 ms", "wrong": "not accepted"}
    return {f"{name}, {shown[k]}": v for k, v in asdict(sent).items() if k in shown}


def _ratios(ours: _Came, theirs: _Came) -> dict[str, float]:
    return {
        f"ratio to {PROGRAM}, single": ours.single.per_s / theirs.single.per_s,
        f"ratio to {PROGRAM}, in batches": ours.batch.per_s / theirs.batch.per_s,
    }


def _wait_until_read(facts: dict[str, Any]) -> None:
    """Wait until the worker has read all that was accepted, within limits."""
    until = time.monotonic() + _DRAINED_WITHIN_S
    while time.monotonic() < until:
        metrics = str(facts["url"]) + "/metrics"
        with urllib.request.urlopen(metrics) as answer:  # noqa: S310 - loopback
            text = answer.read().decode()
        if 'tocsin_inbox_items{lane="alerts",state="new"} 0.0' in text:
            return
        time.sleep(1)


def _resident_mb(pid: int) -> float:
    """Return what a process and those it started take; 0.0 where nobody says.

    Pss of smaps_rollup (proc(5)): what two of them share counts once.
    """
    home = Path(f"/proc/{pid}")
    if not (home / "smaps_rollup").exists():
        return 0.0
    lines = (home / "smaps_rollup").read_text("ascii", "replace").splitlines()
    said = next((one for one in lines if one.startswith("Pss:")), "Pss: 0 kB")
    started = [
        int(one) for task in home.glob("task/*/children") for one in _words(task)
    ]
    return int(said.split()[1]) / 1024 + sum(map(_resident_mb, started))


def _words(path: Path) -> list[str]:
    return path.read_text("ascii").split()
