"""One call of a model, as gateways and traces log it.

Only names, figures and ids get in; what was asked and answered does not. What a
failed call means is for the rules (`bot/rules/sources/gateways.yaml`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.envelopes.mapping import body, digest, identifier
from bot.envelopes.verdicts import detector


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a model.

    Attributes:
        source: Name of the integration.
        error: What went wrong in a word or a status, e.g. ``timeout`` or ``503``;
            "" when nothing did.
        verb: What the call did then, e.g. ``failed`` or ``was cut off``.
        what: What was called, where it was no model, e.g. ``the tool refund``.
        model: The model that was asked.
        provider: Who runs it.
        app: The application or route that asked.
        things: What else the call names.
        facts: Further fields by name.
        event_id: The id of this call.
        group: The conversation or trace.
        at: When it was made, aware UTC.
        notes: What the parser had to bend, in our own words.
    """

    source: str
    error: str = ""
    verb: str = "failed"
    what: str = ""
    model: str = ""
    provider: str = ""
    app: str = ""
    things: tuple[tuple[EntityKind, str], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    event_id: str = ""
    group: str = ""
    at: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether something went wrong."""
        return bool(self.error)

    @property
    def sameness(self) -> tuple[object, ...]:
        """Everything by which repeats are known, and everything it names."""
        asked = (self.model, self.provider, self.app)
        return (self.error, self.what, *asked, self.things)

    def envelope(self) -> Envelope:
        """Return the call as an alert; repeats are the same error of the same model."""
        named = (
            (EntityKind.MODEL, self.model),
            (EntityKind.SERVICE, self.app),
            *self.things,
        )
        made = (Entity.named(kind, name) for kind, name in named)
        texts = {
            "error.type": detector(self.error),
            "calls": "1",
            "outcome": "failed" if self.error else "success",
            "model": self.model,
            "provider": self.provider,
            "application": self.app,
            **self.facts,
        }
        return Envelope(
            source=self.source,
            source_event_id=identifier(self.event_id),
            dedup_key=digest(
                [self.error, self.what, self.model, self.provider, self.app]
            ),
            group_key=identifier(self.group),
            occurred_at=self.at,
            title=body(self._title()),
            texts={name: body(text) for name, text in texts.items() if text.strip()},
            entities=tuple(dict.fromkeys(one for one in made if one.id)),
            notes=self.notes,
        )

    def _title(self) -> str:
        what = detector(self.what or self.model or self.provider or "a model")
        by = f" at {detector(self.provider)}" if self.model and self.provider else ""
        asked = f" for {detector(self.app)}" if self.app else ""
        if not self.error:
            return f"A call of {what}{by}{asked} succeeded"
        return f"A call of {what}{by}{asked} {self.verb}: {detector(self.error)}"
