"""Compiles what dataclasses compare and show themselves with when it is first used.

Python writes six methods for each frozen dataclass as text and compiles them one by
one. Of some 800 classes nearly all methods are never called; compiling them took a
fifth of a start. How an object is made, `__init__`, is compiled as ever. What is
compiled later is Python's own text, unchanged.
"""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

_LATE = frozenset({"__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"})
# Private, and gone in Python 3.13, which compiles a class at once: then all is as ever.
_PLACE = "_create_fn"

Compile = Callable[..., Any]


def compile_late() -> None:
    """Have dataclasses from now on compile these methods at their first call."""
    compiled: Compile | None = getattr(dataclasses, _PLACE, None)
    if compiled is not None and not hasattr(compiled, "is_late"):
        setattr(dataclasses, _PLACE, late(compiled))


def late(compiled: Compile) -> Compile:
    """Return what makes methods as `compiled` does, but some at their first call.

    Args:
        compiled: Takes a method's name first, and the rest of what it is made of.
    """

    def made(name: str, *words: Any, **around: Any) -> Any:
        if name not in _LATE:
            return compiled(name, *words, **around)
        return _stand_in(name, partial(compiled, name, *words, **around))

    made.is_late = True  # type: ignore[attr-defined]
    return made


def _stand_in(name: str, compiled: Callable[[], Any]) -> Any:
    """Return a method that puts the real one into its place when it is called."""
    real: Any = None

    def method(self: object, *given: Any) -> Any:
        nonlocal real
        real = real or compiled()
        real.__qualname__ = method.__qualname__
        for owner in type(self).__mro__:
            if owner.__dict__.get(name) is method:
                setattr(owner, name, real)
        return real(self, *given)

    method.__name__ = name
    return method
