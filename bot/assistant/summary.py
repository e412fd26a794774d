"""The summary that rules make, at once and without a model.

At most three sentences, each resting on alerts, and what nobody has found out yet.
How a model's sentences are checked is not here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.classification import INSTRUCTED
from bot.domain.classification_category import UNCLASSIFIED
from bot.domain.envelope import Alert, Outcome
from bot.domain.registry import System
from bot.domain.summary import Claim, Summary
from bot.domain.untrusted import Untrusted, clip

_LONGEST_TITLE = 180
_LONGEST_FIGURES = 200
_MOST_EVIDENCE = 10
# What begins a placeholder of the redactor; a masked sentence tells no figures.
_MASKED = "\u2039"
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SAID: dict[Outcome, str] = {
    Outcome.BLOCKED: "a control stopped it",
    Outcome.ALLOWED: "it was let through",
    Outcome.UNKNOWN: "",
}
# Categories of which a reader asks first whether something stopped it.
_STOPPABLE = frozenset(
    {
        "prompt_injection",
        "data_disclosure",
        "system_prompt_leak",
        "harmful_output",
        "unsafe_output_handling",
        "excessive_agency",
    }
)
# Fields that senders fill with a sentence for people, best first.
_TOLD_IN = ("description", "newstatereason", "reason", "message", "summary", "output")


def summarize(
    alerts: Sequence[Alert],
    *,
    system: System | None,
    now: datetime,
    counted: bool = True,
) -> Summary:
    """Return what is known and what is not, from the alerts alone.

    Args:
        alerts: Redacted and assessed alerts of one incident, oldest first.
        system: The registered system, if any.
        now: Aware UTC; ages are told from it.
        counted: Whether to claim how many alerts there are since when. A card has
            that in its head, and an age would grow old on it.
    """
    if not alerts:
        return Summary(by="rules", claims=(), unknown=("what happened",))
    worst = min(alerts, key=lambda one: one.assessment.severity.rank)
    found = [_what(worst, alerts), _figures(worst)]
    if counted:
        found.append(_how_many(alerts, now))
    claims = tuple(claim for claim in found if claim is not None)
    return Summary(
        by="rules", claims=claims, unknown=_unknown(worst, alerts, system=system)
    )


def _what(worst: Alert, alerts: Sequence[Alert]) -> Claim:
    title = worst.envelope.title
    same = [one for one in alerts if one.envelope.title == title]
    text = title.for_slack(limit=_LONGEST_TITLE)
    said = _SAID[worst.envelope.outcome]
    return Claim(
        text=Untrusted(f"{text}: {said}" if said else text),
        evidence=_ids(same),
    )


def _figures(alert: Alert) -> Claim | None:
    """Return the sentence of the alert that holds figures, if one adds any.

    Where a text holds instructions, none of its alert's sentences is repeated; where
    it only may, none of its own.
    """
    if INSTRUCTED in alert.assessment.notices:
        return None
    title = alert.envelope.title.for_slack()
    for text in _told(alert):
        sentence = _with_digits(text)
        if sentence and sentence not in title:
            return Claim(text=Untrusted(sentence), evidence=(alert.id,))
    return None


def _told(alert: Alert) -> list[str]:
    named = [
        (path.rsplit(".", 1)[-1].casefold().replace("_", ""), text)
        for path, text in alert.envelope.texts.items()
        if path not in alert.assessment.lured
    ]
    ranked = [
        (_TOLD_IN.index(name), place, text)
        for place, (name, text) in enumerate(named)
        if name in _TOLD_IN
    ]
    return [text.for_slack(limit=2000) for _, _, text in sorted(ranked, key=_rank)]


def _rank(told: tuple[int, int, Untrusted]) -> tuple[int, int]:
    return told[:2]


def _with_digits(text: str) -> str:
    """Return the first sentence with a digit and nothing masked, or ""."""
    sentences = text.replace("! ", ". ").split(". ")
    open_ones = (one for one in sentences if _MASKED not in one)
    found = (one for one in open_ones if any(mark.isdigit() for mark in one))
    return clip(next(found, "").strip(), _LONGEST_FIGURES)


def _how_many(alerts: Sequence[Alert], now: datetime) -> Claim:
    count = sum(alert.envelope.stands_for for alert in alerts)
    sources = len({alert.envelope.source for alert in alerts})
    first = min(alert.detected_at for alert in alerts)
    what = "1 alert" if count == 1 else f"{count} alerts"
    where = "" if sources == 1 else f" from {sources} sources"
    since = f"{first:%Y-%m-%d %H:%M} UTC, {_age(now - first)}"
    return Claim(text=Untrusted(f"{what}{where} since {since}"), evidence=_ids(alerts))


def _age(age: timedelta) -> str:
    if age < timedelta(minutes=1):
        return "just now"
    if age < 2 * _HOUR:
        return f"{age // timedelta(minutes=1)} min ago"
    if age < 2 * _DAY:
        return f"{age // _HOUR} h ago"
    return f"{age // _DAY} days ago"


def _unknown(
    worst: Alert, alerts: Sequence[Alert], *, system: System | None
) -> tuple[str, ...]:
    asked = worst.assessment.category in _STOPPABLE
    found = (
        (worst.assessment.category == UNCLASSIFIED, "what kind of incident it is"),
        (
            asked and worst.envelope.outcome is Outcome.UNKNOWN,
            "whether a control stopped it",
        ),
        (system is None, "which registered system it belongs to"),
        (system is None or not system.owner, "who owns it"),
        (
            all(one.envelope.occurred_at is None for one in alerts),
            "when it began: the sender gave no time",
        ),
        (
            any(one.clock_is_off for one in alerts),
            "when it began: the sender's clock is off",
        ),
    )
    return tuple(text for is_so, text in found if is_so)


def _ids(alerts: Sequence[Alert]) -> tuple[str, ...]:
    return tuple(alert.id for alert in alerts[:_MOST_EVIDENCE])
