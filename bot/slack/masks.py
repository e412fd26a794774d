"""What a sentence says about the masked places in its foreign words. Pure."""

from collections.abc import Sequence

from bot.redact import masked_words
from bot.slack.sentences import Foreign, Piece


def masked(said: Sequence[Piece]) -> list[Piece]:
    """Return what is masked in a sentence, to stand behind it; [] for nothing."""
    words = (one.words for one in said if isinstance(one, Foreign))
    told = masked_words(*(one.for_redaction() for one in words if one is not None))
    return [f" ({told})"] if told else []
