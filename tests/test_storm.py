"""A storm: few cards, one digest, nothing lost, and cards at last."""

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.domain.commands import Acknowledge, Resolve
from bot.domain.envelope import Alert
from bot.domain.severity import Severity
from bot.ports import Transaction
from bot.storm import CARDS, LINES, SHARE, Storm
from tests.core import Core
from tests.spec import OLU, an_alert


def _run(sql: str, tx: Transaction) -> None:
    tx.tables.execute(sql)


_numbers = itertools.count()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def problem(source: str = "alertmanager", **more: object) -> Alert:
    n = next(_numbers)
    return an_alert(f"p{n}", alert_id=f"al_{n:06d}", source=source, **more)  # type: ignore[arg-type]


def flood(core: Core, count: int, source: str = "alertmanager") -> None:
    now = core.clock.now()
    core.take_all([problem(source, at=now) for _ in range(count)])


def cards(core: Core) -> list[str]:
    return [key for key in core.outbox() if key.startswith("card/")]


def digests(core: Core) -> list[str]:
    return [text for key, text in core.outbox().items() if key.startswith("digest/")]


def test_one_noisy_source_leaves_room_for_the_others(core: Core) -> None:
    flood(core, 40)
    assert len(cards(core)) == SHARE
    flood(core, 5, "cloudwatch")
    assert len(cards(core)) == CARDS


def test_the_worst_may_take_the_room_that_is_left(core: Core) -> None:
    flood(core, 20)
    core.take(problem(severity=Severity.SEV1))
    assert "card/INC-0021" in cards(core)


def test_a_source_has_the_budget_of_its_settings(tmp_path: Path) -> None:
    core = Core(tmp_path, budgets={"alertmanager": 3, "litellm": 0})
    flood(core, 5)
    flood(core, 2, "litellm")
    core.wait(minutes=2)
    before = len(cards(core))
    flood(core, 1)
    assert len(cards(core)) == before
    core.wait(minutes=11)
    flood(core, 1)
    assert len(cards(core)) == before + 3
    core.close()


def test_there_is_one_digest_however_long_the_storm_lasts(core: Core) -> None:
    for _ in range(3):
        flood(core, 12)
        core.wait(seconds=100)
    assert len(digests(core)) == 1


def test_the_digest_counts_and_names_the_worst(core: Core) -> None:
    flood(core, 12)
    core.take(problem(severity=Severity.SEV2, title="The worst of all"))
    core.wait(seconds=5)
    (text,) = digests(core)
    assert text.startswith("5 more incidents are open")
    assert "1 SEV2, 4 SEV3" in text
    view = core.store.read(lambda tx: Storm().digest(tx, 1))
    assert view is not None
    assert view.by_source == (("alertmanager", 5),)
    assert [one.id for one in view.worst] == ["INC-0013", "INC-0009", "INC-0010"]


def test_repeats_of_what_is_held_back_give_it_no_card(core: Core) -> None:
    flood(core, 20)
    held = an_alert("x", alert_id="al_x")
    core.take(held)
    for _ in range(5):
        core.wait(seconds=10)
        core.take(held)
    assert len(cards(core)) == SHARE


def test_when_the_storm_is_over_the_worst_get_their_cards_at_last(core: Core) -> None:
    flood(core, 30)
    core.wait(seconds=59)
    assert len(cards(core)) == SHARE
    core.wait(seconds=1)
    assert len(cards(core)) == SHARE + CARDS
    (text,) = digests(core)
    assert text.startswith("The storm is over: 12 more incidents are open without")
    core.wait(minutes=20)
    assert len(cards(core)) == SHARE + CARDS


def test_what_ended_in_the_storm_gets_no_card_any_more(core: Core) -> None:
    flood(core, SHARE + 2)
    for n in (SHARE + 1, SHARE + 2):
        over = f"UPDATE board SET phase = 'resolved' WHERE number = {n}"  # noqa: S608
        core.store.write(partial(_run, over)).result()
    core.wait(minutes=1)
    assert len(cards(core)) == SHARE
    assert digests(core)[0].startswith("The storm is over: all 2 incidents")


def test_what_has_no_card_stays_reachable_and_gets_one_when_touched(
    core: Core,
) -> None:
    flood(core, 30)
    core.wait(minutes=2)
    left = [
        row.id for row in core.service.board() if f"card/{row.id}" not in cards(core)
    ]
    assert len(left) == 30 - SHARE - CARDS
    core.ask(left[0], Acknowledge(by=OLU))
    assert f"card/{left[0]}" in cards(core)


def test_no_line_waits_for_a_thread_that_is_not_there(core: Core) -> None:
    flood(core, 12)
    held = "INC-0012"
    core.wait(minutes=31)
    threads = core.store.read(
        lambda tx: tx.tables.execute(
            "SELECT o.key FROM outbox o LEFT JOIN outbox p ON p.key = o.thread "
            "WHERE o.thread <> '' AND p.key IS NULL"
        )
    )
    assert list(threads) == []
    core.ask(held, Resolve(by=OLU))


def test_alerts_write_few_lines_into_threads_and_people_as_many_as_they_like(
    core: Core,
) -> None:
    keys = [(n, f"g{n}p{m}") for n in range(8) for m in range(5)]
    core.take_all(
        [an_alert(key, alert_id=f"al_{key}", group=f"g{n}") for n, key in keys]
    )
    lines = [key for key in core.outbox() if key.startswith("line/")]
    assert len(lines) <= LINES
    core.ask("INC-0001", Acknowledge(by=OLU))
    after = [key for key in core.outbox() if key.startswith("line/")]
    assert len(after) == len(lines) + 1


def test_a_drill_and_the_world_take_no_cards_from_each_other(core: Core) -> None:
    for _ in range(CARDS + 3):
        core.take(problem(), drill="dr_1")
    assert len(cards(core)) == CARDS
    flood(core, 1)
    assert len(cards(core)) == CARDS + 1
    assert any("EXERCISE" in text or "Exercise" in text for text in digests(core))
