"""Ciphertext that comes in piece by piece: counted, held to the limit, then kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import BadRequest
from bot.domain.share_limits import must_fit
from bot.ports.storage import BlobDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Keeps `ports.sharing.Receiving`.

    Attributes:
        most_bytes: How much may be sealed, before it is sealed.
        keep: Keeps the whole.
    """

    draft: BlobDraft
    most_bytes: int
    keep: Callable[[BlobDraft], Mapping[str, Any]]

    def write(self, chunk: bytes, /) -> int:
        """Add bytes.

        Raises:
            BadRequest: It is larger than may be; nothing of it stays.
        """
        try:
            must_fit(self.draft.facts.size_bytes + len(chunk), self.most_bytes)
            return self.draft.write(chunk)
        except BaseException:
            self.draft.discard()
            raise

    def finish(self) -> Mapping[str, Any]:
        """Keep it; return ``share, base_url, expires_at``.

        Raises:
            BadRequest: Nothing was sent.
        """
        try:
            if self.draft.facts.size_bytes:
                return self.keep(self.draft)
        finally:
            self.draft.discard()
        raise BadRequest(
            "Nothing was sealed", because="nothing was sent", next_move="Try again."
        )

    def discard(self) -> None:
        """Leave nothing of it, unless it was kept."""
        self.draft.discard()
