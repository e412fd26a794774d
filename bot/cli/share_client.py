"""Opens a link from a terminal: what the page does in a browser; and hands one over.

    nonce → claim with proof of key → ciphertext → decrypt → acknowledge

The key stays here. Every failure of the other side is one and the same. What is large
goes through in pieces, both ways.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from bot.domain.errors import NotFound, Unreachable
from bot.sharing.seal import Sink

_TIMEOUT_S = 60
_OK = (200, 204)
_SMALL_BYTES = 64 * 1024


def open_into(url: str, plain: Sink) -> Callable[[], None]:
    """Write what a link holds, and return how to say that it was opened.

    Each piece is checked before it is written; that it is whole is known when this
    returns.

    Raises:
        BadRequest: It is not a link.
        NotFound: It does not open; nobody is told why.
        Tampered: What came does not decrypt with the key of the link, or not whole.
        Unreachable: Nobody answers there.
    """
    from bot.sharing import proof
    from bot.sharing.seal import read_link, unseal_stream

    link = read_link(url)
    base, share, ticket = link.base_url, link.share, link.ticket
    nonce = _told(_ask(base, "nonce", {}), "nonce")
    auth = proof.auth_key(link.key)
    shown = proof.proof_of(auth, share=share, ticket=ticket, nonce=nonce)
    claim = {"share": share, "ticket": ticket, "nonce": nonce, "proof": shown}
    lease = _told(_ask(base, "claim", claim), "lease")
    held = {"share": share, "lease": lease}
    with _asked(base, "content", held) as answer:
        unseal_stream(answer, plain, key=link.key)
    return lambda: _acknowledge(base, held)


def _acknowledge(base: str, held: Mapping[str, str]) -> None:
    try:
        _ask(base, "ack", held)
    except NotFound:
        raise NotFound(
            "That it was opened was not counted",
            because="it was taken back meanwhile, or it took too long",
            next_move="What was written is whole; the thread may say otherwise.",
        ) from None


def _ask(base: str, what: str, given: Mapping[str, str]) -> bytes:
    with _asked(base, what, given) as answer:
        return answer.read(_SMALL_BYTES)


@contextmanager
def _asked(base: str, what: str, given: Mapping[str, str]) -> Iterator[HTTPResponse]:
    """Ask, and yield the answer that opens."""
    url, kind = f"{base}/share/{what}", {"Content-Type": "application/json"}
    with _connected(url) as there:
        there.request("POST", _path(url), body=json.dumps(given), headers=kind)
        answer = there.getresponse()
        if answer.status not in _OK:
            raise NotFound(
                "Nothing was opened",
                because="this link does not open: used, run out, taken back or "
                "not whole",
                next_move="Ask for a new one, in Slack with the button Diagnostics.",
            )
        yield answer


def _told(answer: bytes, name: str) -> str:
    """Return one field of an answer."""
    try:
        return str(json.loads(answer)[name])
    except (ValueError, KeyError, TypeError):
        raise Unreachable(
            "Nothing was opened",
            because="what answers at the address is not Tocsin",
            next_move="Look whether the address is right.",
        ) from None


def hand_over(
    url: str, headers: Mapping[str, str], write: Callable[[Sink], None]
) -> tuple[int, bytes]:
    """Post a body of unknown length that `write` writes; return status and answer.

    Raises:
        Unreachable: Nobody answered to the end.
    """
    with _connected(url) as there:
        there.putrequest("POST", _path(url))
        for name, text in {**headers, "Transfer-Encoding": "chunked"}.items():
            there.putheader(name, text)
        there.endheaders()
        # Who refuses may hang up before all is sent; the answer says why.
        with suppress(BrokenPipeError, ConnectionResetError):
            write(_Chunks(there))
            there.send(b"0\r\n\r\n")
        answer = there.getresponse()
        return answer.status, answer.read(_SMALL_BYTES)


class _Chunks:
    """What is written goes out as one chunk. Source: RFC 9112, 7.1."""

    def __init__(self, there: HTTPConnection) -> None:
        self._there = there

    def write(self, chunk: bytes, /) -> None:
        if chunk:
            self._there.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))


@contextmanager
def _connected(url: str) -> Iterator[HTTPConnection]:
    """Yield a connection straight there: no proxy, no redirect is followed."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    there = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        yield there
    except (OSError, HTTPException):
        raise Unreachable(
            "Nothing was sealed or opened",
            because="nobody answers at the address, or not to the end",
            next_move="Look whether the bot runs and the address is right.",
        ) from None
    finally:
        there.close()


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
