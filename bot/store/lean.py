"""Loads sqlite_utils without what it would bring along.

It loads numpy where numpy is installed, as the extra `[bedrock]` does, for types that
nobody hands to it here: 20 MB and a tenth of a second of every start.
"""

import sys
from typing import Any


def load_lean() -> None:
    """Load sqlite_utils as if numpy were not there; call it before threads begin."""
    modules: dict[str, Any] = sys.modules
    is_hidden = "numpy" not in modules
    if is_hidden:
        modules["numpy"] = None
    try:
        import sqlite_utils  # noqa: F401
    finally:
        if is_hidden:
            del modules["numpy"]
