"""Puts values into the fixtures of the integrations, wherever a fixture carries them.

A string of a payload carries a value when the payload is still read with it, by the
same source and as as many alerts: free text, names, labels and ids do, types and states
do not. Each payload also gets a field that nobody knows, and one whose name is a value.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from bot.ports.integration import Payload
from bot.triage import parse
from tests.canary.canaries import Canary
from tests.core import rulings
from tests.integrations.samples import NOW, SAMPLES, Sample

Path = tuple[str | int, ...]
_MOST_STRINGS = 150


def headers_with(sample: Sample, canary: Canary) -> dict[str, str]:
    """Return the fixture's headers, one that is dropped and one that is kept."""
    one_line = " ".join(canary.text.split())
    given = dict(sample.expected.get("headers", {}))
    return {**given, "x-forwarded-user": one_line, "user-agent": one_line}


def planted(sample: Sample, canaries: Sequence[Canary]) -> Iterator[bytes]:
    """Yield bodies of one fixture until each value was put somewhere."""
    body = _body(sample)
    places = carriers(sample)
    left = list(canaries)
    while left:
        bearing = copy.deepcopy(body)
        for place in places:
            if not left:
                break
            _put(bearing, place, left.pop())
        if left and isinstance(bearing, dict):
            bearing["not_known"] = left.pop().text
        if left and isinstance(bearing, dict):
            bearing[left.pop().text] = "a name that nobody knows"
        if not places and not isinstance(bearing, dict):
            return
        yield json.dumps(bearing).encode()


def carriers(sample: Sample) -> tuple[Path, ...]:
    """Return the strings of a fixture that can be something else."""
    return _carriers(sample.source, sample.name)


@cache
def _carriers(source: str, name: str) -> tuple[Path, ...]:
    sample = _BY_NAME[source, name]
    body, count = _body(sample), _count(sample, sample.body)
    found = []
    for place in list(_strings(body))[:_MOST_STRINGS]:
        other = copy.deepcopy(body)
        _put(other, place, Canary(kind="", text="Mira Example", secret=""))
        if _count(sample, json.dumps(other).encode()) == count:
            found.append(place)
    return tuple(found)


_BY_NAME = {(one.source, one.name): one for one in SAMPLES}


def _body(sample: Sample) -> Any:
    try:
        return json.loads(sample.body)
    except ValueError:
        return None


def _count(sample: Sample, body: bytes) -> int:
    headers = dict(sample.expected.get("headers", {}))
    payload = Payload(body=body, headers=headers, received_at=NOW)
    read = parse(payload, source=sample.source, parsers=rulings().integrations)
    return -1 if read.problem else len(read.envelopes)


def _strings(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str) and path:
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _strings(one, (*path, key))
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from _strings(one, (*path, n))


def _put(body: Any, path: Path, canary: Canary) -> None:
    """Let the string at a place say the value as well."""
    *before, last = path
    for step in before:
        body = body[step]
    body[last] = f"{body[last]} {canary.text}"


def sample_of(source: str) -> Sample:
    """Return the first fixture of a source."""
    return next(one for one in SAMPLES if one.source == source)
