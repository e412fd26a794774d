"""The sources of this installation: integrations, and what the settings make of them.

``[sources.<name>] reads = "pagerduty"`` gives the integration a second address whose
alerts carry the source's own name. With paths of fields, what a plain webhook finds
is set right by them (`bot/envelopes/named_fields.py`). With a secret the sender signs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.config import secret
from bot.config.source_fields import NAMED_FIELDS, nearest
from bot.config.sources import Source
from bot.domain.envelope import EntityKind, Envelope, Outcome, Status
from bot.domain.errors import BadSettings
from bot.envelopes.jsonbody import looks_like_json, read_json, read_text, unfolded
from bot.envelopes.mapping import MAX_ALERTS, standing_for
from bot.envelopes.named_fields import (
    NO_ALERTS,
    NamedFields,
    alerts_in,
    with_named,
)
from bot.envelopes.signature import SignatureScheme, is_readable
from bot.envelopes.signature_schemes import SCHEMES, with_time
from bot.ports.integration import Integration, Manifest, Payload


@dataclass(slots=True, kw_only=True)
class NamedSource:
    """The port `Integration` under a name of this installation.

    Attributes:
        named: Paths that the settings name; None for none.
        MANIFEST: The integration's own.
    """

    name: str
    reader: Integration
    named: NamedFields | None = None
    MANIFEST: Manifest = field(init=False)

    def __post_init__(self) -> None:
        self.MANIFEST = self.reader.MANIFEST

    def recognizes(self, payload: Payload) -> bool:
        """Say what the integration says; a second name of it is never guessed."""
        own = self.name == self.reader.MANIFEST.name
        return own and self.reader.recognizes(payload)

    def parse(self, payload: Payload) -> tuple[Envelope, ...]:
        """Return the alerts as the integration reads them, under the source's name.

        Raises:
            Unparsed: The integration does not understand the payload.
        """
        return tuple(
            replace(one, source=self.name, reader=self.reader.MANIFEST.name)
            for one in self._read(payload)
        )

    def _read(self, payload: Payload) -> tuple[Envelope, ...]:
        named = self.named
        if named is None or not looks_like_json(read_text(payload.body)):
            return self.reader.parse(payload)
        document = unfolded(read_json(payload.body))
        alerts = alerts_in(document.value, named)
        if not alerts:
            found = self.reader.parse(payload)
            return tuple(replace(one, notes=(*one.notes, NO_ALERTS)) for one in found)
        made = []
        for alert in alerts[:MAX_ALERTS]:
            single = replace(payload, body=json.dumps(alert).encode())
            (first, *_) = self.reader.parse(single)
            noted = replace(first, notes=(*first.notes, *document.notes))
            made.append(with_named(noted, alert, named))
        return standing_for(made, len(alerts) - len(made), last=True)


def sources_of(
    integrations: Mapping[str, Integration], settings: Mapping[str, Source]
) -> Mapping[str, Integration]:
    """Return who reads what comes, by the name in the address.

    Args:
        integrations: As `bot.triage.load_integrations` gives them.
        settings: The sections ``[sources.<name>]``.

    Raises:
        BadSettings: A source is read by an integration that there is not.
    """
    made = dict(integrations)
    for name, given in settings.items():
        reads = given.reads or name
        reader = integrations.get(reads)
        if reader is None and given.heartbeat_min and not given.reads:
            continue  # it only calls, and sends nothing to read
        if reader is not None and reader.MANIFEST.ours:
            raise _bad(name, given, integrations)
        if reader is None or (name in integrations and reads != name):
            raise _bad(name, given, integrations)
        named = _named_fields(given)
        if name != reads or named is not None:
            made[name] = NamedSource(name=name, reader=reader, named=named)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a source's sender signs, and with what.

    Attributes:
        secrets: The one in use and, while it is changed, the one before.
    """

    scheme: SignatureScheme
    secrets: tuple[str, ...] = field(repr=False)


def signing_of(name: str, given: Source, integration: Integration) -> Signing | None:
    """Return how a source is signed; None where the settings hold no secret for it.

    The settings' scheme counts before the manifest's, and that before the one of the
    integration's own name.

    Raises:
        BadSettings: A secret is set for a sender that signs nothing, or is not
            written as its vendor writes secrets.
    """
    texts = (secret(given.secret).strip(), secret(given.previous_secret).strip())
    used = tuple(text for text in texts if text)
    if not used:
        return None
    manifest = integration.MANIFEST
    scheme = SCHEMES.get(given.signature or manifest.signature or manifest.name)
    if scheme is None:
        raise _refused(
            name,
            because=f"sources.{name} has a secret, but {manifest.title} signs nothing "
            "we know",
            next_move="Use token or path_secret, or name the way it signs under "
            "signature.",
        )
    if not all(is_readable(scheme, one) for one in used):
        raise _refused(
            name,
            because=f"a secret of sources.{name} is not base64",
            next_move="Copy it as the vendor shows it, whsec_ included.",
        )
    header = given.signed_time_header
    timed = with_time(scheme, header) if header else scheme
    return Signing(scheme=timed, secrets=used)


def _bad(
    name: str, given: Source, integrations: Mapping[str, Integration]
) -> BadSettings:
    wrong = given.reads or name
    because = f"there is no integration {wrong}{nearest(wrong, integrations)}"
    if name in integrations:
        because = f"sources.{name} is read by {name} and by nothing else"
    return _refused(
        name,
        because=because,
        next_move=f"Set reads under sources.{name}, or choose another name for it.",
    )


def _refused(name: str, *, because: str, next_move: str) -> BadSettings:
    return BadSettings(
        f"The source {name} cannot be used", because=because, next_move=next_move
    )


def _named_fields(given: Source) -> NamedFields | None:
    if NAMED_FIELDS.isdisjoint(given.model_fields_set):
        return None
    words = {word.casefold(): Status(to) for word, to in given.status_words.items()}
    outcomes = {
        word.casefold(): Outcome(to) for word, to in given.outcome_words.items()
    }
    return NamedFields(
        each=given.each,
        title=given.title,
        severity=given.severity,
        dedup=given.dedup,
        group=given.group,
        event_id=given.event_id,
        occurred_at=given.occurred_at,
        status=given.status,
        status_words=words,
        outcome=given.outcome,
        outcome_words=outcomes,
        entities=tuple(
            (EntityKind(kind), path) for kind, path in given.entities.items()
        ),
        links=given.links,
    )
