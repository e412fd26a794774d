"""Secrets of this installation, used but never handed out."""

from typing import Protocol


class SealingKeys(Protocol):
    """What seals and opens; some of it may be older than what seals now."""

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Encrypt with the newest key and bind to `about`."""
        ...

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            Tampered: It was changed, or it is about something else.
        """
        ...

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether the key that seals now sealed this."""
        ...


class RotatingKeys(SealingKeys, Protocol):
    """Keys that can be changed for new ones; see `bot/rotation.py`."""

    def renewed(self, sealed: bytes, about: str, /) -> bytes:
        """Return the same sealed with the newest key; as it is where that holds.

        Raises:
            Tampered: It was changed, or it is about something else.
        """
        ...

    def older(self) -> tuple[int, ...]:
        """Return the numbers of keys that do not seal any more and are still here."""
        ...

    def rotate_seal(self) -> int:
        """Make a new key that seals from now on; return its number."""
        ...

    def remove_older(self) -> None:
        """Take away every key but the newest; what they sealed is lost then."""
        ...


class Keys(Protocol):
    """Secrets of this installation. They never leave through this port."""

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Encrypt and bind to `about`, e.g. an alert id."""
        ...

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            Tampered: It was changed, or it is about something else.
        """
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign with the log's Ed25519 key; 64 bytes."""
        ...

    def public_key(self) -> bytes:
        """Return the log's Ed25519 public key; 32 bytes."""
        ...

    def placeholder_key(self) -> bytes:
        """Return the key that makes the redactor's placeholders."""
        ...
