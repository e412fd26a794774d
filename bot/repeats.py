"""Alerts that say the same again, counted together before they are placed.

Equal are alerts that differ only in their ids and times. They stand for one another
as long as nothing else about their problem came in between: an end, or other words,
begins anew. Only firing ones are counted together; where they go is decided in
`bot/placing.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.envelope import Alert, Status
from bot.triage import Triaged


@dataclass(slots=True, kw_only=True)
class Run:
    """Equal alerts of one problem.

    Attributes:
        drill: Whose alerts they are; "" for the real world.
        first: The first of them.
        last: The newest.
        times: How many there are.
    """

    drill: str
    first: Alert
    last: Alert
    times: int = 1


class Runs:
    """The runs of some payloads, in the order of their first alerts."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._newest: dict[tuple[str, str, str], tuple[bytes, Run]] = {}

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def add(self, found: Triaged, *, drill: str = "") -> tuple[tuple[Alert, Run], ...]:
        """Take the alerts of the next payload; return each with its run."""
        same = found.same or (b"",) * len(found.alerts)
        pairs = zip(found.alerts, same, strict=True)
        return tuple((alert, self._add(alert, one, drill)) for alert, one in pairs)

    def _add(self, alert: Alert, same: bytes, drill: str) -> Run:
        problem = (drill, alert.envelope.source, alert.envelope.dedup_key)
        known, run = self._newest.get(problem, (b"", None))
        is_firing = alert.envelope.status is Status.FIRING
        if run is not None and same and known == same and is_firing:
            run.last = alert
            run.times += 1
            return run
        made = Run(drill=drill, first=alert, last=alert)
        self._runs.append(made)
        self._newest[problem] = (same, made)
        return made
