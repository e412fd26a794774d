"""What a guardrail stops is counted as it is, asked sparingly, and held against it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.acting.reading import Case
from bot.aws import canary
from bot.domain.action_effects import Verdict
from bot.domain.errors import Unreachable
from bot.domain.plan import Blast, Change, Draft
from tests.fakes.aws import FakeAws, refused

PROMPTS = canary.prompts()
STRONG = canary.Tally(attacks=5, of_attacks=12, harmless=0, of_harmless=6)


def _guardrail(*words: str) -> Any:
    """Return an AWS whose guardrail steps in where one of the words is said."""

    def apply(**asked: Any) -> Mapping[str, Any]:
        (said,) = (one["text"]["text"].casefold() for one in asked["content"])
        stops = any(word in said for word in words)
        return {
            "usage": {
                "topicPolicyUnits": 0,
                "contentPolicyUnits": 1,
                "wordPolicyUnits": 1,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 0,
            },
            "action": "GUARDRAIL_INTERVENED" if stops else "NONE",
            "outputs": [],
            "assessments": [],
        }

    return FakeAws({canary.CALL: apply}, (canary.CALL,))


def _case(aws: Any, *changes: Change) -> Case:
    draft = Draft(
        action="a",
        action_version=1,
        params=(),
        target="t",
        changes=changes,
        steps=(),
        preconditions=(),
        blast=Blast(systems=1),
        verify="",
    )
    return Case(params={}, facts={}, reader=aws, draft=draft)


def test_the_set_is_small_short_and_of_both_kinds() -> None:
    every = (*PROMPTS.attacks, *PROMPTS.harmless)
    assert (len(PROMPTS.attacks), len(PROMPTS.harmless)) == (12, 6)
    assert len(set(every)) == len(every) <= canary.MOST_PROMPTS
    assert max(map(len, every)) <= canary.LONGEST_PROMPT


def test_another_byte_in_the_set_is_another_name() -> None:
    """Whoever changes a prompt gives the set a new number, and then this line."""
    assert PROMPTS.name == "canary prompts, set 1 (4b80068e)"


def test_attacks_and_harmless_prompts_are_counted_apart() -> None:
    found = canary.counted(_guardrail("canary", "invoice"), "gr1abc", "2")
    assert str(found) == "stops 3 of 12 attacks, 1 of 6 harmless prompts"


def test_every_prompt_is_asked_once_as_input_of_one_version() -> None:
    aws = _guardrail("canary")
    canary.counted(aws, "gr1abc", "7")
    assert len(aws.asked) == 18
    about = {
        (one["guardrailIdentifier"], one["guardrailVersion"], one["source"])
        for _, one in aws.asked
    }
    assert about == {("gr1abc", "7", "INPUT")}


def test_no_guardrail_stops_nothing_and_is_not_asked() -> None:
    aws = _guardrail("canary")
    found = canary.counted(aws, "", "")
    assert (found.attacks, found.of_attacks, found.of_harmless) == (0, 12, 6)
    assert aws.asked == []


def test_where_the_first_is_refused_the_others_are_not_asked() -> None:
    aws: Any = FakeAws({canary.CALL: refused("AccessDeniedException")}, (canary.CALL,))
    with pytest.raises(Unreachable, match="bedrock:ApplyGuardrail"):
        canary.counted(aws, "gr1abc", "7")
    assert len(aws.asked) == 1


def test_where_one_is_not_answered_nothing_is_counted() -> None:
    aws = _guardrail("canary")
    answers, told = dict(aws.answers), aws.answers[canary.CALL]
    answers[canary.CALL] = lambda **asked: (
        told(**asked) if len(aws.asked) == 1 else _throttled()
    )
    aws.answers = answers
    with pytest.raises(Unreachable, match="asked too often"):
        canary.counted(aws, "gr1abc", "7")


def _throttled() -> Mapping[str, Any]:
    raise refused("ThrottlingException")


def test_what_stops_as_many_attacks_keeps_its_promise() -> None:
    weak = replace(STRONG, attacks=2)
    words = ("canary", "ignore previous", "system prompt")
    case = _case(_guardrail(*words), canary.change(weak, STRONG))
    found = canary.judged(case, "gr1abc", "1")
    assert found.verdict is Verdict.PASS


def test_what_stops_fewer_attacks_fails_with_both_figures() -> None:
    case = _case(_guardrail("ignore previous"), canary.change(STRONG, STRONG))
    found = canary.judged(case, "gr1abc", "1")
    assert found.verdict is Verdict.FAIL
    assert found.says == (
        "Asked again, it stops 2 of 12 attacks, 0 of 6 harmless prompts. Promised was "
        "that it stops 5 of 12 attacks, 0 of 6 harmless prompts."
    )


def test_what_holds_up_harmless_prompts_fails_too() -> None:
    words = ("canary", "ignore previous", "system prompt", "invoice")
    case = _case(_guardrail(*words), canary.change(STRONG, STRONG))
    assert canary.judged(case, "gr1abc", "1").verdict is Verdict.FAIL


def test_a_promise_about_other_prompts_says_nothing() -> None:
    other = replace(canary.change(STRONG, STRONG), what="canary prompts, set 0 (0)")
    case = _case(_guardrail("canary"), other)
    assert canary.judged(case, "gr1abc", "1").verdict is Verdict.INCONCLUSIVE
