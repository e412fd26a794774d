"""What people see of a value is that value: nothing hidden, no two alike."""

from dataclasses import replace

import pytest

from bot.domain.errors import BadRequest
from bot.domain.plan import Level
from bot.domain.quoting import bare
from tests.domain.action_spec import a_plan, given, pending
from tests.domain.test_action_approving import approve

ALIKE = {
    "a letter of another script": ("pr\u043ed", "prod"),
    "a letter of phonetics": ("\u0261o", "go"),
    "wide letters": ("\uff30rod", "Prod"),
    "a ligature": ("\ufb01x", "fix"),
    "another hyphen": ("svc\u2010chat", "svc-chat"),
    "a dot": ("a\u2024b", "a.b"),
    "a mark of its own": ("cafe\u0301", "caf\u00e9"),
    "a mark without ink": ("x\u034f", "x"),
    "a pattern without ink": ("\u2800x", "x"),
    "another space": ("a\u00a0b", "a b"),
    "the other direction": ("\u05d01", "1\u05d0"),
    "five digits": ("\U000e0001", "\ue0001"),
    "half a pair": ("\ud800", "\\ud800"),
    "an escape of its own": ("\\u043e", "\u043e"),
}
"""Pairs that look the same where they are drawn as they are."""


@pytest.mark.parametrize("pair", ALIKE)
def test_two_that_look_alike_are_shown_apart(pair: str) -> None:
    one, other = map(bare, ALIKE[pair])
    assert one != other
    assert any(shown.isascii() for shown in (one, other))


@pytest.mark.parametrize(
    "text",
    [
        "M\u00fcnchen",
        "\u043f\u0440\u043e\u0434\u0430\u0436\u0438",
        "\u65e5\u672c\u8a9e",
        "a \u2192 b\u2026",
    ],
)
def test_words_of_one_script_stand_as_they_are(text: str) -> None:
    assert bare(text) == text


def test_a_name_is_typed_as_it_is_or_as_it_is_shown_and_not_as_it_looks() -> None:
    plan = a_plan(Level.T2)
    draft = replace(plan.draft, target="pr\u043ed")
    plan = replace(plan, draft=draft)
    for typed in ("pr\u043ed", "pr\\u043ed"):
        answer = given(*pending(plan)).when(approve(plan=plan, typed=typed)).answer()
        assert answer[0].name == "action.approved.v1"
    given(*pending(plan)).when(approve(plan=plan, typed="prod")).refused(
        BadRequest,
        saying="aws.iam.deactivate_access_key was not approved: the target's name was "
        "not typed as it is. Type `pr\\u043ed`.",
    )
