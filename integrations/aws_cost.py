"""AWS costs: anomalies of Cost Anomaly Detection, and budgets.

An anomaly comes as an event (`dimensionValue`) and through SNS (`dimensionalValue`); a
budget writes a letter to SNS and an event to EventBridge. Both lag by hours. Amounts
are in the currency of the bill, which neither names.

Source:
    AWS Cost Management User Guide, "Using EventBridge with Cost Anomaly Detection",
    "Creating an Amazon SNS topic for anomaly notifications", "Budgets: SNS".
"""

from collections.abc import Iterator

import re2

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.untrusted import clip
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.fields import every, first_text, leaves, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import digest, identifier, links_of, word
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_cost",
    title="AWS costs",
    docs="https://docs.aws.amazon.com/cost-management/latest/userguide/"
    "cad-eventbridge.html",
    summary="Cost anomalies and budgets, through SNS or EventBridge.",
    family="aws",
)
_SOURCES = frozenset({"aws.ce", "aws.budgets"})
_LETTER = "aws budget notification"
_MOST_CAUSES = 10
_LINE = re2.compile(r"(?m)^[ \t]*([A-Za-z][A-Za-z ]{2,40}):[ \t]*(\S.*?)[ \t]*$")
_SENTENCE = re2.compile(
    r"(ACTUAL|FORECASTED) \w+ associated with your (.{1,100}?) budget"
    r"[^$€£0-9]{1,40}([$€£]?[0-9][0-9,.]*)"
)
_SUBJECT = re2.compile(r"AWS Budgets:? (.{1,100}?) (?:has|is|will|exceed)")
_SPENT = re2.compile(
    r"(ACTUAL|FORECASTED) (?:[Aa]mount|cost|usage): ?([$€£]?[0-9][0-9,.]*)"
)
_AI = re2.compile(
    r"(?i)bedrock|sagemaker|claude|anthropic|nova|titan|llama|mistral|cohere|\bai\b"
    r"|\bllm\b|machine learning|comprehend|rekognition|textract|lex\b|amazon q\b"
)
"""Words of a service or budget that is about AI.

Source: service names of AWS Cost Explorer; models of Bedrock are billed as services of
their own, e.g. ``Claude 3.5 Sonnet (Amazon Bedrock Edition)``."""


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is an anomaly or a budget."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an anomaly or budget.

    Raises:
        Unparsed: There is neither.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is an anomaly, a budget's event or a budget's letter."""
    if one.event is not None:
        return one.event.source in _SOURCES
    return _is_anomaly(one.value) or _is_letter(one)


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the anomaly or the budget."""
    detail = one.event.detail if one.event else one.value
    if _is_anomaly(detail):
        return (_of_anomaly(detail, one),)
    if isinstance(detail, str):
        return (_of_letter(detail, one),)
    return (_of_budget(detail, one),)


def _is_anomaly(value: Json) -> bool:
    named_so = first_text(value, "anomalyId", "anomalyDetailsLink")
    return bool(named_so) and isinstance(member(value, "impact"), dict)


def _is_letter(one: Delivery) -> bool:
    subject = one.message.subject if one.message else ""
    begins = one.value[:200] if isinstance(one.value, str) else ""
    return bool(begins) and (
        _LETTER in begins.casefold() or subject.casefold().startswith("aws budgets")
    )


def _of_anomaly(value: Json, one: Delivery) -> Envelope:
    about = first_text(value, "dimensionValue", "dimensionalValue")
    about = about or first_text(value, "rootCauses[].service") or "an account"
    impact = {
        f"impact.{leaf.path}": text_of(leaf.value)
        for leaf in leaves(member(value, "impact"), most=10)
    }
    causes = list(_causes(value))
    account = first_text(value, "accountId") or (one.event.account if one.event else "")
    said = {
        "service": about,
        "isAi": _is_ai(about, *causes),
        "monitorName": first_text(value, "monitorName"),
        "subscriptionName": first_text(value, "subscriptionName"),
        "anomalyStartDate": first_text(value, "anomalyStartDate"),
        "anomalyEndDate": first_text(value, "anomalyEndDate"),
        "score": first_text(value, "anomalyScore.currentScore"),
        "rootCauses": "; ".join(causes),
        "timesExpected": _times(value),
    }
    ended = read_time(member(value, "anomalyEndDate")) is not None
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(one.event.id if one.event else ""),
        dedup_key=identifier(first_text(value, "anomalyId"))
        or digest([about, account]),
        status=Status.RESOLVED if ended else Status.FIRING,
        occurred_at=read_time(member(value, "anomalyStartDate"))
        or (one.event.at if one.event else None),
        title=headline(f"Cost anomaly: {about}", _amounts(value), _where(causes)),
        texts=texts({**said, **impact}),
        entities=several(_things(account, value)),
        links=links_of([first_text(value, "anomalyDetailsLink")]),
        notes=one.document.notes,
    )


