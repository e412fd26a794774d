"""The plans' journal over a store in memory; the policies say what a test wants."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BreakGlass,
    DraftPlan,
    Publish,
    Show,
)
from bot.domain.action_events import ActionEvent
from bot.domain.action_facts import GateFacts, PolicyAnswer
from bot.domain.commands import Person
from bot.domain.errors import Tampered
from bot.domain.events import Role, RoleAssigned
from bot.domain.freeze_events import FreezeLifted, FreezeSet
from bot.domain.gate_limits import UNLIMITED, GateLimits
from bot.domain.plan import Plan
from bot.domain.plan_view import PlanView
from bot.domain.registry import Registry
from bot.domain.untrusted import Untrusted
from bot.gate import freezes, places
from bot.gate.judge import Around, Judge
from bot.gate.policy import Policy
from bot.gate.policy_question import Verb
from bot.plans.book import PlanBook
from bot.plans.desk import PlanDesk
from bot.plans.holds import Holds
from bot.plans.journal import PlanJournal
from bot.ports import Post, Transaction
from bot.ports.gate import Asker
from tests.domain.action_spec import ACT, CARD, a_plan, facts
from tests.fakes.action import TurnSwitch, World
from tests.fakes.clock import FakeClock
from tests.gate.holding import append
from tests.gate.stage import Crowd
from tests.spec import DANA, NOON, OLU, SAM, opened
from tests.stores import MemoryStore

OFF = "test.switch.turn_off"
ONE_AN_HOUR = GateLimits(all_per_hour=1)
UNTIL = NOON + timedelta(hours=2)
WHY = Untrusted("the year is being closed")
FROZEN = FreezeSet(freeze="FZ-0001", until=UNTIL, by="U0LEAD", item="", reason=WHY)
LIFTED = FreezeLifted(freeze="FZ-0001", until=UNTIL, by="U0LEAD", reason=None)


class Noting(PlanBook):
    """Remembers the facts on which each kind of command was decided last."""

    def apply(
        self,
        tx: Transaction,
        plan: str,
        command: ActionCommand,
        facts: GateFacts,
        *,
        actor: str,
    ) -> tuple[ActionEvent, ...]:
        self.known[type(command)] = facts
        return super().apply(tx, plan, command, facts, actor=actor)

    known: dict[type[ActionCommand], GateFacts]


class Permissive(Judge):
    """Lets everybody do everything, but for whom a test says.

    Attributes:
        forbids: Who may not do what.
    """

    forbids: set[tuple[str, Verb]]

    def answer(
        self, asker: Asker, verb: Verb, plan: Plan | None, around: Around
    ) -> PolicyAnswer:
        del plan, around
        allowed = (asker.person.id, verb) not in self.forbids
        because = "" if allowed else "it is closed"
        return PolicyAnswer(
            allowed=allowed, because=because, hash="p1", verb=verb.value
        )

    def needs(self, *_: Any) -> tuple[()]:
        return ()


@dataclass
class Journalled:
    """A journal and everything around it; a note is the size that it covers.

    Attributes:
        asked: Whom Slack was asked about, and in which channel.
        ago_s: How long ago something was read of somebody.
    """

    limits: GateLimits = UNLIMITED
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    asked: list[tuple[str, str]] = field(default_factory=list)
    ago_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = Crowd(self.clock)
        self.book = Noting(clock=self.clock, rules=ACT)
        object.__setattr__(self.book, "known", {})
        judge = Permissive(policy=cast("Policy", None), rules=ACT, workspace="T0TEAM")
        object.__setattr__(judge, "forbids", set())
        self.forbids: set[tuple[str, Verb]] = judge.forbids
        registry = Registry(())
        self.action = TurnSwitch(World(), to=False)
        self.journal = PlanJournal(
            store=self.store,
            book=self.book,
            desk=PlanDesk(
                judge=judge,
                registry=registry,
                draw=_draw,
                fits=lambda _: True,
                not_as_promised=_not_as_promised,
                holding=Holds(registry=registry, limits=self.limits),
            ),
            people=self,
            token=lambda plan: f"token of {plan.id}",
            note=_opened,
            path=lambda leaf, *_: b"cleared" in leaf,
            catalogue={OFF: self.action},
        )
        self.write(lambda tx: append(tx, "incident/INC-0001", [opened()]))

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return who somebody is; remember that it was asked."""
        self.asked.append((person_id, channel))
        found = self.people.asker(person_id, channel)
        ago = timedelta(seconds=self.ago_s.get(person_id, 0))
        return replace(found, read_at=found.read_at - ago)

    def write(self, work: Callable[[Transaction], Any]) -> Any:
        """Do something else to the store."""
        return self.store.write(work).result()

    def pending(self, name: str = "pl_1", **changes: Any) -> Plan:
        """Put a plan forward."""
        draft = self.action.plan({"switch": "s1"}, reader=None)
        plan = a_plan(id=name, draft=draft, **changes)
        by = plan.requester
        self._ask(plan, DraftPlan(by=by, plan=plan, human_initiated=True), OLU)
        self._ask(plan, Publish(), OLU)
        self._ask(plan, Show(message=CARD), OLU)
        return plan

    def approved(self, name: str = "pl_1", **changes: Any) -> Plan:
        """Put a plan forward to which somebody agreed, and sign the log."""
        plan = self.pending(name, **changes)
        yes = Approve(by=SAM.id, digest=plan.digest(), typed=plan.draft.target)
        self._ask(plan, yes, SAM)
        self.sign()
        return plan

    def glass_broken(self) -> Plan:
        """Put a plan forward for which its requester broke the glass; sign the log."""
        plan = self.pending()
        typed = f"break glass {plan.phrase}"
        why = Untrusted("nobody else answers the pager")
        given = BreakGlass(by=OLU.id, digest=plan.digest(), typed=typed, reason=why)
        self._ask(plan, given, OLU)
        self.sign()
        return plan

    def sign(self, note: str = "") -> None:
        """Keep a note that covers what is in the log so far; or another one."""

        def work(tx: Transaction) -> None:
            size = tx.log.head().size
            tx.log.save_checkpoint(note or str(size), size=size, at=NOON)

        self.write(work)

    def commanded(self, by: Person = DANA) -> None:
        """Let somebody command the incident."""
        event = RoleAssigned(role=Role.COMMANDER, by=by.id, to=by.id)
        self.write(lambda tx: append(tx, "incident/INC-0001", [event]))

    def claim_facts(self, plan: Plan) -> GateFacts:
        """Return what is read outside for a claim; the world is as it was."""
        state = self.journal.state(plan.id)
        return self.journal.claim_facts(plan, state, plan.draft.preconditions)

    def events(self, plan: str = "pl_1") -> list[Any]:
        """Return the entries of a plan."""
        return list(self.store.read(lambda tx: tx.log.load(f"action/{plan}")))

    def card(self, key: str = "plan/pl_1") -> str:
        """Return the words of a message that waits to be sent, "" where none does."""
        asked = "SELECT text FROM outbox WHERE key = ?"
        found = self.store.read(lambda tx: tx.tables.execute(asked, (key,)))
        return found[0]["text"] if found else ""

    def _ask(self, plan: Plan, command: ActionCommand, by: Person) -> None:
        known = replace(facts(by), read_at=self.clock.now())
        self.write(
            lambda tx: PlanBook.apply(
                self.book, tx, plan.id, command, known, actor=by.id
            )
        )


def _draw(view: PlanView, token: str) -> Post:
    return Post(
        key=f"plan/{view.plan.id}",
        channel=view.plan.channel,
        text=f"{view.stage.value}, {token}",
    )


def _not_as_promised(view: PlanView) -> Post:
    says = view.measured_says.for_slack() if view.measured_says else ""
    return Post(key="measured", channel=view.plan.channel, text=says)


def _opened(note: str) -> tuple[int, bytes]:
    if note == "forged":
        raise Tampered("It was not read", because="the signature", next_move="Look.")
    return int(note), b"root"


def freeze(bench: Journalled) -> None:
    """Let somebody have frozen everything."""
    bench.write(lambda tx: freezes.write(tx, [FROZEN], by="U0LEAD", at=NOON))


def use_up(bench: Journalled) -> None:
    """Let another plan have taken the only place of the hour."""

    def work(tx: Any) -> None:
        places.claim(tx, a_plan(id="pl_9"), system="", at=NOON)
        places.begin(tx, "pl_9")

    bench.write(work)
