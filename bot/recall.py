"""Understands payloads as `bot/triage.py` does, faster where it has seen the like.

A storm is mostly the same alerts again with other times. What an alert means does not
depend on its times, so it is remembered by everything else: by what the parser read,
and, where an integration offers `skeletons`, before anything is parsed. Remembered are
only redacted alerts, by digests of what was sent, and no more than `MOST_BYTES`. The
answers are the same as without memory; a test compares them.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import orjson

from bot.domain.classification_rules import Rulebook
from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.domain.registry import Registry
from bot.masking import Masker
from bot.ports import Integration, Payload
from bot.ports.integration import Skeletons
from bot.triage import (
    Triaged,
    Understanding,
    Understood,
    nth,
    parse,
    triaged,
    unparsed,
)

MOST_BYTES = 24 * 1024 * 1024
# What an alert takes in memory beside its texts, about.
_BESIDE_TEXTS = 3000
_LARGEST = 64 * 1024
_DIGEST_BYTES = 16


class Deciding(Protocol):
    """What decides, read once (`bot/rulings.py`); other rules are another memory."""

    @property
    def redactor(self) -> Masker: ...  # noqa: D102 - named by its type
    @property
    def rulebook(self) -> Rulebook: ...  # noqa: D102
    @property
    def registry(self) -> Registry: ...  # noqa: D102
    @property
    def integrations(self) -> Mapping[str, Integration]: ...  # noqa: D102


class Recall:
    """Reads payloads and remembers what their alerts mean. For one thread.

    Args:
        rulings: What decides.
        most_bytes: How much may be remembered, about.
    """

    def __init__(self, rulings: Deciding, *, most_bytes: int = MOST_BYTES) -> None:
        self._rulings = rulings
        # Nobody outside can choose texts whose digests are equal.
        self._key = secrets.token_bytes(_DIGEST_BYTES)
        self._most_bytes = most_bytes
        self._known: dict[bytes, tuple[Understood, int]] = {}
        self._bytes = 0

    @property
    def remembered_bytes(self) -> int:
        """How much is remembered, about."""
        return self._bytes

    def remembered(self) -> tuple[Understood, ...]:
        """Return what is remembered, the least asked for first."""
        return tuple(known for known, _ in self._known.values())

    def understand(self, payload: Payload, source: str, alert_id: str) -> Triaged:
        """Return what a payload means; never raises for what it holds."""
        skeletons = self._skeletons(payload, source)
        keys = self._keys(source, skeletons) if skeletons else ()
        if skeletons and keys:
            found = [self._recall(key) for key in keys]
            known = [one for one in found if one is not None]
            if len(known) == len(keys):
                times = [at for _, at in skeletons.each]
                return _triaged(source, known, times, payload, alert_id)
        return self._read(payload, source, alert_id, keys)

    def _read(
        self, payload: Payload, source: str, alert_id: str, keys: tuple[bytes, ...]
    ) -> Triaged:
        """Parse, and ask the rules only about what they were not asked before."""
        rulings = self._rulings
        parsed = parse(payload, source=source, parsers=rulings.integrations)
        if parsed.problem:
            return unparsed(parsed, alert_id, payload.received_at)
        understanding = Understanding(
            rulings.redactor, rulings.rulebook, rulings.registry
        )
        found: list[Understood] = []
        for place, envelope in enumerate(parsed.envelopes):
            known = self._of(envelope, understanding, payload.received_at)
            found.append(known)
            if len(keys) == len(parsed.envelopes) and known.same:
                self._keep(keys[place], known)
        times = [envelope.occurred_at for envelope in parsed.envelopes]
        return _triaged(parsed.source, found, times, payload, alert_id)

    def _of(
        self, envelope: Envelope, understanding: Understanding, at: datetime
    ) -> Understood:
        key = self._envelope_key(envelope)
        known = self._recall(key) if key else None
        if known is None:
            known = understanding.of(envelope, received_at=at, same=key)
            if known.same:
                self._keep(key, known)
        return known

    # --- what is equal ---

    def _skeletons(self, payload: Payload, source: str) -> Skeletons | None:
        parser = self._rulings.integrations.get(source)
        ask = getattr(parser, "skeletons", None)
        found: Skeletons | None = None
        if ask is not None:
            with suppress(Unparsed):
                found = ask(payload)
        return found

    def _keys(self, source: str, skeletons: Skeletons) -> tuple[bytes, ...]:
        """Return what each alert is remembered by, () where it has no one form."""
        try:
            # Two sources may have the same format; an alert is its source's own.
            shared = self._digest(orjson.dumps((source, skeletons.shared)))
            # The first also stands for what the sender cut off.
            return tuple(
                self._digest(shared + bytes((not place,)) + orjson.dumps(one))
                for place, (one, _) in enumerate(skeletons.each)
            )
        except TypeError:
            return ()

    def _envelope_key(self, envelope: Envelope) -> bytes:
        """Return what an envelope is but for its time, b"" where it has no one form."""
        said = (
            *(envelope.source, envelope.reader),
            *(envelope.source_event_id, envelope.dedup_key),
            *(envelope.group_key, envelope.status, envelope.vendor_severity),
            *(envelope.outcome, envelope.stands_for, envelope.links, envelope.notes),
            envelope.title.for_redaction(),
            [(path, one.for_redaction()) for path, one in envelope.texts.items()],
            [(entity.kind, entity.id) for entity in envelope.entities],
        )
        try:
            return self._digest(orjson.dumps(said))
        except TypeError:
            return b""

    def _digest(self, said: bytes) -> bytes:
        return hashlib.blake2b(said, digest_size=_DIGEST_BYTES, key=self._key).digest()

    # --- what is kept ---

    def _recall(self, key: bytes) -> Understood | None:
        kept = self._known.pop(key, None)
        if kept is None:
            return None
        # At the end again: what was not asked for the longest is first to go.
        self._known[key] = kept
        return kept[0]

    def _keep(self, key: bytes, known: Understood) -> None:
        texts = known.envelope.texts.items()
        size = _BESIDE_TEXTS + sum(
            len(path) + 2 * len(one.for_redaction()) for path, one in texts
        )
        if size > _LARGEST:
            return
        self._forget(key)
        self._known[key] = (known, size)
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._known)))

    def _forget(self, key: bytes) -> None:
        kept = self._known.pop(key, None)
        self._bytes -= kept[1] if kept else 0


def _triaged(
    source: str,
    known: Sequence[Understood],
    times: Sequence[datetime | None],
    payload: Payload,
    alert_id: str,
) -> Triaged:
    at = payload.received_at
    alerts = tuple(
        one.alert(nth(alert_id, place), occurred_at=occurred_at, received_at=at)
        for place, (one, occurred_at) in enumerate(zip(known, times, strict=True), 1)
    )
    return triaged(source, alerts, tuple(one.same for one in known))
