"""Asking only whom the operator named.

Addresses in alerts are never asked. Those who collect do not ask them; this fence holds
even if one of them did. Kept beside it: answers to what is asked again, so that a
service that knows `ETag` need not send them twice.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.domain.errors import Unreachable
from bot.ports.ask import Answer, Ask

_PORTS = {"https": 443, "http": 80}
_OK, _UNCHANGED = 200, 304
_MOST_KEPT = 64
_MOST_BYTES_KEPT = 16 * 1024 * 1024

Origin = tuple[str, str, int]


def origin(url: str) -> Origin:
    """Return scheme, host and port of an address; the port 0 where it has none.

    Raises:
        ValueError: It is no address.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").casefold(), port


@dataclass(frozen=True, slots=True, kw_only=True)
class FencedAsk:
    """The port `Ask`, for a few hosts.

    Attributes:
        urls: Addresses of the settings; their scheme, host and port may be asked.
    """

    ask: Ask
    urls: Collection[str]

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = 65_536,
    ) -> Answer:
        """Return what an address answers.

        Raises:
            Unreachable: It is of no host that is named, or it was not reached.
        """
        try:
            is_named = origin(url) in {origin(one) for one in self.urls if one}
        except ValueError:
            is_named = False
        if not is_named or method != "GET":
            raise Unreachable(
                "An address was not asked",
                because="the settings do not name its host",
                next_move="Name it in the settings if it is yours.",
            )
        return self.ask(url, headers=headers, most_bytes=most_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalAsk:
    """The port `Ask`, which asks only for what changed. Safe for threads.

    What is kept is kept for one address and one token, in memory, a few at a time.
    """

    ask: Ask
    _kept: OrderedDict[tuple[str, str], tuple[str, Answer]] = field(
        default_factory=OrderedDict, init=False, repr=False
    )
    _lock: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False
    )

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = 65_536,
    ) -> Answer:
        """Return what an address answers, or what it answered when nothing changed.

        Raises:
            Unreachable: There was no answer, or too large a one.
        """
        sent = dict(headers or {})
        key = (url, sent.get("Authorization", ""))
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            sent["If-None-Match"] = known[0]
        answer = self.ask(url, method=method, headers=sent, most_bytes=most_bytes)
        if answer.status == _UNCHANGED and known is not None:
            return known[1]
        self._keep(key, answer)
        return answer

    def _keep(self, key: tuple[str, str], answer: Answer) -> None:
        tag = answer.headers.get("etag", "")
        is_worth = answer.status == _OK and tag.isprintable() and bool(tag)
        with self._lock:
            self._kept.pop(key, None)
            if is_worth:
                self._kept[key] = (tag, answer)
            while len(self._kept) > _MOST_KEPT or self._size() > _MOST_BYTES_KEPT:
                self._kept.popitem(last=False)

    def _size(self) -> int:
        return sum(len(answer.body) for _, answer in self._kept.values())
