"""Thread lines: which events get one, and what it says."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given

from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.events import (
    Acknowledged,
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    CommandRefused,
    Event,
    IncidentOpened,
    Nagged,
    Noted,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    Role,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    Snoozed,
    Woken,
)
from bot.domain.judging_events import (
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)
from bot.domain.question_events import QuestionAnswered
from bot.domain.severity import Severity
from bot.domain.telling_events import (
    Drafted,
    HandedOver,
    UpdateLate,
    UpdatePosted,
)
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from bot.slack.lines import SlackPresenter
from bot.slack.rich import BROADCAST
from tests.fakes.clock import NOON
from tests.slack.hostile import hostile, marked
from tests.slack.validity import assert_slack_valid, assert_text_safe

ME, HER = "U0ONCALL", "U0SECOND"
PRESENTER = SlackPresenter(reasons={"outcome.allowed": "the input was let through"})
RAISED = SeverityChanged(
    was=Severity.SEV3,
    severity=Severity.SEV2,
    reasons=("outcome.allowed",),
    by="tocsin",
)
BY_HAND = SeverityChanged(
    was=Severity.SEV2,
    severity=Severity.SEV3,
    reasons=("person",),
    by=ME,
    reason=Untrusted("only staging"),
)
JUDGED = SuggestionJudged(
    runbook="RB-02",
    digest="d" * 16,
    step=1,
    verdict=Verdict.WRONG,
    category="prompt_injection",
    by=ME,
    reason=Untrusted("no guardrail is there"),
)
TEXT_JUDGED = TextJudged(
    kind="summary",
    which="1",
    vote=Vote.WRONG,
    claim=2,
    model="openai:m",
    prompt="incident-summary v1, 0f3a9c21",
    by=ME,
    reason=Untrusted("it ran twice"),
)
NAG = Nagged(due_at=NOON + timedelta(minutes=10), late_s=0)
SAID: list[tuple[Event, str]] = [
    (Acknowledged(by=ME), "<@U0ONCALL> acknowledged."),
    (
        AlertJoined(alert="a", source="github", dedup="d", because="same_system"),
        (
            "A further alert from github joined because it is about the same system "
            "and kind of problem."
        ),
    ),
    (
        AlertCleared(alert="a", source="github", dedup="d"),
        "github says that one of the problems is over.",
    ),
    (RAISED, "Severity SEV3 → SEV2: the input was let through."),
    (
        replace(RAISED, reasons=("outcome.new_code",)),
        "Severity SEV3 → SEV2: outcome new code.",
    ),
    (BY_HAND, "Severity SEV2 → SEV3 by <@U0ONCALL>: only staging"),
    (
        RoleAssigned(role=Role.COMMANDER, to=ME, by=ME),
        "<@U0ONCALL> took the role of commander.",
    ),
    (
        RoleAssigned(role=Role.SCRIBE, to=HER, by=ME),
        "<@U0ONCALL> made <@U0SECOND> scribe.",
    ),
    (
        PhaseChanged(was=Phase.INVESTIGATING, phase=Phase.MITIGATING, by=ME),
        "<@U0ONCALL> moved the response from investigating to mitigating.",
    ),
    (Noted(by=ME, text=Untrusted("key rotated")), "<@U0ONCALL> noted: key rotated"),
    (Noted(by=ME, text=None), "<@U0ONCALL> noted: (erased)"),
    (StepTaken(runbook="RB-07", step=2, by=ME), "<@U0ONCALL> took step 2 of RB-07."),
    (
        StepFinished(runbook="RB-07", step=2, outcome="done", by=ME),
        "<@U0ONCALL> finished step 2 of RB-07.",
    ),
    (
        StepFinished(
            runbook="RB-07",
            step=2,
            outcome="skipped",
            by=ME,
            reason=Untrusted("no agent"),
        ),
        "<@U0ONCALL> skipped step 2 of RB-07: no agent",
    ),
    (
        StepTaken(runbook="RB-07", step=4, by=ME, open_evidence=(1, 2)),
        "<@U0ONCALL> took step 4 of RB-07, with evidence steps 1, 2 open.",
    ),
    (
        StepReopened(runbook="RB-07", step=2, was="taken", whose=ME, by=ME),
        "<@U0ONCALL> gave step 2 of RB-07 back.",
    ),
    (
        StepReopened(
            runbook="RB-07",
            step=2,
            was="done",
            whose=HER,
            by=ME,
            reason=Untrusted("no"),
        ),
        "<@U0ONCALL> reopened step 2 of RB-07; it had been done by <@U0SECOND>: no",
    ),
    (
        Resolved(by=ME, outcome="false_alarm", summary=Untrusted("a test run")),
        "<@U0ONCALL> resolved this as false alarm. a test run",
    ),
    (
        Resolved(by="tocsin", outcome="cleared"),
        "Resolved: every sender says its problem is over; nobody had begun.",
    ),
    (Reopened(because="person", by=ME), "<@U0ONCALL> opened this again."),
    (
        Reopened(because="same_problem_again", by="tocsin"),
        "Open again: the same problem came back soon after the end.",
    ),
    (
        replace(NAG, late_s=200),
        (
            "Nobody has acknowledged INC-0001. It was due by "
            "<!date^1777896600^{date_short_pretty} {time}|2026-05-04 12:10 UTC>. "
            "This reminder comes 3 min late."
        ),
    ),
]
SAID += [
    (
        AlertJoined(
            alert="a",
            source="cloudwatch",
            dedup="d",
            because="same_entity",
            named="key",
            thing=Untrusted("key-7f2e1"),
        ),
        (
            "A further alert from cloudwatch joined because it names the same key "
            "key-7f2e1."
        ),
    ),
    (
        Correlated(rules=("outcome.allowed",), categories=("access_anomaly",)),
        "The input was let through.",
    ),
    (
        Flapping(source="grafana", dedup="d", turns=4, minutes=20),
        (
            "Flapping: 4 times in 20 min. grafana says it comes and goes; it is only "
            "counted until it has stayed as it is for 20 min."
        ),
    ),
    (
        FlappingEnded(source="grafana", dedup="d", turns=7, firing=False),
        "The flapping ended after 7 times: it is over.",
    ),
    (
        Snoozed(by=ME, until=NOON, reason=Untrusted("known, fix at 14:00")),
        (
            "<@U0ONCALL> snoozed this until <!date^1777896000^{date_short_pretty} "
            "{time}|2026-05-04 12:00 UTC>: known, fix at 14:00"
        ),
    ),
    (Woken(by="tocsin", because="worse"), "Awake again: it got worse."),
    (
        Woken(by="tocsin", because="time"),
        "Awake again: the time of its snooze is up.",
    ),
    (Woken(by=ME, because="person"), "<@U0ONCALL> woke this."),
    (
        JUDGED,
        (
            "<@U0ONCALL> says that RB-02 does not fit this incident: "
            "no guardrail is there"
        ),
    ),
    (
        replace(JUDGED, verdict=Verdict.REJECTED, reason=None),
        "<@U0ONCALL> wants another runbook than RB-02.",
    ),
    (
        replace(JUDGED, verdict=Verdict.NONE_FITS, reason=None),
        "<@U0ONCALL> says that no runbook fits, RB-02 included.",
    ),
    (
        replace(JUDGED, verdict=Verdict.OFFERED_AGAIN, reason=None),
        "<@U0ONCALL> had RB-02 offered again.",
    ),
    (
        TEXT_JUDGED,
        "<@U0ONCALL> took back an AI-written bullet. True is: it ran twice",
    ),
    (
        replace(TEXT_JUDGED, claim=0, kind="catch_up", reason=None),
        "<@U0ONCALL> took back the AI-written catch up.",
    ),
    (
        UpdateLate(by=ME, due_at=NOON, late_s=200),
        (
            "The next status update of INC-0001 was promised by <!date^1777896000^"
            "{date_short_pretty} {time}|2026-05-04 12:00 UTC>, by <@U0ONCALL>. Post "
            "it, or say when it comes: `/incident update INC-0001`. This reminder "
            "comes 3 min late."
        ),
    ),
]
SILENT: list[Event] = [
    ChecklistStarted(runbook="RB-07", version=1, digest="d", steps=8, by=ME),
    Suggested(category="availability", offered=(("RB-05", "d" * 16),)),
    replace(TEXT_JUDGED, vote=Vote.UP, claim=0, reason=None),
    Correlated(rules=("together.x",), categories=("access_anomaly",), raises=True),
    CategoryChanged(
        was="cost_consumption", category="access_anomaly", rule="r", by="tocsin"
    ),
    AlertsCounted(count=3, digest="d"),
    CommandRefused(command="ack", code="refused", by=ME),
    Summarized(
        model="openai:m",
        prompt="incident-summary",
        version=1,
        digest="d",
        asked=2,
        kept=1,
        dropped=("facts",),
        evidence=(("al_1",),),
        text=Untrusted("It ran 3 times"),
    ),
    PhaseChanged(was=Phase.TRIAGE, phase=Phase.INVESTIGATING, by=ME),
    Drafted(
        writing="update",
        model="openai:m",
        prompt="status-update",
        version=1,
        digest="d",
        upto=4,
        asked=1,
        kept=1,
        dropped=(),
        evidence=(("t4",),),
        text=Untrusted("It ran 3 times"),
    ),
    UpdatePosted(
        by=ME,
        audience="team",
        next_at=NOON,
        promises=True,
        status=Untrusted("We look at it."),
        impact=None,
        doing=None,
    ),
    HandedOver(by=ME, to="U0SECOND", note=Untrusted("Watch the key.")),
    QuestionAnswered(
        by=ME,
        aloud=True,
        known=True,
        how="facts",
        question=Untrusted("who owns it?"),
        answer=Untrusted("the support team"),
    ),
]


@pytest.mark.parametrize(("event", "said"), SAID)
def test_an_event_has_its_sentence(event: Event, said: str) -> None:
    line = PRESENTER.line("INC-0001", "C1", 7, event)
    assert line is not None
    assert line.text == said
    assert_slack_valid(line.blocks)
    assert_text_safe(line.text)


@pytest.mark.parametrize("event", SILENT)
def test_what_the_card_shows_needs_no_line(event: Event) -> None:
    assert PRESENTER.line("INC-0001", "C1", 7, event) is None


def test_every_kind_of_event_was_thought_of() -> None:
    seen = {type(event) for event, _ in SAID} | {type(event) for event in SILENT}
    assert seen | {IncidentOpened, Nagged} == set(get_args(Event))


def test_a_line_goes_into_the_thread_of_the_card() -> None:
    line = PRESENTER.line("INC-0001", "C1", 7, Acknowledged(by=ME))
    assert line is not None
    assert (line.key, line.channel, line.thread) == ("line/7", "C1", "card/INC-0001")


@pytest.mark.parametrize(
    ("event", "everybody"),
    [(NAG, True), (RAISED, True), (BY_HAND, False), (Acknowledged(by=ME), False)],
)
def test_only_what_everybody_must_hear_is_shown_in_the_channel(
    event: Event, *, everybody: bool
) -> None:
    line = PRESENTER.line("INC-0001", "C1", 7, event)
    assert line is not None
    assert (line.blocks[0]["block_id"] == BROADCAST) is everybody


@given(hostile)
def test_a_note_never_comes_alive(text: str) -> None:
    line = PRESENTER.line("INC-0001", "C1", 7, Noted(by=ME, text=Untrusted(text)))
    assert line is not None
    assert_slack_valid(line.blocks)
    assert_text_safe(line.text)
    assert not marked(line.blocks)
