"""The approval card: what stands on it in each stage, and what it offers."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.action_table import TERMINAL, Stage
from bot.domain.plan import Change, Draft, Probe, Step
from bot.domain.plan_view import PlanView
from bot.domain.quoting import bare
from bot.domain.untrusted import Untrusted
from bot.slack import plan_card
from bot.slack.lines import SlackPresenter
from tests.searching import examples
from tests.slack.hostile import hostile, marked
from tests.slack.plan_states import (
    APPROVED,
    BROKEN,
    DRAFT,
    GOLDEN,
    PLAN,
    T1,
    T2,
    T3,
    TOKEN,
    VIEWS,
    drawn,
    storable,
    view_of,
)
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts


@pytest.mark.parametrize("name", VIEWS)
def test_a_plan_s_card_looks_as_it_was_reviewed(name: str) -> None:
    reviewed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert drawn(VIEWS[name]) == reviewed


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_plan_s_card(name: str) -> None:
    post = plan_card.card(VIEWS[name], token=TOKEN)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)


def test_the_card_stands_in_the_channel_itself_under_its_own_key() -> None:
    post = SlackPresenter().plan(T2, token=TOKEN)
    assert post.key == "plan/pl_01HX0000000000000000000001"
    assert (post.channel, post.thread) == ("C0INCIDENTS", "")


def test_the_card_says_everything_a_decision_needs() -> None:
    said = " ".join(texts(plan_card.card(T1, token=TOKEN).blocks))
    for fact in (
        'iam.UpdateAccessKey(KeyNumber="1", Status="Inactive", UserName="ci-bot")',
        'iam.access_key.status="Active"',
        *("Active", "Inactive", "the key leaked", "Cannot be undone"),
        *("Reach: ", "Dry run: ", "Verified by: ", "Art. 73(6)"),
        "2 people other than who asked, the incident commander among them",
        f"digest {T1.digest[:12]}",
        "log 1234 entries, root 9f3ac04d11aa",
        "/incident break-glass pl_01HX0000000000000000000001",
    ):
        assert fact in said, fact


def test_everybody_who_has_agreed_is_named() -> None:
    view = replace(T1, agreed=("U0SECOND", "U0COMMANDER"))
    shown = json.dumps(plan_card.card(view, token=TOKEN).blocks)
    assert '"user_id": "U0SECOND"' in shown
    assert '"user_id": "U0COMMANDER"' in shown


@pytest.mark.parametrize("view", [T1, T2, T3])
def test_a_plan_that_waits_has_one_primary_button_and_a_no(view: PlanView) -> None:
    assert _buttons(view) == [
        ("plan.review", "Review and confirm", "primary", TOKEN),
        ("plan.reject", "Reject", "danger", TOKEN),
    ]


@pytest.mark.parametrize(
    ("stage", "label"),
    [(Stage.APPROVED, "Stop"), (Stage.APPLYING, "Stop everything")],
)
def test_what_may_begin_or_runs_can_be_stopped_and_nothing_else(
    stage: Stage, label: str
) -> None:
    view = replace(APPROVED, stage=stage)
    assert _buttons(view) == [("plan.stop", label, "danger", TOKEN)]


def test_what_may_have_happened_asks_a_person() -> None:
    view = VIEWS["indeterminate"]
    assert [one[0] for one in _buttons(view)] == ["plan.reconcile"]


@pytest.mark.parametrize("stage", sorted(TERMINAL))
def test_a_plan_that_is_over_has_no_buttons(stage: Stage) -> None:
    assert _buttons(replace(APPROVED, stage=stage)) == []


def test_a_rollback_that_can_be_proposed_has_a_button() -> None:
    for name in ("verified", "verify-failed"):
        assert [one[0] for one in _buttons(VIEWS[name])] == ["plan.rollback"]


def test_a_card_without_a_token_has_no_buttons() -> None:
    assert "actions" not in {b["type"] for b in plan_card.card(T2, token="").blocks}


def test_a_plan_that_does_not_fit_says_so_and_has_no_buttons() -> None:
    view = VIEWS["does-not-fit"]
    assert not SlackPresenter().plan_fits(view)
    assert _buttons(view) == []
    said = texts(plan_card.card(view, token=TOKEN).blocks)
    assert any(one.startswith("The whole plan does not fit") for one in said)


@pytest.mark.parametrize("name", set(VIEWS) - {"does-not-fit"})
def test_every_other_plan_fits(name: str) -> None:
    assert plan_card.fits(VIEWS[name])


def test_one_value_that_would_be_cut_is_enough_not_to_fit() -> None:
    step = Step(id="s1", call="a.B", params=(("x", "y" * 2980),))
    assert plan_card.fits(_with(steps=(step,)))
    longer = replace(step, params=(("x", "y" * 3000),))
    assert not plan_card.fits(_with(steps=(longer,)))


def test_a_reason_that_would_be_cut_does_not_fit() -> None:
    assert plan_card.fits(replace(T2, reason=Untrusted("y" * 1500)))
    assert not plan_card.fits(replace(T2, reason=Untrusted("y" * 1501)))


def test_whether_it_fits_does_not_change_with_what_became_of_it() -> None:
    ended = replace(APPROVED, stage=Stage.FAILED, outcome="word " * 3000)
    assert plan_card.fits(ended)
    assert_slack_valid(plan_card.card(ended, token=TOKEN).blocks)


def test_nothing_in_a_call_can_hide_or_look_like_another_call() -> None:
    params = (("a", 'x", b="y'), ("c", "1\n2"), ("d", "\u202e\u200b\u00a0z\x7f"))
    step = Step(id="s1", call="svc.Op", params=params)
    said = " ".join(texts(plan_card.card(_with(steps=(step,)), token=TOKEN).blocks))
    shown = r'svc.Op(a="x\", b=\"y", c="1\n2", d="\u202e\u200b\u00a0z\u007f")'
    assert shown in said


@given(st.text(), st.text())
def test_two_different_values_never_look_alike(one: str, other: str) -> None:
    assert (bare(one) == bare(other)) == (one == other)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("observe", "Mode observe: nothing will run"),
        ("suggest", "Mode suggest: approvals are collected, nothing will run."),
    ],
)
def test_a_mode_in_which_nothing_runs_is_said(mode: str, said: str) -> None:
    shown = " ".join(texts(plan_card.card(replace(T2, mode=mode), token=TOKEN).blocks))
    assert said in shown
    assert said not in " ".join(texts(plan_card.card(T2, token=TOKEN).blocks))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pending-t2", "Will run"),
        ("observe", "Would run"),
        ("applying", "Runs"),
        ("verified", "Ran"),
        ("denied", "Would have run"),
        ("indeterminate", "Was to run"),
    ],
)
def test_the_card_does_not_say_will_run_of_what_will_not(name: str, said: str) -> None:
    assert said in texts(plan_card.card(VIEWS[name], token=TOKEN).blocks)


def test_a_drill_says_so_first() -> None:
    post = plan_card.card(VIEWS["drill"], token=TOKEN)
    assert texts(post.blocks)[0].startswith("EXERCISE")
    assert "EXERCISE: this is a drill" in " ".join(texts(post.blocks))
    assert post.text.startswith("Exercise: ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pending-t1", "Approval needed, T1: `aws.iam.deactivate_access_key` on"),
        ("observe", "Plan, only shown, T2: "),
        ("denied", "Rejected by <@U0SECOND>, T2: "),
        ("expired", "Expired, nothing ran, T2: "),
        ("indeterminate", "Not known whether it happened, T2: "),
    ],
)
def test_the_fallback_says_first_where_it_stands(name: str, said: str) -> None:
    assert plan_card.card(VIEWS[name], token=TOKEN).text.startswith(said)


def test_a_final_card_says_how_it_ended_and_who_ended_it() -> None:
    stands = plan_card.card(VIEWS["denied"], token=TOKEN).blocks[1]
    assert stands["block_id"] == "stands"
    said = [
        one.get("text") or one["user_id"] for one in stands["elements"][0]["elements"]
    ]
    assert "".join(said) == (
        "Rejected by U0SECOND. It was rejected, so it did not run. "
        "Why: The bot would *stop* serving <!here>."
    )


def test_an_outcome_that_names_its_rollback_plan_shows_it() -> None:
    said = " ".join(texts(plan_card.card(VIEWS["rolling-back"], token=TOKEN).blocks))
    assert "Plan pl_01HX0000000000000000000002 is to undo it: running." in said


def test_the_security_channel_reads_who_broke_the_glass_and_gets_no_buttons() -> None:
    post = plan_card.glass_alarm(VIEWS["glass-broken"], channel="C0SECURITY")
    assert post is not None
    assert (post.key, post.channel) == (f"glass/{BROKEN.plan.id}", "C0SECURITY")
    assert post.text.startswith("Glass broken by <@U0ONCALL>. Somebody else must")
    assert not [block for block in post.blocks if block["type"] == "actions"]
    assert plan_card.glass_alarm(VIEWS["glass-broken"], channel="") is None
    drill = replace(BROKEN, plan=replace(BROKEN.plan, drill=True))
    marked = plan_card.glass_alarm(drill, channel="C0SECURITY")
    assert marked is not None
    assert marked.text.startswith("EXERCISE · Glass broken")


# Drawing many times ten thousand characters takes longer than the default allows.
@settings(max_examples=examples(0.6))
@given(hostile, hostile)
def test_no_text_of_a_plan_comes_alive_or_breaks_slack_s_limits(
    one: str, other: str
) -> None:
    view = replace(_hostile(one, other), reason=Untrusted(other))
    post = plan_card.card(view, token=TOKEN)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert not marked(post.blocks)
    has_buttons = any(block["type"] == "actions" for block in post.blocks)
    assert has_buttons == plan_card.fits(view)


# Drawing many times ten thousand characters takes longer than the default allows.
@settings(max_examples=examples(0.6))
@given(hostile, hostile)
def test_a_plan_that_fits_is_shown_with_every_value_whole(one: str, other: str) -> None:
    view = _hostile(one, other)
    said = texts(plan_card.card(view, token=TOKEN).blocks)
    if plan_card.fits(view):
        assert any(f'"{bare(storable(one))}"' in text for text in said)


def test_open_plans_are_listed_oldest_first() -> None:
    answer = plan_card.listed([T1, T3] * 11)
    assert_slack_valid(answer["blocks"])
    assert_text_safe(answer["text"])
    assert answer["text"].startswith("Open plans: 22. The oldest is `pl_01HX")
    assert "and 2 more." in texts(answer["blocks"])
    assert plan_card.listed([])["text"] == "No plan is open."


def _with(**changed: object) -> PlanView:
    draft: Draft = replace(DRAFT, **changed)  # type: ignore[arg-type]
    return view_of(replace(PLAN, draft=draft))


def _hostile(one: str, other: str) -> PlanView:
    one, other = storable(one), storable(other)
    return _with(
        action=one,
        target=other,
        steps=(Step(id="s1", call=other, params=((other, one),)),),
        changes=(Change(what=one, before=other, after=one),),
        preconditions=(Probe(id=one, value=other),),
        verify=other,
        rollback="",
        irreversible_because=one,
    )


def _buttons(view: PlanView) -> list[tuple[str, str, str, str]]:
    row = plan_card.card(view, token=TOKEN).blocks[-1]
    if row["type"] != "actions":
        return []
    return [
        (one["action_id"], one["text"]["text"], one.get("style", ""), one["value"])
        for one in row["elements"]
    ]
