"""Sample alerts, shaped as their senders send them, for the practice channel.

They are ours, written after the vendors' public schemas. Marks in the files are
filled in by `bot/rules/marks.py`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from bot.rules.marks import filled


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
        sample = json.loads(filled(entry.read_text("utf-8"), now))
        yield Sample(
            source=sample["source"],
            headers=sample["headers"],
            body=json.dumps(sample["body"]).encode(),
        )
