"""The values of a plan's buttons: its id and a MAC, and nothing that decides.

A drill signs with another key, so that its buttons open nothing real.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.plan import Plan

_MAC_CHARS = 32
_DRILL_LABEL = b"tocsin.plan.buttons.drill.v1"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and checks button values with one key."""

    key: bytes = field(repr=False)

    def token(self, plan: str, *, drill: bool = False) -> str:
        """Return the value of the plan's buttons."""
        return f"{plan}.{self._mac(plan, drill=drill)}"

    def of(self, plan: Plan) -> str:
        """Return the value of the buttons of a plan, after its own record."""
        return self.token(plan.id, drill=plan.drill)

    def opened(self, token: str, *, drill: bool = False) -> str:
        """Return the plan id of a token that is ours; "" for any other.

        Args:
            drill: Try the key of drills instead of the real one.
        """
        plan, _, mac = token.partition(".")
        is_ours = hmac.compare_digest(
            mac.encode("utf-8", "replace"), self._mac(plan, drill=drill).encode()
        )
        return plan if is_ours else ""

    def named(self, token: str) -> str:
        """Return the plan id that a token names, ours or not; only for the record."""
        return token.partition(".")[0]

    def opened_by(self, token: str, is_drill: Callable[[str], bool]) -> str:
        """Return the plan id of a token that is ours; "" for any other.

        A token of a drill opens no real plan, and a real one no drill's.

        Args:
            is_drill: Tells from the record whether a plan is a drill's.
        """
        for drill in (False, True):
            if plan := self.opened(token, drill=drill):
                return plan if is_drill(plan) is drill else ""
        return ""

    def _mac(self, plan: str, *, drill: bool) -> str:
        message = b"tocsin.plan.v1\0" + plan.encode("utf-8", "replace")
        key = hashlib.sha256(_DRILL_LABEL + self.key).digest() if drill else self.key
        return hmac.new(key, message, hashlib.sha256).hexdigest()[:_MAC_CHARS]
