"""Arguments of an API call: from plain texts to what AWS's own model wants.

A plan holds names and texts, because people must be able to read all of it and a
digest covers it. AWS wants numbers, lists and records. A name says where its text
belongs: ``Tagging.TagSet.0.Key`` is the field ``Key`` of the first entry of the list
``TagSet`` in ``Tagging``. Which texts a call is given is in the integration.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

MOST_ENTRIES = 100
"""Longest list; a card that shows more is not read."""

_WHOLE = frozenset({"integer", "long"})
_BROKEN = frozenset({"float", "double"})
_TRUTHS = {"true": True, "false": False}


def typed(
    client: Any, operation: str, texts: Mapping[str, str], *, idempotency_key: str
) -> dict[str, Any]:
    """Return the arguments of a call as AWS's own model wants them.

    Args:
        texts: Path → text. Entries of a list count from 0 without a gap.
        idempotency_key: Given to operations that have a place for it.

    Raises:
        ParamValidationError: A path leads nowhere, or a text is not of its kind.
    """
    model = client.meta.service_model.operation_model(operation)
    given: dict[str, Any] = dict.fromkeys(model.idempotent_members, idempotency_key)
    if not texts:
        return given
    if model.input_shape is None:
        raise _wrong(operation, "takes no arguments")
    return {**given, **_built(model.input_shape, _tree(texts), operation)}


def typed_over(
    client: Any,
    operation: str,
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    *,
    idempotency_key: str,
) -> dict[str, Any]:
    """Return a document with some of its fields set, as the arguments of a call.

    Args:
        document: What the call must repeat, in the form of AWS's own model.
        texts: Path → text. A path may lead into an entry of a list that is there.
        idempotency_key: Given to operations that have a place for it.

    Raises:
        ParamValidationError: A path leads nowhere, or a text is not of its kind.
    """
    model = client.meta.service_model.operation_model(operation)
    given: dict[str, Any] = dict.fromkeys(model.idempotent_members, idempotency_key)
    given |= copy.deepcopy(dict(document))
    for path, text in texts.items():
        _put(given, model.input_shape, path.split("."), text, path)
    return given


def _put(place: Any, shape: Any, parts: list[str], text: str, path: str) -> None:
    part, *rest = parts
    inner, key = _inside(place, shape, part, path)
    if not rest:
        place[key] = _built(inner, text, path)
        return
    if isinstance(place, dict):
        place.setdefault(key, {})
    _put(place[key], inner, rest, text, path)


def _inside(place: Any, shape: Any, part: str, path: str) -> tuple[Any, Any]:
    """Return the shape one part further in, and where that lies in its place."""
    match shape.type_name:
        case "structure":
            return _member(shape, part, path), part
        case "map":
            return shape.value, part
        case "list" if part.isdecimal() and int(part) < len(place):
            return shape.member, int(part)
        case _:
            raise _wrong(path, "leads nowhere")


def _tree(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the texts as a tree of maps, one level for each part of their paths.

    Raises:
        ParamValidationError: One path goes through the text of another.
    """
    root: dict[str, Any] = {}
    for path, text in texts.items():
        *parents, last = path.split(".")
        place = root
        for part in parents:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise _wrong(path, "goes through a text")
        if last in place:
            raise _wrong(path, "is given twice")
        place[last] = text
    return root


def _built(shape: Any, given: Any, path: str) -> Any:
    """Return one value in the form of its shape."""
    match shape.type_name:
        case "structure":
            return {
                name: _built(_member(shape, name, path), one, f"{path}.{name}")
                for name, one in _parts(given, path)
            }
        case "list":
            return [
                _built(shape.member, one, f"{path}.{place}")
                for place, one in enumerate(_entries(given, path))
            ]
        case "map":
            return {
                key: _built(shape.value, one, f"{path}.{key}")
                for key, one in _parts(given, path)
            }
        case kind:
            return _scalar(kind, given, path)


def _member(shape: Any, name: str, path: str) -> Any:
    if name not in shape.members:
        raise _wrong(path, f"has no argument {name}")
    return shape.members[name]


def _parts(given: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(given, dict):
        raise _wrong(path, "is not a text")
    yield from given.items()


def _entries(given: Any, path: str) -> Iterator[Any]:
    """Yield the entries of a list in order. A text without any is the empty list."""
    if given == "":
        return
    found = dict(_parts(given, path))
    if len(found) > MOST_ENTRIES:
        raise _wrong(path, f"has more than {MOST_ENTRIES} entries")
    for place in range(len(found)):
        if str(place) not in found:
            raise _wrong(path, "does not count its entries from 0")
        yield found[str(place)]


def _scalar(kind: str, text: Any, path: str) -> Any:
    if not isinstance(text, str):
        raise _wrong(path, "is one text")
    if kind in _WHOLE:
        if not text.removeprefix("-").isdecimal() or not text.isascii():
            raise _wrong(path, "must be a whole number")
        return int(text)
    if kind in _BROKEN:
        return _number(text, path)
    if kind == "boolean":
        if text not in _TRUTHS:
            raise _wrong(path, "must be true or false")
        return _TRUTHS[text]
    return text.encode() if kind == "blob" else text


def _number(text: str, path: str) -> float:
    """Return a number; ``inf`` and ``nan`` are none."""
    whole, _, part = text.removeprefix("-").partition(".")
    digits = whole + part
    if not (whole and digits.isdecimal() and digits.isascii()):
        raise _wrong(path, "must be a number")
    return float(text)


def _wrong(path: str, what: str) -> Exception:
    from botocore.exceptions import ParamValidationError

    wrong: Exception = ParamValidationError(report=f"{path} {what}")
    return wrong
