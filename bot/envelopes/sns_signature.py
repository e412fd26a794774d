"""Whether a message really comes from SNS, and is fresh.

Pure: the certificate is an argument. Who fetches it, from where, and whose topics
count is the web room's business (`bot/web/sns.py`).

Source:
    Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
    Version 1 signs with SHA-1, version 2 with SHA-256, both RSA with PKCS#1 v1.5.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import re2

from bot.domain.errors import Unparsed
from bot.envelopes.sns import SnsKind, SnsMessage

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

OLDEST = timedelta(minutes=65)
"""SNS tries again for an hour at most and does not sign again; five minutes more
are for clocks that differ."""
AHEAD = timedelta(minutes=10)
LARGEST_CERTIFICATE = 16 * 1024

_HOST = re2.compile(r"^sns\.[a-z]{2}(-[a-z0-9]{1,16}){1,4}\.amazonaws\.com(\.cn)?$")
_CERTIFICATE_PATH = re2.compile(r"^/[A-Za-z0-9_-]{1,100}\.pem$")
_OWNERS = (".amazonaws.com", ".amazonaws.com.cn")
_SMALLEST_KEY_BITS = 2048


def signed_text(message: SnsMessage) -> bytes:
    """Return exactly what SNS signs: names and values, a line each."""
    lines = (f"{name}\n{value}\n" for name, value in _signed(message))
    return "".join(lines).encode("utf-8", "surrogatepass")


def _signed(message: SnsMessage) -> Iterator[tuple[str, str]]:
    """Name the signed fields in order; a notification has a subject or none."""
    yield "Message", message.message
    yield "MessageId", message.message_id
    if message.kind is not SnsKind.NOTIFICATION:
        yield "SubscribeURL", message.subscribe_url
    elif message.subject:
        yield "Subject", message.subject
    yield "Timestamp", message.timestamp
    if message.kind is not SnsKind.NOTIFICATION:
        yield "Token", message.token
    yield "TopicArn", message.topic
    yield "Type", message.kind.value


def check_signature(message: SnsMessage, pem: bytes, *, now: datetime) -> None:
    """Return when the certificate's owner signed the message.

    The certificate must be valid now, belong to AWS by its name, and hold an RSA key
    of 2048 bits or more. Its chain is not followed: SNS publishes the certificate
    alone. That it is AWS's is known from where it came, over TLS.

    Args:
        pem: The signing certificate.
        now: Aware UTC.

    Raises:
        Unparsed: It is not signed so; says why.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding

    key = _key_of(pem, now)
    algorithm = _hash_of(message.signature_version)
    if algorithm is None:
        raise _untrusted("its signature version is neither 1 nor 2")
    try:
        signature = base64.b64decode(message.signature, validate=True)
        key.verify(signature, signed_text(message), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, binascii.Error, ValueError):
        raise _untrusted("its signature is not of this message") from None


def _hash_of(version: str) -> "HashAlgorithm | None":
    from cryptography.hazmat.primitives import hashes

    if version == "1":
        return hashes.SHA1()  # noqa: S303 - version 1 is SHA-1, and the topic's choice
    return hashes.SHA256() if version == "2" else None


def check_time(message: SnsMessage, *, now: datetime) -> None:
    """Return when the message was published within the last 65 minutes.

    Raises:
        Unparsed: It has no time, or is older, or lies in the future.
    """
    at = message.at
    if at is None:
        raise _untrusted("it has no time")
    if now - at > OLDEST:
        raise _untrusted("it was published more than 65 minutes ago")
    if at - now > AHEAD:
        raise _untrusted("its time lies in the future")


def is_certificate_address(url: str) -> bool:
    """Tell whether a signing certificate may be fetched from an address.

    HTTPS, a host of SNS, nothing else in it, and one file name that ends in .pem.
    """
    parts = _of_sns(url)
    if parts is None:
        return False
    path, query = parts
    return not query and _CERTIFICATE_PATH.match(path) is not None


def is_confirmation_address(url: str, message: SnsMessage) -> bool:
    """Tell whether opening an address confirms this message's topic and no more."""
    parts = _of_sns(url)
    if parts is None or parts[0] not in ("", "/"):
        return False
    try:
        asked = parse_qs(parts[1], strict_parsing=True, max_num_fields=8)
    except ValueError:
        return False
    return asked == {
        "Action": ["ConfirmSubscription"],
        "TopicArn": [message.topic],
        "Token": [message.token],
    }


def _of_sns(url: str) -> tuple[str, str] | None:
    """Return path and query of an address at SNS; None for every other address."""
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    # The whole authority is compared, so a user, a port or a dot too many is seen.
    if parts.scheme != "https" or parts.fragment or not _HOST.match(parts.netloc):
        return None
    return parts.path, parts.query


def _key_of(pem: bytes, now: datetime) -> "rsa.RSAPublicKey":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    if len(pem) > LARGEST_CERTIFICATE:
        raise _untrusted("its certificate is too large")
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except Exception:  # noqa: BLE001 - whatever cannot be read is not a certificate
        raise _untrusted("its certificate cannot be read") from None
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _untrusted("its certificate is not valid now")
    if not _is_aws(certificate):
        raise _untrusted("its certificate is not of AWS")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY_BITS:
        raise _untrusted("its certificate holds no RSA key of 2048 bits or more")
    return key


def _is_aws(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    named = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return any(str(one.value).endswith(_OWNERS) for one in named)


def _untrusted(because: str) -> Unparsed:
    return Unparsed(
        "The message was not believed",
        because=because,
        next_move="Nothing was kept; look at the topic's settings and at the clocks.",
    )
