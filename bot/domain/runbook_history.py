"""What became of a runbook in earlier incidents of a category, and what that weighs.

Pure figures: how they are counted is `bot/readmodels/history.py`, what they do to a
ranking `bot/assistant/suggest.py`. Nothing is trained: the same figures always give the
same weight, and everybody can see both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST = 0.5
"""A weight is always smaller than this, up or down."""
ENOUGH_WRONGS = 3
"""So many people must have said that a runbook is wrong for a category, before it gives
way to one that is not written for it."""
VOICES_A_DAY = 20
"""So many judgements of one person on one day of UTC count."""

Mode = Literal["rank", "show", "off"]
"""``rank`` weighs, ``show`` only tells, ``off`` does neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one runbook in the incidents of one category, drills left out.

    Attributes:
        offered: Incidents in which it stood first.
        taken: In which somebody took a step of it.
        done: In which a step of it was done.
        rejected: In which somebody wanted another one, or none.
        wrong: In which somebody said that it does not fit.
        decided: In which it was followed until the incident was fixed, or rejected, or
            said to be wrong.
        worked: In which a step of it was done, the incident was fixed, and nobody said
            that it is wrong.
        wrong_by: How many people said that it does not fit.
    """

    offered: int = 0
    taken: int = 0
    done: int = 0
    rejected: int = 0
    wrong: int = 0
    decided: int = 0
    worked: int = 0
    wrong_by: int = 0

    @property
    def weight(self) -> float:
        """What it adds to a score: 0 when nothing is known, never `MOST` or more.

        The share of incidents in which it worked, smoothed after Laplace: with one
        more that worked and one more that did not.
        """
        share = (self.worked + 1) / (self.decided + 2)
        return round(MOST * (2 * share - 1), 3)

    @property
    def is_doubted(self) -> bool:
        """Tell whether enough people said that it does not fit."""
        return self.wrong_by >= ENOUGH_WRONGS

    def told(self, category: str) -> str:
        """Say it in a few words; "" when nothing is known."""
        if not self.decided:
            return ""
        kind = f"{category} incident" + ("" if self.decided == 1 else "s")
        found = [f"worked in {self.worked} of {self.decided} {kind}"]
        if self.rejected:
            found.append(f"rejected in {self.rejected}")
        if self.wrong:
            found.append(f"called wrong in {self.wrong}")
        return ", ".join(found)


History = Mapping[str, Record]
"""Runbook id to its record in one category."""
