"""Reads the registry of AI systems from its YAML file.

What a system is stands in `bot/domain/registry.py`; every field of it is a key of
the file, and an unknown one is refused with the nearest known one. Approved changes
stand in a list of their own, because other people write it. What is watched of a
system is read by `watched_file.py`.
"""

import difflib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from bot.domain.errors import BadSettings
from bot.domain.groups import read_members
from bot.domain.plain_yaml import NotPlain, loaded
from bot.domain.registry import (
    ApprovedChange,
    Reach,
    Registry,
    RiskTier,
    Stage,
    System,
    is_repo,
)
from bot.domain.residency import AREAS, is_place
from bot.domain.watched import Baseline
from bot.rules.watched_file import read_baselines

_WATCHED = "baselines"
_LISTS = ("entities", "data_classes", "tools", "repos")
_FLAGS = ("legal_hold", "customers")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "risk_tier": get_args(RiskTier),
    "stage": get_args(Stage),
}
_KNOWN = tuple(field.name for field in fields(System) if field.name != "changes")
_CHANGE = ("system", "from", "to", "ticket")
# A window without end would be a hole in the watch.
_LONGEST_WINDOW = timedelta(days=31)
_LONGEST_TICKET = 64


def read_registry(text: str, *, name: str = "registry.yaml") -> Registry:
    """Return the systems that a registry file names.

    Raises:
        BadSettings: The file cannot be used; names the system and the key.
    """
    try:
        parsed = loaded(text) or {}
    except NotPlain as error:
        raise _bad(name, str(error)) from None
    rows = parsed.get("systems", []) if isinstance(parsed, dict) else None
    if not isinstance(rows, list):
        raise _bad(name, "it has no list `systems`")
    systems = tuple(_system(name, row) for row in rows)
    ids = [system.id for system in systems]
    for system_id in ids:
        if ids.count(system_id) > 1:
            raise _bad(name, f"the system {system_id} stands there twice")
    return Registry(_with_changes(name, systems, parsed.get("approved_changes")))


def _with_changes(
    name: str, systems: tuple[System, ...], rows: Any
) -> tuple[System, ...]:
    if rows is None:
        return systems
    if not isinstance(rows, list):
        raise _bad(name, "approved_changes is not a list")
    made = [_change(name, row, {one.id for one in systems}) for row in rows]
    return tuple(
        replace(system, changes=tuple(change for of, change in made if of == system.id))
        for system in systems
    )


def _change(name: str, row: Any, known: set[str]) -> tuple[str, ApprovedChange]:
    if not isinstance(row, dict) or set(row) != set(_CHANGE):
        raise _bad(name, f"every approved change needs {', '.join(_CHANGE)}, no more")
    ticket, system = str(row["ticket"]).strip(), str(row["system"])
    if not ticket.isprintable() or not 0 < len(ticket) <= _LONGEST_TICKET:
        raise _bad(name, "the ticket of an approved change is no short line of text")
    if system not in known:
        near = difflib.get_close_matches(system, known, n=1)
        hint = f", the nearest is {near[0]}" if near else ""
        raise _bad(name, f"{ticket} is for an unknown system {system!a}{hint}")
    begins, ends = (_moment(name, ticket, row[key]) for key in ("from", "to"))
    if not timedelta() < ends - begins <= _LONGEST_WINDOW:
        days = _LONGEST_WINDOW.days
        raise _bad(name, f"{ticket} must end after it begins, within {days} days")
    return system, ApprovedChange(ticket=ticket, begins=begins, ends=ends)


def _moment(name: str, ticket: str, value: Any) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.utcoffset() is None:
        said = "needs times like 2026-11-28T22:00:00Z, with their zone"
        raise _bad(name, f"{ticket} {said}")
    return at.astimezone(UTC)


def _system(name: str, row: Any) -> System:
    if not isinstance(row, dict) or not all(
        row.get(k) for k in ("id", "title", "owner")
    ):
        raise _bad(name, "every system needs id, title and owner")
    for key in row:
        if key not in _KNOWN:
            near = difflib.get_close_matches(str(key), _KNOWN, n=1)
            hint = f", the nearest is {near[0]}" if near else ""
            raise _bad(name, f"{row['id']} has an unknown key {key!a}{hint}")
    for key, allowed in _WORDS.items():
        if row.get(key, allowed[0]) not in allowed:
            raise _bad(
                name, f"{key} of {row['id']} must be one of {', '.join(allowed)}"
            )
    reach = get_args(Reach)
    if any(one not in reach for one in row.get("tools") or ()):
        raise _bad(name, f"tools of {row['id']} must be of {', '.join(reach)}")
    if any(not is_repo(str(one)) for one in row.get("repos") or ()):
        raise _bad(name, f"repos of {row['id']} must be written owner/name")
    apart = (_WATCHED, "groups", "data_stays", *_FLAGS)
    values = {
        k: tuple(map(str, v)) if k in _LISTS else str(v)
        for k, v in row.items()
        if k not in apart
    }
    system = System(**values)  # type: ignore[arg-type]
    return replace(
        system,
        data_stays=_places(name, row),
        legal_hold=_flag(name, row, "legal_hold"),
        customers=_flag(name, row, "customers"),
        baselines=_baselines(name, row),
        groups=_groups(name, row),
    )


def _flag(name: str, row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise _bad(name, f"{key} of {row['id']} must be true or false")
    return value


def _places(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where data must stay; a place nobody knows would hold nothing."""
    given = row.get("data_stays") or []
    if not isinstance(given, list):
        raise _bad(name, f"data_stays of {row['id']} is not a list")
    places = tuple(str(one).strip().casefold() for one in given)
    strange = [one for one in places if not is_place(one)]
    if strange:
        raise _bad(
            name,
            f"data_stays of {row['id']} has {strange[0]!a}, which is no region "
            f"and none of {', '.join(AREAS)}",
        )
    return places


def _groups(
    name: str, row: Mapping[str, Any]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    try:
        return read_members(row.get("groups"))
    except ValueError as error:
        raise _bad(name, f"groups of {row['id']}: {error}") from None


def _baselines(name: str, row: Mapping[str, Any]) -> tuple[Baseline, ...]:
    try:
        return read_baselines(str(row["id"]), row.get(_WATCHED))
    except BadSettings as error:
        raise _bad(name, error.because) from None


def _bad(name: str, because: str) -> BadSettings:
    return BadSettings(
        f"{name} was not read",
        because=because,
        next_move="Correct the file and start again.",
    )
