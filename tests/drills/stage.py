"""A drill over a real store, the real rules, cards, gate and actions.

Only time, people and Slack are in the test's hand. The real world is a trap: any
look at it, and any session that could change it, fails the test.
"""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.checkpoints import Checkpoints
from bot.domain.action_facts import Click
from bot.domain.commands import Acknowledge, Person
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.drills.book import TICK, DrillBook
from bot.drills.clock import DrillClock
from bot.drills.master import DrillMaster
from bot.drills.shelf import DrillShelf
from bot.gate.catalogue import load_actions
from bot.gate.executor import Executor
from bot.gate.judge import Judge
from bot.gate.rehearsal import Rehearsal, wrapped
from bot.gate.tokens import Tokens
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.freezing import Freezer
from bot.plans.gatekeeper import Gatekeeper
from bot.plans.journal import PlanJournal
from bot.plans.planning import Planning
from bot.plans.proposing import Proposing
from bot.ports import Timer
from bot.ports.action import Action
from bot.ports.drills import DrillView
from bot.slack import plan_card
from bot.slack.drill_cards import DrillCards
from bot.store.checkpoint import verify_note
from tests.core import CHANNEL, Core, rulings, shipped_policy
from tests.gate.stage import TEAM, Crowd, leads
from tests.spec import OLU

ROOT = Path(__file__).parents[2]
KEY = "AKIA" + "Q3EGRTTOCSINDEMO"
LEAK = {"title": "Leaked access key of ci-deployer", "principal": "ci-deployer"}


class Trap:
    """The real world: whoever touches it in a drill has failed."""

    def __init__(self) -> None:
        self.touched: list[str] = []

    def reader(self, action: Any = None) -> Any:
        self.touched.append("reader")
        raise AssertionError("a drill read the real world")

    def mint(self, plan: Any, action: Any, approvers: Any) -> Any:
        self.touched.append("mint")
        raise AssertionError("a drill asked for a real session")


@dataclass(frozen=True)
class Message:
    key: str
    text: str
    blocks: str


