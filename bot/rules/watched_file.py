"""Reads the list `baselines` of a registered system.

What a baseline is stands in `bot/domain/watched.py`; what is left out gets its usual
value. The registry's other keys are `registry_file.py`.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

from bot.domain.addresses import complaint
from bot.domain.watched import (
    OF,
    OUTSIDE,
    USUAL_DIRECTION,
    Baseline,
    CloudWatchFigure,
    Direction,
    Kind,
    PrometheusFigure,
    Season,
)
from bot.rules.reading import Entry, bad

_KEYS = (
    *("name", "kind", "unit", "direction", "cloudwatch", "prometheus", "sigmas"),
    *("least_width", "least_share", "warm_up", "half_life", "outside", "of", "season"),
)
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "sigmas": (1, 20),
    "least_width": (0, 1e15),
    "least_share": (0, 10),
    "half_life": (2, 1_000_000),
}
_MOST = 50
_DIMENSIONS = 30
_LONGEST_NAME = 80
_DAY_S = 86_400
_STATISTIC = re.compile(
    r"Sum|Average|Minimum|Maximum|SampleCount|IQM|(?:p|tm|wm|tc|ts)\d{1,2}(?:\.\d+)?"
)


def read_baselines(where: str, value: object) -> tuple[Baseline, ...]:
    """Return the figures that a system's list names.

    Raises:
        BadSettings: An entry cannot be used; names it and the key.
    """
    found = tuple(
        _baseline(one)
        for one in Entry(where, {"baselines": value}).entries("baselines")
    )
    names = [one.name for one in found]
    if len(names) > _MOST:
        raise bad(where, f"it has more than {_MOST} baselines")
    for name in names:
        if names.count(name) > 1:
            raise bad(where, f"the baseline {name!a} stands there twice")
    return found


def _baseline(entry: Entry) -> Baseline:
    entry.only(*_KEYS)
    name = entry.text("name")
    if len(name) > _LONGEST_NAME:
        raise bad(entry.where, f"name is longer than {_LONGEST_NAME} characters")
    named = Entry(f"{entry.where}, {name}", entry.values)
    kind: Kind = _one_of(named, "kind", get_args(Kind))
    direction: Direction = _one_of(
        named, "direction", get_args(Direction), USUAL_DIRECTION[kind]
    )
    season: Season = _one_of(named, "season", get_args(Season), "none")
    of = named.whole("of", least=1, most=60) if "of" in named.values else OF
    fewest = {"outside": min(OUTSIDE, of)} | _wholes(named, {"outside": (1, of)})
    numbers: dict[str, Any] = {
        key: _number(named, key) for key in _NUMBERS if key in named.values
    }
    return Baseline(
        name=name,
        kind=kind,
        source=_source(named),
        unit=named.text("unit", ""),
        direction=direction,
        season=season,
        of=of,
        **fewest,
        **_wholes(named, {"warm_up": (10, 2_000)}),
        **numbers,
    )


def _source(entry: Entry) -> CloudWatchFigure | PrometheusFigure:
    named = [key for key in ("cloudwatch", "prometheus") if key in entry.values]
    if len(named) != 1:
        raise bad(
            entry.where, "it needs cloudwatch or prometheus, and only one of them"
        )
    inner = Entry.of(f"{entry.where}, {named[0]}", entry.values[named[0]])
    return _cloudwatch(inner) if named == ["cloudwatch"] else _prometheus(inner)


def _cloudwatch(entry: Entry) -> CloudWatchFigure:
    entry.only("namespace", "metric", "dimensions", "statistic", "period_s", "late_s")
    dimensions = Entry.of(
        f"{entry.where}, dimensions", entry.values.get("dimensions", {})
    )
    if len(dimensions.values) > _DIMENSIONS:
        raise bad(dimensions.where, f"CloudWatch knows at most {_DIMENSIONS}")
    statistic = entry.text("statistic", "Sum")
    if not _STATISTIC.fullmatch(statistic):
        raise bad(entry.where, "statistic must be one of CloudWatch, as Sum or p99")
    wholes = _wholes(entry, {"period_s": (60, _DAY_S), "late_s": (0, 3_600)})
    if wholes.get("period_s", 0) % 60:
        raise bad(entry.where, "period_s must be a multiple of 60")
    return CloudWatchFigure(
        namespace=entry.text("namespace"),
        metric=entry.text("metric"),
        dimensions={key: dimensions.text(key) for key in dimensions.values},
        statistic=statistic,
        **wholes,
    )


def _prometheus(entry: Entry) -> PrometheusFigure:
    entry.only("query", "url", "counter")
    url = entry.text("url", "")
    wrong = complaint(url, plain=True) if url else ""
    if wrong or "?" in url or "#" in url:
        raise bad(entry.where, f"url cannot be used: {wrong or 'it holds a query'}")
    return PrometheusFigure(
        query=entry.text("query"), url=url, counter=entry.flag("counter")
    )


def _one_of(entry: Entry, key: str, known: tuple[Any, ...], default: str = "") -> Any:
    if default and key not in entry.values:
        return default
    return entry.among(key, known)


def _wholes(entry: Entry, bounds: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Return the whole numbers among some that are given."""
    return {
        key: entry.whole(key, least=least, most=most)
        for key, (least, most) in bounds.items()
        if key in entry.values
    }


def _number(entry: Entry, key: str) -> float:
    least, most = _NUMBERS[key]
    value = entry.number(key)
    if value is None or not least <= value <= most:
        raise bad(entry.where, f"{key} must be a number from {least:g} to {most:g}")
    return value
