"""A client that keeps its connection, for tests that ask very often.

It says in X-Forwarded-For where it comes from, as the proxy would that these tests
stand for: the limit by address is not what they are about.
"""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


class KeptOpen:
    """One connection to a running bot."""

    def __init__(self, url: str) -> None:
        self._there = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        address: str,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        given = {"X-Forwarded-For": address, **(headers or {})}
        self._there.request(method, path, body, given)
        answer = self._there.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, given: Any, address: str) -> tuple[int, Any]:
        kind = {"Content-Type": "application/json"}
        raw = json.dumps(given).encode()
        status, body = self.ask("POST", path, raw, address, kind)
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body

    def close(self) -> None:
        self._there.close()
