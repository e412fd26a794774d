"""Figures of a Prometheus server: the value of a query, now.

Only the server of the settings gets their token; an address that stands in the
registry gets none. A server's own words never come into what is shown.

Source of the format: https://prometheus.io/docs/prometheus/latest/querying/api/
(instant queries: a scalar, or a vector with one value a series).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.domain.baseline import Point, is_usable
from bot.domain.errors import Unreachable
from bot.domain.watched import Baseline, PrometheusFigure
from bot.ports.ask import Answer, Ask
from bot.watch.looking import Seen

_PATH = "/api/v1/query?query="
_MOST_BYTES = 256 * 1024
_OK, _BAD_QUERY, _NOT_LET_IN = 200, (400, 422), (401, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """Keeps `Look` for figures of Prometheus.

    Attributes:
        url: Of the server whose address the registry need not name.
        token: Shown to that server only.
    """

    ask: Ask
    url: str = ""
    token: str = field(default="", repr=False)

    def __call__(
        self,
        baselines: Sequence[Baseline],
        _last: Mapping[str, datetime],
        now: datetime,
        /,
    ) -> Mapping[str, Seen]:
        """Return the value of each query, with our own time of asking."""
        return {one.name: self._one(one, now) for one in baselines}

    def _one(self, one: Baseline, now: datetime) -> Seen:
        figure = one.source
        if not isinstance(figure, PrometheusFigure):
            raise TypeError(one.name)
        base = (figure.url or self.url).rstrip("/")
        if not base:
            return Seen(problem="no address of a Prometheus is set")
        mine = self.token and not figure.url
        headers = {"Authorization": f"Bearer {self.token}"} if mine else {}
        try:
            answer = self.ask(
                base + _PATH + quote(figure.query, safe=""),
                headers=headers,
                most_bytes=_MOST_BYTES,
            )
        except Unreachable as error:
            return Seen(problem=error.because)
        return _read(answer, now)


def _read(answer: Answer, now: datetime) -> Seen:
    if answer.status in _BAD_QUERY:
        return Seen(problem="the query is not understood")
    if answer.status in _NOT_LET_IN:
        return Seen(problem="it asks for a token, or for another one")
    if answer.status != _OK:
        return Seen(problem=f"it answered {answer.status}")
    try:
        found = _values(json.loads(answer.body))
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return Seen(problem="its answer is not one of Prometheus")
    if len(found) > 1:
        says = f"the query gives {len(found)} series; make it one, as with sum(…)"
        return Seen(problem=says)
    return Seen(points=tuple(Point(now, one) for one in found if is_usable(one)))


def _values(answer: Any) -> list[float]:
    """Return the values of an answer, one a series.

    Raises:
        ValueError, KeyError, TypeError, IndexError: It is not built like one.
    """
    data = answer["data"]
    if data["resultType"] == "scalar":
        return [float(data["result"][1])]
    if data["resultType"] != "vector":
        raise ValueError(data["resultType"])
    return [float(one["value"][1]) for one in data["result"]]
