"""HTTP Message Signatures (RFC 9421), Content-Digest (RFC 9530): the part that signs.

Only what a request of ours needs: derived components, plain fields, and the two
algorithms ``hmac-sha256`` and ``ed25519``. Checking signatures is the other side's.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

SignBytes = Callable[[bytes], bytes]

HMAC, ED25519 = "hmac-sha256", "ed25519"
LEAST_SECRET = 32
"""Bytes of a shared secret: as many as the digest has, RFC 2104 section 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that signs requests.

    Attributes:
        algorithm: As RFC 9421 registers it.
        key_id: By which the other side knows the key.
        sign: Returns the signature of bytes.
    """

    algorithm: str
    key_id: str
    sign: SignBytes = field(repr=False)


def hmac_signer(key_id: str, secret: bytes) -> Signer:
    """Return what signs with a secret that the other side shares."""
    return Signer(
        algorithm=HMAC,
        key_id=key_id,
        sign=lambda text: hmac.digest(secret, text, "sha256"),
    )


def ed25519_signer(key_id: str, pem: bytes) -> Signer:
    """Return what signs with a private key that only we have.

    Raises:
        TypeError, ValueError: It is no Ed25519 private key in PEM.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("it is no Ed25519 key")
    return Signer(algorithm=ED25519, key_id=key_id, sign=key.sign)


def content_digest(body: bytes) -> str:
    """Return the field ``Content-Digest`` of a body."""
    return f"sha-256={_binary(hashlib.sha256(body).digest())}"


def signed(
    signer: Signer,
    components: Mapping[str, str],
    *,
    created: datetime,
    expires: datetime,
    label: str = "tocsin",
) -> Mapping[str, str]:
    """Return the two fields that carry a signature.

    Args:
        components: Names, such as ``@method`` or ``content-digest``, and their values,
            in the order in which they are signed.
        created: When it was made.
        expires: From then on it must not be believed.
    """
    params = (
        f"{_names(tuple(components))};created={int(created.timestamp())}"
        f';expires={int(expires.timestamp())};keyid="{signer.key_id}"'
        f';alg="{signer.algorithm}"'
    )
    signature = signer.sign(signature_base(components, params))
    return {
        "Signature-Input": f"{label}={params}",
        "Signature": f"{label}={_binary(signature)}",
    }


def signature_base(components: Mapping[str, str], params: str) -> bytes:
    """Return the bytes that are signed, RFC 9421 section 2.5.

    Raises:
        ValueError: A value has more than one line: it could stand for another field.
    """
    if any(not one.isprintable() for one in components.values()):
        raise ValueError("a component is not printable")
    lines = [f'"{name}": {value}' for name, value in components.items()]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("ascii")


def _names(components: Sequence[str]) -> str:
    quoted = " ".join(f'"{name}"' for name in components)
    return f"({quoted})"


def _binary(value: bytes) -> str:
    """Return bytes as a structured field has them, RFC 8941 section 3.3.5."""
    return f":{base64.b64encode(value).decode()}:"
