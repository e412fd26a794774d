"""One request that cannot be led anywhere else, nor hold its caller up.

No redirect is followed, no proxy of the environment is used, no cookie kept; the whole
exchange has one deadline, so that an answer that drips does not outlast it. Plain HTTP
only to this machine, unless whoever wires it says otherwise. Reading certificates of
SNS is the narrower `fetch.py`.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from bot.domain.addresses import complaint
from bot.domain.errors import Unreachable
from bot.ports.ask import Answer
from bot.web.authorities import authorities

_DEADLINE_S = 10.0
_CONNECT_S = 5.0
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said to an address: all of a request but where it goes."""

    method: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(kw_only=True)
class HttpAsk:
    """The port `Ask`. Safe for threads.

    Attributes:
        plain_anywhere: Plain HTTP may also leave this machine, as to a Prometheus in
            one's own network.
        deadline_s: How long one exchange may take in all, after the name is resolved.
        tls: Whom to believe that a host is the host; None for the machine's
            certificate authorities.
        at: Where a host is; tests lead it to this machine. The certificate must be
            the named host's all the same.
    """

    plain_anywhere: bool = False
    deadline_s: float = _DEADLINE_S
    tls: ssl.SSLContext | None = None
    at: Callable[[str, int], tuple[str, int]] = lambda host, port: (host, port)
    _open: dict[socket.socket, threading.Event] = field(
        default_factory=dict, init=False
    )
    _closed: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

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
            Unreachable: No connection, no trust, too slow or too large an answer.
        """
        said = Said(method=method, headers=headers or {})
        return self.exchanged(url, said, most_bytes=most_bytes)

    def exchanged(
        self,
        url: str,
        said: Said,
        *,
        most_bytes: int,
        begun: Callable[[], object] = lambda: None,
    ) -> Answer:
        """Return what an address answers to a request.

        Args:
            begun: Called before the first byte of the request leaves; what fails
                afterwards may have been understood.

        Raises:
            Unreachable: No connection, no trust, too slow or too large an answer.
        """
        parts = self._judged(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            with socket.create_connection(
                self.at(host, port), timeout=min(_CONNECT_S, self.deadline_s)
            ) as plain:
                sock = self._secured(plain, host) if parts.scheme == "https" else plain
                with self._bounded(sock):
                    if isinstance(sock, ssl.SSLSocket):
                        sock.do_handshake()
                    begun()
                    return _exchange(sock, parts, said, most_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unreachable(type(error).__name__) from None

    def close(self) -> None:
        """Break off what is under way and ask nothing more: the end of the process."""
        with self._lock:
            self._closed = True
            for sock, cut in self._open.items():
                _cut(sock, cut)

    def _judged(self, url: str) -> SplitResult:
        wrong = complaint(url, plain=self.plain_anywhere)
        if wrong:
            raise _unreachable(wrong)
        return urlsplit(url)

    def _secured(self, plain: socket.socket, host: str) -> ssl.SSLSocket:
        """Wrap it; the handshake comes later, under the deadline."""
        tls = self.tls or authorities()
        return tls.wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )

    @contextlib.contextmanager
    def _bounded(self, sock: socket.socket) -> Iterator[None]:
        """Cut a connection at the deadline, or when the process ends.

        Raises:
            TimeoutError: It was cut: even an answer that looks whole may not be.
        """
        cut = threading.Event()
        timer = threading.Timer(self.deadline_s, _cut, (sock, cut))
        timer.daemon = True
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._open[sock] = cut
        timer.start()
        try:
            yield
        except (OSError, http.client.HTTPException):
            if cut.is_set():  # what it looks like is only how the cut shows
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            with self._lock:
                del self._open[sock]
            sock.close()
        if cut.is_set():
            raise TimeoutError


def _exchange(
    sock: socket.socket, parts: SplitResult, said: Said, most_bytes: int
) -> Answer:
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = sock
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    sent = {"Connection": "close", "Accept-Encoding": "identity", **said.headers}
    if said.body or said.method == "POST":
        sent["Content-Length"] = str(len(said.body))
    headers = {"User-Agent": "tocsin", **sent}
    connection.request(said.method, target, said.body or None, headers=headers)
    with contextlib.closing(connection.getresponse()) as answer:
        body = answer.read(most_bytes + 1)
        if len(body) > most_bytes:
            raise _unreachable("its answer is too large")
        if answer.length:  # it ended before everything that it promised came
            raise http.client.IncompleteRead(body)
        named = {name.lower(): text for name, text in answer.getheaders()}
        return Answer(status=answer.status, headers=named, body=body)


def _cut(sock: socket.socket, cut: threading.Event) -> None:
    cut.set()
    with contextlib.suppress(OSError):  # it may be closed already
        # Not the method of a TLS socket, which would first take its TLS away.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _unreachable(because: str) -> Unreachable:
    return Unreachable(
        "An address was not asked", because=because, next_move="Trying again is safe."
    )
