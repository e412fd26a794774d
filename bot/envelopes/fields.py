"""Finding fields in JSON of any shape.

A path is written as people say it: ``alerts[].labels.severity``, ``items[0].id``,
``attributes['error.type']``. A wrong type anywhere means "not there", never an
error. Which fields a vendor sends is not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import re2

from bot.domain.untrusted import clip, visible
from bot.envelopes.jsonbody import Json, children
from bot.envelopes.wording import is_a_name

_EACH = "[]"
_LONGEST_KEY = 80
_PLAIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/ "
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a document.

    Attributes:
        path: Readable and safe to show, e.g. ``detail.eventName``; list places are
            left out, a second value at one path gets ``#2``.
        name: The last part of the path.
        depth: 0 at the top.
        value: A string, number or boolean.
    """

    path: str
    name: str
    depth: int
    value: str | int | float | bool


def member(value: Json, key: str) -> Json:
    """Return what stands under a key; letter case decides only between two."""
    if not isinstance(value, dict):
        return None
    if key in value:
        return value[key]
    wanted, length = key.casefold(), len(key)
    for name, one in value.items():
        # Payloads of thousands of entries ask for many keys that are not there.
        if len(name) == length and name.casefold() == wanted:
            return one
    return None


def every(value: Json, path: str) -> tuple[Json, ...]:
    """Return all values at a path, in order; nulls are left out.

    Raises:
        ValueError: The path itself is malformed, which is our own mistake.
    """
    names, parts = _ways(path)
    if not names:
        found: list[Json] = [value]
        for part in parts:
            found = [child for one in found for child in _step(one, part)]
        return tuple(one for one in found if one is not None)
    for name in names:
        value = member(value, name)
        if value is None:
            return ()
    return (value,)


def check_path(path: str) -> None:
    """Return when a path that somebody wrote by hand can be followed.

    Raises:
        ValueError: It cannot; says where.
    """
    try:
        _parts(path)
    except ValueError as error:
        said = str(error)
        because = (
            said if "path" in said else f"path {path!r} has no number in a bracket"
        )
        raise ValueError(because) from None


def first(value: Json, *paths: str) -> Json:
    """Return the first value at the first path that has one."""
    return next((one for path in paths for one in every(value, path)), None)


def first_text(value: Json, *paths: str) -> str:
    """Return the first non-blank scalar as text; "" when there is none."""
    for path in paths:
        for one in every(value, path):
            text = text_of(one)
            if text.strip():
                return text
    return ""


def text_of(value: Json) -> str:
    """Return a scalar as text; "" for null, lists and objects."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return ""


def anywhere(value: Json, key: str) -> tuple[Json, ...]:
    """Return what stands under a key at any depth, the shallowest first.

    For parts that a vendor's own pages place differently. Letter case does not matter;
    a list counts as its entries.
    """
    wanted = key.casefold()
    found: list[Json] = []
    level: list[Json] = [value]
    while level:
        for one in level:
            if not isinstance(one, dict):
                continue
            under = (each for name, each in one.items() if name.casefold() == wanted)
            for each in under:
                found += each if isinstance(each, list) else [each]
        level = [child for one in level for child in children(one)]
    return tuple(found)


def count_of(value: Json, *, most: int) -> int:
    """Return a count between 0 and `most`; 0 when it is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), most)


def leaves(value: Json, *, most: int) -> tuple[Leaf, ...]:
    """Return the scalars of a document in order, at most `most`."""
    made: list[Leaf] = []
    seen: dict[str, int] = {}
    for path, name, depth, one in _scalars(value):
        if len(made) == most:
            break
        times = seen[path] = seen.get(path, 0) + 1
        shown = path if times == 1 else f"{path}#{times}"
        made.append(Leaf(shown, name, depth, one))
    return tuple(made)


_ODD = "odd field"
_TELLING = re2.compile(r"[=%\n'\"`]|\w@|: ")


def safe_key(key: str) -> str:
    """Return a sender's key as something that may be shown and stored."""
    return _kept_key(key) if len(key) <= _LONGEST_KEY else _safe(key)


def _safe(key: str) -> str:
    plain = "".join(mark if mark in _PLAIN else "_" for mark in visible(key))
    if plain != key and not (is_a_name(plain) and not _TELLING.search(key)):
        # What was taken out of it might be by what a secret in it is known.
        return _ODD
    return clip(plain.strip(), _LONGEST_KEY) or "_"


# A sender's keys are the same in all of its alerts.
_kept_key = lru_cache(maxsize=4096)(_safe)


def _scalars(value: Json) -> Iterator[tuple[str, str, int, str | int | float | bool]]:
    """Walk depth first without recursion, in the sender's order.

    Yields the path, its last part, how deep that lies, and the scalar.
    """
    waiting: list[tuple[str, str, int, Json]] = [("", "text", 0, value)]
    while waiting:
        path, name, depth, one = waiting.pop()
        match one:
            case dict():
                head, below = (f"{path}.", depth + 1) if path else ("", 0)
                keys = [(safe_key(key), each) for key, each in reversed(one.items())]
                waiting += [(head + key, key, below, each) for key, each in keys]
            case list():
                waiting += [(path, name, depth, each) for each in reversed(one)]
            case str() | int() | float():
                yield path or name, name, depth, one
            case _:
                pass


def _step(value: Json, part: str | int) -> tuple[Json, ...]:
    if part == _EACH:
        return tuple(value) if isinstance(value, list) else ()
    if isinstance(part, str):
        return (member(value, part),)
    inside = value if isinstance(value, list) else []
    return tuple(inside[part : part + 1])


@lru_cache(maxsize=2048)
def _ways(path: str) -> tuple[tuple[str, ...], tuple[str | int, ...]]:
    """Return a path's names, where it is nothing but names, and all its parts."""
    parts = _parts(path)
    names = tuple(part for part in parts if isinstance(part, str) and part != _EACH)
    return (names if len(names) == len(parts) else ()), parts


@lru_cache(maxsize=2048)
def _parts(path: str) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    rest = path
    while rest:
        part, rest = _next_part(rest, path)
        parts.append(part)
    return tuple(parts)


def _next_part(rest: str, path: str) -> tuple[str | int, str]:
    if rest[0] != "[":
        ends = [at for at in (rest.find("."), rest.find("[")) if at >= 0]
        end = min(ends, default=len(rest))
        key, left = rest[:end], rest[end:]
    else:
        close = rest.find("']") if rest.startswith("['") else rest.find("]")
        if close < 0:
            raise ValueError(f"path {path!r} has a bracket that does not close")
        return _bracket(
            rest[: close + 2] if rest[1] == "'" else rest[: close + 1], rest
        )
    if not key:
        raise ValueError(f"path {path!r} has an empty part")
    return key, left.removeprefix(".") if left.startswith(".") else left


def _bracket(inside: str, rest: str) -> tuple[str | int, str]:
    left = rest[len(inside) :].removeprefix(".")
    if inside == _EACH:
        return _EACH, left
    if inside.startswith("['"):
        return inside[2:-2], left
    return int(inside[1:-1]), left
