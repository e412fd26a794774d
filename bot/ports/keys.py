"""Secrets of this installation, used but never handed out."""

from typing import Protocol


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
