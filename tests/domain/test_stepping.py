"""How the steps of a runbook move, who is told what, and what the log keeps of it."""

from dataclasses import replace

import pytest

from bot.domain.checklist import Edition
from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.commands import PersonKind, Resolve
from bot.domain.decisions import decide
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn
from bot.domain.events import Reopened, Resolved
from bot.domain.incident import fold
from bot.domain.runbook import Level, Step, StepKind
from bot.domain.step_commands import (
    FinishStep,
    ReopenStep,
    StartChecklist,
    StepCommand,
    TakeStep,
)
from bot.domain.untrusted import Untrusted
from tests.spec import NOON, OLU, SAM, given, opened, person

RB = "RB-07"
EDITION = Edition(
    runbook=RB,
    version=2,
    title="Agent follows a document",
    steps=(
        Step(number=1, id="a", text="Save the trace.", kind=StepKind.READ),
        Step(number=2, id="b", text="Save the documents.", kind=StepKind.READ),
        Step(
            number=3,
            id="c",
            text="Cut the agent's egress.",
            kind=StepKind.GATED,
            action="aws.lambda.set_reserved_concurrency",
            level=Level.T2,
        ),
        Step(number=4, id="d", text="Tell legal.", kind=StepKind.MANUAL),
    ),
)
began = ChecklistStarted(
    runbook=RB, version=2, digest=EDITION.digest, steps=4, by=OLU.id
)
olu_took_1 = StepTaken(runbook=RB, step=1, by=OLU.id)
olu_did_1 = StepFinished(runbook=RB, step=1, outcome="done", by=OLU.id)
sam_skipped_2 = StepFinished(
    runbook=RB, step=2, outcome="skipped", by=SAM.id, reason=Untrusted("no store")
)
take_1 = TakeStep(by=OLU, runbook=RB, step=1, edition=EDITION)
take_3 = TakeStep(by=OLU, runbook=RB, step=3, edition=EDITION)


def test_the_first_step_that_is_taken_starts_the_checklist() -> None:
    given(opened()).when(take_1).then(began, olu_took_1)
    given(opened(), began).when(take_1).then(olu_took_1)


def test_a_checklist_can_be_asked_for_once_and_needs_a_runbook() -> None:
    asked = StartChecklist(by=OLU, runbook=RB, edition=EDITION)
    given(opened()).when(asked).then(began)
    given(opened(), began).when(asked).then()
    given(opened()).when(StartChecklist(by=OLU)).refused(
        NotFound,
        saying="No checklist was started: no runbook is followed or suggested in this "
        "incident. Name one: `/incident steps RB-07`.",
    )


def test_a_number_that_the_edition_does_not_have_is_refused() -> None:
    given(opened()).when(replace(take_1, step=5)).refused(
        NotFound,
        saying="Step 5 of RB-07 was not taken: RB-07 has 4 steps. "
        "Look at the checklist for their numbers.",
    )


def test_a_change_before_the_evidence_is_allowed_and_stays_in_the_record() -> None:
    early = StepTaken(runbook=RB, step=3, by=OLU.id, open_evidence=(1, 2))
    given(opened()).when(take_3).then(began, early)
    later = StepTaken(runbook=RB, step=3, by=OLU.id, open_evidence=(2,))
    given(opened(), began, olu_did_1).when(take_3).then(later)


def test_evidence_that_was_skipped_is_not_open_and_looking_needs_none() -> None:
    taken = StepTaken(runbook=RB, step=3, by=OLU.id)
    given(opened(), began, olu_did_1, sam_skipped_2).when(take_3).then(taken)
    given(opened(), began).when(replace(take_1, step=2)).then(replace(taken, step=2))


def test_a_change_done_without_being_taken_tells_of_open_evidence_too() -> None:
    ask = FinishStep(by=OLU, runbook=RB, step=3, edition=EDITION)
    done = StepFinished(runbook=RB, step=3, outcome="done", by=OLU.id)
    given(opened(), began).when(ask).then(replace(done, open_evidence=(1, 2)))
    early = StepTaken(runbook=RB, step=3, by=OLU.id, open_evidence=(1, 2))
    given(opened(), began, early).when(ask).then(done)


def test_the_second_who_marks_a_step_is_told_who_was_first() -> None:
    ask = FinishStep(by=SAM, runbook=RB, step=1, edition=EDITION)
    given(opened(), began, olu_did_1).when(ask).refused(
        OutOfTurn,
        saying="Step 1 of RB-07 was not marked as done: <@U0ONCALL> marked it as done. "
        "If that is a mistake, take it back first: `/incident step undo RB-07 1`.",
    )


def test_what_is_done_is_not_skipped_but_what_was_skipped_can_be_done() -> None:
    history = (opened(), began, olu_did_1, sam_skipped_2)
    skipping = FinishStep(
        by=SAM, runbook=RB, step=1, skipped=True, reason=Untrusted("late")
    )
    with pytest.raises(OutOfTurn, match="marked it as done"):
        decide(fold(history), skipping, now=NOON)
    done = StepFinished(runbook=RB, step=2, outcome="done", by=OLU.id)
    given(*history).when(FinishStep(by=OLU, runbook=RB, step=2)).then(done)


def test_a_mark_can_be_taken_back_and_the_step_is_open_again() -> None:
    back = StepReopened(runbook=RB, step=1, was="done", whose=OLU.id, by=SAM.id)
    ask = ReopenStep(by=SAM, runbook=RB, step=1, was="done")
    given(opened(), began, olu_did_1).when(ask).then(back)
    given(opened(), began, olu_did_1, back).when(take_1).then(olu_took_1)


def test_what_moved_on_meanwhile_is_not_taken_back() -> None:
    ask = ReopenStep(by=SAM, runbook=RB, step=1, was="done")
    given(opened(), began, olu_took_1).when(ask).refused(
        OutOfTurn,
        saying="Step 1 of RB-07 was left as it is: it is taken by <@U0ONCALL> now. "
        "Look at the checklist for how it stands.",
    )
    given(opened(), began).when(ask).refused(
        OutOfTurn,
        saying="Step 1 of RB-07 was left as it is: nobody has taken or marked it. "
        "Look at the checklist for how it stands.",
    )


COMMANDS: list[StepCommand] = [
    StartChecklist(by=OLU, runbook=RB, edition=EDITION),
    take_1,
    FinishStep(by=OLU, runbook=RB, step=1, edition=EDITION),
    ReopenStep(by=OLU, runbook=RB, step=1, edition=EDITION),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", set(PersonKind) - {PersonKind.MEMBER})
def test_nobody_but_members_moves_a_step(
    command: StepCommand, kind: PersonKind
) -> None:
    asked = replace(command, by=person("U0GUEST", kind))
    with pytest.raises(NotAllowed):
        decide(fold([opened(), began, olu_took_1]), asked, now=NOON)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_checklist_of_a_resolved_incident_is_closed(command: StepCommand) -> None:
    over = Resolved(by=OLU.id, outcome="fixed")
    with pytest.raises(OutOfTurn, match="already resolved"):
        decide(fold([opened(), began, olu_took_1, over]), command, now=NOON)
    again = Reopened(because="person", by=SAM.id)
    state = fold([opened(), began, olu_took_1, over, again])
    decide(state, Resolve(by=OLU), now=NOON)
    assert state.steps[RB, 1].state == "taken"


def test_a_skip_without_a_reason_starts_nothing() -> None:
    ask = FinishStep(by=OLU, runbook=RB, step=1, skipped=True, edition=EDITION)
    with pytest.raises(BadRequest, match="no reason was given"):
        decide(fold([opened()]), ask, now=NOON)
