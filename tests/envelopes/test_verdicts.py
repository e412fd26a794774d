"""What a guardrail's look becomes: a title a person understands, and no content."""

from dataclasses import replace

import pytest

from bot.domain.envelope import EntityKind, Outcome
from bot.envelopes.noted import envelopes_for
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.verdicts import Verdict, Where, readable

LOOK = Verdict(source="guard", product="Guard", found=("prompt_attack",), app="claims")


def title(look: Verdict) -> str:
    return look.envelope().title.for_rules()


def test_the_title_says_what_was_looked_at_and_what_became_of_it() -> None:
    assert title(LOOK) == "Guard flagged a prompt to claims: prompt attack"
    blocked = replace(LOOK, outcome=Outcome.BLOCKED, where=Where.ANSWER)
    assert title(blocked) == "Guard blocked an answer of claims: prompt attack"
    passed = replace(LOOK, outcome=Outcome.ALLOWED, app="", model="m")
    said = "Guard flagged a prompt to m and let it through: prompt attack"
    assert title(passed) == said
    assert (
        title(replace(LOOK, blind=True)) == "Guard could not look at a prompt to claims"
    )
    quiet = replace(LOOK, flagged=False, found=())
    assert title(quiet) == "Guard found nothing in a prompt to claims"


def test_many_detectors_are_counted_after_the_third() -> None:
    many = replace(LOOK, found=("a", "b", "c", "d", "e", "a"))
    assert title(many).endswith(": a, b, c and 2 more")


def test_a_name_that_is_a_text_is_cut() -> None:
    long = replace(LOOK, found=("x " * 500,))
    assert len(title(long)) < 120


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PromptInjection", "prompt injection"),
        ("pii/us_social_security_number", "pii us social security number"),
        ("CREDIT_CARD", "credit card"),
        ("US SSN", "US SSN"),
    ],
)
def test_names_of_detectors_are_readable(name: str, said: str) -> None:
    assert readable(name) == said


def test_the_order_of_detectors_and_who_asked_change_no_problem() -> None:
    first = replace(LOOK, found=("a", "b"), things=((EntityKind.PRINCIPAL, "u-1"),))
    again = replace(LOOK, found=("b", "a"), things=((EntityKind.PRINCIPAL, "u-2"),))
    other = replace(first, app="another")
    assert first.envelope().dedup_key == again.envelope().dedup_key
    assert first.envelope().dedup_key != other.envelope().dedup_key


def test_of_a_log_only_what_is_wrong_becomes_alerts() -> None:
    quiet = replace(LOOK, flagged=False, found=())
    made = envelopes_for([quiet, LOOK, quiet])
    assert [one.stands_for for one in made] == [1]
    assert [one.stands_for for one in envelopes_for([quiet] * 5)] == [5]


def test_repeats_in_one_payload_are_one_alert_that_counts_them() -> None:
    asked = [
        replace(LOOK, things=((EntityKind.PRINCIPAL, f"u-{n}"),)) for n in range(3)
    ]
    (made,) = envelopes_for([*asked, replace(LOOK, flagged=False, found=())])
    assert made.stands_for == 3
    assert [one.id for one in made.entities] == ["claims", "u-0", "u-1", "u-2"]


def test_the_last_alert_stands_for_those_beyond_the_limit() -> None:
    made = envelopes_for([replace(LOOK, app=f"app {n}") for n in range(600)])
    assert len(made) == 500
    assert made[-1].stands_for == 101


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("BLOCK", Outcome.BLOCKED),
        ("guardrail_intervened", Outcome.BLOCKED),
        ("MODEL_ARMOR_SANITIZATION_VERDICT_ALLOW", Outcome.ALLOWED),
        ("detect-only", Outcome.ALLOWED),
        ("perhaps", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_words_for_what_was_done_are_known(word: str, outcome: Outcome) -> None:
    assert outcome_of(word) is outcome


def test_thousands_that_say_the_same_make_one_alert_and_name_everybody() -> None:
    """Whoever differs in something an alert names or is known by is looked at."""
    who = [((EntityKind.PRINCIPAL, f"u{n}"),) for n in range(3)]
    looks = [replace(LOOK, event_id=str(n), things=who[n % 3]) for n in range(3000)]
    made = envelopes_for([*looks, replace(LOOK, outcome=Outcome.BLOCKED)])
    assert [one.stands_for for one in made] == [3000, 1]
    named = [one.id for one in made[0].entities if one.kind is EntityKind.PRINCIPAL]
    assert named == ["u0", "u1", "u2"]
    assert made[0].source_event_id == "0"


@pytest.mark.parametrize(
    "changed",
    [
        {"found": ("other",)},
        {"where": Where.TOOL},
        {"outcome": Outcome.ALLOWED},
        {"app": "other"},
        {"model": "m"},
        {"things": ((EntityKind.KEY, "k"),)},
    ],
)
def test_what_tells_alerts_apart_tells_looks_apart(changed: dict[str, object]) -> None:
    other = replace(LOOK, **changed)  # type: ignore[arg-type]
    assert other.sameness != LOOK.sameness
    first, second = LOOK.envelope(), other.envelope()
    assert (first.dedup_key, first.entities) != (second.dedup_key, second.entities)
