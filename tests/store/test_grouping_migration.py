"""What an installation had before grouping by things is found as before."""

from pathlib import Path

from sqlite_utils import Database

from bot.domain.instants import from_us
from bot.domain.severity import Severity
from bot.ports import Transaction
from bot.readmodels import alerts, board, gathering
from bot.store.database import APPLICATION_ID
from bot.store.schema import migrations
from bot.store.sqlite import SqliteStore
from tests.spec import NOON


def _old(path: Path) -> None:
    db = Database(path)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations().apply(db, stop_before="0010_grouping")
    row = dict.fromkeys(("commander", "acked_by", "system", "channel"), "")
    for number, ended in ((1, NOON.isoformat()), (2, None)):
        incident = f"INC-000{number}"
        db.table("board").insert(
            row
            | {
                "id": incident,
                "number": number,
                "title": "Queue",
                "severity": Severity.SEV3,
                "phase": "resolved" if ended else "triage",
                "category": "availability",
                "since": NOON.isoformat(),
                "drill": 0,
                "resolved_at": ended,
            }
        )
        db.table("problem").insert(
            {
                "incident": incident,
                "dedup": "d",
                "grp": "g",
                "source": "alertmanager",
                "because": "" if ended else "same_group",
                "count": 41,
                "last_at": NOON.isoformat(),
                "first_alert": f"al_{number}",
            }
        )
    db.close()


def test_open_problems_groups_and_counts_are_carried_over(tmp_path: Path) -> None:
    _old(tmp_path / "tocsin.db")
    store = SqliteStore(tmp_path / "tocsin.db")

    def read(tx: Transaction) -> None:
        known = gathering.known(tx, "d", drill=False)
        assert known is not None
        assert (known.incident, known.firing, known.severity) == ("INC-0002", True, "")
        assert alerts.total(tx, "INC-0002") == 41
        assert [one.because for one in alerts.grouped_by(tx, "INC-0002")] == [
            "same_group"
        ]
        grips = tx.tables.execute("SELECT incident, open FROM grip ORDER BY incident")
        assert [(one["incident"], one["open"]) for one in grips] == [
            ("INC-0001", 0),
            ("INC-0002", 1),
        ]
        spans = tx.tables.execute("SELECT last_us FROM gathering LIMIT 1")
        assert from_us(spans[0]["last_us"]) == NOON
        assert [row.alert_count for row in board.open_rows(tx)] == [41]

    store.read(read)
    store.close()
