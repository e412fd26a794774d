"""Waivers: for a time, somebody answers for a rule not being applied.

A site writes them into ``waivers.yaml`` beside its policies. One waiver lifts one
forbid for named systems or actions, has an owner, a reason and an end, and permits
nothing by itself. What must never be waived stands here with the reason.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.plan import Waived
from bot.gate.policy_reading import WAIVERS, Rule, bad, nearest

LONGEST = timedelta(days=90)
"""Longer than that it is no exception any more: the rule has to change."""
SOON = timedelta(days=14)
"""So long before its end `tocsin doctor` and `tocsin policy lint` begin to say so."""
WAIVABLE = frozenset({"data-leaves-region", "region-unknown"})
"""Shipped forbids that a waiver may lift; a site's own it may lift too."""
NEVER: Mapping[str, str] = MappingProxyType(
    {
        "members-only": "guests, strangers and bots decide nothing",
        "same-workspace": "people of another workspace decide nothing",
        "fresh-facts": "nothing rests on what Slack said long ago",
        "groups-unread": "nothing rests on what Slack did not say",
        "own-channel": "approvals are given where everybody sees them",
        "in-the-channel": "approvals are given where everybody sees them",
        "no-shared-channel": "another organization would read and press along",
        "requester-never-approves": "nobody approves what they asked for",
        "author-never-approves": "nobody approves what goes back to their own words",
        "t1-needs-commander": "T1 is the commander's to answer for",
        "stopped": "a stop is taken back by people, at once and in the log",
        "frozen": "a freeze is lifted by people; the broken glass goes through it",
        "mode-observe": "how far the gate goes is a setting",
        "mode-suggest": "how far the gate goes is a setting",
        "glass-three-a-day": "breaking the glass is an exception itself",
        "on-call-runs-broken-glass": "breaking the glass is an exception itself",
    }
)
"""Shipped forbids that no waiver lifts, and why. An error of the policies, a quorum
and another door than Slack are no rules of Cedar: nothing here reaches them."""
_KEYS = frozenset(
    {"id", "rule", "owner", "reason", "from", "until", "systems", "actions"}
)
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One exception.

    Attributes:
        rule: Id of the forbid that it lifts.
        owner: Slack id of the person who answers for it.
        begins: From then on it lifts, aware UTC.
        ends: From then on it lifts nothing, aware UTC.
        systems: Ids in the registry; empty for every one.
        actions: Names of actions; empty for every one. Not both are empty.
    """

    id: str
    rule: str
    owner: str
    reason: str
    begins: datetime
    ends: datetime
    systems: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    def lifts(self, *, system: str, action: str, now: datetime) -> bool:
        """Tell whether it is in force for a plan at a moment."""
        here = not self.systems or system in self.systems
        return (
            here
            and (not self.actions or action in self.actions)
            and self.begins <= now < self.ends
        )


@dataclass(frozen=True, slots=True)
class Waivers:
    """All waivers of a site."""

    all: tuple[Waiver, ...] = ()

    @property
    def plain(self) -> list[Any]:
        """The waivers as JSON has them, for the hash of the policies."""
        return [
            {**asdict(one), "begins": _iso(one.begins), "ends": _iso(one.ends)}
            for one in self.all
        ]

    def in_force(
        self, *, systems: Collection[str], action: str, now: datetime
    ) -> tuple[Waiver, ...]:
        """Return what is in force for an action at a moment.

        Args:
            systems: All that the action is about, "" for one that is not registered. A
                rule that is not waived for each of them is not waived.
        """
        found = [
            [one for one in self.all if one.lifts(system=each, action=action, now=now)]
            for each in systems
        ]
        rules = [{one.rule for one in each} for each in found]
        lifted = set.intersection(*rules) if rules else set()
        these = {one.id for each in found for one in each if one.rule in lifted}
        return tuple(one for one in self.all if one.id in these)

    def ending(self, *, now: datetime) -> Iterator[tuple[Waiver, str]]:
        """Yield what is over or soon will be, and what to say about it."""
        for one in self.all:
            if one.ends <= now:
                yield one, f"ended on {one.ends:%Y-%m-%d} and lifts nothing"
            elif one.ends - now <= SOON:
                days = (one.ends - now).days
                yield one, f"ends on {one.ends:%Y-%m-%d}, in {days} days"


NO_WAIVERS = Waivers()


def waived_of(found: tuple[Waiver, ...]) -> tuple[Waived, ...]:
    """Return waivers as a plan carries them."""
    return tuple(
        Waived(id=one.id, rule=one.rule, owner=one.owner, until=_iso(one.ends))
        for one in found
    )


def read_waivers(site: Path, rules: Mapping[str, Rule]) -> Waivers:
    """Return the waivers of a site; none where it has no such file.

    Args:
        site: Folder with the site's policies.
        rules: Every rule by its id, shipped and the site's.

    Raises:
        BadSettings: Names the waiver and what is wrong with it.
    """
    path = site / WAIVERS
    if not os.path.lexists(path):
        return NO_WAIVERS
    try:
        rows = loaded(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise bad(str(path), "it cannot be read as UTF-8 text") from error
    except NotPlain as error:
        raise bad(str(path), str(error)) from error
    if not isinstance(rows, list):
        raise bad(str(path), "it must be a list of waivers")
    found = [
        _waiver(f"{path}, waiver {n}", row, rules) for n, row in enumerate(rows, 1)
    ]
    ids = [one.id for one in found]
    for name in ids:
        if ids.count(name) > 1:
            raise bad(str(path), f"the id {name!a} is used twice")
    return Waivers(tuple(sorted(found, key=lambda one: one.id)))


def _waiver(where: str, row: Any, rules: Mapping[str, Rule]) -> Waiver:
    if not isinstance(row, dict):
        raise bad(where, "it must be a map")
    for key in row:
        if key not in _KEYS:
            raise bad(where, f"there is no key {key!a}{nearest(str(key), _KEYS)}")
    try:
        return _checked(row, rules)
    except ValueError as error:
        raise bad(f"{where} ({row.get('id')})", str(error)) from error


def _checked(row: Mapping[str, Any], rules: Mapping[str, Rule]) -> Waiver:
    systems, actions = _names(row, "systems"), _names(row, "actions")
    if not systems and not actions:
        raise ValueError("it must name systems or actions; nothing is waived for all")
    begins, ends = _moment(row, "from"), _moment(row, "until")
    if not timedelta() < ends - begins <= LONGEST:
        raise ValueError(f"it must end after it begins, within {LONGEST.days} days")
    return Waiver(
        id=_line(row, "id", form=r"[a-z0-9]+(?:-[a-z0-9]+)*"),
        rule=_rule(row, rules),
        owner=_line(row, "owner", form=r"[UW][A-Z0-9]{2,30}"),
        reason=_line(row, "reason"),
        begins=begins,
        ends=ends,
        systems=systems,
        actions=actions,
    )


def _rule(row: Mapping[str, Any], rules: Mapping[str, Rule]) -> str:
    name = _line(row, "rule")
    rule = rules.get(name)
    if rule is None:
        raise ValueError(f"there is no rule {name!a}{nearest(name, rules)}")
    if name in NEVER:
        raise ValueError(f"{name} is never waived: {NEVER[name]}")
    if rule.effect != "forbid":
        raise ValueError(f"{name} forbids nothing, so there is nothing to lift")
    if not rule.site and name not in WAIVABLE:
        raise ValueError(f"{name} is not among the rules that may be waived")
    return name


def _line(row: Mapping[str, Any], key: str, *, form: str = "") -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{key} must be one line of text")
    if len(value) > _LONGEST_LINE:
        raise ValueError(f"{key} is longer than {_LONGEST_LINE} characters")
    if form and not re.fullmatch(form, value):
        raise ValueError(f"{key} {value!a} does not have its form, {form}")
    return value


def _names(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if isinstance(values, list) and all(isinstance(one, str) and one for one in values):
        return tuple(values)
    raise ValueError(f"{key} must be a list of texts")


def _moment(row: Mapping[str, Any], key: str) -> datetime:
    value = row.get(key)
    # What is no time, and what is none in UTC, such as the first hour of all years.
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(at, datetime) and at.utcoffset() is not None:
            return at.astimezone(UTC)
    raise ValueError(f"{key} must be a time like 2026-11-28T22:00:00Z, with its zone")


def _iso(at: datetime) -> str:
    return at.isoformat()
