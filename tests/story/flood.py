"""Senders of a flood: several at once, single alerts and batches, over real HTTP."""

import hashlib
import http.client
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.payloads import alert, group
from tests.story.running import Tocsin


class Chance:
    """Whole numbers that look random and are the same in every run."""

    def __init__(self, seed: int) -> None:
        self._drawn = (
            int.from_bytes(hashlib.sha256(f"{seed}/{n}".encode()).digest()[:8])
            for n in itertools.count()
        )
        self._lock = threading.Lock()

    def below(self, limit: int) -> int:
        with self._lock:
            return next(self._drawn) % limit


@dataclass
class Sent:
    """What was answered 202.

    Attributes:
        items: Id of each payload, with the problems of its alerts in order.
    """

    items: dict[str, list[int]] = field(default_factory=dict)
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def by_problem(self) -> Counter[int]:
        return Counter(one for problems in self.items.values() for one in problems)

    def note(self, item: str, problems: list[int]) -> None:
        with self._lock:
            assert item not in self.items, "two payloads got one id"
            self.items[item] = problems


def flood(
    tocsin: Tocsin,
    sent: Sent,
    payloads: Callable[[], "list[int] | None"],
    *,
    senders: int = 4,
    first: int = 0,
) -> list[threading.Thread]:
    """Start senders that post until there is nothing more, or nobody answers.

    Args:
        payloads: Returns the problems of the next payload, None at the end.
        first: Number of the first payload; alerts of equal number are equal.
    """
    numbers = iter(range(first, first + 10**6))
    lock = threading.Lock()

    def following() -> "tuple[int, list[int] | None]":
        with lock:
            return next(numbers), payloads()

    threads = [
        threading.Thread(target=_send, args=(tocsin, sent, following))
        for _ in range(senders)
    ]
    for thread in threads:
        thread.start()
    return threads


def _send(tocsin: Tocsin, sent: Sent, following: Callable[[], Any]) -> None:
    parts = urlsplit(tocsin.facts["url"])
    headers = {
        "Authorization": f"Bearer {tocsin.facts['tokens']['alerts']}",
        "Content-Type": "application/json",
    }
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    try:
        while True:
            number, problems = following()
            if problems is None:
                return
            body = group([alert(one, at=number) for one in problems])
            body["externalURL"] = f"http://alertmanager.example/{number}"
            connection.request(
                "POST", "/alerts/alertmanager", json.dumps(body), headers
            )
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status == 202:
                sent.note(told["id"], problems)
            else:
                sent.refused += 1
    except (OSError, http.client.HTTPException, ValueError):
        return
    finally:
        connection.close()
