"""The certificates with which SNS signs: fetched once, or pinned in a directory.

An address is judged before anything is fetched (`bot/envelopes/sns_signature.py`).
What the certificate must say is judged there too.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.errors import Unreachable
from bot.envelopes.sns_signature import LARGEST_CERTIFICATE, is_certificate_address
from bot.ports.fetch import Fetch
from bot.web.signed import NotTrusted

# AWS has a handful in use at a time and replaces them about once a year.
_MOST_KEPT = 32
_KEPT_FOR = timedelta(hours=24)
_A_MINUTE = timedelta(minutes=1)
# Whoever posts chooses the file's name: so many new ones are asked for in a minute.
_MOST_FETCHES = 10
_WAITS_S = 6.0


@dataclass(kw_only=True)
class Certificates:
    """Returns signing certificates by address. Safe for threads.

    Attributes:
        fetch: Asked where nothing is pinned.
        pinned: Directory that holds the only certificates that count, under the
            file names of AWS; then nothing is ever fetched.
    """

    fetch: Fetch
    pinned: Path | None = None
    _kept: "OrderedDict[str, tuple[bytes, datetime]]" = field(
        default_factory=OrderedDict, init=False
    )
    _fetches: "deque[datetime]" = field(
        default_factory=lambda: deque(maxlen=_MOST_FETCHES), init=False
    )
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, init=False)

    def of(self, url: str, *, now: datetime) -> bytes:
        """Return a certificate as PEM.

        A refused fetch is remembered for a minute, and only so many are made in
        one, so that nobody can have us ask AWS over and over.

        Raises:
            NotTrusted: The address is not one of SNS, or it is not pinned.
            Unreachable: AWS did not give it.
        """
        if not is_certificate_address(url):
            raise NotTrusted(
                "bad_certificate_address",
                because="its certificate does not lie at an address of SNS",
                next_move="Nothing was fetched. Real messages of SNS name one.",
            )
        if self.pinned is not None:
            return _pinned(self.pinned, url.rpartition("/")[2])
        known = self._known(url, now)
        if known is None and self._one_at_a_time.acquire(timeout=_WAITS_S):
            try:
                known = self._known(url, now)
                known = self._fetched(url, now) if known is None else known
            finally:
                self._one_at_a_time.release()
        if not known:
            raise Unreachable(
                "The signing certificate was not fetched",
                because="AWS did not give it",
                next_move="SNS tries again by itself.",
            )
        return known

    def _known(self, url: str, now: datetime) -> bytes | None:
        """Return what is remembered: a certificate, or b"" for a refused fetch."""
        pem, until = self._kept.get(url, (b"", now))
        return pem if now < until else None

    def _fetched(self, url: str, now: datetime) -> bytes:
        """Fetch and remember, as long as not too much was fetched just now."""
        if len(self._fetches) == _MOST_FETCHES and now - self._fetches[0] < _A_MINUTE:
            return b""
        self._fetches.append(now)
        try:
            pem = self.fetch(url)
        except Unreachable:
            pem = b""
        self._kept[url] = (pem, now + (_KEPT_FOR if pem else _A_MINUTE))
        self._kept.move_to_end(url)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return pem


def _pinned(directory: Path, name: str) -> bytes:
    try:
        with (directory / name).open("rb") as file:
            return file.read(LARGEST_CERTIFICATE)
    except OSError:
        raise NotTrusted(
            "certificate_not_pinned",
            because="its certificate is not among the pinned ones",
            next_move="Put it into the directory that `certificates` names, or unset "
            "that, so that it is fetched from AWS.",
        ) from None
