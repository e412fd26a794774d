"""What follows when an alert belongs to an incident, or takes itself back. Pure.

Rules only raise a severity, and never over a person's word. A problem that comes and
goes is counted and no longer told (`flapping.py` says from when on).
"""

from bot.domain.commands import Calm, Clear, Flap, Join
from bot.domain.events import (
    AlertCleared,
    AlertJoined,
    Event,
    Phase,
    Reopened,
    Resolved,
    SeverityChanged,
)
from bot.domain.grouping import dedup_digest
from bot.domain.grouping_events import (
    CategoryChanged,
    Correlated,
    Flapping,
    FlappingEnded,
    Woken,
)
from bot.domain.incident import MEANS, Incident
from bot.domain.severity import worst
from bot.domain.together import raised
from bot.domain.untrusted import Untrusted

TOCSIN = "tocsin"


def join(incident: Incident, command: Join) -> tuple[Event, ...]:
    """Answer an alert that belongs to the incident."""
    dedup = dedup_digest(command.alert.envelope)
    events: list[Event] = []
    if not incident.is_open:
        events.append(Reopened(because="same_problem_again", by=TOCSIN))
    if dedup not in incident.firing:
        events.append(_joined(command, dedup))
    worse = _raised(incident, command)
    meaning = _meaning(incident, command, raises=bool(worse))
    if incident.is_snoozed and (worse or meaning or _is_worse_news(incident, command)):
        events.append(Woken(by=TOCSIN, because="worse"))
    return (*events, *_renamed(incident, command), *meaning, *worse)


def clear(incident: Incident, command: Clear) -> tuple[Event, ...]:
    """Answer a sender that takes its alert back."""
    dedup = dedup_digest(command.alert.envelope)
    if dedup in incident.flapping or (command.is_told and dedup not in incident.firing):
        return ()
    source = command.alert.envelope.source
    cleared = AlertCleared(alert=command.alert.id, source=source, dedup=dedup)
    return _over(
        incident, cleared if command.is_told else None, dedup, others=command.others
    )


def flap(incident: Incident, command: Flap) -> tuple[Event, ...]:
    """Say once that a problem comes and goes; its incident stays open meanwhile."""
    dedup = dedup_digest(command.alert.envelope)
    if dedup in incident.flapping:
        return ()
    again = Reopened(because="same_problem_again", by=TOCSIN)
    said = Flapping(
        source=command.alert.envelope.source,
        dedup=dedup,
        turns=command.turns,
        minutes=command.minutes,
    )
    return (said,) if incident.is_open else (again, said)


def calm(incident: Incident, command: Calm) -> tuple[Event, ...]:
    """End the counting; what is over is over, and may end the incident."""
    if command.dedup not in incident.flapping:
        return ()
    ended = FlappingEnded(
        source=command.source,
        dedup=command.dedup,
        turns=command.turns,
        firing=command.firing,
    )
    if command.firing or not incident.is_open:
        return (ended,)
    return (ended, *_over(incident, None, command.dedup, others=command.others))


def _over(
    incident: Incident, cleared: AlertCleared | None, dedup: str, *, others: bool
) -> tuple[Event, ...]:
    said = (cleared,) if cleared else ()
    nobody_took_it = incident.phase is Phase.TRIAGE and not incident.acked_by
    still = (incident.firing - {dedup}) | set(incident.flapping) - {dedup}
    if still or others or not (incident.is_open and nobody_took_it):
        return said
    return (*said, Resolved(by=TOCSIN, outcome="cleared"))


def _joined(command: Join, dedup: str) -> AlertJoined:
    alert, entity = command.alert, command.entity
    return AlertJoined(
        alert=alert.id,
        source=alert.envelope.source,
        dedup=dedup,
        because=command.because,
        category=alert.assessment.category,
        severity=alert.assessment.severity,
        named=entity.kind if entity else "",
        thing=Untrusted(entity.id) if entity else None,
    )


def _meaning(incident: Incident, command: Join, *, raises: bool) -> tuple[Event, ...]:
    """Note what is meant now; what was meant once stays so."""
    rules = _meant(incident, command)
    if rules == incident.meanings:
        return ()
    seen = tuple(sorted(command.seen))
    return (Correlated(rules=rules, categories=seen, raises=raises),)


def _meant(incident: Incident, command: Join) -> tuple[str, ...]:
    beaten = {one for rule in command.meanings for one in rule.over}
    found = {*incident.meanings, *(rule.id for rule in command.meanings)}
    return tuple(sorted(found - beaten))


def _renamed(incident: Incident, command: Join) -> tuple[Event, ...]:
    if command.category in ("", incident.category):
        return ()
    found = command.alert.assessment
    is_its = found.category == command.category
    return (
        CategoryChanged(
            was=incident.category,
            category=command.category,
            rule=found.rule if is_its else "grouping.worst",
            by=TOCSIN,
        ),
    )


def _is_worse_news(incident: Incident, command: Join) -> bool:
    """Tell whether another problem is worse than people said the incident is.

    Their word on the severity stands, but it was not about this problem: whoever put
    the incident to rest must hear of it.
    """
    is_another = command.because not in ("same_problem", "same_problem_again")
    severity = command.alert.assessment.severity
    return is_another and severity.is_worse_than(incident.severity)


def _raised(incident: Incident, command: Join) -> tuple[Event, ...]:
    found = command.alert.assessment
    if incident.severity_by not in ("", TOCSIN):
        return ()
    start = worst((command.worst, found.severity))
    severity = raised(start, command.meanings)
    if not severity.is_worse_than(incident.severity):
        return ()
    own = tuple(reason.code for reason in found.reasons)
    kept = tuple(code for code in incident.reasons if not code.startswith(MEANS))
    is_worst = found.severity.is_worse_than(incident.severity)
    reasons = (*(own if is_worst else kept), *_meant(incident, command))
    return (
        SeverityChanged(
            was=incident.severity, severity=severity, reasons=reasons, by=TOCSIN
        ),
    )
