"""Which runbooks are offered in an incident, in which order, and which stands now.

A row for each that was considered, and the steps of the one that stands (`suggested`),
which is the best that nobody rejected. Where they rank is `bot/assistant/suggest.py`,
what may be said of them `bot/domain/judging.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.assistant.suggest import Suggestion, weighed
from bot.domain.considered import Considered, Option
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.judging_events import Offered, SuggestionJudged
from bot.domain.runbook import Runbook
from bot.domain.runbook_history import History, Mode
from bot.ports import Transaction
from bot.readmodels import board, learned

# So many rows go into one statement.
_FEW = 50
_THOUSAND = 1000
_OFFER = (
    "INSERT INTO offer (incident, rank, runbook, digest, version, title, step, score, "
    "weight, why) VALUES "
)
_STEPS = (
    "INSERT INTO suggested (incident, position, runbook, title, step, text, why) "
    "VALUES "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Keeps what is offered.

    Attributes:
        runbooks: By id.
        mode: Whether what became of runbooks before changes their order.
    """

    runbooks: Mapping[str, Runbook]
    mode: Mode = "rank"

    def keep(
        self,
        tx: Transaction,
        incident: str,
        found: Sequence[Suggestion],
        *,
        category: str,
        rejected: Collection[str] = (),
        is_new: bool = False,
    ) -> tuple[tuple[Suggestion, str], ...]:
        """Keep what is offered, and return it in its order with each file's digest.

        Args:
            found: Best first, as the words and the category have it.
            category: Of the incident.
            rejected: Runbooks that people said are not the one.
            is_new: Nothing was offered in the incident before.
        """
        history = learned.history(tx, category) if found else {}
        ranked = weighed(found, history, category=category, mode=self.mode)
        kept = tuple((one, self._digest(one.runbook_id)) for one in ranked)
        if not is_new:
            _clear(tx, incident)
        rows = [
            self._row(incident, rank, one, digest)
            for rank, (one, digest) in enumerate(kept, 1)
        ]
        if rows:
            _insert(tx, _OFFER, rows)
        standing = (one for one in ranked if one.runbook_id not in rejected)
        best = next(standing, None)
        if best is not None:
            self._stand(tx, incident, best.runbook_id, best.step, best.why)
        return kept

    def follow(
        self, tx: Transaction, incident: str, state: Incident, events: Sequence[Event]
    ) -> None:
        """Have the best one stand that nobody rejected, once somebody judged one."""
        if not any(isinstance(one, SuggestionJudged) for one in events):
            return
        best = next(iter(state.judged.standing), "")
        found = tx.tables.execute(
            "SELECT step, why FROM offer WHERE incident = ? AND runbook = ?",
            (incident, best),
        )
        tx.tables.execute("DELETE FROM suggested WHERE incident = ?", (incident,))
        if found:
            self._stand(tx, incident, best, int(found[0]["step"]), found[0]["why"])

    def considered(self, tx: Transaction, incident: str) -> Considered | None:
        """Return what was considered for an incident; None if there is none."""
        state, _ = board.load(tx, incident)
        if not state.exists:
            return None
        rows = tx.tables.execute(
            "SELECT * FROM offer WHERE incident = ? ORDER BY rank", (incident,)
        )
        history = learned.history(tx, state.category)
        return Considered(
            incident=incident,
            category=state.category,
            is_open=state.is_open,
            is_kept=state.judged.is_kept,
            none_by=state.judged.none_by,
            mode=self.mode,
            options=tuple(self._option(row, state, history) for row in rows),
        )

    def _option(
        self, row: Mapping[str, object], state: Incident, history: History
    ) -> Option:
        runbook = str(row["runbook"])
        book, rejection = self.runbooks.get(runbook), state.judged.rejected.get(runbook)
        record = history.get(runbook)
        taken = [step.by for (its, _), step in state.steps.items() if its == runbook]
        return Option(
            runbook=runbook,
            version=int(str(row["version"])),
            digest=str(row["digest"]),
            title=str(row["title"]),
            step=int(str(row["step"])),
            score=int(str(row["score"])) / _THOUSAND,
            weight=int(str(row["weight"])) / _THOUSAND,
            why=str(row["why"]),
            atlas=book.atlas if book else (),
            owasp=book.owasp if book else (),
            history=record.told(state.category) if record else "",
            rejection=rejection,
            taken_by=taken[0] if taken else "",
            changed=book is not None and book.digest != row["digest"],
        )

    def _digest(self, runbook: str) -> str:
        return self.runbooks[runbook].digest

    def _row(
        self, incident: str, rank: int, one: Suggestion, digest: str
    ) -> tuple[object, ...]:
        version = self.runbooks[one.runbook_id].version
        figures = (round(one.score * _THOUSAND), round(one.weight * _THOUSAND))
        named = (one.runbook_id, digest, version, one.title, one.step)
        return (incident, rank, *named, *figures, one.why)

    def _stand(
        self, tx: Transaction, incident: str, runbook: str, first: int, why: str
    ) -> None:
        """Have the steps of a runbook stand, from one on, where none do."""
        book = self.runbooks.get(runbook)
        if book is None:
            return
        kept = [
            (incident, position, runbook, book.title, step.number, step.text, why)
            for position, step in enumerate(book.steps)
            if step.number >= first
        ]
        for few in (kept[n : n + _FEW] for n in range(0, len(kept), _FEW)):
            _insert(tx, _STEPS, few)


def _clear(tx: Transaction, incident: str) -> None:
    for table in ("offer", "suggested"):
        tx.tables.execute(
            f"DELETE FROM {table} WHERE incident = ?",  # noqa: S608 - our own names
            (incident,),
        )


def _insert(tx: Transaction, into: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert some rows of one length with one statement."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    values = [given for row in rows for given in row]
    tx.tables.execute(into + ", ".join([marks] * len(rows)), values)


def offered(found: Sequence[tuple[Suggestion, str]]) -> Offered:
    """Return what the log says of an offer."""
    return tuple((one.runbook_id, digest) for one, digest in found)
