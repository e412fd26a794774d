"""One exchange with the API: bounded in time and bytes, sent once, never redirected.

Who asks comes with each request, as a token. A client's certificate is never used
here: with one the cluster would see the bot itself, and not the plan's account.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.domain.errors import Unreachable
from bot.outside.bounded import bounded
from bot.outside.cluster import name_of_problem
from bot.ports.ask import Answer

_CONNECT_S, _READ_S, _DEADLINE_S = 3.0, 10.0, 15.0
_PIECE = 64 * 1024
_MOST_BYTES = 256 * 1024
_MERGE, _PATCH, _JSON = (
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/json",
)


class NoAnswer(Exception):
    """There was no answer that can be read.

    Attributes:
        was_sent: Whether the request may have arrived.
        name: What went wrong, in one word.
    """

    def __init__(self, name: str, *, was_sent: bool) -> None:
        """Keep what is known."""
        super().__init__(name)
        self.name, self.was_sent = name, was_sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where the API is, and how its certificate is checked.

    Attributes:
        pool: Of urllib3; without a certificate of our own.
    """

    url: str
    pool: Any


def route_to(
    url: str, *, authority: str = "", server_name: str = "", verify: bool = True
) -> Line:
    """Return a way to an API.

    Args:
        authority: File with the certificates that are believed; "" for the system's.
        server_name: What its certificate is made out to, where that is not the host.
        verify: False only for this machine; whoever calls has made sure of it.
    """
    import urllib3

    more: dict[str, Any] = {"cert_reqs": "CERT_REQUIRED" if verify else "CERT_NONE"}
    if authority:
        more["ca_certs"] = authority
    if server_name:
        more |= {"server_hostname": server_name, "assert_hostname": server_name}
    pool = urllib3.PoolManager(num_pools=1, maxsize=4, **more)
    return Line(url=url.rstrip("/"), pool=bounded(pool, lambda: _DEADLINE_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A line, and who asks over it.

    Attributes:
        agent: What the cluster's audit log calls us, beside the account.
    """

    line: Line
    token: str = field(repr=False)
    agent: str = "tocsin"

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = _MOST_BYTES,
    ) -> Answer:
        """Return the answer to a question: the port `bot.ports.ask.Ask`.

        Raises:
            Unreachable: There was none.
        """
        if method != "GET":
            raise _unreachable("only reading is allowed")
        try:
            return self._exchange("GET", url, headers or {}, None, most_bytes)
        except NoAnswer as problem:
            raise _unreachable(problem.name) from None

    def send(self, method: str, target: str, body: Any) -> Answer:
        """Send a change, once.

        Args:
            target: Path and query.
            body: A list is a JSON patch, a map of a PATCH a merge patch.

        Raises:
            NoAnswer: Whether it arrived stands in it.
        """
        kind = _JSON
        if method == "PATCH":
            kind = _PATCH if isinstance(body, list) else _MERGE
        headers = {"Content-Type": kind, "Accept": _JSON}
        sent = orjson.dumps(body)
        return self._exchange(
            method, f"{self.line.url}{target}", headers, sent, _MOST_BYTES
        )

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
    ) -> Answer:
        import urllib3

        who = {"User-Agent": self.agent, "Authorization": f"Bearer {self.token}"}
        try:
            answer = self.line.pool.request(
                method,
                url,
                headers={**headers, **who},
                body=body,
                preload_content=False,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
            )
            try:
                held = _read(answer, most)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            name = name_of_problem(error)
            raise NoAnswer(name, was_sent=not _never_sent(error)) from None
        named = {name.lower(): text for name, text in answer.headers.items()}
        return Answer(status=answer.status, headers=named, body=held)


def _read(answer: Any, most: int) -> bytes:
    until, made = time.monotonic() + _DEADLINE_S, b""
    while piece := answer.read1(_PIECE):
        made += piece
        if len(made) > most:
            raise NoAnswer("its answer is too large", was_sent=True)
        if time.monotonic() > until:
            raise NoAnswer("TimeoutError", was_sent=True)
    return made


def _never_sent(error: Exception) -> bool:
    """Tell whether a request surely did not leave; a handshake comes before it."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.SSLError):
        causes = (error.__cause__, *error.args)
        return any(isinstance(one, ssl.SSLCertVerificationError) for one in causes)
    return isinstance(
        error, (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)
    )


def _unreachable(because: str) -> Unreachable:
    return Unreachable(
        "An address was not asked", because=because, next_move="Trying again is safe."
    )
