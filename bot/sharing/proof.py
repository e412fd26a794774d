"""What proves that somebody holds a share's key, without sending it.

    auth    HKDF-SHA256(key, info "tocsin.share.auth.v1")      kept by the server
    nonce   expiring, made and checked by the server
    proof   HMAC-SHA256(auth, "tocsin.claim.v1" share ticket nonce)

With `auth` nothing can be decrypted, and a proof is good for one nonce. The page does
the same in `bot/web/viewer/viewer.mjs`; a test compares the two.

Sources: RFC 5869; the idea of a proof is that of Firefox Send.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

NONCE_LIFE = timedelta(seconds=120)
_AUTH = b"tocsin.share.auth.v1"
_TICKET = b"tocsin.share.ticket.v1/"
_NONCE = b"tocsin.share.nonce.v1/"
_SECRET_BYTES = 16
_MAC_BYTES = 16
_TIME_BYTES = 8


def auth_key(key: str) -> bytes:
    """Return what the server keeps of an age identity; 32 bytes."""
    return _derived(key, _AUTH, 32)


def ticket_secret(key: str, ticket: str) -> str:
    """Return the secret of a ticket: 128 bits, 22 characters.

    It is derived, so that it is kept nowhere and dies with the key.
    """
    return text_of(_derived(key, _TICKET + ticket.encode(), _SECRET_BYTES))


def new_secret() -> str:
    """Return 128 random bits as 22 characters."""
    return text_of(secrets.token_bytes(_SECRET_BYTES))


def digest(secret: str) -> str:
    """Return what the log keeps of a secret: SHA-256 hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def proof_of(auth: bytes, *, share: str, ticket: str, nonce: str) -> str:
    """Return the proof for one claim; 64 hex digits."""
    message = f"tocsin.claim.v1\n{share}\n{ticket}\n{nonce}".encode()
    return hmac.new(auth, message, hashlib.sha256).hexdigest()


def is_proof(auth: bytes, proof: str, *, share: str, ticket: str, nonce: str) -> bool:
    """Tell whether a proof holds, in constant time."""
    wanted = proof_of(auth, share=share, ticket=ticket, nonce=nonce)
    return hmac.compare_digest(wanted.encode(), proof.encode())


class Nonces:
    """Makes challenges and knows its own again, without keeping any.

    Args:
        key: Secret of this installation.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self, now: datetime) -> str:
        """Return a challenge that is good for two minutes."""
        body = _ms(now).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(
            _SECRET_BYTES
        )
        return text_of(body + self._mac(body))

    def is_good(self, nonce: str, now: datetime) -> bool:
        """Tell whether it is one of ours and not too old."""
        try:
            raw = base64.urlsafe_b64decode(nonce.encode("ascii") + b"==")
        except ValueError:
            return False
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) != _TIME_BYTES + _SECRET_BYTES:
            return False
        age_ms = _ms(now) - int.from_bytes(body[:_TIME_BYTES], "big")
        fresh = 0 <= age_ms < NONCE_LIFE.total_seconds() * 1000
        return hmac.compare_digest(mac, self._mac(body)) and fresh

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, _NONCE + body, hashlib.sha256).digest()[:_MAC_BYTES]


def text_of(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _derived(key: str, info: bytes, size: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derivation = HKDF(algorithm=SHA256(), length=size, salt=None, info=info)
    return derivation.derive(key.encode())


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
