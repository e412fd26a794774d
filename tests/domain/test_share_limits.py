"""How large a share may be, and how long fetching it may take."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import BadRequest
from bot.domain.share_decisions import Denied
from bot.domain.share_limits import (
    HARD_BYTES,
    MIB,
    MOST_BYTES,
    SLOWEST_LINE,
    lease_life,
    most_sealed,
    must_fit,
)
from tests.domain.test_share import MADE, History


@pytest.mark.parametrize(
    ("size", "seconds"),
    [
        (0, 60),
        (SLOWEST_LINE - 1, 60),
        (SLOWEST_LINE, 61),
        (100 * MIB, 60 + 838),
        (1024 * MIB, 3600),
        (10**12, 3600),
    ],
)
def test_a_lease_lives_a_minute_and_as_long_as_a_slow_line_needs(
    size: int, seconds: int
) -> None:
    assert lease_life(size) == timedelta(seconds=seconds)


def test_a_large_share_may_be_acknowledged_after_a_long_download() -> None:
    history = History(replace(MADE, size_bytes=100 * MIB))
    history.claim("l1")
    assert history.acknowledge("l1", 897)


def test_no_lease_outlives_its_share() -> None:
    made = replace(MADE, size_bytes=90 * MIB, life=timedelta(minutes=5))
    history = History(made)
    history.claim("l1", 100)
    assert history.state.leases["l1"].until == history.state.expires_at
    with pytest.raises(Denied):
        history.acknowledge("l1", 300)


def test_what_may_be_sealed_may_be_kept_once_it_is_sealed() -> None:
    must_fit(most_sealed(MOST_BYTES), MOST_BYTES)
    with pytest.raises(BadRequest, match="larger than 100 MiB"):
        must_fit(most_sealed(MOST_BYTES) + 1, MOST_BYTES)


def test_no_setting_allows_more_than_a_gibibyte() -> None:
    must_fit(most_sealed(HARD_BYTES), 2 * HARD_BYTES)
    with pytest.raises(BadRequest):
        must_fit(most_sealed(HARD_BYTES) + 1, 2 * HARD_BYTES)
