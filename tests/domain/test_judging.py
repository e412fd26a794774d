"""What people may say of suggestions and of a model's texts."""

from dataclasses import replace

import pytest

from bot.domain.commands import JudgeSuggestion, JudgeText, Offer, PersonKind
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn
from bot.domain.events import AlertJoined, Resolved
from bot.domain.incident import fold
from bot.domain.judging_events import (
    Suggested,
    SuggestionJudged,
    TextJudged,
    Verdict,
    Vote,
)
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized
from tests.spec import OLU, SAM, given, opened, person

OFFERED = (("RB-05", "5" * 16), ("RB-16", "6" * 16))
OPENED = opened(offered=OFFERED)
WHY = Untrusted("no provider is involved")
WANTS = JudgeSuggestion(by=OLU, runbook="RB-05", step=1, verdict=Verdict.REJECTED)
REJECTED = SuggestionJudged(
    runbook="RB-05",
    digest="5" * 16,
    step=1,
    verdict=Verdict.REJECTED,
    category="availability",
    by=OLU.id,
)
MODEL, PROMPT = "openai:m", "incident-summary v1, abababab"
WRITTEN = Summarized(
    model=MODEL,
    prompt="incident-summary",
    version=1,
    digest="ab" * 32,
    asked=2,
    kept=2,
    dropped=(),
    evidence=(("al_1",), ("al_1",)),
    text=Untrusted("It ran 12 times\nIt ran at 10:02"),
)
SAYS_WRONG = JudgeText(
    by=OLU,
    kind="summary",
    which="1",
    vote=Vote.WRONG,
    claim=2,
    reason=WHY,
    model=MODEL,
    prompt=PROMPT,
)
TAKEN_BACK = TextJudged(
    kind="summary",
    which="1",
    vote=Vote.WRONG,
    claim=2,
    model=MODEL,
    prompt=PROMPT,
    by=OLU.id,
    reason=WHY,
)


def test_a_suggestion_can_be_rejected_and_the_next_one_stands() -> None:
    given(OPENED).when(WANTS).then(REJECTED)
    assert fold([OPENED, REJECTED]).judged.standing == ("RB-16",)


def test_wrong_needs_a_reason() -> None:
    wrong = replace(WANTS, verdict=Verdict.WRONG)
    given(OPENED).when(wrong).refused(
        BadRequest,
        saying="Nothing was judged: no reason was given. "
        "Say why in a few words; it goes to the timeline.",
    )
    said = replace(REJECTED, verdict=Verdict.WRONG, reason=WHY)
    given(OPENED).when(replace(wrong, reason=WHY)).then(said)


def test_what_is_not_suggested_cannot_be_judged() -> None:
    given(OPENED).when(replace(WANTS, runbook="RB-99")).refused(
        OutOfTurn,
        saying="Nothing was judged: RB-99 is not suggested in this incident. "
        "See what is with `/incident runbooks`.",
    )


@pytest.mark.parametrize(
    "kind", [one for one in PersonKind if one is not PersonKind.MEMBER]
)
def test_only_full_members_judge(kind: PersonKind) -> None:
    stranger = person("U0GUEST", kind)
    for command in (WANTS, SAYS_WRONG):
        with pytest.raises(NotAllowed):
            given(OPENED, WRITTEN).when(replace(command, by=stranger)).then()


def test_the_same_verdict_twice_changes_nothing_but_a_second_person_is_heard() -> None:
    given(OPENED, REJECTED).when(WANTS).then()
    also = replace(REJECTED, by=SAM.id)
    given(OPENED, REJECTED).when(replace(WANTS, by=SAM)).then(also)


def test_a_rejection_is_reversible() -> None:
    again = replace(WANTS, verdict=Verdict.OFFERED_AGAIN, step=0, by=SAM)
    given(OPENED).when(again).then()
    back = replace(REJECTED, verdict=Verdict.OFFERED_AGAIN, step=0, by=SAM.id)
    given(OPENED, REJECTED).when(again).then(back)
    assert fold([OPENED, REJECTED, back]).judged.standing == ("RB-05", "RB-16")


