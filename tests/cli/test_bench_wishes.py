"""`tocsin bench gate` times wishes beside presses."""

import pytest

from bot.cli.bench_wishes import measure_wishes

PLANS = 8


@pytest.mark.slow
def test_what_is_put_forward_edited_and_stopped_is_measured() -> None:
    found = measure_wishes(plans=PLANS)
    # One was put forward before, and each edit put one in another's place.
    assert found.pop("plans stopped") == PLANS + 1
    assert len(found) == 9
    assert all(ms > 0 for ms in found.values())
