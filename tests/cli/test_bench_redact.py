"""The bench of the redactor measures what it says, on little text."""

import itertools
import json

import pytest
from click.testing import CliRunner

from bot.cli import bench_redact_lines, main
from bot.redact import Redactor, load_definition


def test_every_run_reads_the_same_lines() -> None:
    twice = [list(itertools.islice(bench_redact_lines.lines(), 50)) for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(set(twice[0])) == 50


def test_the_lines_hold_a_key_and_a_person() -> None:
    (block,) = bench_redact_lines.blocks(4096, total=1)
    found = Redactor(load_definition(), key=b"k").redact(block).counts()
    assert found == {"email": 1, "openai_project": 1}


@pytest.mark.slow
def test_the_bench_prints_its_figures_and_a_stream_takes_no_more_memory() -> None:
    asked = [
        "bench",
        "redact",
        "--json",
        "--megabytes",
        "1",
        "--stream-megabytes",
        "24",
    ]
    ran = CliRunner().invoke(main, asked)
    assert ran.exit_code == 0, ran.output
    figures = json.loads(ran.output)
    assert figures["ratio (limit: at least 0.5)"] > 0
    assert figures["memory grown by the stream, MiB (limit: 64)"] < 64
