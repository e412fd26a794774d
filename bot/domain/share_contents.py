"""What the log says of diagnostics that were collected: facts, no sentence. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.share import Share
from bot.domain.share_events import DiagnosticsCollected, ShareEvent

NOBODYS = "tocsin"
"""Who is missing where it is no integration's."""


def describe(
    state: Share,
    *,
    files: int,
    missing: Iterable[tuple[str, str]],
    masked: Mapping[str, int],
    took_ms: int,
    digest: str,
    now: datetime,
) -> tuple[ShareEvent, ...]:
    """Write down what is in the diagnostics that were sealed, once.

    Args:
        missing: Integration, "" for none, and code.
        masked: How many of each kind are masked in it.
        digest: SHA-256 hex of the bundle before it was sealed.
    """
    if state.collected_at is not None:
        return ()
    described = DiagnosticsCollected(
        files=files,
        missing=tuple(f"{by or NOBODYS} {code}" for by, code in missing),
        masked=tuple(f"{kind} {count}" for kind, count in sorted(masked.items())),
        took_ms=took_ms,
        digest=digest,
        at=now,
    )
    return (described,)
