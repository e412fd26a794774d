"""What models used: kept, held before it is used, and counted by hour and month."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config.tracing import without_tracing
from bot.ports.model import Call, Ledger, Spent, Usage
from bot.spending import StoredLedger
from tests.fakes.ledger import FakeLedger
from tests.stores import new_store

NOW = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


@pytest.fixture(params=["stored", "fake"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "fake":
        yield FakeLedger()
        return
    store = new_store(tmp_path / "tocsin.db")
    yield StoredLedger(store)
    store.close()


def call(at: datetime = NOW, incident: str = "INC-0001") -> Call:
    return Call(
        at=at,
        incident=incident,
        model="openai:m",
        prompt="p",
        digest="d",
        most=Usage(calls=1, tokens=100, cost_micros=7),
    )


def anything(_: Spent, __: Usage) -> bool:
    return True


def test_what_is_held_counts_until_it_is_settled(ledger: Ledger) -> None:
    number = ledger.hold(call(), fits=anything)
    assert number is not None
    assert ledger.spent("INC-0001", NOW).hour == call().most
    ledger.settle(number, Usage(calls=1, tokens=3, cost_micros=1), outcome="answered")
    assert ledger.spent("INC-0001", NOW).month.tokens == 3
    assert ledger.spent("INC-0002", NOW).incident == Usage()


def test_an_hour_is_the_last_sixty_minutes_and_a_month_is_utcs(ledger: Ledger) -> None:
    for ago in (timedelta(minutes=59), timedelta(minutes=61), timedelta(0)):
        ledger.hold(call(NOW - ago), fits=anything)
    found = ledger.spent("INC-0001", NOW)
    # Both older ones are of October.
    assert (found.incident.calls, found.hour.calls, found.month.calls) == (3, 2, 1)


def test_what_does_not_fit_is_not_written_down(ledger: Ledger) -> None:
    assert ledger.hold(call(), fits=lambda _s, _m: False) is None
    assert ledger.spent("INC-0001", NOW).incident == Usage()


def test_two_at_once_do_not_share_what_is_left_for_one(tmp_path: Path) -> None:
    store = new_store(tmp_path / "tocsin.db")
    ledger = StoredLedger(store)

    def hold(_: int) -> int | None:
        return ledger.hold(call(), fits=lambda spent, _most: spent.month.calls < 5)

    with ThreadPoolExecutor(8) as pool:
        held = [one for one in pool.map(hold, range(40)) if one is not None]
    store.close()
    assert len(held) == 5


def test_variables_that_would_send_prompts_elsewhere_are_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LANGSMITH_API_KEY", "LANGCHAIN_ENDPOINT", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    found = without_tracing()
    assert {"LANGSMITH_API_KEY", "LANGCHAIN_ENDPOINT", "OPENAI_BASE_URL"} <= set(found)
    assert without_tracing() == ()
