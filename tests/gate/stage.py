"""The gate over a real store, real policies and a world of one switch."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.checkpoints import Checkpoints
from bot.domain.action_facts import Click
from bot.domain.commands import Person, PersonKind
from bot.domain.freeze import FreezeWindow
from bot.domain.gate_limits import UNLIMITED, GateLimits
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.plan import Level
from bot.domain.plan_view import PlanView
from bot.domain.registry import Registry, System
from bot.domain.untrusted import Untrusted
from bot.gate.executor import Executor
from bot.gate.groups import GroupNames
from bot.gate.judge import Judge
from bot.gate.policy import Policy
from bot.gate.tokens import Tokens
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.freezing import Freezer
from bot.plans.gatekeeper import Gatekeeper
from bot.plans.holds import Holds
from bot.plans.journal import PlanJournal
from bot.plans.planning import Planning
from bot.plans.proposing import Proposing
from bot.ports import Post
from bot.ports.gate import Asker
from bot.store.checkpoint import verify_note
from bot.store.merkle import is_included, leaf_hash
from tests.core import CHANNEL, Core, rulings, shipped_policy
from tests.fakes.action import TurnSwitch, World
from tests.fakes.clock import FakeClock

TEAM = "T0TEAM"
GROUPS = {
    "U0ONCALL": {"oncall", "approvers"},
    "U0SECOND": {"oncall", "approvers"},
    "U0COMMANDER": {"approvers"},
    "U0LEAD": {"approvers"},
}


@dataclass
class Crowd:
    """Who people are right now; a test may change it."""

    clock: FakeClock
    groups: dict[str, set[str]] = field(default_factory=lambda: dict(GROUPS))
    kinds: dict[str, PersonKind] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    shared: bool = False
    groups_read: bool = True

    def asker(self, person_id: str, channel: str) -> Asker:
        kind = self.kinds.get(person_id, PersonKind.MEMBER)
        return Asker(
            person=Person(id=person_id, team=TEAM, kind=kind),
            groups=frozenset(self.groups.get(person_id, set())),
            groups_read=self.groups_read,
            in_channel=person_id not in self.outside,
            channel_shared=self.shared,
            read_at=self.clock.now(),
        )


class GateStage:
    """Everything wired; time and people are in the test's hand."""

    def __init__(
        self,
        folder: Path,
        *,
        mode: Mode = Mode.ACT,
        level: Level = Level.T2,
        windows: tuple[FreezeWindow, ...] = (),
        limits: GateLimits = UNLIMITED,
        system: System | None = None,
        others: tuple[System, ...] = (),
        policy: Policy | None = None,
        groups: GroupNames | None = None,
    ) -> None:
        self.core = Core(folder)
        self.clock = self.core.clock
        self.world = World()
        self.people = Crowd(self.clock)
        off = TurnSwitch(self.world, to=False, level=level)
        on = TurnSwitch(self.world, to=True, level=level)
        self.catalogue = {one.MANIFEST.name: one for one in (off, on)}
        rules = GateRules(mode=mode)
        self.book = PlanBook(clock=self.clock, rules=rules)
        judge = Judge(
            policy=policy or shipped_policy(),
            rules=rules,
            workspace=TEAM,
            groups=groups or GroupNames(),
            cutting=frozenset({"test.switch.turn_off"}),
        )
        registry = Registry((system, *others)) if system else rulings().registry
        self.desk = PlanDesk(
            judge=judge,
            registry=registry,
            draw=_draw,
            fits=lambda _: True,
            holding=Holds(registry=registry, windows=windows, limits=limits),
        )
        self.checkpoints = Checkpoints(
            store=self.core.store,
            keys=self.core.keys,
            clock=self.clock,
            anchors=folder / "anchors",
        )
        ids = itertools.count(1)
        planning = Planning(
            store=self.core.store,
            desk=self.desk,
            catalogue=self.catalogue,
            reader=lambda _: None,
        )
        tokens = Tokens(b"m" * 32)
        self.gate = Gatekeeper(
            store=self.core.store,
            book=self.book,
            desk=self.desk,
            planning=planning,
            proposing=Proposing(
                store=self.core.store,
                book=self.book,
                desk=self.desk,
                planning=planning,
                new_id=lambda item: f"pl_{item}" if item else f"pl_{next(ids):026d}",
                token=tokens.of,
            ),
            tokens=tokens,
            cleared=self.sign,
            freezing=Freezer(
                store=self.core.store,
                book=self.book,
                desk=self.desk,
                token=tokens.of,
                thawed=self.sign,
            ),
        )
        self.evidence: dict[str, bytes] = {}
        self.executor = self.new_executor("w1")
        self.core.alert(
            {
                "title": "Model m1 answers 503 to customers",
                "severity": "critical",
                # Of the system that the core's own registry calls `chat`.
                **({"model": "chat-70b"} if system else {}),
            }
        )

    def new_executor(self, worker: str) -> Executor:
        vkey = self.checkpoints.vkey

        def note(text: str) -> tuple[int, bytes]:
            found = verify_note(text, vkey)
            return found.size, found.root

        return Executor(
            worker=worker,
            journal=PlanJournal(
                store=self.core.store,
                book=self.book,
                desk=self.desk,
                people=self.people,
                token=self.gate.tokens.of,
                note=note,
                path=leads,
                catalogue=self.catalogue,
            ),
            catalogue=self.catalogue,
            reader=lambda _: None,
            mint=lambda plan, action, approvers: None,
            keep_evidence=self.evidence.__setitem__,
        )

    def sign(self) -> None:
        self.checkpoints.sign_if_dirty()

    def propose(
        self,
        who: str = "U0ONCALL",
        action: str = "test.switch.turn_off",
        switch: str = "s1",
        parent: str = "",
    ) -> PlanView:
        return self.gate.propose(
            "INC-0001",
            action,
            {"switch": switch},
            parent=parent,
            by=self.people.asker(who, CHANNEL),
            reason=Untrusted("it leaks"),
        )

    def click(self, **changes: object) -> Click:
        made = Click(channel=CHANNEL, message="1.1", mac_ok=True)
        return replace(made, **changes)  # type: ignore[arg-type]

    def shown(self, view: PlanView) -> None:
        self.gate.shown(view.plan.id, "1.1")

    def approve(
        self, view: PlanView, who: str = "U0SECOND", **changes: object
    ) -> PlanView:
        typed = {Level.T1: view.plan.phrase, Level.T2: view.plan.draft.target}
        given = {
            "digest": view.digest,
            "typed": typed.get(view.plan.level, ""),
            "reason": Untrusted("agreed"),
            "click": self.click(),
        } | changes
        return self.gate.approve(
            view.plan.id,
            by=self.people.asker(who, CHANNEL),
            **given,  # type: ignore[arg-type]
        )

    def stage(self, view: PlanView) -> str:
        found = self.gate.view(view.plan.id)
        assert found is not None
        return found.stage.value

    def wait(self, **time: float) -> None:
        self.clock.go_on(timedelta(**time).total_seconds())


def leads(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    return is_included(leaf_hash(leaf), seq, size=size, root=root, path=path)


def _draw(view: PlanView, token: str) -> Post:
    return Post(
        key=f"plan/{view.plan.id}",
        channel=view.plan.channel,
        text=f"{view.plan.id} {view.stage.value} {token[:4]}",
    )
