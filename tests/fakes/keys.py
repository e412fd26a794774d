"""Keys that hide nothing, but notice when something is about something else."""

import base64

from bot.domain.errors import Tampered


class FakeKeys:
    """Keeps the part of `bot.ports.Keys` that seals."""

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Wrap, bound to `about`."""
        return base64.b64encode(about.encode() + b"\0" + plain)

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Unwrap what `seal` made."""
        found, _, plain = base64.b64decode(sealed).partition(b"\0")
        if found.decode() != about:
            raise Tampered(
                "It was not opened",
                because="it is about something else",
                next_move="Look at it.",
            )
        return plain

    def sign(self, message: bytes) -> bytes:
        raise NotImplementedError

    def public_key(self) -> bytes:
        raise NotImplementedError

    def placeholder_key(self) -> bytes:
        return b"fake"
