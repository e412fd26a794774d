"""given / when / then for the domain: a history, a command, what follows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.commands import Command, Person, PersonKind
from bot.domain.decisions import decide
from bot.domain.envelope import Alert, Assessment, Entity, Envelope, Status
from bot.domain.errors import Refusal
from bot.domain.events import Event, IncidentOpened
from bot.domain.grouping import dedup_digest
from bot.domain.incident import Incident, fold
from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def person(person_id: str, kind: PersonKind = PersonKind.MEMBER) -> Person:
    return Person(id=person_id, team="T0TEAM", kind=kind)


OLU, SAM, DANA = person("U0ONCALL"), person("U0SECOND"), person("U0COMMANDER")


def an_alert(
    key: str = "p1",
    *,
    alert_id: str = "al_1",
    severity: Severity = Severity.SEV3,
    category: str = "availability",
    system: str = "",
    group: str = "",
    status: Status = Status.FIRING,
    title: str = "Queue is long",
    entities: tuple[Entity, ...] = (),
    at: datetime = NOON,
    source: str = "alertmanager",
    told: datetime | None = None,
    stands_for: int = 1,
) -> Alert:
    return Alert(
        id=alert_id,
        received_at=at,
        system=system,
        envelope=Envelope(
            source=source,
            dedup_key=key,
            group_key=group,
            status=status,
            occurred_at=told,
            stands_for=stands_for,
            title=Untrusted(title),
            entities=entities,
        ),
        assessment=Assessment(
            category=category,
            rule="test.rule",
            severity=severity,
            reasons=(Reason(code="start", text="usual for this kind"),),
        ),
    )


def opened(alert: Alert | None = None, **changes: object) -> IncidentOpened:
    alert = alert or an_alert()
    facts: dict[str, object] = {
        "alert": alert.id,
        "source": alert.envelope.source,
        "dedup": dedup_digest(alert.envelope),
        "category": alert.assessment.category,
        "rule": alert.assessment.rule,
        "severity": alert.assessment.severity,
        "reasons": ("start",),
        "system": alert.system,
        "channel": "C0INCIDENTS",
        "detected_at": alert.received_at,
        "title": alert.envelope.title,
    }
    return IncidentOpened(**(facts | changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outcome:
    state: Incident
    command: Command
    now: datetime

    def then(self, *expected: Event) -> None:
        assert decide(self.state, self.command, now=self.now) == expected

    def refused(self, kind: type[Refusal], *, saying: str) -> None:
        with pytest.raises(kind) as caught:
            decide(self.state, self.command, now=self.now)
        assert str(caught.value) == saying


@dataclass(frozen=True)
class Given:
    history: tuple[Event, ...]

    def when(self, command: Command, *, after: timedelta = timedelta(0)) -> Outcome:
        return Outcome(fold(self.history), command, NOON + after)


def given(*history: Event) -> Given:
    return Given(history)
