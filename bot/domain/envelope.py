"""One alert in our words, whoever sent it.

A parser in `integrations/` makes envelopes; the redactor cleans their text; the
rules assess them. Everything that a sender chose freely is `Untrusted`. What is
not here: how a sender's payload looks, and what an incident is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted, clip, visible

# How far a sender's clock may be off before the card says so.
CLOCK_SKEW = timedelta(minutes=10)
_LONGEST_ENTITY_ID = 200


class Status(StrEnum):
    """What the sender says about its own alert."""

    FIRING = "firing"
    RESOLVED = "resolved"
    UPDATE = "update"
    TEST = "test"


class Outcome(StrEnum):
    """Whether a control stopped what the alert is about."""

    BLOCKED = "blocked"
    ALLOWED = "allowed"
    UNKNOWN = "unknown"


class EntityKind(StrEnum):
    """What an alert can be about."""

    MODEL = "model"
    ENDPOINT = "endpoint"
    GUARDRAIL = "guardrail"
    AGENT = "agent"
    KEY = "key"
    PRINCIPAL = "principal"
    REPO = "repo"
    GPU = "gpu"
    ACCOUNT = "account"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """One thing an alert names, e.g. ``model claims-assistant``."""

    kind: EntityKind
    id: str

    @classmethod
    def named(cls, kind: EntityKind, raw: str) -> "Entity":
        """Return an entity whose id is one short visible line of `raw`."""
        return cls(kind, clip(" ".join(visible(raw).split()), _LONGEST_ENTITY_ID))


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One alert as its parser understood it.

    Attributes:
        source: Name of the integration, e.g. ``alertmanager``, or the name that this
            installation gave one of its senders.
        source_event_id: The sender's own id of this delivery or event; may be "".
        dedup_key: Equal for repeats of the same problem, unique per source.
        group_key: Equal for alerts the sender itself put in one group; may be "".
        status: What the sender says.
        occurred_at: The sender's time, aware UTC; None when it gave none.
        title: One line that names the problem.
        texts: Field path to text, in the sender's order, e.g.
            ``annotations.description``. Rules and people read them.
        entities: What the alert names.
        vendor_severity: The sender's severity, verbatim; "" when it gave none.
        outcome: Whether a control stopped it.
        links: Addresses the sender gave; shown only when their host is allowed.
        stands_for: How many alerts this one stands for, 1 or more.
        notes: What its parser had to bend, in our own words.
        reader: The integration that read it, where `source` is another name.
    """

    source: str
    source_event_id: str = ""
    dedup_key: str
    group_key: str = ""
    status: Status = Status.FIRING
    occurred_at: datetime | None = None
    title: Untrusted
    texts: Mapping[str, Untrusted] = field(default_factory=dict)
    entities: tuple[Entity, ...] = ()
    vendor_severity: str = ""
    outcome: Outcome = Outcome.UNKNOWN
    links: tuple[str, ...] = ()
    stands_for: int = 1
    notes: tuple[str, ...] = ()
    reader: str = ""

    @property
    def integration(self) -> str:
        """Return the integration that read it."""
        return self.reader or self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """How many values of one kind were masked, and in which field.

    Attributes:
        group: Family of the kind, e.g. ``pii``, for the rules; not kept with an alert.
    """

    kind: str
    count: int
    path: str
    group: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the rules say about one envelope.

    Attributes:
        category: Id from the taxonomy, e.g. ``prompt_injection``; ``none`` when
            nobody needs to act.
        rule: Id of the rule that decided the category.
        severity: After all reasons.
        reasons: Start and moves, in the order in which they were applied.
        notices: What else a reader must know, e.g. that the text contains
            instructions aimed at a model.
        origin: The file of the rule that decided; "" when none did.
        confidence: 0 to 1, how far the category leads over the next one.
        owasp: Ids of OWASP's lists, for LLM applications and for agents.
        atlas: Technique ids of MITRE ATLAS.
        lured: The fields, ``title`` for the title, with words that may be aimed at a
            model; no sentence of theirs is repeated as a fact of ours.
    """

    category: str
    rule: str
    severity: Severity
    reasons: tuple[Reason, ...]
    notices: tuple[str, ...] = ()
    origin: str = ""
    confidence: float = 0.0
    owasp: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    lured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One redacted and assessed envelope, as it is stored and shown.

    Attributes:
        id: ``al_`` and a ULID; several alerts of one payload share the prefix and
            differ by a suffix ``.2``, ``.3``.
        received_at: When the payload was accepted, aware UTC.
        envelope: Redacted: safe to store, still not safe to render as markup.
        masks: What the redactor masked.
        system: Id of the registered system the entities belong to; "" if none.
    """

    id: str
    received_at: datetime
    envelope: Envelope
    assessment: Assessment
    masks: tuple[Mask, ...] = ()
    system: str = ""

    @property
    def clock_is_off(self) -> bool:
        """Tell whether the sender's time cannot be right."""
        at = self.envelope.occurred_at
        return at is not None and at - self.received_at > CLOCK_SKEW

    @property
    def detected_at(self) -> datetime:
        """The sender's time where it is believable, else ours."""
        at = self.envelope.occurred_at
        return self.received_at if at is None or self.clock_is_off else at
