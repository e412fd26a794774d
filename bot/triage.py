"""From a payload to assessed alerts: parse, redact, assess.

Pure but for the parsers it is given: no state, no clock, no ids of its own. This is
the outermost door for what strangers wrote, so whatever a parser does not survive
is caught here, once, and becomes an alert that says so.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast

from bot.dispatch import read, recognized
from bot.domain.classification import judge
from bot.domain.classification_rules import Rulebook
from bot.domain.envelope import Alert, Assessment, Envelope, Mask, Status
from bot.domain.errors import Unparsed
from bot.domain.registry import Registry
from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted
from bot.masking import Masker, Masking
from bot.ports.integration import Integration, Payload

NameOfOutcome = Literal["opens", "updates", "resolves", "ignored", "unparsed"]
_OPENS = frozenset({Severity.SEV1, Severity.SEV2, Severity.SEV3, Severity.SEV4})


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """What a payload means.

    Attributes:
        outcome: What it does; of several alerts, the one that does most decides.
        source: The integration that read it.
        alerts: Redacted and assessed, in the sender's order.
        problem: Why it could not be read; "" when it could.
        same: By place, what is equal for alerts that differ only in their ids and
            times; empty where nobody remembers (`bot/reading/`).
    """

    outcome: NameOfOutcome
    source: str
    alerts: tuple[Alert, ...]
    problem: str = ""
    same: tuple[bytes, ...] = ()

    @property
    def worst(self) -> Alert | None:
        """The alert with the worst severity, the first of several."""
        ranked = sorted(self.alerts, key=lambda one: one.assessment.severity.rank)
        return ranked[0] if ranked else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What an alert means, whenever it came: an `Alert` without ids and times.

    Attributes:
        envelope: Redacted, without a time.
        same: Equal for alerts that mean the same; b"" where nobody remembers.
    """

    envelope: Envelope
    assessment: Assessment
    masks: tuple[Mask, ...]
    system: str
    same: bytes = b""

    def alert(
        self, alert_id: str, *, occurred_at: datetime | None, received_at: datetime
    ) -> Alert:
        """Return the alert that was received."""
        return Alert(
            id=alert_id,
            received_at=received_at,
            envelope=replace(self.envelope, occurred_at=occurred_at),
            assessment=self.assessment,
            masks=self.masks,
            system=self.system,
        )


class Understanding:
    """What an envelope means; equal texts of one payload are looked at once."""

    def __init__(
        self, redactor: Masker, rulebook: Rulebook, registry: Registry
    ) -> None:
        self._masking = Masking(redactor)
        self._rulebook = rulebook
        self._registry = registry

    def of(
        self, envelope: Envelope, *, received_at: datetime, same: bytes = b""
    ) -> Understood:
        """Redact and assess one alert as its parser read it.

        Args:
            received_at: When its payload was accepted, aware UTC.
            same: Kept with the answer, unless the answer depends on the time.
        """
        system = self._registry.of(envelope.entities)
        clean, masks = self._masking.clean(envelope)
        outcome, assessment = judge(
            clean, self._rulebook, system=system, masks=masks, received_at=received_at
        )
        if system is not None and system.changes:
            same = b""
        return Understood(
            envelope=replace(clean, outcome=outcome, occurred_at=None),
            assessment=assessment,
            masks=masks,
            system=system.id if system else "",
            same=same,
        )


def load_integrations() -> Mapping[str, Integration]:
    """Return every integration by its name, in the order in which they are asked.

    First those that know one product, of which at most one knows a payload; then
    those that know a transport, then the one that takes anything.
    """
    import integrations

    found = [
        cast("Integration", importlib.import_module(f"integrations.{module.name}"))
        for module in pkgutil.iter_modules(integrations.__path__)
    ]
    parsing = [one for one in found if hasattr(one, "parse")]
    parsing.sort(key=_place)
    return {one.MANIFEST.name: one for one in parsing}


def _place(one: Integration) -> tuple[bool, bool, str]:
    # The name decides nothing: two on one level never know the same payload.
    manifest = one.MANIFEST
    return manifest.takes_anything, manifest.general, manifest.name


