"""The text after `/incident`: what is understood, and what is said otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadRequest
from bot.domain.events import Phase, Role
from bot.domain.severity import Severity
from bot.domain.writing import Writing
from bot.slack import answers, words
from bot.slack.drill_wishes import DrillVerb
from bot.slack.maintenance_wishes import MaintenanceVerb
from bot.slack.plan_wishes import PlanVerb, PlanWish
from bot.slack.question_wishes import AskWish
from bot.slack.sentences import on_lines, spoken
from bot.slack.share_wishes import ShareVerb
from bot.slack.typed import as_typed
from bot.slack.verbs import TYPED, parse
from bot.slack.wishes import Verb, Wish
from bot.slack.writing_wishes import WritingWish
from tests.slack.hostile import hostile
from tests.slack.validity import assert_text_safe

ONE = "INC-0001"
PLAN = "pl_01HX0000000000000000000001"
UNDERSTOOD: list[tuple[str, Wish | PlanWish]] = [
    ("", Wish(verb=Verb.HELP)),
    ("help", Wish(verb=Verb.HELP)),
    ("LIST", Wish(verb=Verb.LIST)),
    ("status", Wish(verb=Verb.STATUS)),
    ("status inc-0001", Wish(verb=Verb.STATUS, incident=ONE)),
    ("page", Wish(verb=Verb.PAGE)),
    ("page INC-0001", Wish(verb=Verb.PAGE, incident=ONE)),
    ("ack", Wish(verb=Verb.ACK)),
    ("  ack   INC-0001 ", Wish(verb=Verb.ACK, incident=ONE)),
    ("acknowledge", Wish(verb=Verb.ACK)),
    ("note key rotated", Wish(verb=Verb.NOTE, text="key rotated")),
    ("note INC-0001 a\nb", Wish(verb=Verb.NOTE, incident=ONE, text="a\nb")),
    ("note 1 &lt; 2 &amp; 3", Wish(verb=Verb.NOTE, text="1 < 2 & 3")),
    ("reopen INC-0001", Wish(verb=Verb.REOPEN, incident=ONE)),
    ("resolve", Wish(verb=Verb.RESOLVE)),
    ("resolve false_alarm", Wish(verb=Verb.RESOLVE, outcome="false_alarm")),
    (
        "resolve INC-0001 duplicate of INC-0002",
        Wish(verb=Verb.RESOLVE, incident=ONE, outcome="duplicate", text="of INC-0002"),
    ),
    ("resolve we fixed it", Wish(verb=Verb.RESOLVE, text="we fixed it")),
    ("role commander me", Wish(verb=Verb.ROLE, person="U0ME")),
    (
        "role INC-0001 scribe <@U0SECOND|sam>",
        Wish(verb=Verb.ROLE, incident=ONE, role=Role.SCRIBE, person="U0SECOND"),
    ),
    (
        "role comms <@W0SECOND>",
        Wish(verb=Verb.ROLE, role=Role.COMMS, person="W0SECOND"),
    ),
    ("severity SEV2 b c", Wish(verb=Verb.SEVERITY, severity=Severity.SEV2, text="b c")),
    (
        "sev INC-0001 1 leak",
        Wish(verb=Verb.SEVERITY, incident=ONE, severity=Severity.SEV1, text="leak"),
    ),
    ("phase mitigating", Wish(verb=Verb.PHASE, phase=Phase.MITIGATING)),
    ("phase resolved", Wish(verb=Verb.RESOLVE)),
    ("step take RB-07 2", Wish(verb=Verb.TAKE, runbook="RB-07", step=2)),
    (
        "step INC-0001 done rb-07 2",
        Wish(verb=Verb.DONE, incident=ONE, runbook="RB-07", step=2),
    ),
    (
        "step skip RB-07 2 no agent",
        Wish(verb=Verb.SKIP, runbook="RB-07", step=2, text="no agent"),
    ),
    (
        "step undo RB-07 2 wrong one",
        Wish(verb=Verb.UNDO, runbook="RB-07", step=2, text="wrong one"),
    ),
    ("steps", Wish(verb=Verb.STEPS)),
    ("steps inc-0001 rb-07", Wish(verb=Verb.STEPS, incident=ONE, runbook="RB-07")),
    ("plans", PlanWish(verb=PlanVerb.PLANS)),
    ("propose", PlanWish(verb=PlanVerb.PROPOSE)),
    ("propose inc-0001", PlanWish(verb=PlanVerb.PROPOSE, incident=ONE)),
    ("stop-all", PlanWish(verb=PlanVerb.STOP_ALL)),
    ("release", PlanWish(verb=PlanVerb.RELEASE)),
    (f"break-glass {PLAN.lower()}", PlanWish(verb=PlanVerb.BREAK_GLASS, plan=PLAN)),
    (
        f"cancel {PLAN} no longer needed",
        PlanWish(verb=PlanVerb.CANCEL, plan=PLAN, text="no longer needed"),
    ),
]
UNCLEAR = [
    ("ack now please", "there is more after it than an incident id"),
    ("note", "there is no text"),
    ("note INC-0001", "there is no text"),
    ("role king me", "the role is not one of commander, scribe, comms"),
    ("role commander", "it does not name one person"),
    ("role commander @sam", "it does not name one person"),
    ("severity SEV9 x", "the severity is not SEV1, SEV2, SEV3 or SEV4"),
    ("severity INFO x", "the severity is not SEV1, SEV2, SEV3 or SEV4"),
    ("severity SEV2", "there is no reason"),
    (
        "phase triage",
        "the phase is not one of investigating, mitigating, monitoring",
    ),
    ("step", "it does not say take, done, skip or undo, and what"),
    ("step skip RB-07 2", "skipping needs a reason"),
    ("step take RB-07 0", "the runbook or the number is not one"),
    ("step take nonsense 2", "the runbook or the number is not one"),
    ("step take RB-07 ²", "the runbook or the number is not one"),
    ("steps RB-07 2", "what comes after it is no runbook"),
    ("cancel", "it does not name a plan"),
    ("cancel INC-0001", "it does not name a plan"),
    ("break-glass pl_1", "it does not name a plan"),
    (f"break-glass {PLAN} now", "there is more after it than a plan"),
    ("stop-all now", "there is more after it than it needs"),
]


@pytest.mark.parametrize(("text", "wish"), UNDERSTOOD)
def test_what_is_typed_is_understood(text: str, wish: Wish | PlanWish) -> None:
    assert parse(text, asker="U0ME") == wish


@pytest.mark.parametrize(("text", "because"), UNCLEAR)
def test_what_is_unclear_is_answered_with_how_it_goes(text: str, because: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(text, asker="U0ME")
    usage = words.USAGE[text.split(maxsplit=1)[0]]
    assert str(caught.value) == (
        f"Nothing was changed: {because}. It goes like this: `/incident {usage}`."
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("acknowlege", "ack"), ("stat", "status"), ("resolv", "resolve")],
)
def test_an_unknown_verb_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(BadRequest, match=f"Did you mean `/incident {meant}"):
        parse(typed, asker="U0ME")


def test_a_verb_that_is_like_no_other_is_answered_with_the_help() -> None:
    with pytest.raises(BadRequest) as caught:
        parse("florp", asker="U0ME")
    assert str(caught.value) == (
        "Nothing was changed: there is no verb “florp”. See `/incident help`."
    )


@pytest.mark.parametrize("typed", ["<!channel>", "hunter22=a1b2c3", "q" * 30])
def test_what_is_no_word_is_not_repeated(typed: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(typed, asker="U0ME")
    assert str(caught.value) == (
        "Nothing was changed: it begins with no verb. See `/incident help`."
    )


def test_every_verb_has_its_usage_and_help_has_at_most_twelve_lines() -> None:
    assert set(words.USAGE) == set(TYPED)
    rows = words.help_lines()
    assert len(rows) <= 12
    said = spoken(on_lines(*rows), limit=2000)
    assert all(f"`/incident {verb}" in said for verb in set(TYPED) - {"help"})
    assert answers.helped()["text"].endswith("nothing real is touched")


def test_text_is_kept_as_its_writer_saw_it() -> None:
    raw = "<@U1|sam> see <https://a.example/x|that> in <#C1|ops>, &lt;b&gt; &amp;amp;"
    assert as_typed(raw) == "@sam see https://a.example/x in @ops, <b> &amp;"


@given(
    st.one_of(
        hostile,
        st.sampled_from(TYPED).flatmap(lambda v: hostile.map(f"{v} {{}}".format)),
    )
)
def test_no_text_breaks_the_parser_or_comes_back_alive(text: str) -> None:
    try:
        wish = parse(text, asker="U0ME")
    except BadRequest as unclear:
        assert_text_safe(str(unclear), limit=400)
    else:
        if isinstance(wish, AskWish):
            return
        kind = wish.writing if isinstance(wish, WritingWish) else wish.verb
        assert type(kind) in (
            Verb,
            PlanVerb,
            ShareVerb,
            DrillVerb,
            MaintenanceVerb,
            Writing,
        )
