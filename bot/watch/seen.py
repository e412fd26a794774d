"""What the watchers have seen, as figures for `/metrics`.

Labels are names that operators chose; no label holds text from outside.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.ports import Transaction
from bot.watch import rows
from bot.watch.pulse import KEY

Values = Mapping[tuple[str, ...], float]
HELP: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "tocsin_heartbeat_last_seconds": (
        "When a source that promised to call last did, in seconds since 1970.",
        ("source",),
    ),
    "tocsin_heartbeat_silent": (
        "1 while a source that promised to call is silent.",
        ("source",),
    ),
    "tocsin_poll_failures": (
        "How often in a row a status page was not read.",
        ("page",),
    ),
    "tocsin_baseline_value": ("A figure's newest value.", ("system", "baseline")),
    "tocsin_baseline_usual": ("What is usual of it.", ("system", "baseline")),
    "tocsin_baseline_low": ("The lower edge of its band.", ("system", "baseline")),
    "tocsin_baseline_high": ("The upper edge of its band.", ("system", "baseline")),
    "tocsin_baseline_unusual": (
        "1 while a figure is outside its band.",
        ("system", "baseline"),
    ),
    "tocsin_own_heartbeat_seconds": (
        "When our own heartbeat was last sent, in seconds since 1970.",
        (),
    ),
}


def figures(tx: Transaction) -> Mapping[str, Values]:
    """Return every figure by its name, and by the values of its labels."""
    made: dict[str, dict[tuple[str, ...], float]] = {name: {} for name in HELP}
    for source, row in rows.every(tx, rows.HEARTBEATS).items():
        silent = row.get("silent_since") is not None
        made["tocsin_heartbeat_silent"][source,] = float(silent)
        if last := rows.to_time(row.get("last_beat")):
            made["tocsin_heartbeat_last_seconds"][source,] = last.timestamp()
    for page, row in rows.every(tx, rows.PAGES).items():
        made["tocsin_poll_failures"][page,] = float(row.get("failures", 0))
    for row in rows.every(tx, rows.FIGURES).values():
        for name, value in _of_figure(row).items():
            made[name][row["system"], row["name"]] = value
    if sent := rows.to_time(rows.of(tx, rows.PULSE, KEY).get("sent_at")):
        made["tocsin_own_heartbeat_seconds"][()] = _seconds(sent)
    return {name: values for name, values in made.items() if values}


def _of_figure(row: Mapping[str, Any]) -> Mapping[str, float]:
    band, last = row.get("band"), row.get("last")
    found = {"tocsin_baseline_unusual": float(bool(row.get("unusual")))}
    if last:
        found["tocsin_baseline_value"] = last[1]
    if band:
        names = ("tocsin_baseline_usual", "tocsin_baseline_low", "tocsin_baseline_high")
        found |= dict(zip(names, band, strict=True))
    return found


def _seconds(at: datetime) -> float:
    return at.timestamp()