class DrillStage:
    """Everything wired; `pass_minutes` lets scenario time go by."""

    def __init__(self, folder: Path, *, drills: Path | None = None) -> None:
        self.core = Core(folder)
        self.clock = self.core.clock
        self.core.fire = self._fire  # type: ignore[method-assign]
        self.trap = Trap()
        self.people = Crowd(self.clock)
        self.catalogue = load_actions()
        self.checkpoints = Checkpoints(
            store=self.core.store,
            keys=self.core.keys,
            clock=self.clock,
            anchors=folder / "anchors",
        )
        self.gate = self._gate()
        ids = itertools.count(1)
        self.book = DrillBook(
            store=self.core.store, clock=self.clock, draw=DrillCards()
        )
        self.master = DrillMaster(
            book=self.book,
            shelf=DrillShelf(
                folder=drills or ROOT / "runbooks" / "drills",
                sources=frozenset(rulings().integrations),
            ),
            new_id=lambda item: f"dr_{item}" if item else f"dr_{next(ids):026d}",
            channel=CHANNEL,
        )
        items = itertools.count(1)
        self.ticker = DrillClock(
            book=self.book,
            service=self.core.service,
            gate=self.gate,
            new_item=lambda at: f"al_{next(items):013d}{at.timestamp():013.0f}",
            told=lambda: None,
            team=TEAM,
        )
        self.evidence: dict[str, bytes] = {}
        self.executor = self.executor_with(wrapped(self.catalogue))

    # --- playing ---

    def start(self, speed: int = 60, *, by: Person = OLU, item: str = "") -> DrillView:
        view = self.master.start("first-hour", by=by, speed=speed, item=item)
        self.tick()
        return view

    def tick(self) -> None:
        """Keep every promise that is due, and read what came in."""
        self.core.wait(seconds=0)
        while self.core.intake.step():
            pass

    def pass_minutes(self, minutes: float, *, speed: int = 60) -> None:
        """Let scenario minutes go by, a look a second as in the running bot."""
        real_s = minutes * 60 / speed
        for _ in range(max(int(real_s), 1)):
            self.clock.go_on(min(real_s, 1.0))
            self.tick()

    def acknowledge(self, incident: str = "INC-0001", who: Person = OLU) -> None:
        self.core.ask(incident, Acknowledge(by=who))

    def report(self) -> Mapping[str, Any]:
        newest = self.master.newest()
        assert newest is not None
        return self.master.report(newest.id)

    # --- the gate ---

    def executor_with(self, actions: Mapping[str, Action]) -> Executor:
        vkey = self.checkpoints.vkey

        def note(text: str) -> tuple[int, bytes]:
            found = verify_note(text, vkey)
            return found.size, found.root

        return Executor(
            worker="w1",
            journal=PlanJournal(
                store=self.core.store,
                book=self.gate.book,
                desk=self.gate.desk,
                people=self.people,
                token=self.gate.tokens.of,
                note=note,
                path=leads,
                catalogue=self.catalogue,
            ),
            catalogue=self.catalogue,
            reader=self.trap.reader,
            mint=self.trap.mint,
            keep_evidence=self.evidence.__setitem__,
            rehearsal=Rehearsal(store=self.core.store, actions=actions),
        )

    def propose(self, incident: str = "INC-0001") -> PlanView:
        return self.gate.propose(
            incident,
            "aws.iam.deactivate_access_key",
            {"user_name": "ci-deployer", "access_key_id": KEY},
            by=self.people.asker("U0ONCALL", CHANNEL),
            reason=Untrusted("it is public"),
        )

    def agree(self, view: PlanView, who: str = "U0SECOND") -> PlanView:
        self.gate.shown(view.plan.id, "1.1")
        return self.gate.approve(
            view.plan.id,
            by=self.people.asker(who, CHANNEL),
            digest=view.digest,
            typed=view.plan.draft.target,
            reason=None,
            click=Click(channel=CHANNEL, message="1.1", mac_ok=True),
        )

    def stage_of(self, view: PlanView) -> str:
        found = self.gate.view(view.plan.id)
        assert found is not None
        return found.stage.value

    # --- looking ---

    def messages(self) -> list[Message]:
        """Return everything that is to be said, in order."""
        rows = self.core.store.read(
            lambda tx: tx.tables.execute(
                "SELECT key, text, blocks FROM outbox ORDER BY n"
            )
        )
        return [Message(r["key"], r["text"], r["blocks"]) for r in rows]

    def blocks(self, key: str) -> Any:
        return next(json.loads(m.blocks) for m in self.messages() if m.key == key)

    def kinds(self, drill: str) -> list[str]:
        entries = self.core.store.read(lambda tx: tx.log.load(f"drill/{drill}"))
        return [e.kind.removeprefix("drill.").removesuffix(".v1") for e in entries]

    def close(self) -> None:
        self.core.close()

    def _fire(self, timer: Timer) -> None:
        if timer.kind == TICK:
            self.ticker.fire(timer)

    def _sign(self) -> None:
        self.checkpoints.sign_if_dirty()

    def _gate(self) -> Gatekeeper:
        rules = GateRules(mode=Mode.ACT)
        judge = Judge(policy=shipped_policy(), rules=rules, workspace=TEAM)
        desk = PlanDesk(
            judge=judge,
            registry=rulings().registry,
            draw=lambda view, token: plan_card.card(view, token=token),
            fits=plan_card.fits,
        )
        plans = itertools.count(1)
        actions = wrapped(self.catalogue)
        book, tokens = PlanBook(clock=self.clock, rules=rules), Tokens(b"m" * 32)
        planning = Planning(
            store=self.core.store,
            desk=desk,
            catalogue=self.catalogue,
            reader=self.trap.reader,
            rehearsal=Rehearsal(store=self.core.store, actions=actions),
        )
        return Gatekeeper(
            store=self.core.store,
            book=book,
            desk=desk,
            planning=planning,
            proposing=Proposing(
                store=self.core.store,
                book=book,
                desk=desk,
                planning=planning,
                new_id=lambda _: f"pl_{next(plans):026d}",
                token=tokens.of,
            ),
            tokens=tokens,
            cleared=self._sign,
            freezing=Freezer(
                store=self.core.store,
                book=book,
                desk=desk,
                token=tokens.of,
                thawed=self._sign,
            ),
        )
