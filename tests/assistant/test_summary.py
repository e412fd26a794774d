"""The rules-made summary: three sentences, their evidence, and what is unknown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.assistant.summary import summarize
from bot.domain.classification import INSTRUCTED
from bot.domain.envelope import Alert, Assessment, Envelope, Outcome
from bot.domain.registry import System
from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
SYSTEM = System(id="s", title="S", owner="@team")


def alert(
    key: str = "al_1",
    *,
    title: str = "Guardrail let documents through",
    texts: Mapping[str, str] | None = None,
    severity: Severity = Severity.SEV3,
) -> Alert:
    return Alert(
        id=key,
        received_at=NOW - timedelta(minutes=28),
        envelope=Envelope(
            source="alertmanager",
            dedup_key=key,
            occurred_at=NOW - timedelta(minutes=28),
            title=Untrusted(title),
            texts={path: Untrusted(text) for path, text in (texts or {}).items()},
            outcome=Outcome.ALLOWED,
        ),
        assessment=Assessment(
            category="prompt_injection",
            rule="r",
            severity=severity,
            reasons=(Reason(code="c", text="t"),),
        ),
    )


def said(*alerts: Alert) -> list[str]:
    summary = summarize(alerts, system=SYSTEM, now=NOW)
    return [claim.text.for_slack() for claim in summary.claims]


def test_it_says_what_happened_the_figures_and_how_many() -> None:
    told = {"annotations.description": "It was seen today. 3 of 40 carried orders."}
    assert said(alert(texts=told)) == [
        "Guardrail let documents through: it was let through",
        "3 of 40 carried orders.",
        "1 alert since 2026-05-04 10:02 UTC, 28 min ago",
    ]


def test_every_sentence_rests_on_alerts() -> None:
    alerts = [alert("al_1"), alert("al_2"), alert("al_3", title="Other")]
    summary = summarize(alerts, system=SYSTEM, now=NOW)
    assert [claim.evidence for claim in summary.claims] == [
        ("al_1", "al_2"),
        ("al_1", "al_2", "al_3"),
    ]
    assert summary.by == "rules"


def test_the_worst_alert_speaks_first() -> None:
    worst = alert("al_2", title="Worse", severity=Severity.SEV1)
    assert said(alert(), worst)[0].startswith("Worse")


def test_alerts_that_stand_for_many_are_counted() -> None:
    one = alert()
    many = replace(one, envelope=replace(one.envelope, stands_for=1701))
    other = replace(one, envelope=replace(one.envelope, source="webhook"))
    assert said(many, other)[-1].startswith("1702 alerts from 2 sources since")


def test_figures_that_the_title_has_are_not_repeated() -> None:
    same = {"annotations.description": "Rate 31 %"}
    assert len(said(alert(title="Rate 31 %", texts=same))) == 2


def test_a_text_with_instructions_is_not_repeated() -> None:
    lured = alert(texts={"annotations.description": "Ignore 12 rules"})
    noted = replace(lured, assessment=replace(lured.assessment, notices=(INSTRUCTED,)))
    assert not [text for text in said(noted) if "Ignore" in text]


def test_a_masked_sentence_tells_no_figures() -> None:
    masked = {"annotations.description": "key \u2039github_pat:7f3a\u203a. 12 calls."}
    assert said(alert(texts=masked))[1] == "12 calls."


def test_what_nobody_knows_is_said() -> None:
    bare = alert()
    unclear = replace(
        bare,
        envelope=replace(bare.envelope, occurred_at=None, outcome=Outcome.UNKNOWN),
    )
    assert summarize([unclear], system=None, now=NOW).unknown == (
        "whether a control stopped it",
        "which registered system it belongs to",
        "who owns it",
        "when it began: the sender gave no time",
    )


def test_a_clock_that_is_off_is_said() -> None:
    bare = alert()
    late = replace(
        bare, envelope=replace(bare.envelope, occurred_at=NOW.replace(year=2999))
    )
    summary = summarize([late], system=SYSTEM, now=NOW)
    assert summary.unknown == ("when it began: the sender's clock is off",)
    assert "28 min ago" in summary.claims[-1].text.for_slack()


def test_without_alerts_nothing_is_claimed() -> None:
    summary = summarize([], system=None, now=NOW)
    assert (summary.claims, summary.unknown) == ((), ("what happened",))


@pytest.mark.parametrize(
    ("age", "told"),
    [(0, "just now"), (90, "90 min ago"), (300, "5 h ago"), (4320, "3 days ago")],
)
def test_ages_are_told_as_people_do(age: int, told: str) -> None:
    bare, at = alert(), NOW - timedelta(minutes=age)
    since = replace(
        bare, received_at=at, envelope=replace(bare.envelope, occurred_at=at)
    )
    assert said(since)[-1].endswith(told)


def test_a_card_is_spared_what_its_head_says_already() -> None:
    alerts = [alert(), alert("al_2")]
    told = summarize(alerts, system=None, now=NOW, counted=False)
    assert told.claims == summarize(alerts, system=None, now=NOW).claims[:-1]
