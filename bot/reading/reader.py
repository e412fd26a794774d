"""Reads payloads: asks the rules only about alerts they were not asked about before.

A storm is mostly the same alerts again with other times. What an alert means does not
depend on its times, so it is remembered by everything else that its parser read. The
answers are the same as without memory; a test compares them.
"""

from collections.abc import Sequence
from datetime import datetime

import orjson

from bot.deciding import Deciding
from bot.domain.envelope import Envelope
from bot.reading.memory import Memory
from bot.reading.questions import Answer, End, Question
from bot.triage import Understanding, Understood, parse


class Reader:
    """Keeps `Reading`, in the process that asks. For one thread.

    Args:
        deciding: What decides; with other rules it is another reader.
        memory: Of what alerts mean.
    """

    def __init__(self, deciding: Deciding, memory: Memory | None = None) -> None:
        self._deciding = deciding
        self._memory = memory or Memory()

    def begin(self, questions: Sequence[Question]) -> End:
        """Read when it is ended; nothing goes on meanwhile."""
        return lambda: [self.answer(one) for one in questions]

    def answer(self, question: Question) -> Answer:
        """Return what a payload means; never raises for what it holds."""
        payload, deciding = question.payload, self._deciding
        parsed = parse(payload, source=question.source, parsers=deciding.integrations)
        if parsed.problem:
            problem = deciding.redactor.redact(parsed.problem).text
            return Answer(source=parsed.source, problem=problem)
        understanding = Understanding(
            deciding.redactor, deciding.rulebook, deciding.registry
        )
        at = payload.received_at
        return Answer(
            source=parsed.source,
            known=tuple(self._of(one, understanding, at) for one in parsed.envelopes),
            times=tuple(one.occurred_at for one in parsed.envelopes),
        )

    def _of(
        self, envelope: Envelope, understanding: Understanding, at: datetime
    ) -> Understood:
        key = self._key(envelope)
        known = self._memory.get(key) if key else None
        if known is None:
            known = understanding.of(envelope, received_at=at, same=key)
            if known.same:
                self._memory.keep(key, known)
        return known

    def _key(self, envelope: Envelope) -> bytes:
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
            return self._memory.digest(orjson.dumps(said))
        except TypeError:
            return b""
