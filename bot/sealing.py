"""How a raw payload lies in the inbox: its headers and body, sealed together.

The readable form of an alert is the redacted one in the read models; opening a
sealed payload for a person is break-glass and is logged by the caller.
"""

from collections.abc import Mapping
from datetime import datetime

import orjson

from bot.ports import Keys, Payload

# Kept for parsers. Everything else may hold a secret or a person's address.
_KEPT_HEADERS = ("content-type", "user-agent")
_KEPT_PREFIXES = (
    "ce-",
    "x-github-event",
    "x-gitlab-event",
    "x-amz-sns-",
    "x-event-",
    "sentry-hook-resource",
    "x-tocsin-dead-letter",
)


def seal_payload(keys: Keys, payload: Payload, *, item: str) -> bytes:
    """Return a payload encrypted and bound to its inbox id."""
    kept = {name: text for name, text in payload.headers.items() if _is_kept(name)}
    plain = orjson.dumps(kept) + b"\n" + payload.body
    return keys.seal(plain, about=item)


def unseal_payload(keys: Keys, sealed: bytes, *, item: str, at: datetime) -> Payload:
    """Return what `seal_payload` sealed.

    Raises:
        Tampered: It was changed, or it belongs to another item.
    """
    head, _, body = keys.open(sealed, about=item).partition(b"\n")
    headers: Mapping[str, str] = orjson.loads(head)
    return Payload(body=body, headers=headers, received_at=at)


def _is_kept(name: str) -> bool:
    return name in _KEPT_HEADERS or name.startswith(_KEPT_PREFIXES)
