"""One GET over HTTPS that cannot be led anywhere else.

No redirect is followed, nothing of the environment (proxies) is used, the answer is
capped. Whether an address may be asked at all is the caller's question.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.errors import Unreachable
from bot.web.authorities import authorities

MOST_BYTES = 64 * 1024
_TIMEOUT_S = 5.0
_OK = 200
_HTTPS = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpsFetch:
    """The port `Fetch`.

    Attributes:
        tls: Whom to believe that a host is the host; None for the machine's
            certificate authorities.
        at: Where a host is; tests lead it to this machine. The certificate must be
            the named host's all the same.
    """

    tls: ssl.SSLContext | None = None
    at: Callable[[str], tuple[str, int]] = lambda host: (host, _HTTPS)

    def __call__(self, url: str) -> bytes:
        """Return what stands at an address.

        Raises:
            Unreachable: No connection, no trust, not 200, or more than 64 KiB.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not host:
            raise _unreachable("it is no https address")
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        tls = self.tls or authorities()
        try:
            with (
                socket.create_connection(self.at(host), timeout=_TIMEOUT_S) as plain,
                tls.wrap_socket(plain, server_hostname=host) as secured,
            ):
                return _get(host, target, secured)
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(type(error).__name__) from None


def _get(host: str, target: str, secured: ssl.SSLSocket) -> bytes:
    connection = http.client.HTTPConnection(host)
    connection.sock = secured
    connection.request("GET", target, headers={"Connection": "close"})
    answer = connection.getresponse()
    if answer.status != _OK:
        raise _unreachable(f"it answered {answer.status}")
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _unreachable("its answer is too large")
    return body


def _unreachable(because: str) -> Unreachable:
    return Unreachable(
        "An address was not read", because=because, next_move="Trying again is safe."
    )
