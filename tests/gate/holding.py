"""What holds a plan back, over streams and rows in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action_events import ActionEvent
from bot.domain.codec import encode
from bot.domain.events import Event
from bot.domain.freeze import FreezeWindow, Once
from bot.domain.freeze_events import FreezeSet
from bot.domain.plan import Plan
from bot.domain.registry import Registry, System
from bot.domain.untrusted import Untrusted
from bot.gate import freezes, places
from bot.plans.book import PlanBook
from bot.plans.holds import Holds
from bot.ports import NewEntry, Transaction
from tests.domain.action_spec import ACT, a_plan
from tests.fakes.clock import FakeClock
from tests.spec import NOON, opened

CHAT = System(id="chat", title="Chat", owner="@ml", stage="pilot", entities=("bot-1",))
MAIL = System(id="mail", title="Mail", owner="@ml", stage="sandbox")

PLAN = a_plan()
# The way back of `PLAN`, which is `pl_1`.
BACK = a_plan(
    id="pl_2",
    parent="pl_1",
    draft=replace(
        PLAN.draft, action=PLAN.draft.rollback, rollback="another.way", params=()
    ),
)


def window(name: str = "close", *, hours: int = 1, **covers: Any) -> FreezeWindow:
    """Return a freeze that the site planned from now on."""
    when = Once(begins=NOON, ends=NOON + hours * timedelta(hours=1))
    reason = "the year is being closed"
    return FreezeWindow(id=name, reason=reason, owner="finance", when=when, **covers)


@dataclass
class Held:
    """One piece of work on an empty store, and the rules that are looked up in it."""

    tx: Transaction
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book = PlanBook(clock=self.clock, rules=ACT)
        self.holds = Holds(**{"registry": Registry((CHAT, MAIL)), **self.more})

    def incident(self, name: str = "INC-0001", *, system: str = "") -> None:
        """Let there be an incident about a system."""
        append(self.tx, f"incident/{name}", [opened(system=system)])

    def put(self, plan: Plan, events: Sequence[ActionEvent]) -> Plan:
        """Let this have happened to a plan; its row says so too."""
        append(self.tx, f"action/{plan.id}", events)
        state, _ = self.book.load(self.tx, plan.id)
        self.tx.tables.execute(
            "INSERT INTO plan (id, parent, stage) VALUES (?,?,?)",
            (plan.id, plan.parent, state.stage.value),
        )
        return plan

    def proposed(self, plan: Plan, *, edited: bool = False) -> Plan:
        """Let a plan have been put forward."""
        now = self.clock.now()
        places.propose(self.tx, plan, system="", edited=edited, at=now)
        return plan

    def ran(self, plan: Plan, *, system: str = "", at: datetime = NOON) -> Plan:
        """Let a plan have taken a place for good."""
        places.claim(self.tx, plan, system=system, at=at)
        places.begin(self.tx, plan.id)
        return plan

    def frozen(self, until: datetime, name: str = "FZ-0001") -> None:
        """Let somebody have frozen everything."""
        why = Untrusted("the year is being closed")
        event = FreezeSet(freeze=name, until=until, by="U0LEAD", item="", reason=why)
        freezes.write(self.tx, [event], by="U0LEAD", at=NOON)

    def freeze(self, plan: Plan) -> str:
        """Return the id of the freeze that holds a plan, "" where none does."""
        found = self.holds.freeze(self.tx, self.book, plan)
        return "" if found is None else found.id

    def full(self, plan: Plan) -> str:
        """Return the setting that leaves no place for a plan, "" where none does."""
        found = self.holds.full(self.tx, self.book, plan)
        return "" if found is None else found.setting


def append(tx: Transaction, stream: str, events: Sequence[Event | ActionEvent]) -> None:
    """Let this have happened."""
    entries = []
    for event in events:
        kind, body, words = encode(event)
        made = NewEntry(kind=kind, at=NOON, actor="x", body=body, words=words)
        entries.append(made)
    version = tx.log.version(stream)
    tx.log.append(stream, expected_version=version, entries=entries)
