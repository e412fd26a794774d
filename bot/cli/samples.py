"""Sample alerts, shaped as their senders send them, for the practice channel.

They are ours, written after the vendors' public schemas. Marks in the files are
filled in here: ``{{minutes_ago N}}`` becomes a time, ``{{fake KIND}}`` a made-up
secret that is put together only at run time, so that no scanner takes a file of
this repository for a leak.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

_FAKES = {
    "aws_key_id": "AKIA" + "Q3EGRTTOCSINDEMO"[:16],
    "openai_key": "sk-" + "proj-" + hashlib.sha256(b"tocsin sample").hexdigest()[:48],
    "email": "ana.silva" + "@" + "example.com",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One post to the alerts door."""

    source: str
    headers: Mapping[str, str]
    body: bytes


def samples(now: datetime) -> Iterator[Sample]:
    """Yield the samples in their order, with times shortly before `now`."""
    folder = files("bot.practice").joinpath("samples")
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if not entry.name.endswith(".json"):
            continue
        sample = json.loads(_filled(entry.read_text("utf-8"), now))
        yield Sample(
            source=sample["source"],
            headers=sample["headers"],
            body=json.dumps(sample["body"]).encode(),
        )


def _filled(text: str, now: datetime) -> str:
    parts = text.split("{{")
    filled = [parts[0]]
    for part in parts[1:]:
        mark, _, rest = part.partition("}}")
        filled.append(_mark(mark.split(), now) + rest)
    return "".join(filled)


def _mark(words: list[str], now: datetime) -> str:
    kind, value = words
    if kind == "fake":
        return _FAKES[value]
    at = now - timedelta(minutes=int(value))
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
