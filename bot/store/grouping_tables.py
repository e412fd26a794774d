"""The tables of grouping: by what incidents are found, and what is kept quiet.

What stands in them is the business of `bot/readmodels/{gathering,quiet}.py`. Times
in columns that end in `_us` are microseconds since 1970, so that they compare.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

# What an installation had before: open problems keep their incident and their group.
_KNOWN_NUMBERS = "UPDATE problem SET number = CAST(substr(incident, 5) AS INTEGER)"
_KNOWN_GROUPS = """
INSERT INTO grip (kind, key, account, incident, number, open)
SELECT DISTINCT 'group', p.grp, '', p.incident, p.number, b.resolved_at IS NULL
FROM problem p JOIN board b ON b.id = p.incident WHERE p.grp <> ''
"""
_KNOWN_GATHERINGS = """
INSERT INTO gathering (incident, first_us, last_us, alerts, problems)
SELECT incident, CAST(strftime('%s', min(last_at)) AS INTEGER) * 1000000,
  CAST(strftime('%s', max(last_at)) AS INTEGER) * 1000000, sum(count), count(*)
FROM problem GROUP BY incident
"""
_KNOWN_REASONS = """
INSERT INTO gathered (incident, because, n, entity)
SELECT incident, because, row_number() OVER (ORDER BY min(first_alert)), ''
FROM problem WHERE because <> '' GROUP BY incident, because
"""


def make(db: "Database") -> None:
    """Create every table of it, and fill in what is known."""
    _widen_problems(db)
    _make_gathering(db)
    _make_quiet(db)
    _make_storm(db)
    for known in (_KNOWN_NUMBERS, _KNOWN_GROUPS, _KNOWN_GATHERINGS, _KNOWN_REASONS):
        db.execute(known)


def _widen_problems(db: "Database") -> None:
    problem = db.table("problem")
    problem.add_column("number", int, not_null_default=0)
    problem.add_column("firing", int, not_null_default=1)
    problem.add_column("told", int, not_null_default=1)
    problem.add_column("severity", str, not_null_default="")
    problem.add_column("began_us", int, not_null_default=0)
    problem.create_index(["dedup", "number"])
    problem.create_index(["incident", "firing"])
    db.table("alert").create_index(["incident", "id"])


def _make_gathering(db: "Database") -> None:
    gathering = db.table("gathering")
    gathering.create(
        texts("incident") | numbers("first_us last_us alerts problems"),
        pk="incident",
        not_null={"first_us", "last_us", "alerts", "problems"},
        strict=True,
    )
    grip = db.table("grip")
    grip.create(
        texts("kind key account incident") | numbers("number open"),
        pk=("kind", "key", "incident", "account"),
        strict=True,
    )
    grip.create_index(["kind", "key", "open", "number"])
    grip.create_index(["incident"])
    db.table("gathered").create(
        texts("incident because entity") | numbers("n"),
        pk=("incident", "because"),
        strict=True,
    )
    db.table("sighting").create(
        texts("incident category severity") | numbers("first_us last_us"),
        pk=("incident", "category"),
        strict=True,
    )


def _make_quiet(db: "Database") -> None:
    flap = db.table("flap")
    flap.create(
        texts("dedup incident fired") | numbers("flapping count"),
        pk="dedup",
        strict=True,
    )
    flap.create_index(["incident"])
    window = db.table("maintenance")
    window.create(
        texts("id what target stage channel by starts_at ends_at item") | numbers("n"),
        pk="id",
        strict=True,
    )
    window.create_index(["stage"])
    window.create_index(["item"])
    silenced = db.table("silenced")
    silenced.create(
        texts("window dedup doc last_at") | numbers("count firing"),
        pk=("window", "dedup"),
        strict=True,
    )
    silenced.create_index(["dedup"])


def _make_storm(db: "Database") -> None:
    storm = db.table("storm")
    storm.create(
        numbers("n drill last_us over") | texts("channel"), pk="n", strict=True
    )
    storm.create_index(["drill", "last_us"])
    db.table("held").add_column("storm", int, not_null_default=0)
    db.table("held").create_index(["storm"])
    db.table("shown").add_column("source", str, not_null_default="")
    line = db.table("line_told")
    line.create(texts("incident") | numbers("n at_us drill"), pk="n", strict=True)
    line.create_index(["drill", "at_us"])
    line.create_index(["incident", "at_us"])
    board = db.table("board")
    board.add_column("snoozed_until", str)
    # What the next incident is called.
    board.create_index(["number"])
