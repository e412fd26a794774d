"""How often the tests that pull the plug do it, in one place.

`make test` does it a few times, so that the whole suite stays below ten minutes on two
cores; `make chaos` does it in full.
"""

import os

IN_FULL = os.environ.get("TOCSIN_CHAOS") == "full"  # noqa: TID251 - of these tests


def times(in_full: int, *, else_: int) -> int:
    """Return how often something is done in this run."""
    return in_full if IN_FULL else else_