def test_none_fits_leaves_none_until_one_is_offered_again() -> None:
    none = replace(REJECTED, verdict=Verdict.NONE_FITS)
    found = fold([OPENED, none]).judged
    assert (found.standing, found.none_by) == ((), OLU.id)
    again = replace(WANTS, runbook="RB-16", verdict=Verdict.OFFERED_AGAIN)
    back = replace(REJECTED, runbook="RB-16", digest="6" * 16)
    back = replace(back, verdict=Verdict.OFFERED_AGAIN)
    given(OPENED, none).when(again).then(back)
    assert fold([OPENED, none, back]).judged.standing == ("RB-16",)


def test_other_suggestions_are_noted_and_take_none_fits_back() -> None:
    other = (("RB-01", "1" * 16),)
    event = Suggested(category="availability", offered=other)
    given(OPENED).when(Offer(offered=other)).then(event)
    given(OPENED).when(Offer(offered=OFFERED)).then()
    none = replace(REJECTED, verdict=Verdict.NONE_FITS)
    assert fold([OPENED, none, event]).judged.standing == ("RB-01",)


def test_a_resolved_incident_takes_no_verdict_but_a_thumb() -> None:
    over = Resolved(by=OLU.id, outcome="fixed")
    with pytest.raises(OutOfTurn):
        given(OPENED, over).when(WANTS).then()
    thumb = replace(SAYS_WRONG, vote=Vote.UP, claim=0, reason=None)
    given(OPENED, WRITTEN, over).when(thumb).then(
        replace(TAKEN_BACK, vote=Vote.UP, claim=0, reason=None)
    )


def test_a_thumb_is_changed_but_not_given_twice() -> None:
    thumb = replace(SAYS_WRONG, vote=Vote.UP, claim=0, reason=None)
    given(OPENED, WRITTEN).when(replace(thumb, known=Vote.UP)).then()
    down = replace(thumb, vote=Vote.DOWN, known=Vote.UP)
    given(OPENED, WRITTEN).when(down).then(
        replace(TAKEN_BACK, vote=Vote.DOWN, claim=0, reason=None)
    )


def test_no_text_that_no_model_wrote_is_judged() -> None:
    forged = replace(SAYS_WRONG, model="", prompt="")
    with pytest.raises(OutOfTurn, match="no model wrote such a text here"):
        given(OPENED).when(forged).then()


def test_a_statement_that_is_wrong_is_taken_back_with_what_is_true() -> None:
    given(OPENED, WRITTEN).when(SAYS_WRONG).then(TAKEN_BACK)
    with pytest.raises(BadRequest, match="it was not said what is true instead"):
        given(OPENED, WRITTEN).when(replace(SAYS_WRONG, reason=None)).then()
    found = fold([OPENED, WRITTEN, TAKEN_BACK])
    assert found.written is not None
    assert [n for n, _ in found.written.standing] == [1]
    assert [one.by for one in found.judged.taken_back] == [OLU.id]


@pytest.mark.parametrize(("text", "claim"), [("2", 1), ("1", 3), ("1", 0), ("1", 2)])
def test_what_does_not_stand_there_any_more_is_not_taken_back(
    text: str, claim: int
) -> None:
    command = replace(SAYS_WRONG, which=text, claim=claim)
    with pytest.raises(OutOfTurn, match="does not stand on the card any more"):
        given(OPENED, WRITTEN, TAKEN_BACK).when(command).then()


def test_what_was_taken_back_does_not_come_again_with_the_same_text() -> None:
    joined = AlertJoined(alert="al_2", source="s", dedup="e", because="same_system")
    anew = replace(WRITTEN, text=Untrusted("It ran 12 times\n it ran, at 10:02."))
    found = fold([OPENED, WRITTEN, TAKEN_BACK, joined, anew])
    assert found.written is not None
    assert found.written.id == "2"
    assert [n for n, _ in found.written.standing] == [1]


def test_erased_words_do_not_change_which_text_is_which() -> None:
    erased = replace(WRITTEN, text=None)
    found = fold([OPENED, erased, replace(TAKEN_BACK, which="1"), WRITTEN])
    assert found.written is not None
    assert found.written.id == "2"
