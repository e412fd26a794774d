"""A way of wrapping that somebody else keeps, and that may fall silent."""

from bot.domain.errors import Tampered, Unreachable
from bot.ports.storage import KeyContext
from bot.sharing.wrapping import text_of


class FakeWrapping:
    """Keeps `bot.ports.storage.Wrapping`; hides by turning letters round.

    Attributes:
        answers: While it does not, every call says so.
        key: Number of the key that wraps now.
    """

    mark = 3

    def __init__(self) -> None:
        self.answers = True
        self.key = 1

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        self._must_answer()
        bound = f"{self.key}|{text_of(context)}|{identity[::-1]}"
        return bytes((self.mark,)) + bound.encode()

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        self._must_answer()
        _, bound, turned = wrapped[1:].decode().split("|")
        if bound != text_of(context):
            raise Tampered("Not opened", because="another context", next_move="None.")
        return turned[::-1]

    def is_current(self, wrapped: bytes) -> bool:
        self._must_answer()
        return wrapped.startswith(bytes((self.mark,)) + f"{self.key}|".encode())

    def _must_answer(self) -> None:
        if not self.answers:
            raise Unreachable(
                "No key was wrapped or opened",
                because="the key service does not answer",
                next_move="Trying again is safe.",
            )
