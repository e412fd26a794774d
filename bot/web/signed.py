"""What the alerts door asks of a vendor's signature, whichever vendor's it is."""

from typing import Protocol

from bot.ports import Payload


class NotTrusted(Exception):
    """The sender is not who it says, or may not ask for this.

    Attributes:
        error: Stable word for programs, e.g. ``bad_signature``.
        because: The fact, without a full stop.
        next_move: What whoever set it up can do now.
    """

    def __init__(self, error: str, *, because: str, next_move: str) -> None:
        super().__init__(because)
        self.error = error
        self.because = because
        self.next_move = next_move


class Signed(Protocol):
    """A vendor's own proof of who sends.

    Attributes:
        decides: It stands in the place of the token; otherwise it is asked after.
    """

    @property
    def decides(self) -> bool:
        """Tell whether it stands in the place of the token."""
        ...

    async def check(self, payload: Payload) -> str:
        """Return what is equal for redeliveries; "" to compare the bytes.

        Raises:
            NotTrusted: The door answers 401.
            Unreachable: It could not be found out; the door answers 503.
        """
        ...
