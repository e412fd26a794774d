"""AWS actions whose write must repeat more than a card can show.

Some updates replace the whole thing: what they are not told again is lost. Such a
write carries everything else as a document. The card shows what changes and the
document's digest; right before the write the document is read again, and where it is
another one nothing is written. Which fields a write repeats is in the integration.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.acting.filling import as_json, facts_of, not_done, step_of
from bot.acting.reading import Reading, Texts, filled
from bot.aws.action import AwsAction
from bot.aws.calls import write_over
from bot.domain.plan import Probe, Step, canonical
from bot.ports.action import Effect, StepResult

ALL_OTHERS = "(all other fields)"
"""Stands on the card where the document's fields would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a write must repeat.

    Attributes:
        call: The write.
        reading: How it is read; its answer is the same as that of a fact.
        fields: Takes the write's arguments from the answer.
        fact: The fact that is its digest.
    """

    call: str
    reading: Reading
    fields: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    fact: str


def digest_of(document: Mapping[str, Any]) -> str:
    """Return how a document is called where it cannot be shown: ``sha256 <hex>``."""
    return f"sha256 {hashlib.sha256(canonical(as_json(document))).hexdigest()}"


def same_fields(
    thing: Mapping[str, Any], *names: str, **renamed: str
) -> dict[str, Any]:
    """Return fields of a thing that has them; `renamed` is its name → the write's."""
    pairs = {**dict(zip(names, names, strict=True)), **renamed}
    return {
        to: thing[of] for of, to in pairs.items() if thing.get(of) not in (None, "", [])
    }


class CarryingAction(AwsAction):
    """An action one of whose steps carries a document."""

    DOCUMENT: ClassVar[Document]

    def steps(self, params: Texts, compare: tuple[Probe, ...]) -> tuple[Step, ...]:
        """Return the write, with the digest of what it repeats."""
        return (self.carrying_step(self._step(params, compare)),)

    def carrying_step(self, step: Step) -> Step:
        """Return a step that also says which document it carries."""
        (digest,) = (one.value for one in step.compare if one.id == self.DOCUMENT.fact)
        params = {**dict(step.params), ALL_OTHERS: f"unchanged, {digest}"}
        compared = facts_of(step.compare)
        return step_of(step.id, step.call, params, compared)

    def made(self, step: Step, effect: Effect) -> StepResult:
        """Read the document, compare it with what the card said, and write."""
        if step.call != self.DOCUMENT.call:
            return super().made(step, effect)
        given = dict(step.params)
        stated = given.pop(ALL_OTHERS, "")
        try:
            document = self._document(step, effect.session)
        except Exception as error:  # noqa: BLE001 - nothing was written yet
            reason = type(error).__name__
            return not_done(step, f"its other fields could not be read ({reason})")
        if stated != f"unchanged, {digest_of(document)}":
            return not_done(step, "the world is not as planned (other fields)")
        key = effect.idempotency_key
        return write_over(
            effect.session, step.call, document, given, idempotency_key=key
        )

    def _document(self, step: Step, session: Any) -> Mapping[str, Any]:
        reading = self.DOCUMENT.reading
        texts = filled(reading, self.identity(step))
        return self.DOCUMENT.fields(self.looked(session, reading.call, texts))
