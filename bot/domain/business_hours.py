"""When people are at work, by the clocks of the site. Pure.

Policies may ask for it (`business_hours` and `hour`); nothing else does.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

_EIGHT, _SIX = time(8), time(18)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """Days and hours of work in one zone. Without a site's own: UTC, Mon-Fri, 8-18.

    Attributes:
        days: Weekdays, 0 for Monday.
        begins: On the clocks of the zone, included.
        ends: Not included; None is midnight, the end of the day.
        holidays: Days by the calendar of the zone on which nobody is at work.
    """

    zone: tzinfo = UTC
    days: frozenset[int] = frozenset(range(5))
    begins: time = _EIGHT
    ends: time | None = _SIX
    holidays: frozenset[date] = frozenset()

    def hour(self, at: datetime) -> int:
        """Return the hour on the clocks of the zone, 0 to 23.

        Args:
            at: Any aware time.
        """
        return at.astimezone(self.zone).hour

    def hold(self, at: datetime) -> bool:
        """Tell whether people are at work.

        Args:
            at: Any aware time.
        """
        local = at.astimezone(self.zone)
        if local.weekday() not in self.days or local.date() in self.holidays:
            return False
        clock = local.time()
        return self.begins <= clock and (self.ends is None or clock < self.ends)
