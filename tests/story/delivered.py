"""What lies on the disk of a bot after a flood: each payload, opened, with its fate.

Everything here is read from the files of the bot's home, none of it from its answers.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sealing import unseal_payload
from bot.store.keyfile import FileKeys
from tests.story.running import Tocsin

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One payload of the flood.

    Attributes:
        number: The sender's own number of it, which no two have.
        problems: Of its alerts, in order.
        placed: Incident of each of its alerts, by the alert's id.
    """

    number: str
    problems: list[int]
    placed: dict[str, str]

    def alerts(self, item: str) -> dict[str, int]:
        """Return the problem of each alert by the id that the alert must have."""
        ids = [item, *(f"{item}.{n}" for n in range(2, len(self.problems) + 1))]
        return dict(zip(ids, self.problems, strict=True))


def rows(tocsin: Tocsin, sql: str) -> list[tuple[Any, ...]]:
    """Return what the store's file says."""
    with sqlite3.connect(f"file:{tocsin.home}/tocsin.db?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def kept(tocsin: Tocsin) -> dict[str, Kept]:
    """Return every payload of the flood that lies in the inbox, opened, by its id."""
    keys = FileKeys(tocsin.home / "keys")
    found = rows(
        tocsin,
        "SELECT i.id, coalesce(l.sealed, i.sealed), i.outcome FROM inbox i "
        "LEFT JOIN inbox_large l ON l.n = i.n WHERE i.lane = 'alerts' ORDER BY i.n",
    )
    return {item: _opened(keys, item, *rest) for item, *rest in found}


def _opened(keys: FileKeys, item: str, sealed: bytes, outcome: str) -> Kept:
    body = json.loads(unseal_payload(keys, sealed, item=item, at=_ANY_TIME).body)
    placed = json.loads(outcome).get("alerts", {})
    return Kept(
        number=body["externalURL"].rpartition("/")[2],
        problems=[int(one["fingerprint"], 16) for one in body["alerts"]],
        placed={alert: said.rpartition(" ")[2] for alert, said in placed.items()},
    )


def incidents_of(payloads: dict[str, Kept]) -> dict[int, set[str]]:
    """Return the incidents that the alerts of each problem went to."""
    found: dict[int, set[str]] = defaultdict(set)
    for item, one in payloads.items():
        for alert, problem in one.alerts(item).items():
            found[problem].add(one.placed[alert])
    return dict(found)


def owed(payloads: dict[str, Kept]) -> Counter[tuple[str, int]]:
    """Return how many alerts each incident must count of each problem."""
    return Counter(
        (one.placed[alert], problem)
        for item, one in payloads.items()
        for alert, problem in one.alerts(item).items()
    )


def counted(tocsin: Tocsin, payloads: dict[str, Kept]) -> Counter[tuple[str, int]]:
    """Return how many alerts each incident does count of each problem."""
    problem_of = {
        alert: problem
        for item, one in payloads.items()
        for alert, problem in one.alerts(item).items()
    }
    found: Counter[tuple[str, int]] = Counter()
    for incident, first, count in rows(
        tocsin, "SELECT incident, first_alert, count FROM problem"
    ):
        assert (incident, problem_of[first]) not in found, "a problem counted twice"
        found[incident, problem_of[first]] = count
    return found
