"""Operations of an HTTP API as data, and the request that texts make of one.

A plan is texts; what a field of a body is, number or map, stands here. Texts never
become structure: a query is escaped, a body is put together as JSON.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

import orjson

from bot.domain.errors import BadRequest
from bot.ports.send import Request

NONE = "none"
"""How a plan says JSON's null: there is no limit."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}|(0|[1-9][0-9]{0,11})\.[0-9]{1,8}")


class Kind(StrEnum):
    """What a field of a body is in JSON."""

    TEXT = "text"
    NUMBER = "number"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of an API.

    Attributes:
        path: Below the service's address.
        query: Arguments that go into the query.
        body: Arguments that go into the body, and what they are there.
        told: Arguments that people are told and that are not sent.
        sent_as: Argument of the body → its name there, where that is another.
    """

    method: str
    path: str
    query: tuple[str, ...] = ()
    body: Mapping[str, Kind] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    sent_as: Mapping[str, str] = field(default_factory=dict)


def request_of(base: str, operation: Operation, texts: Mapping[str, str]) -> Request:
    """Return the request that an operation's arguments make.

    Raises:
        BadRequest: An argument has no place in it, lacks, or is not of its kind.
    """
    known = {*operation.query, *operation.body, *operation.told}
    if known != texts.keys():
        raise _unfit("its arguments are not those of the operation")
    query = urlencode([(name, texts[name]) for name in operation.query])
    fields = {
        operation.sent_as.get(name, name): _typed(kind, texts[name])
        for name, kind in operation.body.items()
    }
    return Request(
        method=operation.method,
        url=f"{base.rstrip('/')}{operation.path}{'?' if query else ''}{query}",
        body=canonical(fields) if fields else b"",
    )


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value: equal values are equal requests."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def number(text: str) -> int | float | None:
    """Return the number that a text of a plan is; None for ``none``.

    Raises:
        BadRequest: It is none.
    """
    if text == NONE:
        return None
    if not _NUMBER.fullmatch(text):
        raise _unfit("a number is not written as one")
    return float(text) if "." in text else int(text)


def _typed(kind: Kind, text: str) -> object:
    if kind is Kind.TEXT:
        return text
    if kind is Kind.NUMBER:
        return number(text)
    try:
        found = orjson.loads(text)
    except ValueError:
        found = None
    is_flat = isinstance(found, dict) and all(
        isinstance(one, str) for one in found.values()
    )
    if not is_flat:
        raise _unfit("a map is not written as one")
    return found


def _unfit(because: str) -> BadRequest:
    return BadRequest(
        "A request was not put together",
        because=because,
        next_move="Propose it again.",
    )
