"""What was committed comes into the file after its commit was answered."""

import sqlite3
from pathlib import Path

from bot.store.database import prepare, writing
from bot.store.wal import Wal

ROW = "INSERT INTO chore (name) VALUES (?)"


def in_the_file_alone(path: Path, folder: Path) -> int:
    """Return how many rows somebody finds who has the file and not its WAL."""
    copy = folder / "copy.db"
    copy.write_bytes(path.read_bytes())
    alone = sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)
    try:
        return int(alone.execute("SELECT count(*) FROM chore").fetchone()[0])
    finally:
        alone.close()


def test_rows_come_into_the_file_once_there_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    prepare(path)
    connection = writing(path)
    wal = Wal(connection)
    for count, found in ((999, 0), (1, 1000)):
        connection.execute("BEGIN")
        connection.executemany(ROW, [(f"{count} {n}",) for n in range(count)])
        connection.execute("COMMIT")
        wal.bring_if_due()
        assert in_the_file_alone(path, tmp_path) == found
    connection.close()


def test_a_reader_who_still_looks_does_not_stop_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    prepare(path)
    connection, reader = writing(path), writing(path)
    wal = Wal(connection)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chore").fetchone()
    connection.execute("BEGIN")
    connection.executemany(ROW, [(f"{n}",) for n in range(2000)])
    connection.execute("COMMIT")
    wal.bring_if_due()
    assert reader.execute("SELECT count(*) FROM chore").fetchone() == (0,)
    reader.close()
    connection.close()
