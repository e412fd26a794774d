"""The core without doors: a real store, real rules, a clock in the test's hand."""

import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.config.runbooks_section import Runbooks
from bot.domain.commands import PersonCommand
from bot.domain.envelope import Alert
from bot.domain.registry import Registry, System
from bot.gate.policy import Policy
from bot.guards import Guards
from bot.intake import Intake
from bot.jobs import fire_timers
from bot.maintenance import EDGE
from bot.placing import Placed
from bot.ports import Lane, Payload, Received, Timer, Transaction
from bot.reading.questions import Reading
from bot.reading.reader import Reader
from bot.reading.recall import Recall
from bot.rulings import Rulings, read_rulings
from bot.sealing import seal_payload
from bot.service import Handled, Service
from bot.slack.lines import SlackPresenter
from bot.store.keyfile import FileKeys
from bot.storm import Storm
from bot.turns import CALM
from bot.viewing import Viewing
from bot.wire_grouping import build_grouping
from tests.fakes.clock import FakeClock
from tests.spec import NOON
from tests.stores import new_store

# Words alone: what a test sees does not depend on what else is installed.
_SETTINGS = Settings(runbooks=Runbooks(semantic="off"))
CHANNEL = "C0INCIDENTS"
CHAT = System(id="chat", title="Chat", owner="@ml", entities=("chat-70b",))


@cache
def rulings() -> Rulings:
    return read_rulings(_SETTINGS, key=b"k" * 32, registry=Registry((CHAT,)))


def recall(reading: Reading | None = None, **more: Any) -> Recall:
    """Return a memory that reads in this process what it does not know."""
    return Recall(rulings().integrations, reading or Reader(rulings()), **more)


@cache
def shipped_policy() -> Policy:
    """Return the shipped policies; nothing changes one that was read."""
    return Policy.load(None)


class Core:
    def __init__(
        self,
        folder: Path,
        *,
        budgets: Mapping[str, int] | None = None,
        reading: Reading | None = None,
    ) -> None:
        self.clock = FakeClock(NOON)
        self.keys = FileKeys(folder / "keys")
        self.store = new_store(
            folder / "tocsin.db",
            guard=Guards(rulings().redactor),
            renew=self.keys.renewed,
        )
        self.service = Service(
            store=self.store,
            clock=self.clock,
            keys=self.keys,
            redactor=rulings().redactor,
            presenter=SlackPresenter(),
            viewing=Viewing(
                clock=self.clock,
                registry=rulings().registry,
                category_titles=rulings().category_titles(),
                together=rulings().grouping.together,
            ),
            storm=Storm(
                budgets=budgets or {}, category_titles=rulings().category_titles()
            ),
        )
        self.grouping = build_grouping(self.service, rulings(), channel=CHANNEL)
        self.placing = self.grouping.placing
        self.intake = Intake(
            service=self.service,
            understanding=recall(reading),
            suggest=rulings().advise,
            placing=self.placing,
        )
        self._ids = itertools.count(1)

    def keep(self, body: Mapping[str, Any], *, source: str = "webhook") -> str:
        """Keep an alert as the door does; nothing has read it yet."""
        return self.post(json.dumps(body).encode(), source=source)

    def post(
        self, body: bytes, *, source: str, headers: Mapping[str, str] | None = None
    ) -> str:
        """Keep a body as the door does."""
        item = f"al_{next(self._ids):026d}"
        payload = Payload(
            body=body, headers=headers or {}, received_at=self.clock.now()
        )
        received = Received(
            id=item,
            lane=Lane.ALERTS,
            source=source,
            key=item,
            received_at=self.clock.now(),
            sealed=seal_payload(self.keys, payload, item=item),
        )
        return self.service.accept(received).result()[0]

    def alert(self, body: Mapping[str, Any], *, source: str = "webhook") -> Any:
        """Keep an alert, read it, and return what became of it."""
        item = self.keep(body, source=source)
        self.settle()
        return self.outcome(item)

    def settle(self) -> None:
        """Read whatever was kept."""
        while self.intake.step():
            pass

    def outcome(self, item: str) -> Any:
        found = self.service.find(item)
        assert found is not None
        return found.outcome

    def ask(self, incident: str, command: PersonCommand) -> Handled:
        return self.service.handle(incident, command).result()

    def wait(self, **time: float) -> int:
        """Let time pass and keep the promises that came due."""
        self.clock.go_on(timedelta(**time).total_seconds())
        return fire_timers(self.service, self.fire)

    def fire(self, timer: Timer) -> None:
        keepers = {
            EDGE: self.grouping.maintenance.fire,
            CALM: self.grouping.calming.fire,
        }
        keepers[timer.kind](timer)

    def take(self, alert: Alert, *, drill: str = "", times: int = 1) -> str:
        """Place an alert as the intake does, and return what became of it."""
        return self.take_all([alert], drill=drill, times=times)[0]

    def take_all(
        self, alerts: Sequence[Alert], *, drill: str = "", times: int = 1
    ) -> list[str]:
        """Place alerts in one transaction, as the intake does with a payload."""

        def work(tx: Transaction) -> list[Placed]:
            return [
                self.placing.take(
                    tx, one, partial(rulings().advise, one), drill=drill, times=times
                )
                for one in alerts
            ]

        placed = self.store.write(work).result()
        return [f"{one.outcome} {one.incident}".strip() for one in placed]

    def kinds(self, incident: str = "INC-0001") -> list[str]:
        return [
            line.kind.removeprefix("incident.").removesuffix(".v1")
            for line in self.service.timeline(incident)
        ]

    def outbox(self) -> dict[str, str]:
        """Return every message that waits: key to text."""
        rows = self.store.read(
            lambda tx: tx.tables.execute(
                "SELECT key, text FROM outbox WHERE state = 'waiting' ORDER BY n"
            )
        )
        return {row["key"]: row["text"] for row in rows}

    def close(self) -> None:
        self.store.close()
