"""The board is always what the log says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codec import encode
from bot.domain.events import (
    Acknowledged,
    Event,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.severity import Severity
from bot.ports import NewEntry, Transaction
from bot.readmodels import board
from bot.readmodels.timeline import INCIDENT_STREAM
from bot.store.sqlite import SqliteStore
from tests.spec import NOON, OLU, SAM, opened
from tests.stores import new_store

EVENTS: tuple[Event, ...] = (
    Acknowledged(by=OLU.id),
    PhaseChanged(was=Phase.TRIAGE, phase=Phase.MITIGATING, by=OLU.id),
    RoleAssigned(role=Role.COMMANDER, to=SAM.id, by=OLU.id),
    SeverityChanged(
        was=Severity.SEV3, severity=Severity.SEV1, reasons=("x",), by="tocsin"
    ),
    Resolved(by=OLU.id, outcome="fixed"),
    Reopened(because="person", by=OLU.id),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = new_store(tmp_path / "tocsin.db")
    yield made
    made.close()


class Undone(Exception):
    """Ends a transaction so that nothing of it stays: the next example starts empty."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    made = new_store(tmp_path_factory.mktemp("board") / "tocsin.db")
    yield made
    made.close()


def append(tx: Transaction, incident: str, *events: Event) -> None:
    stream = INCIDENT_STREAM + incident
    facts = [encode(event) for event in events]
    entries = tx.log.append(
        stream,
        expected_version=len(tx.log.load(stream)),
        entries=[
            NewEntry(kind=kind, at=NOON, actor="tocsin", body=body, words=words)
            for kind, body, words in facts
        ],
    )
    board.project(tx, entries)


def rows(tx: Transaction) -> list[dict[str, object]]:
    return [dict(one) for one in tx.tables.execute("SELECT * FROM board ORDER BY id")]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["INC-0001", "INC-0002"]), st.sampled_from(EVENTS)),
        max_size=12,
    )
)
def test_a_rebuild_gives_the_rows_that_stood_there(
    shared: SqliteStore, steps: list[tuple[str, Event]]
) -> None:
    def work(tx: Transaction) -> None:
        for incident in ("INC-0001", "INC-0002"):
            append(tx, incident, opened())
        for incident, event in steps:
            append(tx, incident, event)
        stood = rows(tx)
        board.rebuild(tx)
        raise Undone(stood, rows(tx))

    with pytest.raises(Undone) as both:
        shared.write(work).result()
    stood, rebuilt = both.value.args
    assert rebuilt == stood
    assert {row["id"] for row in stood} == {"INC-0001", "INC-0002"}


def test_open_incidents_come_worst_first(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        append(tx, "INC-0001", opened())
        append(tx, "INC-0002", opened(severity=Severity.SEV1))
        append(tx, "INC-0003", opened(), Resolved(by=OLU.id, outcome="fixed"))

    store.write(work).result()
    found = store.read(board.open_rows)
    assert [row.id for row in found] == ["INC-0002", "INC-0001"]
    assert store.read(board.open_by_severity) == {"SEV1": 1, "SEV3": 1}


def test_the_newest_open_incident_of_a_channel_is_the_one_meant(
    store: SqliteStore,
) -> None:
    def work(tx: Transaction) -> None:
        append(tx, "INC-0001", opened())
        append(tx, "INC-0002", opened())
        append(tx, "INC-0003", opened(), Resolved(by=OLU.id, outcome="fixed"))

    store.write(work).result()
    assert store.read(lambda tx: board.newest_in(tx, "C0INCIDENTS")) == "INC-0002"
    assert store.read(lambda tx: board.newest_in(tx, "C0OTHER")) == ""
    assert store.read(board.next_id) == "INC-0004"


def test_what_ended_last_stands_first_and_only_so_many(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        for number in (1, 2, 3):
            over = Resolved(by=OLU.id, outcome="fixed")
            append(tx, f"INC-000{number}", opened(), over)
        append(tx, "INC-0004", opened())

    store.write(work).result()
    found = store.read(lambda tx: board.resolved_rows(tx, limit=2))
    assert [row.id for row in found] == ["INC-0003", "INC-0002"]
