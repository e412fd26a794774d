"""Marks in sample payloads, filled in when they are sent.

``{{minutes_ago N}}`` becomes a time, ``{{fake KIND}}`` a made-up secret that is put
together only at run time, so that no scanner takes a file of this repository for a
leak. A mark that is not known stays as it stands.
"""

import hashlib
import re
from datetime import datetime, timedelta

_MARK = re.compile(r"\{\{(minutes_ago|fake) (\w{1,20})\}\}")
_FAKES = {
    "aws_key_id": "AKIA" + "Q3EGRTTOCSINDEMO"[:16],
    "openai_key": "sk-" + "proj-" + hashlib.sha256(b"tocsin sample").hexdigest()[:48],
    "email": "ana.silva" + "@" + "example.com",
}


def filled(text: str, now: datetime) -> str:
    """Return a payload's text with its marks filled in; `now` is aware UTC."""
    return _MARK.sub(lambda found: _mark(found, now), text)


def _mark(found: re.Match[str], now: datetime) -> str:
    kind, value = found.groups()
    if kind == "fake":
        return _FAKES.get(value, found[0])
    if not value.isdecimal() or not value.isascii():
        return found[0]
    at = now - timedelta(minutes=min(int(value), 100_000))
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
