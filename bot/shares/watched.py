"""The pieces of a ciphertext, looked at again now and then while they go out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.ports.storage import Pieces

# 4 MiB.
_PIECES_BETWEEN_LOOKS = 64


@dataclass(slots=True, kw_only=True)
class Watched:
    """Keeps `ports.storage.Pieces`.

    Attributes:
        look: Raises once they may not go out any more.
    """

    pieces: Pieces
    look: Callable[[], object]
    _given: int = field(default=0, init=False)

    def __iter__(self) -> "Watched":
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece; a look is due after every 4 MiB.

        Raises:
            Denied: What was out on a lease was taken back, or has run out.
        """
        if self._given and self._given % _PIECES_BETWEEN_LOOKS == 0:
            self._look()
        self._given += 1
        return next(self.pieces)

    def _look(self) -> None:
        try:
            self.look()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the rest."""
        self.pieces.close()
