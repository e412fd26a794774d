"""The tables, and how a file written by an older version gets them.

Each migration is numbered and never changes once it has been released; a change is
a new one at the end. Read models can be made again from the log, so their tables
stand apart, in `readmodel_tables.py`. How a file is opened is in `database.py`.
"""

import secrets
from typing import TYPE_CHECKING

from bot.store import (
    checklist_tables,
    drill_tables,
    feedback_tables,
    grouping_tables,
    identity_tables,
    intake_tables,
    log_tables,
    looked_tables,
    model_tables,
    place_tables,
    question_tables,
    readmodel_tables,
    share_tables,
    summary_tables,
    watching_tables,
)
from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

MIGRATION_SET = "tocsin"
MIGRATION_NAMES = (
    "0001_log",
    "0002_queues",
    "0003_readmodels",
    "0004_plans",
    "0005_sessions",
    "0006_plan_parents",
    "0007_shares",
    "0008_drills",
    "0009_intake",
    "0010_grouping",
    "0011_watching",
    "0012_fewer_indexes",
    "0013_share_contents",
    "0014_identity",
    "0015_model_calls",
    "0016_summaries",
    "0017_feedback",
    "0018_looked",
    "0019_questions",
    "0020_checklists",
    "0021_places",
    "0022_hashes_with_entries",
)
INSTALL_ID_BYTES = 8

# sqlite-utils makes no WITHOUT ROWID tables and no triggers.
_HASH_TABLE = """
CREATE TABLE hash (
  level INTEGER NOT NULL, pos INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (level, pos)
) STRICT, WITHOUT ROWID
"""
_HASH_IS_NEW = """
CREATE TRIGGER hash_is_new BEFORE INSERT ON hash
WHEN EXISTS (SELECT 1 FROM hash WHERE level = new.level AND pos = new.pos)
BEGIN SELECT raise(ABORT, 'the hash table is append-only'); END
"""


def migrations() -> "Migrations":
    """Return every migration, oldest first."""
    from sqlite_utils import Migrations

    steps = Migrations(MIGRATION_SET)
    makers = (
        _make_log,
        _make_queues,
        readmodel_tables.make,
        _make_plans,
        _make_sessions,
        _make_plan_parents,
        share_tables.make,
        drill_tables.make,
        intake_tables.make,
        grouping_tables.make,
        watching_tables.make,
        _drop_indexes,
        share_tables.describe,
        identity_tables.make,
        model_tables.make,
        summary_tables.make,
        feedback_tables.make,
        looked_tables.make,
        question_tables.make,
        checklist_tables.make,
        place_tables.make,
        log_tables.keep_hashes_with_entries,
    )
    for name, make in zip(MIGRATION_NAMES, makers, strict=True):
        steps(name=name)(make)
    return steps


def _make_log(db: "Database") -> None:
    db.table("install").create({"id": str}, pk="id", strict=True)
    db.table("install").insert({"id": secrets.token_hex(INSTALL_ID_BYTES)})
    entry = db.table("entry")
    entry.create(
        {"seq": int, "stream": str, "version": int, "leaf": bytes},
        pk="seq",
        not_null={"stream", "version", "leaf"},
        strict=True,
    )
    entry.create_index(["stream", "version"], unique=True)
    db.execute(_HASH_TABLE)
    for table in ("entry", "hash"):
        for verb in ("update", "delete"):
            db.execute(log_tables.NEVER.format(table=table, verb=verb))
    db.execute(log_tables.ENTRY_FOLLOWS)
    db.execute(_HASH_IS_NEW)
    db.table("word").create(
        {"seq": int, "name": str, "digest": str, "salt": bytes, "text": str},
        pk=("seq", "name"),
        not_null={"seq", "name", "digest", "salt", "text"},
        strict=True,
    )
    db.table("chore").create({"name": str}, pk="name", strict=True)
    checkpoint = db.table("checkpoint")
    checkpoint.create(
        {"n": int, "size": int, "note": str, "saved_us": int},
        pk="n",
        not_null={"size", "note", "saved_us"},
        strict=True,
    )
    checkpoint.create_index(["size"])


def _make_queues(db: "Database") -> None:
    _make_inbox(db)
    _make_outbox(db)
    timer = db.table("timer")
    timer.create(
        texts("key kind about") | numbers("due_us lease_us"),
        pk="key",
        not_null={"key", "kind", "about", "due_us", "lease_us"},
        strict=True,
    )
    timer.create_index(["due_us"])


def _make_inbox(db: "Database") -> None:
    inbox = db.table("inbox")
    inbox.create(
        numbers("n received_us attempts due_us")
        | texts("id lane source key state outcome because")
        | {"sealed": bytes},
        pk="n",
        not_null={"id", "lane", "source", "key", "received_us", "sealed", "state"},
        defaults={"state": "new", "attempts": 0, "due_us": 0, "outcome": "{}"},
        strict=True,
    )
    inbox.create_index(["id"], unique=True)
    inbox.create_index(["lane", "key"], unique=True)
    inbox.create_index(["lane", "state", "n"])


def _make_outbox(db: "Database") -> None:
    outbox = db.table("outbox")
    always = texts("key kind channel person text blocks thread ts state") | numbers(
        "rev attempts in_doubt created_us queued_us not_before_us lease_us"
    )
    outbox.create(
        numbers("n expires_us") | always | texts("because"),
        pk="n",
        not_null=always,
        defaults={
            **dict.fromkeys(("person", "thread", "ts"), ""),
            **dict.fromkeys(("attempts", "in_doubt", "not_before_us", "lease_us"), 0),
            "blocks": "[]",
            "rev": 1,
            "state": "waiting",
        },
        strict=True,
    )
    outbox.create_index(["key"], unique=True)
    outbox.create_index(["thread"])
    outbox.create_index(["state", "queued_us", "n"])


def _make_plans(db: "Database") -> None:
    plan = db.table("plan")
    plan.create(
        {
            "id": str,
            "incident": str,
            "action": str,
            "stage": str,
            "level": str,
            "over": int,
            "glass_at": str,
            "review_due_at": str,
        },
        pk="id",
        strict=True,
    )
    plan.create_index(["stage"])
    plan.create_index(["glass_at"])
    plan.create_index(["review_due_at"])
    plan.create_index(["incident"])


def _make_sessions(db: "Database") -> None:
    """Who may read the pages; what a row means is in `bot/web/sessions.py`."""
    link = db.table("sign_in_link")
    link.create(
        texts("digest person page made_at until"),
        pk="digest",
        not_null={"person", "page", "made_at", "until"},
        strict=True,
    )
    link.create_index(["until"])
    session = db.table("session")
    session.create(
        texts("digest person made_at until"),
        pk="digest",
        not_null={"person", "made_at", "until"},
        strict=True,
    )
    session.create_index(["person"])
    session.create_index(["until"])


def _make_plan_parents(db: "Database") -> None:
    """Find the plans that undo another one."""
    plan = db.table("plan")
    plan.add_column("parent", str, not_null_default="")
    plan.create_index(["parent"])


def _drop_indexes(db: "Database") -> None:
    """Drop those whose columns others begin with, and the one that nobody asks."""
    for index in ("problem_dedup", "problem_grp", "alert_incident"):
        db.execute(f"DROP INDEX idx_{index}")
