"""`tocsin bench NAME`: measures, and prints the limit or rival beside the figure.

Every benchmark measures both in the same run on the same machine, so that the
ratio means something anywhere. What is measured lives in `bench_<name>.py`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Figures = dict[str, Any]


@click.group()
def bench() -> None:
    """Measure this machine against a limit or a rival."""


def _print(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        shown = f"{value:,.3f}".rstrip("0").rstrip(".") if _is_float(value) else value
        click.echo(f"{name:<58} {shown}")


def _is_float(value: object) -> bool:
    return isinstance(value, float)


def _add(name: str, help_text: str, measure: Callable[[], Figures]) -> None:
    @bench.command(name, help=help_text)
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(*, as_json: bool) -> None:
        _print(measure(), as_json=as_json)


def _ack() -> Figures:
    from bot.cli.bench_ack import measure

    return measure()


def _log() -> Figures:
    from bot.cli.bench_log import measure

    return measure()


def _gate() -> Figures:
    from bot.cli.bench_gate import measure

    return measure()


def _seal() -> Figures:
    from bot.cli.bench_seal import measure

    return measure()


@bench.command("intake")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--alerts",
    type=click.IntRange(0, 10_000_000),
    default=0,
    help="Post so many more in batches, and look at the memory after them.",
)
def intake(*, as_json: bool, alerts: int) -> None:
    """Alerts accepted a second, durable before the 202, beside Alertmanager."""
    from bot.cli.bench_intake import measure

    _print(measure(alerts=alerts), as_json=as_json)


@bench.command("redact")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--megabytes",
    type=click.IntRange(1, 10_000),
    default=50,
    help="How much is redacted in blocks.",
)
@click.option(
    "--stream-megabytes",
    type=click.IntRange(1, 100_000),
    default=64,
    help="How much goes through as one stream, whose memory is watched.",
)
def redact(*, as_json: bool, megabytes: int, stream_megabytes: int) -> None:
    """Text redacted, beside the bare engine with the same rules, and a rival."""
    from bot.cli.bench_redact import measure

    figures = measure(megabytes=megabytes, stream_megabytes=stream_megabytes)
    _print(figures, as_json=as_json)


_add("ack", "How soon Slack gets its answer, durable before it.", _ack)
_add("log", "Appends to the log beside bare SQLite commits.", _log)
_add("gate", "Presses on plans, what became of them, and a decision's time.", _gate)
_add("seal", "Sealing beside its cipher, and a race for one-time links.", _seal)


@bench.command("assistant")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def assistant(*, folder: Path, as_json: bool) -> None:
    """What attackers and models get onto a card, from the recorded texts in FOLDER."""
    from bot.cli.bench_assistant import Bench
    from bot.cli.opening import open_settings
    from bot.rulings import read_rulings

    rulings = read_rulings(open_settings(), key=b"tocsin bench")
    _print(Bench(rulings=rulings, folder=folder).figures(), as_json=as_json)
