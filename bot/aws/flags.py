"""A document of feature flags, as AWS AppConfig keeps and deploys it.

It comes from outside: it may be anything. Which flag is meant is in the integration.
Source: AWS AppConfig user guide, "Understanding the JSON reference for feature flags".
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

_IN_FORCE = frozenset({"BAKING", "COMPLETE"})


def flags_of(content: Any) -> dict[str, Any] | None:
    """Return a configuration of feature flags, None if it is none.

    Args:
        content: Bytes, or what they are read from.
    """
    raw = content.read() if hasattr(content, "read") else content
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    holds = isinstance(found, dict) and isinstance(found.get("values"), dict)
    return found if holds else None


def state_of(flags: Mapping[str, Any] | None, flag: str) -> str:
    """Return ``on`` or ``off``, "" where there is no such flag."""
    found = flags["values"].get(flag) if flags else None
    enabled = found.get("enabled") if isinstance(found, dict) else None
    if not isinstance(enabled, bool):
        return ""
    return "on" if enabled else "off"


def newest_first(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return deployments of an environment, the newest first."""
    return sorted(items, key=lambda one: -int(one["DeploymentNumber"]))


def in_force(
    newest: Sequence[Mapping[str, Any]], profile: str
) -> Mapping[str, Any] | None:
    """Return a profile's newest deployment that is at its readers, None for none."""
    return next(
        (
            one
            for one in newest
            if one["State"] in _IN_FORCE
            and one.get("ConfigurationProfileId", profile) == profile
        ),
        None,
    )


def without(flags: Mapping[str, Any], flag: str) -> Mapping[str, Any]:
    """Return the configuration without the state of one flag, for comparing."""
    state = {**flags["values"][flag], "enabled": None}
    return {**flags, "values": {**flags["values"], flag: state}}
