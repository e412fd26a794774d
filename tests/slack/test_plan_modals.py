"""The forms about plans: what Slack takes, what they carry, what is missing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.errors import BadRequest
from bot.domain.plan_view import PlanView
from bot.slack import plan_forms, plan_modals, plan_words
from bot.slack.plan_forms import About
from bot.slack.plan_wishes import PlanVerb, PlanWish, known_plan, of_click
from bot.slack.requests import Click, Submission
from tests.searching import examples
from tests.slack.hostile import hostile, marked
from tests.slack.plan_states import (
    DRAFT,
    FORMS,
    GOLDEN,
    OFFER,
    PLAN,
    T1,
    T2,
    T3,
    TOKEN,
    VIEWS,
    about,
    storable,
    view_of,
)
from tests.slack.validity import assert_view_valid, texts

WHY = "it cannot wait until morning"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_looks_as_it_was_reviewed(name: str) -> None:
    reviewed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert FORMS[name] == reviewed


@pytest.mark.parametrize("name", FORMS)
def test_slack_takes_every_form(name: str) -> None:
    assert_view_valid(FORMS[name])


def test_every_reviewed_picture_belongs_to_a_state_or_form() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(VIEWS) | set(FORMS)


@pytest.mark.parametrize(
    ("form", "blocks"),
    [
        ("form-review-t1", ["plan", "proof", "typed_name", "reason"]),
        ("form-review-t2", ["plan", "proof", "typed_name"]),
        ("form-review-t3", ["plan", "proof"]),
        ("form-reject", ["plan", "reason"]),
        ("form-break-glass", ["plan", "proof", "typed_name", "reason"]),
        ("form-reconcile", ["plan", "proof", "look", "happened", "reason"]),
        ("form-choose", ["action"]),
        (
            "form-propose",
            ["what", "param.user_name", "param.key_number", "reason"],
        ),
    ],
)
def test_a_form_asks_for_what_its_level_needs(form: str, blocks: list[str]) -> None:
    assert [block["block_id"] for block in FORMS[form]["blocks"]] == blocks


def test_the_review_shows_what_the_card_shows_and_carries_its_digest() -> None:
    form = plan_modals.review(T2, about(T2))
    card = next(b for b in _card(T2) if b["block_id"] == "plan")
    assert form["blocks"][0] == card
    assert json.loads(form["private_metadata"])["digest"] == T2.digest
    assert form["submit"]["text"] == "Confirm"


def test_the_phrase_to_type_is_shown_as_it_is_typed() -> None:
    said = texts(plan_modals.review(T1, about(T1))["blocks"])
    assert T1.plan.phrase in said
    assert f"Type this phrase: {T1.plan.phrase}" in said


def test_who_asked_is_told_that_another_person_must_agree() -> None:
    own = texts(plan_modals.review(T2, about(T2, "U0ONCALL"))["blocks"])
    others = texts(plan_modals.review(T2, about(T2))["blocks"])
    assert plan_words.YOU_ASKED in own
    assert plan_words.YOU_ASKED not in others


def test_what_is_known_of_an_action_is_filled_in() -> None:
    user, key = FORMS["form-propose"]["blocks"][1:3]
    assert user["element"]["initial_value"] == "ci-bot"
    assert "initial_value" not in key["element"]


def test_one_of_few_values_is_chosen_and_what_is_known_is_chosen_already() -> None:
    offer = replace(
        OFFER,
        params={"policy": "Which policy"},
        known={},
        choices={"policy": ("AWSCompromisedKeyQuarantineV3", "AWSDenyAll")},
    )
    for known, chosen in (("AWSDenyAll", "AWSDenyAll"), ("", None), ("Mine", None)):
        filled = replace(offer, known={"policy": known})
        form = plan_modals.propose(filled, About(incident="INC-0001"))
        assert_view_valid(form)
        menu = form["blocks"][1]["element"]
        assert [one["value"] for one in menu["options"]] == [*offer.choices["policy"]]
        assert menu.get("initial_option", {}).get("value") == chosen


@settings(max_examples=examples(0.6))
@given(hostile, hostile)
def test_no_text_of_a_plan_comes_alive_in_a_form(one: str, other: str) -> None:
    one, other = storable(one), storable(other)
    draft = replace(DRAFT, action=one, target=other, verify=other)
    view = view_of(replace(PLAN, draft=draft))
    offer = replace(OFFER, title=one, params={"a": other}, known={"a": one})
    for form in (
        *(plan_modals.review(view, about(view)), plan_modals.reject(view, about(view))),
        plan_modals.propose(offer, About(incident="INC-0001")),
    ):
        assert not marked(form["blocks"])
        json.dumps(form).encode()


RIGHT = [
    ("plan.review", T1, {"typed_name": f" {T1.plan.phrase}\n", "reason": "leak"}),
    ("plan.review", T2, {"typed_name": "ci-bot"}),
    ("plan.review", T3, {}),
    ("plan.reject", T2, {"reason": "no"}),
    ("plan.rollback", T2, {"reason": "no"}),
    ("plan.reconcile", T2, {"happened": "committed", "reason": "CloudTrail"}),
    (
        "plan.break_glass",
        T2,
        {"typed_name": f"break glass {T2.plan.phrase}", "reason": WHY},
    ),
    ("action.propose", None, {"param.user_name": "ci-bot", "reason": "leak"}),
]
WRONG = [
    ("plan.review", T1, {"typed_name": "ci-bot", "reason": " "}, "typed_name reason"),
    ("plan.review", T2, {"typed_name": "ci-bot2"}, "typed_name"),
    ("plan.review", T2, {"typed_name": "CI-BOT"}, "typed_name"),
    ("plan.reject", T2, {"reason": "\n"}, "reason"),
    ("plan.reconcile", T2, {"happened": "", "reason": "x"}, "happened"),
    (
        "plan.break_glass",
        T2,
        {"typed_name": "ci-bot", "reason": "now"},
        "typed_name reason",
    ),
    (
        "action.propose",
        None,
        {"param.user_name": " ", "reason": ""},
        "param.user_name reason",
    ),
]


@pytest.mark.parametrize(("form", "view", "values"), RIGHT)
def test_a_complete_form_has_no_errors(
    form: str, view: PlanView | None, values: dict[str, str]
) -> None:
    assert plan_forms.errors(_sent(form, values), view) == {}


@pytest.mark.parametrize(("form", "view", "values", "wrong"), WRONG)
def test_what_is_wrong_is_said_beside_its_field(
    form: str, view: PlanView | None, values: dict[str, str], wrong: str
) -> None:
    found = plan_forms.errors(_sent(form, values), view)
    assert set(found) == set(wrong.split())


def test_a_plan_that_could_not_be_read_in_time_leaves_the_typing_to_the_gate() -> None:
    assert plan_forms.errors(_sent("plan.review", {"typed_name": "x"}), None) == {}


def test_a_form_asks_for_what_was_entered() -> None:
    sent = _sent("plan.review", {"typed_name": "ci-bot", "reason": " leak "})
    assert plan_forms.wish(sent) == PlanWish(
        verb=PlanVerb.APPROVE,
        token=TOKEN,
        digest=T2.digest,
        channel="C0INCIDENTS",
        message="1.1",
        text="leak",
        typed="ci-bot",
    )


def test_a_proposal_carries_its_parameters() -> None:
    values = {"param.user_name": " ci-bot ", "reason": "leak", "param.reason": "x"}
    meta = About(incident="INC-0001", action="a.b", channel="C1").packed()
    found = plan_forms.wish(_sent("action.propose", values, meta))
    assert found.params == {"user_name": "ci-bot", "reason": "x"}
    assert (found.incident, found.action, found.text) == ("INC-0001", "a.b", "leak")


@pytest.mark.parametrize(
    ("form", "values", "meta"),
    [
        ("plan.unheard", {}, "{}"),
        ("plan.review", {}, "INC-0001"),
        ("plan.review", {}, "[]"),
        ("plan.review", {}, '{"token": 1}'),
        ("plan.review", {}, '{"unheard": "x"}'),
        ("plan.reconcile", {"happened": "maybe"}, "{}"),
        ("action.propose", {}, '{"incident": "x"}'),
    ],
)
def test_a_forged_form_is_refused(form: str, values: dict[str, str], meta: str) -> None:
    with pytest.raises(BadRequest, match="out of date"):
        plan_forms.wish(_sent(form, values, meta))


@given(hostile)
def test_no_value_breaks_the_readers(value: str) -> None:
    with pytest.raises(BadRequest):
        known_plan(value)
    with pytest.raises(BadRequest):
        plan_forms.about(_sent("plan.review", {}, value or "x"))


def test_only_the_stop_button_asks_without_a_form() -> None:
    click = Click(
        key="k", team="T", person="U1", channel="C1", action="plan.stop", value="t"
    )
    assert of_click(click) == PlanWish(verb=PlanVerb.STOP, token="t", channel="C1")  # noqa: S106
    with pytest.raises(BadRequest, match="out of date"):
        of_click(replace(click, action="plan.approve"))


def _sent(form: str, values: dict[str, str], meta: str = "") -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0SECOND",
        form=form,
        incident=meta or about(T2).packed(),
        values=values,
    )


def _card(view: PlanView) -> list[dict[str, Any]]:
    from tests.slack.plan_states import drawn

    return list(drawn(view)["blocks"])
