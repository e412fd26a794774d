"""What is read of people's judgements: for ranking, for the board, for /metrics.

Reads only; how the rows come about is `history.py` and `votes.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.codec import decode_history
from bot.domain.instants import from_us
from bot.domain.runbook_history import History, Record
from bot.domain.untrusted import Untrusted
from bot.ports import Transaction
from bot.readmodels.history import NOT_KEPT, STREAM

_COLUMNS = ("offered", "taken", "done", "rejected", "wrong", "decided", "worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What became of one runbook in one category, and since when it is so."""

    category: str
    runbook: str
    record: Record
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Somebody had what was learned of a runbook forgotten.

    Attributes:
        reason: Why; None once it was erased.
    """

    runbook: str
    by: str
    at: datetime
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What people think of the texts that one model wrote with one prompt.

    Attributes:
        taken_back: Statements that people took back.
    """

    prompt: str
    model: str
    up: int
    down: int
    taken_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Incidents by what became of the first suggestion; drills are left out.

    Attributes:
        incidents: In all, but for those from before suggestions were kept.
        offered: In which some runbook fitted.
        accepted: In which a step of the first one was taken.
        wrong: In which somebody said that one does not fit.
        rejected: In which somebody wanted another one.
        none_fits: In which none fitted, by the rules or as a person says.
    """

    incidents: int = 0
    offered: int = 0
    accepted: int = 0
    wrong: int = 0
    rejected: int = 0
    none_fits: int = 0

    @property
    def accept_rate(self) -> float | None:
        """Share of the incidents with an offer in which the first one was taken."""
        return _share(self.accepted, self.offered)

    @property
    def wrong_rate(self) -> float | None:
        """Share of the incidents with an offer in which one was called wrong."""
        return _share(self.wrong, self.offered)

    @property
    def none_fits_rate(self) -> float | None:
        """Share of all incidents in which none fitted."""
        return _share(self.none_fits, self.incidents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Everything that was learned, as the board shows it."""

    counts: Counts
    runbooks: tuple[Learned, ...]
    texts: tuple[Written, ...]
    forgotten: tuple[Forgotten, ...] = ()


NO_FEEDBACK = Feedback(counts=Counts(), runbooks=(), texts=())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def history(tx: Transaction, category: str) -> History:
    """Return what became of each runbook in the incidents of one category."""
    return {one.runbook: one.record for one in _learned(tx, category)}


def feedback(tx: Transaction) -> Feedback:
    """Return everything."""
    return Feedback(
        counts=counts(tx),
        runbooks=_learned(tx, ""),
        texts=texts(tx),
        forgotten=_forgotten(tx),
    )


def counts(tx: Transaction) -> Counts:
    """Return what became of the first suggestions."""
    found = tx.tables.execute(
        "SELECT count(*) AS incidents, sum(first <> '') AS offered, "
        "sum(accepted) AS accepted, sum(wrong) AS wrong, sum(rejected) AS rejected, "
        "sum(none OR first = '') AS none_fits FROM feedback_case "
        "WHERE drill = 0 AND first <> ?",
        (NOT_KEPT,),
    )
    return Counts(**{name: int(value or 0) for name, value in dict(found[0]).items()})


def texts(tx: Transaction) -> tuple[Written, ...]:
    """Return what people think of texts, by prompt and model."""
    found = tx.tables.execute(
        "SELECT prompt, model, sum(up) AS up, sum(down) AS down, sum(back) AS back "
        "FROM (SELECT prompt, model, vote = 'up' AS up, vote = 'down' AS down, "
        "0 AS back FROM text_voice UNION ALL "
        "SELECT prompt, model, 0, 0, 1 FROM text_claim) "
        "GROUP BY prompt, model ORDER BY prompt, model"
    )
    return tuple(
        Written(
            prompt=one["prompt"],
            model=one["model"],
            up=int(one["up"]),
            down=int(one["down"]),
            taken_back=int(one["back"]),
        )
        for one in found
    )


def _learned(tx: Transaction, category: str) -> tuple[Learned, ...]:
    rows = tx.tables.execute(
        "SELECT * FROM runbook_history WHERE ? IN ('', category) "
        "AND offered + taken + done + rejected + wrong > 0 "
        "ORDER BY category, runbook",
        (category,),
    )
    if not any(row["wrong"] for row in rows):
        return tuple(_one(row, {}) for row in rows)
    by = tx.tables.execute(
        "SELECT category, runbook, count(DISTINCT person) AS n FROM runbook_voice "
        "WHERE verdict = 'wrong' AND counted = 1 AND ? IN ('', category) "
        "GROUP BY category, runbook",
        (category,),
    )
    wrong_by = {(one["category"], one["runbook"]): int(one["n"]) for one in by}
    return tuple(_one(row, wrong_by) for row in rows)


def _one(row: Mapping[str, Any], wrong_by: Mapping[tuple[str, str], int]) -> Learned:
    key = str(row["category"]), str(row["runbook"])
    numbers = {name: int(row[name]) for name in _COLUMNS}
    return Learned(
        category=key[0],
        runbook=key[1],
        record=Record(**numbers, wrong_by=wrong_by.get(key, 0)),
        changed_at=from_us(int(row["changed_us"])),
    )


def _forgotten(tx: Transaction) -> tuple[Forgotten, ...]:
    found = [
        (one.at, decode_history(one.kind, one.body, one.words))
        for one in tx.log.load(STREAM)
    ]
    return tuple(
        Forgotten(runbook=event.runbook, by=event.by, at=at, reason=event.reason)
        for at, event in found
    )
