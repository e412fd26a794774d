"""Who says who signed in: an OpenID issuer, which is Slack."""

from dataclasses import dataclass
from typing import Protocol


class NotSignedIn(Exception):
    """The issuer does not say who it was, or says it in a way that does not count.

    Attributes:
        reason: Code for the operator's log; it holds nothing that came from outside.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSecrets:
    """What one try to sign in is bound to.

    Attributes:
        state: Comes back with the browser; 128 random bits as text.
        nonce: Comes back in what the issuer signs.
        verifier: Whose SHA-256 the issuer has seen before it gives a code (RFC 7636).
    """

    state: str
    nonce: str
    verifier: str


class Issuer(Protocol):
    """What the sign-in door needs of Slack."""

    async def address(self, tried: SignInSecrets, *, back: str) -> str:
        """Return where a browser is sent to sign in.

        Args:
            back: Address of ours that it comes back to.
        """
        ...

    async def person(self, code: str, tried: SignInSecrets, *, back: str) -> str:
        """Return the Slack id of who signed in, of our workspace.

        Raises:
            NotSignedIn: Nobody did, or not with this try.
        """
        ...