def triage(
    payload: Payload,
    *,
    source: str,
    parsers: Mapping[str, Integration],
    redactor: Masker,
    rulebook: Rulebook,
    registry: Registry,
    alert_id: str,
    received_at: datetime,
) -> Triaged:
    """Return the alerts of a payload, redacted and assessed. Never raises for it.

    Args:
        payload: As posted.
        source: Name of an integration, or ``auto`` for the first that recognizes
            the payload.
        parsers: As `load_integrations` gives them.
        redactor: Applied to every text, id and link before anything else sees it.
        rulebook: Decides category and severity.
        registry: Tells which system is meant.
        alert_id: Of the first alert; further ones get ``.2``, ``.3``.
        received_at: When the payload was accepted, aware UTC.
    """
    parsed = parse(payload, source=source, parsers=parsers)
    if parsed.problem:
        problem = redactor.redact(parsed.problem).text
        return unparsed(parsed.source, problem, alert_id, received_at)
    understanding = Understanding(redactor, rulebook, registry)
    alerts = tuple(
        understanding.of(envelope, received_at=received_at).alert(
            nth(alert_id, place),
            occurred_at=envelope.occurred_at,
            received_at=received_at,
        )
        for place, envelope in enumerate(parsed.envelopes, 1)
    )
    return triaged(parsed.source, alerts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a parser made of a payload, nothing of it redacted yet.

    Attributes:
        problem: Why there is nothing; "" when it could be read.
    """

    source: str
    envelopes: tuple[Envelope, ...] = ()
    problem: str = ""


def parse(
    payload: Payload, *, source: str, parsers: Mapping[str, Integration]
) -> Parsed:
    """Return what the parser makes of a payload. Never raises for it."""
    name = source
    try:
        name = recognized(payload, source, parsers)
        name, envelopes = read(payload, name, parsers)
        return Parsed(source=name, envelopes=envelopes)
    except Unparsed as error:
        return Parsed(source=name, problem=f"{error.what}: {error.because}.")
    except Exception as error:  # noqa: BLE001 - the outermost door for foreign input
        problem = f"The parser {name} failed with {type(error).__name__}."
        return Parsed(source=name, problem=problem)


def nth(alert_id: str, place: int) -> str:
    """Return the id of a payload's alert, counted from 1."""
    return alert_id if place == 1 else f"{alert_id}.{place}"


def triaged(
    source: str, alerts: tuple[Alert, ...], same: tuple[bytes, ...] = ()
) -> Triaged:
    """Return what a payload means whose alerts these are."""
    return Triaged(outcome=_outcome(alerts), source=source, alerts=alerts, same=same)


def _outcome(alerts: tuple[Alert, ...]) -> NameOfOutcome:
    does = {_does(alert) for alert in alerts}
    order: tuple[NameOfOutcome, ...] = ("opens", "resolves", "updates")
    return next((one for one in order if one in does), "ignored")


def _does(alert: Alert) -> NameOfOutcome:
    match alert.envelope.status:
        case Status.RESOLVED:
            return "resolves"
        case Status.UPDATE:
            return "updates"
        case Status.TEST:
            return "ignored"
        case Status.FIRING:
            return "opens" if alert.assessment.severity in _OPENS else "ignored"


def unparsed(
    source: str, problem: str, alert_id: str, received_at: datetime
) -> Triaged:
    """Return one alert that says what could not be read, so that nothing is lost."""
    envelope = Envelope(
        source=source,
        # Equal for repeats: a sender with a broken template opens one incident.
        dedup_key=f"unparsed {problem}",
        title=Untrusted(f"A payload from {source} could not be read"),
        texts={"problem": Untrusted(problem)},
    )
    reason = Reason(code="unparsed", text="it could not be read, so a person must look")
    assessment = Assessment(
        category="unclassified",
        rule="default.unparsed",
        severity=Severity.SEV3,
        reasons=(reason,),
        notices=("the original is kept as it came",),
    )
    alert = Alert(
        id=alert_id, received_at=received_at, envelope=envelope, assessment=assessment
    )
    return Triaged(outcome="unparsed", source=source, alerts=(alert,), problem=problem)
