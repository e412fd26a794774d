"""Reads the registry of AI systems from its YAML file.

What a system is stands in `bot/domain/registry.py`; every field of it is a key of
the file, and an unknown one is refused with the nearest known one. What is watched of
a system is read by `watched_file.py`.
"""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

import yaml

from bot.domain.errors import BadSettings
from bot.domain.registry import Registry, RiskTier, Stage, System
from bot.domain.watched import Baseline
from bot.rules.watched_file import read_baselines

_WATCHED = "baselines"
_LISTS = ("entities", "data_classes")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "risk_tier": get_args(RiskTier),
    "stage": get_args(Stage),
}
_KNOWN = tuple(field.name for field in fields(System))


def read_registry(text: str, *, name: str = "registry.yaml") -> Registry:
    """Return the systems that a registry file names.

    Raises:
        BadSettings: The file cannot be used; names the system and the key.
    """
    try:
        parsed = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        raise _bad(name, "it is not YAML") from None
    rows = parsed.get("systems", []) if isinstance(parsed, dict) else None
    if not isinstance(rows, list):
        raise _bad(name, "it has no list `systems`")
    systems = tuple(_system(name, row) for row in rows)
    ids = [system.id for system in systems]
    for system_id in ids:
        if ids.count(system_id) > 1:
            raise _bad(name, f"the system {system_id} stands there twice")
    return Registry(systems)


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
    plain = {k: v for k, v in row.items() if k != _WATCHED}
    values = {
        k: tuple(map(str, v)) if k in _LISTS else str(v) for k, v in plain.items()
    }
    baselines = _baselines(name, row)
    return System(**values, baselines=baselines)  # type: ignore[arg-type]


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
