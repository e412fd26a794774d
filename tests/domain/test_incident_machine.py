"""Random people press random buttons; the invariants judge what they leave."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.codec import decode, encode
from bot.domain.commands import (
    Acknowledge,
    Assign,
    Clear,
    Command,
    FinishStep,
    Join,
    Move,
    Nag,
    Open,
    Person,
    PersonKind,
    Reopen,
    ReopenStep,
    Resolve,
    TakeStep,
)
from bot.domain.decisions import TOCSIN, decide
from bot.domain.errors import Refusal
from bot.domain.events import (
    Acknowledged,
    Event,
    Nagged,
    Phase,
    Resolved,
    Role,
    SeverityChanged,
)
from bot.domain.incident import Incident, evolve, fold
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from tests.domain.test_stepping import EDITION
from tests.searching import examples
from tests.spec import NOON, an_alert, person

people = st.sampled_from(
    [person(f"U{n}") for n in range(3)]
    + [person("UGUEST", PersonKind.GUEST), person("UBOT", PersonKind.BOT)]
)
members = {"U0", "U1", "U2"}
severities = st.sampled_from(list(Severity)[:4])
keys = st.sampled_from(["p1", "p2", "p3"])


class Response(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.log: list[Event] = []
        self.state = Incident()

    def ask(self, command: Command) -> None:
        try:
            events = decide(self.state, command, now=self.now)
        except Refusal:
            return
        for event in events:
            self.check(event)
            self.state = evolve(self.state, event)
            self.log.append(event)

    def check(self, event: Event) -> None:
        """Judge an event against the state it was decided on."""
        match event:
            case SeverityChanged(by=by, severity=severity) if by == TOCSIN:
                assert severity.is_worse_than(self.state.severity)
            case Nagged():
                assert not self.state.acked_by
            case Resolved(by=by) if by == TOCSIN:
                assert not self.state.acked_by
                assert self.state.phase is Phase.TRIAGE
            case _:
                pass

    @initialize(severity=severities)
    def open(self, severity: Severity) -> None:
        self.ask(Open(alert=an_alert(severity=severity), channel="C0INCIDENTS"))

    @rule(key=keys, severity=severities)
    def alert(self, key: str, severity: Severity) -> None:
        self.ask(Join(alert=an_alert(key, severity=severity), because="same_group"))

    @rule(key=keys)
    def clear(self, key: str) -> None:
        self.ask(Clear(alert=an_alert(key)))

    @rule(by=people)
    def acknowledge(self, by: Person) -> None:
        self.ask(Acknowledge(by=by))

    @rule(by=people, phase=st.sampled_from(list(Phase)))
    def move(self, by: Person, phase: Phase) -> None:
        self.ask(Move(by=by, phase=phase))

    @rule(by=people, to=people)
    def assign(self, by: Person, to: Person) -> None:
        self.ask(Assign(by=by, role=Role.COMMANDER, to=to))

    @rule(by=people, step=st.integers(1, 5), how=st.sampled_from("tdsu"))
    def work(self, by: Person, step: int, how: str) -> None:
        about: dict[str, Any] = {"runbook": "RB-07", "step": step, "edition": EDITION}
        skip = FinishStep(by=by, skipped=True, reason=Untrusted("no"), **about)
        asked: dict[str, Command] = {
            "t": TakeStep(by=by, **about),
            "d": FinishStep(by=by, **about),
            "s": skip,
            "u": ReopenStep(by=by, **about),
        }
        self.ask(asked[how])

    @rule(by=people)
    def resolve(self, by: Person) -> None:
        self.ask(Resolve(by=by))

    @rule(by=people)
    def reopen(self, by: Person) -> None:
        self.ask(Reopen(by=by))

    @rule(minutes=st.integers(-5, 60))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.ask(Nag(due_at=NOON))

    @invariant()
    def only_members_leave_a_trace(self) -> None:
        for event in self.log:
            by = getattr(event, "by", TOCSIN)
            assert by == TOCSIN or by in members

    @invariant()
    def nobody_but_a_member_commands(self) -> None:
        assert self.state.commander in members | {""}

    @invariant()
    def at_most_one_person_acknowledged(self) -> None:
        acked = {e.by for e in self.log if isinstance(e, Acknowledged)}
        assert len(acked) <= 1

    @invariant()
    def a_checklist_begins_once_and_marks_only_what_it_has(self) -> None:
        begun = [e for e in self.log if isinstance(e, ChecklistStarted)]
        assert len(begun) <= 1
        assert bool(begun) or not self.state.steps
        assert all(EDITION.step(number) for _, number in self.state.steps)

    @invariant()
    def a_step_is_taken_only_while_it_is_free_and_reopened_as_it_was(self) -> None:
        states: dict[int, str] = {}
        for event in self.log:
            match event:
                case StepTaken(step=step):
                    assert states.get(step) is None
                    states[step] = "taken"
                case StepFinished(step=step, outcome=outcome):
                    assert (states.get(step), outcome) != ("done", "skipped")
                    states[step] = outcome
                case StepReopened(step=step, was=was):
                    assert states.pop(step) == was
                case _:
                    pass

    @invariant()
    def a_problem_is_firing_or_cleared(self) -> None:
        assert not self.state.firing & self.state.cleared

    @invariant()
    def the_stored_log_folds_to_the_same_state(self) -> None:
        stored = [encode(event) for event in self.log]
        assert fold(decode(*one) for one in stored) == self.state


Response.TestCase.settings = settings(
    max_examples=examples(0.6), stateful_step_count=30
)
TestResponse = Response.TestCase