def _amounts(value: Json) -> str:
    actual = first_text(value, "impact.totalActualSpend")
    expected = first_text(value, "impact.totalExpectedSpend")
    total = first_text(value, "impact.totalImpact")
    if actual and expected:
        return f"cost {actual} instead of {expected}"
    return f"costs {total} more than expected" if total else ""


def _times(value: Json) -> str:
    """Return how often the expected amount was spent; "" where it is not told."""
    actual, expected = (
        _number(first_text(value, f"impact.{name}"))
        for name in ("totalActualSpend", "totalExpectedSpend")
    )
    return f"{actual / expected:.1f}" if actual and expected > 0 else ""


def _causes(value: Json) -> Iterator[str]:
    for cause in every(value, "rootCauses[]")[:_MOST_CAUSES]:
        parts = ("service", "usageType", "region", "linkedAccountName", "linkedAccount")
        yield " ".join(text for name in parts if (text := first_text(cause, name)))


def _where(causes: list[str]) -> str:
    return f"· {clip(causes[0], 100)}" if causes and causes[0] else ""


def _things(account: str, value: Json) -> Iterator[Entity]:
    yield from named(EntityKind.ACCOUNT, account)
    for cause in every(value, "rootCauses[]")[:_MOST_CAUSES]:
        yield from named(EntityKind.ACCOUNT, first_text(cause, "linkedAccount"))
        yield from named(EntityKind.SERVICE, first_text(cause, "service"))


def _of_letter(text: str, one: Delivery) -> Envelope:
    """Read a budget's letter: by its lines ``Budget Name: …``, else by its sentence."""
    lines = {"".join(name.split()): value for name, value in _LINE.findall(text)}
    told = _SENTENCE.search(text)
    subject = _SUBJECT.search(one.message.subject if one.message else "")
    budget = lines.get("BudgetName") or (told.group(2) if told else "")
    budget = budget or (subject.group(1) if subject else "?")
    account = next((w for w in text.replace(",", " ").split() if _is_account(w)), "")
    spent = _SPENT.search(text)
    kind = spent.group(1) if spent else (told.group(1) if told else "ACTUAL")
    limit = lines.get("BudgetedAmount") or (told.group(3).rstrip(".") if told else "")
    does = "is forecast to pass" if kind.upper() == "FORECASTED" else "has passed"
    said = {
        "isAi": _is_ai(budget),
        "budgetName": budget,
        "spent": spent.group(2).rstrip(".") if spent else "",
        "limit": limit,
        "kind": kind,
    }
    amounts = f"{said['spent']} of {limit}" if said["spent"] and limit else ""
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest(["budget", account, budget]),
        title=headline(f"AWS budget {budget} {does} its threshold", amounts),
        texts=texts({**said, **lines, "message": text}),
        entities=several(named(EntityKind.ACCOUNT, account)),
        notes=one.document.notes,
    )


def _of_budget(detail: Json, one: Delivery) -> Envelope:
    event = one.event
    budget = first_text(detail, "budgetName", "budget.budgetName", "name") or "?"
    account = first_text(detail, "accountId") or (event.account if event else "")
    said = {leaf.path: text_of(leaf.value) for leaf in leaves(detail, most=40)}
    state = first_text(detail, "alertState", "state", "notificationState", "status")
    spent = first_text(detail, "actualAmount", "calculatedSpend.actualSpend.amount")
    limit = first_text(detail, "budgetLimit", "budgetedAmount", "budgetLimit.amount")
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(event.id if event else ""),
        dedup_key=digest(["budget", account, budget]),
        status=Status.RESOLVED if state.casefold() == "ok" else Status.FIRING,
        occurred_at=event.at if event else None,
        title=headline(
            f"AWS budget {budget}:",
            f"{spent} of {limit}" if spent and limit else spent,
            event.detail_type if event else "",
        ),
        texts=texts({"isAi": _is_ai(budget), **said}),
        entities=several(named(EntityKind.ACCOUNT, account)),
        vendor_severity=word(first_text(detail, "severity")),
        notes=one.document.notes,
    )


def _is_ai(*names: str) -> str:
    return "true" if any(_AI.search(name) for name in names) else "false"


def _is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()  # noqa: PLR2004 - an account's id


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
