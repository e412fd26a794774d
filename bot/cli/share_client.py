"""Opens a link from a terminal: what the page does in a browser.

    nonce → claim with proof of key → ciphertext → decrypt → acknowledge

The key stays here. Every failure of the other side is one and the same.
"""

import json
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from bot.domain.errors import NotFound, Unreachable

_TIMEOUT_S = 60
_OK = (200, 204)


def opened(url: str) -> tuple[bytes, Callable[[], None]]:
    """Return what a link holds, and how to say that it was opened.

    Raises:
        BadRequest: It is not a link.
        NotFound: It does not open; nobody is told why.
        Tampered: What came does not decrypt with the key of the link.
        Unreachable: Nobody answers there.
    """
    from bot.sharing import proof
    from bot.sharing.seal import read_link, unseal

    link = read_link(url)
    base, share, ticket = link.base_url, link.share, link.ticket
    nonce = _told(_ask(base, "nonce", {}), "nonce")
    auth = proof.auth_key(link.key)
    shown = proof.proof_of(auth, share=share, ticket=ticket, nonce=nonce)
    claim = {"share": share, "ticket": ticket, "nonce": nonce, "proof": shown}
    lease = _told(_ask(base, "claim", claim), "lease")
    held = {"share": share, "lease": lease}
    plain = unseal(_ask(base, "content", held), key=link.key)
    return plain, lambda: _acknowledge(base, held)


def _acknowledge(base: str, held: Mapping[str, str]) -> None:
    _ask(base, "ack", held)


def _ask(base: str, what: str, given: Mapping[str, str]) -> bytes:
    kind = {"Content-Type": "application/json"}
    status, answer = post(f"{base}/share/{what}", json.dumps(given).encode(), kind)
    if status in _OK:
        return answer
    raise NotFound(
        "Nothing was opened",
        because="this link does not open: used, run out, taken back or not whole",
        next_move="Ask for a new one, in Slack with the button Diagnostics.",
    )


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


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Send one request straight there: no proxy, no redirect is followed.

    Raises:
        Unreachable: Nobody answered to the end.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    there = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        there.request("POST", path, body=body, headers=dict(headers))
        answer = there.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        raise Unreachable(
            "Nothing was sealed or opened",
            because="nobody answers at the address",
            next_move="Look whether the bot runs and the address is right.",
        ) from None
    finally:
        there.close()
