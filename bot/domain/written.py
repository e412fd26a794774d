"""What a model wrote of an incident, read back from its event. Pure."""

from bot.domain.summary import Written, from_lines, prompt_named
from bot.domain.untrusted import Untrusted
from bot.domain.writing_events import Summarized


def written_of(event: Summarized) -> Written | None:
    """Return what a model wrote; None where nothing of it is there."""
    lines = from_lines(event.text, event.evidence)
    if not lines:
        return None
    behind = event.kept + event.quoted
    asks = event.asks.for_html_text().split("\n") if event.asks else ()
    return Written(
        model=event.model,
        prompt=prompt_named(event.prompt, event.version, event.digest),
        claims=lines[: event.kept],
        quotes=lines[event.kept : behind],
        named=lines[behind] if event.named and lines[behind:] else None,
        unknown=tuple(map(Untrusted, asks)),
    )
