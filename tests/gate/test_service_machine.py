"""Random people press random buttons of the real gate; the world judges."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)

from bot.domain.commands import PersonKind
from bot.domain.errors import Refusal
from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.gate.groups import GroupNames
from tests.core import CHANNEL, CHAT
from tests.gate.between import meanwhile
from tests.gate.stage import GateStage

PEOPLE = ("U0ONCALL", "U0SECOND", "U0LEAD", "U0GUEST", "U0NOBODY")
FIRST = ("a yes", "a no", "a stop", "a minute", "the end")
OVER = ("denied", "cancelled", "expired", "superseded")
people = st.sampled_from(PEOPLE)


class RealGate(RuleBasedStateMachine):
    plans = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.stage = self.made(Path(self.folder.name))
        self.stage.people.kinds["U0GUEST"] = PersonKind.GUEST
        self.known: list[PlanView] = []

    def made(self, folder: Path) -> GateStage:
        return GateStage(folder)

    def teardown(self) -> None:
        self.stage.core.close()
        self.folder.cleanup()

    @rule(target=plans, who=people, off=st.booleans())
    def propose(self, *, who: str, off: bool) -> object:
        action = "test.switch.turn_off" if off else "test.switch.turn_on"
        try:
            view = self.stage.propose(who, action)
        except Refusal:
            return multiple()
        self.stage.shown(view)
        self.known.append(view)
        return view

    @rule(view=plans, who=people, digest=st.booleans(), typed=st.booleans())
    def approve(self, *, view: PlanView, who: str, digest: bool, typed: bool) -> None:
        wrong = {} if digest else {"digest": "0" * 64}
        wrong |= {} if typed else {"typed": "another"}
        with suppress(Refusal):
            self.stage.approve(view, who, **wrong)

    @rule(view=plans, who=people)
    def deny(self, view: PlanView, who: str) -> None:
        with suppress(Refusal):
            self.stage.gate.deny(
                view.plan.id,
                by=self.stage.people.asker(who, CHANNEL),
                reason=Untrusted("no"),
                click=self.stage.click(),
            )

    @rule(view=plans, who=people, first=st.sampled_from(FIRST), other=people)
    def agree_too_late(
        self, *, view: PlanView, who: str, first: str, other: str
    ) -> None:
        """Somebody decides, and something else comes before that is written."""
        comes_first = {
            "a yes": lambda: self.approve(
                view=view, who=other, digest=True, typed=True
            ),
            "a no": lambda: self.deny(view=view, who=other),
            "a stop": self.stop_and_release,
            "a minute": lambda: self.stage.wait(minutes=1),
            "the end": lambda: self.stage.wait(minutes=16),
        }
        with suppress(Refusal):
            meanwhile(self.stage, comes_first[first]).approve(view, who)

    def stop_and_release(self) -> None:
        by = self.stage.people.asker("U0LEAD", CHANNEL)
        self.stage.gate.stop_all(by=by)
        self.stage.gate.release(by=by)

    @rule()
    def run(self) -> None:
        self.stage.executor.step()

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.stage.wait(minutes=minutes)

    @rule(on=st.booleans())
    def drift(self, *, on: bool) -> None:
        self.stage.world.on["s1"] = on

    @invariant()
    def no_effect_without_a_plan_that_others_agreed_to(self) -> None:
        begun = 0
        for view in self.known:
            events = self.kinds(view.plan.id)
            begun += events.count("step_began")
            assert events.count("step_began") <= 1
            if "step_began" in events:
                assert events.index("cleared") < events.index("claimed")
        assert self.stage.world.turned <= begun

    @invariant()
    def nobody_agrees_to_their_own_wish_and_no_guest_agrees(self) -> None:
        for view in self.known:
            found = self.stage.gate.view(view.plan.id)
            assert found is not None
            assert not {view.plan.requester, "U0GUEST", "U0NOBODY"} & set(found.agreed)

    @invariant()
    def nobody_agrees_to_what_is_over(self) -> None:
        for view in self.known:
            events = self.kinds(view.plan.id)
            ends = [n for n, kind in enumerate(events) if kind in OVER]
            late = set(events[ends[0] :]) if ends else set()
            assert not late & {"approved", "cleared", "claimed"}

    def kinds(self, plan: str) -> list[str]:
        entries = self.stage.core.store.read(lambda tx: tx.log.load(f"action/{plan}"))
        return [e.kind.removeprefix("action.").removesuffix(".v1") for e in entries]


class GroupedGate(RealGate):
    """The same with plans that need engineering and privacy."""

    def made(self, folder: Path) -> GateStage:
        names = {"engineering": ("U0SECOND", "U0ONCALL"), "privacy": ("U0LEAD",)}
        system = replace(CHAT, data_classes=("personal data",))
        return GateStage(folder, system=system, groups=GroupNames(names))

    @invariant()
    def nothing_runs_before_both_groups_agreed(self) -> None:
        for view in self.known:
            found = self.stage.gate.view(view.plan.id)
            assert found is not None
            assert found.plan.groups == ("engineering", "privacy")
            if "claimed" not in self.kinds(view.plan.id):
                continue
            others = set(found.agreed) - {view.plan.requester}
            assert "U0LEAD" in others
            assert others & {"U0SECOND", "U0ONCALL"}


RealGate.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None
)
TestRealGate = pytest.mark.slow(RealGate.TestCase)
GroupedGate.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None
)
TestGroupedGate = pytest.mark.slow(GroupedGate.TestCase)
