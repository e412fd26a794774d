"""The values of a plan's buttons: its id and a MAC, and nothing that decides.

A drill signs with another key, so that its buttons open nothing real.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

_MAC_CHARS = 32


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and checks button values with one key."""

    key: bytes = field(repr=False)

    def token(self, plan: str) -> str:
        """Return the value of the plan's buttons."""
        return f"{plan}.{self._mac(plan)}"

    def opened(self, token: str) -> str:
        """Return the plan id of a token that is ours; "" for any other."""
        plan, _, mac = token.partition(".")
        is_ours = hmac.compare_digest(
            mac.encode("utf-8", "replace"), self._mac(plan).encode()
        )
        return plan if is_ours and plan else ""

    def named(self, token: str) -> str:
        """Return the plan id that a token names, ours or not; only for the record."""
        return token.partition(".")[0]

    def _mac(self, plan: str) -> str:
        message = b"tocsin.plan.v1\0" + plan.encode("utf-8", "replace")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:_MAC_CHARS]
