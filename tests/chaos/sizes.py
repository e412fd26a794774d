"""How large a storm is, who presses how, and dice that fall alike in every run."""

import hashlib
from dataclasses import dataclass

from tests.chaos.world import MOMENTS

RANDOM = "random"
# Who presses how, of a hundred presses.
OF_A_HUNDRED = {
    "agree": 18,
    "commander": 8,
    "requester": 16,
    "outsider": 13,
    "guest": 13,
    "elsewhere": 10,
    "forged": 12,
    "replay": 9,
    "reject": 1,
}
KINDS = tuple(kind for kind, n in OF_A_HUNDRED.items() for _ in range(n))
WHO = {
    "commander": "U0COMMANDER",
    "requester": "U0ONCALL",
    "outsider": "U0EXTERNAL",
    "guest": "U0GUEST",
    "reject": "U0LEAD",
}


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of it; `each` kills at each moment, and `random` ones at any."""

    plans: int
    presses: int
    each: int
    random: int
    limit_s: int
    seed: str = "tocsin"

    def dice(self, what: str, sides: int) -> int:
        """Return the same number for the same words, below `sides`."""
        rolled = hashlib.sha256(f"{self.seed}/{what}".encode()).digest()
        return int.from_bytes(rolled[:8], "big") % sides

    @property
    def each_plan(self) -> int:
        """Return how many presses there are for each plan."""
        return max(1, self.presses // self.plans)

    def kills(self) -> list[str]:
        """Return the moment of each kill, mixed."""
        found = [*MOMENTS * self.each, *[RANDOM] * self.random]
        order = sorted(range(len(found)), key=lambda n: self.dice(f"kill/{n}", 10**9))
        return [found[n] for n in order]
