"""`tocsin bench NAME`: measures, and prints the limit or rival beside the figure.

Every benchmark measures both in the same run on the same machine, so that the
ratio means something anywhere. What is measured lives in `bench_<name>.py`.
"""

import json
import tempfile
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


def _card() -> Figures:
    from bot.cli.bench_waiting import measure

    return measure()


def _log() -> Figures:
    from bot.cli.bench_log import measure

    return measure()


def _gate() -> Figures:
    from bot.cli.bench_gate import measure
    from bot.cli.bench_wishes import measure_wishes

    return {**measure(), **measure_wishes()}


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
_add("card", "How soon a card stands after the 202, whatever a model does.", _card)
_add("log", "Appends to the log beside bare SQLite commits.", _log)
_add("gate", "Presses on plans, what became of them, and a decision's time.", _gate)
_add("seal", "Sealing beside its cipher, and a race for one-time links.", _seal)


@bench.command("search")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Recorded alerts and a corpus to ask; our own runbooks without it.",
)
def search(*, as_json: bool, folder: Path | None) -> None:
    """Runbooks found by words, and with a local model, beside plain BM25."""
    from bot.assistant.embedding import is_installed
    from bot.assistant.library import nearness_of
    from bot.cli.bench_search import Bench
    from bot.cli.opening import open_settings
    from bot.rulings import read_rulings

    settings = open_settings()
    wanted = settings.runbooks.semantic if is_installed() else "off"
    rulings = read_rulings(settings, key=b"tocsin bench")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as home:
        nearby = nearness_of(wanted, home=Path(home))
        found = Bench(rulings=rulings, folder=folder, nearby=nearby).figures()
    _print(found, as_json=as_json)


@bench.command("assistant")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--model",
    "with_model",
    is_flag=True,
    help="Ask the model of the settings about the inputs; no budget counts it.",
)
@click.option(
    "--stand-in",
    is_flag=True,
    help="Have a model on loopback give each recorded answer, raw and packed.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 100_000),
    help="Rows to ask about. Default: 50 of a model, all of the stand-in.",
)
def assistant(
    *,
    folder: Path,
    as_json: bool,
    with_model: bool,
    stand_in: bool,
    most: int | None,
) -> None:
    """What attackers and models get onto a card, from the recorded texts in FOLDER."""
    from bot.cli.bench_asking import asked, asked_stand_in
    from bot.cli.bench_assistant import Bench
    from bot.cli.opening import open_settings
    from bot.rulings import read_rulings

    settings = open_settings()
    rulings = read_rulings(settings, key=b"tocsin bench")
    figures: Figures = {}
    if stand_in:
        figures |= asked_stand_in(settings, rulings, folder, most=most)
    if with_model:
        figures |= asked(settings, rulings, folder, most=most)
    if not (stand_in or with_model):
        figures = Bench(rulings=rulings, folder=folder).figures()
    _print(figures, as_json=as_json)
