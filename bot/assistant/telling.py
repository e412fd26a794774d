"""What a model is told of an incident: its alerts, masked, each under its own id.

Nothing of ours that decides is told: no severity, no category, no runbook, no person.
How it is fenced and sent is in `assembling.py`; how an answer is checked is in
`claims.py`.
"""

from collections.abc import Iterator, Sequence

from bot.domain.envelope import Alert, Outcome
from bot.domain.untrusted import Untrusted, clip
from bot.ports.model import Told

_LONGEST = 4_000
OURS = frozenset({"when", "outcome", "about"})
"""Names of what we tell in words of our own; a sender's field may be called so, too."""
_OUTCOMES = {
    Outcome.BLOCKED: "a control stopped it",
    Outcome.ALLOWED: "it was let through",
}


def told_of(alerts: Sequence[Alert]) -> tuple[Told, ...]:
    """Return what is told of alerts: what each is about first, then its texts.

    Args:
        alerts: Redacted, of one incident, oldest first.
    """
    heads = [told for alert in alerts for told in _head(alert)]
    return (*heads, *(told for alert in alerts for told in _texts(alert)))


def as_sent(told: Sequence[Told], left_out: int) -> tuple[Told, ...]:
    """Return what of it a model really had, where some did not fit."""
    return tuple(told[: len(told) - left_out])


def _head(alert: Alert) -> Iterator[Told]:
    envelope = alert.envelope
    yield Told(id=alert.id, name="title", text=_cut(envelope.title))
    if envelope.occurred_at is not None:
        at = envelope.occurred_at
        text = f"{at:%Y-%m-%d %H:%M} UTC, {at:%H:%M:%S}"
        yield Told(id=alert.id, name="when", text=Untrusted(text))
    if envelope.outcome in _OUTCOMES:
        text = _OUTCOMES[envelope.outcome]
        yield Told(id=alert.id, name="outcome", text=Untrusted(text))
    if envelope.entities:
        named = "\n".join(f"{one.kind} {one.id}" for one in envelope.entities)
        yield Told(id=alert.id, name="about", text=_cut(Untrusted(named)))


def _texts(alert: Alert) -> Iterator[Told]:
    for path, text in alert.envelope.texts.items():
        if text:
            yield Told(id=alert.id, name=path, text=_cut(text))


def _cut(text: Untrusted) -> Untrusted:
    """Return as much as is sent, so that nothing is believed that was not."""
    return Untrusted(clip(text.for_html_text(limit=_LONGEST + 1), _LONGEST))
