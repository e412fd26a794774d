"""Gives memory back to the system that the allocator keeps for later.

Reading rules and building automata takes some 30 MB that are free again right after;
glibc keeps them. Where there is another allocator nothing happens.
"""

import contextlib
import ctypes
import gc

# mallopt(3): how many arenas glibc may make; by default eight for each processor.
_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Have threads share what they keep free, instead of each keeping its own."""
    _ask("mallopt", _ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Collect garbage, then return what is free to the system."""
    gc.collect()
    trim()


def trim() -> None:
    """Return what is free to the system (malloc_trim(3)); takes no time."""
    _ask("malloc_trim", 0)


def _ask(function: str, *given: int) -> None:
    with contextlib.suppress(AttributeError, OSError, TypeError):
        getattr(ctypes.CDLL(None), function)(*given)
