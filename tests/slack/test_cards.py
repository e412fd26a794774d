"""The incident card: what stands on it in each state, and that Slack takes it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.card import CardView, GroupedBy, NextStep
from bot.domain.envelope import Alert, Assessment, Envelope, Mask
from bot.domain.severity import Reason, Severity
from bot.domain.storm_view import HeldCard, StormView
from bot.domain.summary import Claim, Summary
from bot.domain.untrusted import Untrusted
from bot.slack import cards
from bot.slack.storm_card import digest
from tests.slack.card_states import ACKED, GOLDEN, NEW, STATE, STEP, VIEWS, drawn
from tests.slack.hostile import hostile, marked
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts

STORM = StormView(
    key="digest/1",
    channel="C1",
    held=2,
    open=2,
    alerts=940,
    by_severity=(("SEV1", 1), ("SEV3", 1)),
    by_category=(("Leaked key", 2),),
    by_source=(("github", 2),),
    worst=(
        HeldCard(
            id="INC-0011",
            severity=Severity.SEV1,
            title=Untrusted("Key in <!channel> repo"),
        ),
        HeldCard(id="INC-0012", severity=Severity.SEV3, title=None),
    ),
)


@pytest.mark.parametrize("name", VIEWS)
def test_a_card_looks_as_it_was_reviewed(name: str) -> None:
    reviewed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert drawn(VIEWS[name]) == reviewed


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_card(name: str) -> None:
    post = cards.card(VIEWS[name])
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)


def test_every_reviewed_card_belongs_to_a_state() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(VIEWS)


def test_a_card_goes_to_the_channel_of_its_incident_under_its_own_key() -> None:
    post = cards.card(NEW)
    assert (post.key, post.channel, post.thread) == ("card/INC-0001", "C0INCIDENTS", "")


def test_the_fallback_says_severity_and_state_first() -> None:
    assert cards.card(NEW).text.startswith("SEV2, not acknowledged: Prompt injection")


def test_an_acknowledged_card_offers_no_acknowledgement() -> None:
    assert "incident.ack" in _actions(NEW)
    assert "incident.ack" not in _actions(ACKED)


def test_a_free_step_can_be_taken_and_a_taken_one_finished() -> None:
    taken = replace(ACKED, next_step=replace(STEP, state="taken", by="U0SECOND"))
    assert _actions(ACKED)["step.take"] == "INC-0001|RB-07|2"
    assert "step.take" not in _actions(taken)
    assert _actions(taken)["step.done"] == "INC-0001|RB-07|2"


def test_a_resolved_card_can_only_be_opened_again_or_read() -> None:
    assert _actions(VIEWS["resolved"]) == {
        "incident.reopen": "INC-0001",
        "page.open": "INC-0001",
    }


def test_a_drill_says_so_first_and_mentions_no_owner() -> None:
    post = cards.card(VIEWS["drill"])
    assert texts(post.blocks)[0].startswith("EXERCISE")
    assert post.text.startswith("Exercise")
    assert "usergroup_id" not in json.dumps(post.blocks)


def test_evidence_is_numbered_in_the_order_of_the_claims() -> None:
    shown = " ".join(texts(cards.card(NEW).blocks))
    assert "[1][2]" in shown
    assert "[3] al_01HX0000000000000000000003" in shown


def test_the_digest_names_the_incidents_it_stands_for() -> None:
    post = digest(STORM)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert post.text.startswith("2 more incidents are open; their cards are held back")
    shown = "".join(texts(post.blocks))
    assert "1 SEV1, 1 SEV3 · Leaked key 2 · from github 2 · 940 alerts so far" in shown
    assert "SEV1 · INC-0011 · Key in <!channel> repo" in shown
    assert "/incident ack INC-0011" in shown


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (
            replace(STORM, is_over=True),
            "The storm is over: 2 more incidents are open without a card.",
        ),
        (
            replace(STORM, open=0, worst=(), is_over=True),
            "The storm is over: all 2 incidents without a card have ended.",
        ),
        (replace(STORM, open=1), "1 more incident is open; its card is held back"),
    ],
)
def test_the_digest_says_where_the_storm_stands(view: StormView, said: str) -> None:
    post = digest(view)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert post.text.startswith(said)


def test_a_card_says_what_was_joined_and_why_it_keeps_still() -> None:
    state = replace(
        NEW.state,
        earlier="INC-0007",
        snoozed_until=NEW.since,
        snoozed_by="U0ONCALL",
        snooze_reason=Untrusted("known <!here>"),
    )
    key = GroupedBy(because="same_entity", named="key", thing=Untrusted("AK<b>"))
    view = replace(
        NEW,
        state=state,
        grouped_by=(key,),
        earlier_ended_at=NEW.since,
        meanings=("LLM-jacking chain",),
        flapping=7,
    )
    post = cards.card(view)
    assert_slack_valid(post.blocks)
    shown = "".join(texts(post.blocks))
    assert "grouped because it names the same key AK<b>" in shown
    assert "LLM-jacking chain · alerts of several kinds" in shown
    assert "Same problem as INC-0007, resolved " in shown
    assert "Flapping: came back 7 times, only counted now" in shown
    assert "Snoozed until " in shown


def test_a_preview_is_the_card_of_the_worst_alert() -> None:
    found = cards.preview(
        [_alert("al_1", Severity.SEV3), _alert("al_1.2", Severity.SEV1)],
        category_title="Leaked key",
        summary=NEW.summary,
        next_step=STEP,
    )
    assert found["text"].startswith("SEV1, not acknowledged: Leaked key")
    assert_slack_valid(found["blocks"])


def test_a_card_with_everything_too_long_stays_within_its_budget() -> None:
    long = "word " * 2000
    view = replace(
        NEW,
        summary=Summary(
            by="rules",
            claims=tuple(
                Claim(
                    text=Untrusted(long),
                    evidence=tuple(f"al_{n}" * 9 for n in range(9)),
                )
                for _ in range(30)
            ),
            unknown=(long,) * 9,
        ),
        notices=(long,) * 9,
        reasons=(Reason(code="x", text=long),),
        sources=("source",) * 50,
        next_step=replace(STEP, text=long, why=long),
        system_title=long,
        category_title=long,
    )
    assert_slack_valid(cards.card(view).blocks)
    assert_text_safe(cards.card(view).text)


@given(hostile, hostile)
def test_no_text_from_outside_comes_alive_on_a_card(title: str, claim: str) -> None:
    view = _with(title, claim)
    post = cards.card(view)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert not marked(post.blocks)


@given(st.text(max_size=400), st.integers(0, 10**9))
def test_any_registry_text_makes_a_card_that_slack_takes(
    owner: str, count: int
) -> None:
    view = replace(NEW, owner=owner, system_title=owner, alert_count=count)
    assert_slack_valid(cards.card(view).blocks)
    assert_text_safe(cards.card(view).text)


def _with(title: str, claim: str) -> CardView:
    claims = (Claim(text=Untrusted(claim), evidence=("al_1",)),)
    return replace(
        NEW,
        state=replace(STATE, title=Untrusted(title)),
        system_title="",
        summary=Summary(by="rules", claims=claims),
    )


def _actions(view: CardView) -> dict[str, str]:
    row = cards.card(view).blocks[-1]
    return {
        one["action_id"]: one.get("value", "")
        for one in row["elements"]
        if one["type"] == "button"
    }


def _alert(alert: str, severity: Severity) -> Alert:
    at = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    return Alert(
        id=alert,
        received_at=at,
        envelope=Envelope(
            source="github", dedup_key=alert, title=Untrusted("A key leaked")
        ),
        assessment=Assessment(
            category="leaked_key", rule="words", severity=severity, reasons=()
        ),
        masks=(Mask(kind="github_pat", count=1, path="title"),),
    )


def test_a_step_that_is_done_offers_nothing() -> None:
    done = NextStep(
        runbook="RB-07", title="t", number=2, text="Cut.", why="w", state="done"
    )
    assert set(_actions(replace(ACKED, next_step=done))) == set()
