"""What people may do with an incident, and the words when they may not."""

from collections.abc import Callable

import pytest

from bot.domain.checklist_events import StepFinished, StepTaken
from bot.domain.commands import (
    Acknowledge,
    Assign,
    Command,
    FinishStep,
    Move,
    Note,
    Person,
    PersonKind,
    Reopen,
    Rerank,
    Resolve,
    TakeStep,
)
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn
from bot.domain.events import (
    Acknowledged,
    Noted,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from tests.spec import DANA, OLU, SAM, given, opened, person

olu_has_it = (
    Acknowledged(by=OLU.id),
    PhaseChanged(was=Phase.TRIAGE, phase=Phase.INVESTIGATING, by=OLU.id),
)
it_is_over = Resolved(by=OLU.id, outcome="fixed")
olu_took_step_1 = StepTaken(runbook="RB-01", step=1, by=OLU.id)


def test_the_first_acknowledgement_starts_the_investigation() -> None:
    given(opened()).when(Acknowledge(by=OLU)).then(*olu_has_it)


def test_the_same_person_acknowledging_twice_changes_nothing() -> None:
    given(opened(), *olu_has_it).when(Acknowledge(by=OLU)).then()


def test_a_second_person_is_told_who_has_it() -> None:
    given(opened(), *olu_has_it).when(Acknowledge(by=SAM)).refused(
        OutOfTurn,
        saying="The incident was not acknowledged again: <@U0ONCALL> has acknowledged "
        "it. Take a role with `/incident role` if you want to help.",
    )


def test_an_acknowledgement_after_work_began_does_not_move_it_back() -> None:
    mitigating = PhaseChanged(was=Phase.TRIAGE, phase=Phase.MITIGATING, by=SAM.id)
    given(opened(), mitigating).when(Acknowledge(by=OLU)).then(Acknowledged(by=OLU.id))


@pytest.mark.parametrize(
    ("kind", "because"),
    [
        (PersonKind.GUEST, "guests may read but not change an incident"),
        (PersonKind.EXTERNAL, "people from another organization may not change it"),
        (PersonKind.BOT, "bots may not change it"),
        (PersonKind.DEACTIVATED, "the account is deactivated"),
        (PersonKind.UNKNOWN, "Slack did not say who is asking"),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda by: Acknowledge(by=by),
        lambda by: Resolve(by=by),
        lambda by: Note(by=by, text=Untrusted("x")),
        lambda by: Reopen(by=by),
        lambda by: Move(by=by, phase=Phase.MONITORING),
        lambda by: TakeStep(by=by, runbook="RB-01", step=1),
    ],
)
def test_only_full_members_change_an_incident(
    kind: PersonKind, because: str, ask: Callable[[Person], Command]
) -> None:
    given(opened()).when(ask(person("U0OTHER", kind))).refused(
        NotAllowed,
        saying=f"Nothing was changed: {because}. "
        "Ask a full member of this workspace to do it.",
    )


def test_an_incident_that_never_was_cannot_be_changed() -> None:
    given().when(Acknowledge(by=OLU)).refused(
        NotFound,
        saying="Nothing was changed: there is no such incident. "
        "See the open ones with `/incident list`.",
    )


@pytest.mark.parametrize(
    "command",
    [
        Acknowledge(by=SAM),
        Resolve(by=SAM),
        Move(by=SAM, phase=Phase.MITIGATING),
        Assign(by=SAM, role=Role.COMMANDER, to=DANA),
        TakeStep(by=SAM, runbook="RB-01", step=1),
        Rerank(by=SAM, severity=Severity.SEV1, reason=Untrusted("spreads")),
    ],
)
def test_a_resolved_incident_stays_as_it_is(command: Command) -> None:
    given(opened(), it_is_over).when(command).refused(
        OutOfTurn,
        saying="Nothing was changed: the incident is already resolved. "
        "Open it again with `/incident reopen` if it is not over.",
    )


def test_a_note_can_be_added_after_the_end() -> None:
    text = Untrusted("found the cause")
    given(opened(), it_is_over).when(Note(by=SAM, text=text)).then(
        Noted(by=SAM.id, text=text)
    )


def test_a_member_becomes_commander() -> None:
    given(opened()).when(Assign(by=OLU, role=Role.COMMANDER, to=DANA)).then(
        RoleAssigned(role=Role.COMMANDER, to=DANA.id, by=OLU.id)
    )


def test_naming_the_same_commander_again_changes_nothing() -> None:
    named = RoleAssigned(role=Role.COMMANDER, to=DANA.id, by=OLU.id)
    given(opened(), named).when(Assign(by=SAM, role=Role.COMMANDER, to=DANA)).then()


def test_a_guest_cannot_become_commander() -> None:
    guest = person("U0GUEST", PersonKind.GUEST)
    given(opened()).when(Assign(by=OLU, role=Role.COMMANDER, to=guest)).refused(
        NotAllowed,
        saying="<@U0GUEST> did not become commander: only a full member of this "
        "workspace can have a role. Name a colleague from this workspace.",
    )


def test_the_response_moves_through_its_phases() -> None:
    given(opened()).when(Move(by=OLU, phase=Phase.MONITORING)).then(
        PhaseChanged(was=Phase.TRIAGE, phase=Phase.MONITORING, by=OLU.id)
    )


def test_moving_to_resolved_is_resolving() -> None:
    given(opened()).when(Move(by=OLU, phase=Phase.RESOLVED)).then(it_is_over)


def test_a_person_sets_the_severity_with_a_reason() -> None:
    why = Untrusted("payments depend on it")
    given(opened()).when(Rerank(by=OLU, severity=Severity.SEV1, reason=why)).then(
        SeverityChanged(
            was=Severity.SEV3,
            severity=Severity.SEV1,
            reasons=("person",),
            by=OLU.id,
            reason=why,
        )
    )


def test_a_severity_needs_a_reason() -> None:
    asked = Rerank(by=OLU, severity=Severity.SEV1, reason=Untrusted("  "))
    given(opened()).when(asked).refused(
        BadRequest,
        saying="The severity was left as it is: no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )


def test_an_open_incident_cannot_be_ranked_as_nothing() -> None:
    asked = Rerank(by=OLU, severity=Severity.NONE, reason=Untrusted("calm"))
    given(opened()).when(asked).refused(
        BadRequest,
        saying="The severity was left as it is: NONE is not a severity of an open "
        "incident. Choose SEV1, SEV2, SEV3 or SEV4.",
    )


def test_a_step_belongs_to_whoever_takes_it_first() -> None:
    given(opened()).when(TakeStep(by=OLU, runbook="RB-01", step=1)).then(
        olu_took_step_1
    )
    given(opened(), olu_took_step_1).when(
        TakeStep(by=OLU, runbook="RB-01", step=1)
    ).then()
    given(opened(), olu_took_step_1).when(
        TakeStep(by=SAM, runbook="RB-01", step=1)
    ).refused(
        OutOfTurn,
        saying="Step 1 of RB-01 was not taken: <@U0ONCALL> has it, it is taken. "
        "Look at the card for the next step.",
    )


def test_a_step_is_done_once() -> None:
    done = StepFinished(runbook="RB-01", step=1, outcome="done", by=OLU.id)
    ask = FinishStep(by=OLU, runbook="RB-01", step=1)
    given(opened(), olu_took_step_1).when(ask).then(done)
    given(opened(), olu_took_step_1, done).when(ask).then()


def test_a_skipped_step_needs_a_reason() -> None:
    ask = FinishStep(by=OLU, runbook="RB-01", step=1, skipped=True)
    given(opened(), olu_took_step_1).when(ask).refused(
        BadRequest,
        saying="Step 1 of RB-01 was not skipped: no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )


def test_an_incident_is_resolved_with_an_outcome_we_know() -> None:
    given(opened()).when(Resolve(by=OLU, outcome="false_alarm")).then(
        Resolved(by=OLU.id, outcome="false_alarm")
    )
    given(opened()).when(Resolve(by=OLU, outcome="whatever")).refused(
        BadRequest,
        saying="The incident was not resolved: the outcome is not one of fixed, "
        "cleared, false_alarm, duplicate. Choose one of them.",
    )


def test_a_resolved_incident_can_be_opened_again() -> None:
    given(opened(), it_is_over).when(Reopen(by=SAM)).then(
        Reopened(because="person", by=SAM.id)
    )
    given(opened()).when(Reopen(by=SAM)).then()
