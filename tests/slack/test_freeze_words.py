"""What people type about freezes, and what the channel and the cards say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import BadRequest
from bot.domain.freeze import Freeze
from bot.domain.freeze_events import (
    FreezeBegan,
    FreezeEnded,
    FreezeEvent,
    FreezeLifted,
    FreezeRefused,
    FreezeSet,
)
from bot.domain.gate_limits import UsedUp
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Standstill
from bot.slack import freeze_words, plan_card, plan_words
from bot.slack.plan_wishes import PlanVerb, PlanWish
from bot.slack.verbs import parse
from tests.fakes.gate import FREEZE
from tests.slack.plan_states import APPROVED, T2, TOKEN
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts

UNTIL, WHY = FREEZE.until, Untrusted("<!here> the *year* is being closed")
PLANNED = Freeze(id="year-end", until=UNTIL, owner="finance", reason=WHY)
SET = FreezeSet(freeze="FZ-0001", until=UNTIL, by="U0LEAD", item="", reason=WHY)
LIFTED = FreezeLifted(freeze="FZ-0001", until=UNTIL, by="admin", reason=None)
BEGAN = FreezeBegan(freeze="year-end", until=UNTIL, owner="finance", reason=WHY)
ENDED = FreezeEnded(freeze="year-end", until=UNTIL)


def said(event: FreezeEvent) -> str:
    post = freeze_words.told(event, channel="C0INCIDENTS")
    assert post is not None
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    return "".join(texts(post.blocks))


def test_a_freeze_is_typed_with_how_long_and_why() -> None:
    assert parse("freeze 1h30m no &amp; never", asker="U1") == PlanWish(
        verb=PlanVerb.FREEZE, lasts=timedelta(minutes=90), text="no & never"
    )
    assert parse("unfreeze", asker="U1") == PlanWish(verb=PlanVerb.UNFREEZE)
    assert parse("unfreeze all is well", asker="U1").text == "all is well"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("freeze", "it does not say how long, for example 2h"),
        ("freeze INC-0001 2h why", "it does not say how long, for example 2h"),
        ("freeze 2h", "no reason was given"),
    ],
)
def test_a_freeze_that_is_not_understood_says_how_it_goes(
    typed: str, because: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        parse(typed, asker="U1")
    assert str(caught.value) == (
        f"Nothing was frozen: {because}. "
        "It goes like this: `/incident freeze 2h REASON`."
    )


def test_the_channel_is_told_who_froze_until_when_and_why() -> None:
    heard = said(SET)
    assert heard.startswith("Changes are frozen until ")
    assert "<!here> the *year* is being closed. FZ-0001; what already runs" in heard
    assert " by finance: " in said(BEGAN)
    assert said(LIFTED) == ("No longer frozen: FZ-0001 was lifted by an administrator.")
    assert said(ENDED) == "No longer frozen: year-end is over."
    no = FreezeRefused(command="freeze", code="refused.not_allowed", by="U1")
    assert freeze_words.told(no, channel="C0INCIDENTS") is None


def test_each_of_its_messages_stands_for_itself() -> None:
    told = [freeze_words.told(one, channel="C1") for one in (SET, LIFTED, BEGAN, ENDED)]
    keys = {post.key for post in told if post}
    assert len(keys) == 4


def test_a_card_says_what_freezes_it_and_no_longer_offers_broken_glass() -> None:
    free = "".join(texts(plan_card.card(T2, token=TOKEN).blocks))
    for one in (FREEZE, PLANNED):
        post = plan_card.card(replace(T2, held=one), token=TOKEN)
        assert_slack_valid(post.blocks)
        drawn = "".join(texts(post.blocks))
        assert "Frozen until " in drawn
        assert "An approver can lift it: /incident unfreeze." in drawn
        assert "break-glass" not in drawn
    assert "break-glass" in free
    assert "Frozen" not in free


def test_a_card_says_for_which_place_a_plan_waits() -> None:
    full = UsedUp(what="`a.b.c` ran 3 times", next_at=UNTIL, setting="gate.x")
    post = plan_card.card(replace(APPROVED, held=full), token=TOKEN)
    assert_slack_valid(post.blocks)
    drawn = "".join(texts(post.blocks))
    assert "Waits for a place: a.b.c ran 3 times. Nothing runs yet. Wait: it " in drawn
    assert "; whoever keeps the settings of the gate may raise it (gate.x)." in drawn


def test_a_card_says_when_to_propose_again_what_will_not_get_a_place() -> None:
    full = UsedUp(what="`a.b.c` ran 3 times", next_at=UNTIL, setting="gate.x")
    late = replace(APPROVED, held=full, apply_by=UNTIL)
    drawn = "".join(texts(plan_card.card(late, token=TOKEN).blocks))
    assert "Nothing runs: its time runs out before a place is free. Propose " in drawn
    assert "Wait: " not in drawn


def test_the_list_of_plans_begins_with_what_is_frozen() -> None:
    empty = plan_card.listed((), Standstill(frozen=(PLANNED,)))
    assert_slack_valid(empty["blocks"])
    assert "finance (year-end)" in "".join(texts(empty["blocks"]))
    both = plan_card.listed((T2,), Standstill(frozen=(FREEZE,)))
    assert "".join(texts(both["blocks"])).startswith("Frozen until ")


def test_whoever_asked_is_told_what_came_of_it() -> None:
    assert plan_words.frozen(FREEZE) == (
        "FZ-0001: nothing new is changed until 2025-11-20 14:00 UTC. What already runs "
        "goes on, and what ran can be undone. `/incident unfreeze` lifts it."
    )
    assert plan_words.thawed((FREEZE, PLANNED)) == (
        "Lifted: FZ-0001, year-end. Plans can run again."
    )
