"""Alerts for the tests of collectors."""

from datetime import timedelta

from bot.domain.envelope import Alert, Assessment, Entity, EntityKind, Envelope
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports.collect import Window
from tests.fakes.clock import NOON

WINDOW = Window(since=NOON - timedelta(hours=1), until=NOON)
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
GUARDRAIL = "arn:aws:bedrock:eu-west-1:444455556666:guardrail/a1b2c3d4e5f6"
SESSION = "arn:aws:sts::444455556666:assumed-role/claims-app/i-0a1b"


def alert(
    *entities: Entity,
    source: str = "cloudwatch",
    category: str = "availability",
    **texts: str,
) -> Alert:
    envelope = Envelope(
        source=source,
        dedup_key="d",
        title=Untrusted("t"),
        texts={key: Untrusted(text) for key, text in texts.items()},
        entities=entities,
    )
    assessment = Assessment(
        category=category, rule="r", severity=Severity.SEV2, reasons=()
    )
    return Alert(id="al_1", received_at=NOON, envelope=envelope, assessment=assessment)


def thing(kind: str, *ids: str) -> list[Entity]:
    return [Entity.named(EntityKind(kind), one) for one in ids]
