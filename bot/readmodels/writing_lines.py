"""What the timeline says of a model that was asked, and of nothing else."""

from collections import Counter

from bot.domain.summary import prompt_named
from bot.domain.writing_events import Summarized


def summarized(event: Summarized) -> str:
    """Return how its claims fared, and whose words stand below."""
    named = prompt_named(event.prompt, event.version, event.digest)
    counted = Counter(event.dropped)
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(counted.items()))
    dropped = f"; dropped: {reasons}" if reasons else ""
    kept = f"{event.kept} of {event.asked} claims kept{dropped}"
    if event.shows_nothing:
        return f"{event.model} was asked ({named}): {kept}."
    lines = event.quoted + event.named
    own = f"; the last {lines} below are the alerts' own words" if lines else ""
    return f"{event.model} was asked ({named}): {kept}{own}, check evidence:"
