"""How a vendor signs what it posts, as data, and whether a delivery is signed so.

Pure: secrets and the time are arguments. Which vendor signs how is
`signature_schemes.py`; Amazon SNS, which signs with a certificate, is
`sns_signature.py`. A secret is in no message and no representation here.
"""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.envelopes.times import read_time

OLDEST = timedelta(minutes=5)
"""How far a signed time may lie from ours, either way. Vendors that sign a time sign
every attempt anew; the Standard Webhooks specification says five minutes."""
_LONGEST_HEADER = 4096
_MOST_SIGNATURES = 16
_LONGEST_TIME = 20
_LONGEST_ID = 256
_KEY_PREFIXES = ("whsec_",)


class Proof(StrEnum):
    """How a header proves that its sender knows the secret."""

    HMAC_HEX = "hmac_hex"
    HMAC_BASE64 = "hmac_base64"
    SHOWN = "shown"
    """The secret itself stands in the header; nothing of the body is proved."""


class Part(StrEnum):
    """What is signed."""

    ID = "id"
    TIME = "time"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureScheme:
    """How one vendor signs.

    Attributes:
        header: Name of the header with the signature, lower case.
        proof: What stands in it. Every HMAC is SHA-256.
        prefix: Stands before a signature, e.g. ``sha256=``; entries without it are
            of another version and do not count.
        between: Separates several signatures in one header; "" where there is one.
        signed: What is signed, in order, joined by `joint`.
        time_header: Header with the signed time, epoch seconds or milliseconds.
        time_prefix: Where the time is an entry of the signature's header instead,
            e.g. ``t=``.
        id_header: Header with the message's own id.
        key_is_base64: The secret is base64, after a prefix such as ``whsec_``.
        oldest: How old the signed time may be.
    """

    header: str
    proof: Proof = Proof.HMAC_HEX
    prefix: str = ""
    between: str = ""
    signed: tuple[Part, ...] = (Part.BODY,)
    joint: str = "."
    time_header: str = ""
    time_prefix: str = ""
    id_header: str = ""
    key_is_base64: bool = False
    oldest: timedelta = OLDEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was posted, as far as it can be signed.

    Attributes:
        headers: Lower-case names.
        body: Raw bytes, before anything read them.
    """

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NotSigned(Exception):
    """The delivery is not signed as its vendor signs.

    Attributes:
        error: ``unsigned``, ``bad_signature`` or ``stale``.
        because: The fact, without a full stop; holds nothing of what was posted.
    """

    def __init__(self, error: str, because: str) -> None:
        super().__init__(because)
        self.error = error
        self.because = because


def check_signature(
    scheme: SignatureScheme,
    delivery: Delivery,
    *,
    secrets: Sequence[str],
    now: datetime,
) -> str:
    """Return the message's signed id, "" where the vendor signs none.

    The time is looked at last: that a delivery is stale is said only to who could
    sign it.

    Args:
        secrets: The one in use and those before it; blank ones do not count.
        now: Aware UTC.

    Raises:
        NotSigned: No signature, a wrong one, or one that is too old or too new.
    """
    entries = _entries(scheme, delivery)
    shown = [one.removeprefix(scheme.prefix) for one in entries if _fits(scheme, one)]
    if not shown:
        raise NotSigned("unsigned", f"it has no signature in {scheme.header}")
    values = _signed_values(scheme, delivery, entries)
    content = scheme.joint.encode().join(values[part] for part in scheme.signed)
    keys = [one for one in (_key(scheme, secret) for secret in secrets) if one]
    if not _any_matches(scheme, shown, keys, content):
        raise NotSigned("bad_signature", "its signature is not of this body and secret")
    if Part.TIME in scheme.signed:
        _check_time(values[Part.TIME].decode(), scheme, now=now)
    return values.get(Part.ID, b"").decode("utf-8", "replace")


def _entries(scheme: SignatureScheme, delivery: Delivery) -> list[str]:
    text = delivery.headers.get(scheme.header, "")[:_LONGEST_HEADER]
    found = text.split(scheme.between) if scheme.between else [text]
    return [one.strip() for one in found[:_MOST_SIGNATURES] if one.strip()]


def _fits(scheme: SignatureScheme, entry: str) -> bool:
    return entry.startswith(scheme.prefix) and len(entry) > len(scheme.prefix)


def _signed_values(
    scheme: SignatureScheme, delivery: Delivery, entries: Sequence[str]
) -> dict[Part, bytes]:
    values = {Part.BODY: delivery.body}
    if Part.TIME in scheme.signed:
        values[Part.TIME] = _time_text(scheme, delivery, entries)
    if Part.ID in scheme.signed:
        text = delivery.headers.get(scheme.id_header, "")
        if not text or len(text) > _LONGEST_ID:
            raise NotSigned("unsigned", f"it has no id in {scheme.id_header}")
        values[Part.ID] = text.encode("utf-8", "surrogatepass")
    return values


def _time_text(
    scheme: SignatureScheme, delivery: Delivery, entries: Sequence[str]
) -> bytes:
    mark = scheme.time_prefix
    inside = (
        one.removeprefix(mark) for one in entries if mark and one.startswith(mark)
    )
    text = next(inside, delivery.headers.get(scheme.time_header, ""))
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_TIME):
        raise NotSigned("unsigned", "it has no signed time")
    return text.encode()


def _key(scheme: SignatureScheme, secret: str) -> bytes:
    """Return the key of a secret; b"" for one that is blank or cannot be read."""
    if not scheme.key_is_base64:
        return secret.encode()
    for prefix in _KEY_PREFIXES:
        secret = secret.removeprefix(prefix)
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_readable(scheme: SignatureScheme, secret: str) -> bool:
    """Tell whether a text can be a secret of this scheme."""
    return bool(_key(scheme, secret.strip()))


def _any_matches(
    scheme: SignatureScheme, shown: Sequence[str], keys: Sequence[bytes], content: bytes
) -> bool:
    """Compare all with all, in constant time each, and never stop early."""
    read = (_read(scheme, one) for one in shown)
    given = [one for one in read if one is not None]
    wanted = list(_wanted(scheme, keys, content))
    matches = [hmac.compare_digest(one, each) for one in given for each in wanted]
    return any(matches)


def _wanted(
    scheme: SignatureScheme, keys: Sequence[bytes], content: bytes
) -> Iterator[bytes]:
    for key in keys:
        is_shown = scheme.proof is Proof.SHOWN
        yield key if is_shown else hmac.digest(key, content, "sha256")


def _read(scheme: SignatureScheme, text: str) -> bytes | None:
    """Return a shown signature as bytes; None when it is not written as one."""
    try:
        match scheme.proof:
            case Proof.HMAC_HEX:
                return bytes.fromhex(text)
            case Proof.HMAC_BASE64:
                return base64.b64decode(text, validate=True)
            case Proof.SHOWN:
                return text.encode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return None


def _check_time(text: str, scheme: SignatureScheme, *, now: datetime) -> None:
    at = read_time(text)
    if at is None:
        raise NotSigned("stale", "its signed time is no time")
    minutes = int(scheme.oldest.total_seconds() // 60)
    if now - at > scheme.oldest:
        raise NotSigned("stale", f"it was signed more than {minutes} minutes ago")
    if at - now > scheme.oldest:
        raise NotSigned("stale", "its signed time lies in the future")
