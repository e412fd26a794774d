"""A document of feature flags, as AWS AppConfig keeps it.

It comes from outside: it may be anything. Which flag is meant is in the integration.
Source: AWS AppConfig user guide, "Understanding the JSON reference for feature flags".
"""

import json
from collections.abc import Mapping
from typing import Any


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


def without(flags: Mapping[str, Any], flag: str) -> Mapping[str, Any]:
    """Return the configuration without the state of one flag, for comparing."""
    state = {**flags["values"][flag], "enabled": None}
    return {**flags, "values": {**flags["values"], flag: state}}
