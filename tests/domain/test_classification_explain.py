"""An explanation names the rules that had a say, their file, and their words."""

from bot.domain.classification import judge
from bot.domain.classification_explain import Explanation, explain
from bot.domain.envelope import Envelope, Mask, Outcome
from bot.domain.untrusted import Untrusted
from bot.rules import read_rulebook

RULES = read_rulebook(
    """
categories:
  - id: site.pricing
    category: excessive_agency
    weight: 8
    reason: ours
    any: [agentpriceupdate*]
""",
    overlay_name="site.yaml",
)


def alert(title: str = "Something", **texts: str) -> Envelope:
    return Envelope(
        source="alertmanager",
        dedup_key="k",
        title=Untrusted(title),
        texts={path: Untrusted(text) for path, text in texts.items()},
    )


def explained(envelope: Envelope) -> Explanation:
    return explain(envelope, RULES)


def test_the_rule_that_decided_is_named_with_its_file_and_its_words() -> None:
    found = explained(alert(alertname="AgentPriceUpdate")).decided
    assert found is not None
    assert (found.rule, found.origin) == ("site.pricing", "site.yaml")
    (heard,) = found.heard
    assert (heard.what, heard.fields, heard.place) == (
        "agentpriceupdate*",
        ("alertname",),
        "fact",
    )


def test_a_shipped_rule_is_named_with_its_file() -> None:
    found = explained(alert(alertname="JailbreakDetected")).decided
    assert found is not None
    assert found.origin == "kinds/injection.yaml"


def test_the_runners_up_stand_in_order_of_their_evidence() -> None:
    found = explained(alert("GPU budget and hallucination", rule="budget, jailbreak"))
    scores = [one.score for one in found.runners_up]
    assert scores == sorted(scores, reverse=True)
    assert found.runners_up


def test_a_field_is_named_as_it_was_asked_for() -> None:
    found = explained(alert(**{"alert.secret_type": "x"})).decided
    assert found is not None
    (heard,) = found.heard
    assert (heard.what, heard.fields) == (
        "secrettype is there",
        ("alert.secrettype",),
    )


def test_a_mask_is_named_with_its_field() -> None:
    masks = (Mask(kind="github_token", count=1, path="rule"),)
    found = explain(alert(rule="x"), RULES, masks=masks).decided
    assert found is not None
    (heard,) = found.heard
    assert (heard.what, heard.fields) == ("masked github_token", ("rule",))


def test_the_rule_of_the_outcome_is_named_and_not_where_the_sender_said_it() -> None:
    by_rule = explained(alert(type="jailbreak", mode="detect")).outcome
    assert by_rule is not None
    assert (by_rule.rule, by_rule.about) == ("outcome.allowed_field", "allowed")
    envelope = alert(type="jailbreak")
    by_sender = Envelope(
        source="x",
        dedup_key="k",
        title=envelope.title,
        texts=envelope.texts,
        outcome=Outcome.ALLOWED,
    )
    assert explained(by_sender).outcome is None


def test_the_moves_are_those_of_the_verdict() -> None:
    envelope = alert(type="jailbreak", mode="detect")
    _, verdict = judge(envelope, RULES)
    moves = explained(envelope).moves
    assert [(one.rule, one.score) for one in moves] == [
        (reason.code, reason.steps) for reason in verdict.reasons[1:]
    ]


def test_an_alert_that_nobody_understands_was_decided_by_nobody() -> None:
    assert explained(alert("Something")).decided is None
