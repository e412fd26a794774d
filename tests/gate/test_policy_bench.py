"""How long a decision takes is measured against a rival and a limit."""

import pytest

from bot.gate.policy_bench import bench_policy


@pytest.mark.slow  # measures for seconds
def test_the_benchmark_prints_a_rival_and_a_limit() -> None:
    figures = bench_policy()
    assert {"decision p50, µs", "bare cedarpy p50, µs", "ratio p50"} <= set(figures)
