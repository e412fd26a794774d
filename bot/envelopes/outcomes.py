"""What senders' words for "it was stopped" and "it was let through" mean.

One table for all guardrails. What follows from it is for the rules.
"""

from collections.abc import Mapping

from bot.domain.envelope import Outcome

_STOPPED = (
    "block blocked deny denied reject rejected refuse refused prevent prevented"
    " enforce enforced intervened redact redacted mask masked anonymize anonymized"
    " quarantine quarantined inspect_and_block stop stopped"
)
_LET_THROUGH = (
    "detect detected detect_only monitor monitored log logged log_only allow allowed"
    " observe observed alert alerted audit flag flagged warn warned pass passed"
    " inspect_only annotate none"
)
_WORDS: Mapping[str, Outcome] = {
    **dict.fromkeys(_STOPPED.split(), Outcome.BLOCKED),
    **dict.fromkeys(_LET_THROUGH.split(), Outcome.ALLOWED),
}
_LONGEST = 80


def outcome_of(text: str) -> Outcome:
    """Return what a word for an action means; UNKNOWN when it is none we know.

    ``GUARDRAIL_INTERVENED`` and ``SANITIZATION_VERDICT_BLOCK`` are read by their
    last part.
    """
    if len(text) > _LONGEST:
        return Outcome.UNKNOWN
    whole = text.strip().casefold().replace("-", "_").replace(" ", "_")
    last = whole.rsplit("_", 1)[-1]
    return _WORDS.get(whole) or _WORDS.get(last) or Outcome.UNKNOWN
