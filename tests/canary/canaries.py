"""One made-up value for each kind of the definition, and where they come to light.

The values are put together when the tests run, from the fixtures of the redactor
(`tests/redact/fixtures`); a kind without a row of its own is announced by its name.
What is looked for is the secret itself, its first characters, and both as JSON, HTML
and URLs would write them.
"""

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

import re2

from bot.redact import Redactor
from tests.core import rulings
from tests.redact.rows import _FILLS, joined, rows

# What fills the values: a part of a secret that was cut is recognized by it.
_PIECE_CHARS = 14
_LONG = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One value that must come to light nowhere.

    Attributes:
        text: The value as it would be written somewhere.
        secret: The part of it that is sensitive.
    """

    kind: str
    text: str
    secret: str


@cache
def canaries(*, step: int = 1) -> tuple[Canary, ...]:
    """Return one value for each kind that can be made.

    Args:
        step: Take only each so manieth example, for a look that takes no time.
    """
    redactor = rulings().redactor
    found: dict[str, Canary] = {}
    for one in _made(redactor, step):
        found.setdefault(one.kind, one)
    return tuple(found.values())


def _made(redactor: Redactor, step: int) -> Iterator[Canary]:
    texts = [(joined(row["parts"]), "") for row in rows("prefixes")]
    texts += [_filled(row["text"], row["secret"]) for row in rows("contextual")]
    texts += [_filled(row["text"], row["value"]) for row in rows("people")]
    known = set()
    for text, named in texts[::step]:
        for finding in redactor.find(text):
            known.add(finding.kind)
            secret = named or text[finding.start : finding.end]
            yield Canary(kind=finding.kind, text=text, secret=secret)
    for rule in redactor.definition.rules if step == 1 else ():
        if rule.kind not in known and not rule.kept:
            yield from _announced(redactor, rule.kind)


def _announced(redactor: Redactor, kind: str) -> Iterator[Canary]:
    secret = (_FILLS["hex"] * 2)[:32]
    text = f"{kind.replace('_', ' ')} api token: {secret}"
    if any(text[f.start : f.end] == secret for f in redactor.find(text)):
        yield Canary(kind=kind, text=text, secret=secret)


def _filled(text: object, parts: object) -> tuple[str, str]:
    secret = joined(parts)
    return str(text).replace("@@", secret, 1), secret


@cache
def _looked_for(step: int) -> tuple[tuple[str, bytes], ...]:
    secrets = {one.secret: one.kind for one in canaries(step=step)}
    pieces = {fill[:_PIECE_CHARS]: "a piece" for fill in _FILLS.values()}
    written = {
        form.encode(): kind
        for text, kind in (pieces | secrets).items()
        for form in (text, html.escape(text), json.dumps(text)[1:-1], quote(text))
    }
    return tuple((kind, form) for form, kind in written.items())


@cache
def _any(step: int) -> "re2._Regexp[bytes]":
    forms = sorted((form for _, form in _looked_for(step)), key=len, reverse=True)
    options = re2.Options()
    options.max_mem = 1 << 28
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(b"|".join(map(re2.escape, forms)), options)


def sung(said: bytes | str, *, kept: Iterable[bytes] = (), step: int = 1) -> list[str]:
    """Return which values come to light, each with what stands around it.

    Args:
        kept: What stays by design, and is not counted.
        step: As it was given to `canaries`.
    """
    raw = said.encode() if isinstance(said, str) else said
    stays = frozenset(kept)
    found = []
    for match in _any(step).finditer(raw):
        if match[0] not in stays:
            around = raw[max(match.start() - _LONG, 0) : match.end() + _LONG]
            found.append(f"{match[0]!r} in {around!r}")
    return sorted(set(found))
