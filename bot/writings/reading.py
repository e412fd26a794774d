"""Reads an incident for its writings, and notes who looked when."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.instants import from_us, to_us
from bot.domain.writing import Composed, Writing
from bot.ports import Clock, Store, Transaction
from bot.ports.writings import Draft
from bot.readmodels import updating
from bot.readmodels.account import Account, gather
from bot.readmodels.catching_up import catch_up
from bot.viewing import Viewing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads accounts. Every method touches the disk."""

    store: Store
    clock: Clock
    viewing: Viewing

    def account_in(self, tx: Transaction, incident: str) -> Account | None:
        """Return an incident, whole; None if there is none of this id."""
        card = self.viewing.card(tx, incident)
        return None if card is None else gather(tx, card, now=self.clock.now())

    def account(self, incident: str) -> Account | None:
        """Return an incident, whole, in one snapshot."""
        return self.store.read(lambda tx: self.account_in(tx, incident))

    def catch_up(self, incident: str, person: str) -> Composed | None:
        """Return what somebody must know, and note that they looked."""
        read = self.store.read(
            lambda tx: (self.account_in(tx, incident), looked(tx, incident, person))
        )
        account, (looked_at, looked_seq) = read
        if account is None:
            return None
        seq, now = account.last_seq, self.clock.now()
        self.store.write(lambda tx: look(tx, incident, person, now=now, seq=seq))
        return catch_up(account, looked_at=looked_at, looked_seq=looked_seq)

    def draft(
        self, incident: str, writing: Writing, *, asks: bool = False
    ) -> Draft | None:
        """Return a draft as rules make it, with what a model has added."""
        account = self.account(incident)
        if account is None:
            return None
        extra = updating.added(account, writing)
        written = account.newest(writing) if extra.rows else None
        return Draft(
            writing=writing,
            fields=updating.fields(account, writing),
            facts=updating.facts(account, writing),
            extra=extra,
            entry=written.seq if written else -1,
            asks=asks,
        )


def looked(tx: Transaction, incident: str, person: str) -> tuple[datetime | None, int]:
    """Return when somebody caught up last and the newest entry then, or None, -1."""
    found = tx.tables.execute(
        "SELECT at_us, seq FROM looked WHERE incident = ? AND person = ?",
        (incident, person),
    )
    if not found:
        return None, -1
    return from_us(int(found[0]["at_us"])), int(found[0]["seq"])


def look(
    tx: Transaction, incident: str, person: str, *, now: datetime, seq: int
) -> None:
    """Note that somebody caught up."""
    tx.tables.execute(
        "INSERT INTO looked (incident, person, at_us, seq) VALUES (?,?,?,?) "
        "ON CONFLICT (incident, person) DO UPDATE SET at_us = excluded.at_us, "
        "seq = excluded.seq",
        (incident, person, to_us(now), seq),
    )
