"""Sealing with age v1, and what a link carries.

Every share has an X25519 identity of its own; the optional second recipient is the
organisation's, for the day when the bot is dead. There is no passphrase mode.

    https://host/d/<share>#<ticket>.<AGE-SECRET-KEY-1…>

The part after # is never sent to a server. The key in it is a standard age identity,
so `age -d -i` opens the same bytes. Streams take no more memory than a few chunks of
64 KiB, whatever their length.

Source: C2SP, "age-encryption.org/v1".
"""

import io
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from bot.domain.errors import BadRequest, BadSettings, Tampered

PAGE = "/d/"
_WHOLE = 2


class Source(Protocol):
    """Something that is read from beginning to end."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes, none at the end."""
        ...


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, chunk: bytes, /) -> object:
        """Take a chunk, whole."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address taken apart."""

    base_url: str
    share: str
    ticket: str = field(repr=False)
    key: str = field(repr=False)

    def text(self) -> str:
        """Return the address; whoever has it can open it."""
        return f"{self.base_url}{PAGE}{self.share}#{self.ticket}.{self.key}"


def read_link(url: str) -> Link:
    """Take an address apart.

    Raises:
        BadRequest: It is not the address of a share. It is not quoted.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    before, found, share = parts.path.rpartition(PAGE)
    secrets = parts.fragment.split(".")
    is_whole = found and share and len(secrets) == _WHOLE and all(secrets)
    if parts.scheme not in ("http", "https") or not parts.netloc or not is_whole:
        raise BadRequest(
            "Nothing was opened",
            because="that is not a whole link: it needs everything after the # too",
            next_move="Copy the whole link, in quotes.",
        )
    base_url = f"{parts.scheme}://{parts.netloc}{before}"
    return Link(base_url=base_url, share=share, ticket=secrets[0], key=secrets[1])


def new_key() -> str:
    """Return a fresh age identity, ``AGE-SECRET-KEY-1…``."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


def seal(plain: bytes, *, key: str, also: str = "") -> bytes:
    """Encrypt what is in memory; else as `seal_stream`."""
    sealed = io.BytesIO()
    seal_stream(io.BytesIO(plain), sealed, key=key, also=also)
    return sealed.getvalue()


def seal_stream(plain: Source, sealed: Sink, *, key: str, also: str = "") -> None:
    """Encrypt to the key's own recipient, and to `also` if it is given.

    Args:
        key: age identity.
        also: The organisation's recipient, ``age1…``.

    Raises:
        BadSettings: `also` is not an age recipient.
        Exception: Whatever reading or writing raised, as it was raised.
    """
    import pyrage

    recipients = [pyrage.x25519.Identity.from_str(key).to_public()]
    if also:
        recipients.append(read_recipient(also))
    watch = _Watch(plain, sealed)
    try:
        pyrage.encrypt_io(watch, watch, recipients)
    except (OSError, pyrage.EncryptError):
        watch.raise_it()
        raise


def unseal(sealed: bytes, *, key: str) -> bytes:
    """Decrypt what is in memory; else as `unseal_stream`."""
    plain = io.BytesIO()
    unseal_stream(io.BytesIO(sealed), plain, key=key)
    return plain.getvalue()


def unseal_stream(sealed: Source, plain: Sink, *, key: str) -> None:
    """Decrypt. Each chunk of 64 KiB is checked before a byte of it is written.

    So whatever was written is what was sealed, in order and from its beginning; that
    it is all of it is known only when this returns.

    Raises:
        Tampered: The key is not the one, a byte was changed, or the end is missing.
        Exception: Whatever reading or writing raised, as it was raised.
    """
    import pyrage

    watch = _Watch(sealed, plain)
    try:
        identity = pyrage.x25519.Identity.from_str(key)
        pyrage.decrypt_io(watch, watch, [identity])
    except (OSError, pyrage.IdentityError, pyrage.DecryptError):
        watch.raise_it()
        raise Tampered(
            "Nothing was decrypted" if not watch.written else "Not all was decrypted",
            because="this key does not open it, or it was changed or cut short",
            next_move="Ask for a new link.",
        ) from None


class _Watch:
    """A source and a sink that remember what went wrong.

    pyrage turns every failure into an error of its own, without what caused it.
    """

    def __init__(self, source: Source, sink: Sink) -> None:
        self._source = source
        self._sink = sink
        self._went_wrong: BaseException | None = None
        self.written = 0

    def read(self, size: int = -1) -> bytes:
        try:
            return self._source.read(size)
        except BaseException as error:
            self._went_wrong = error
            raise

    def write(self, chunk: bytes) -> int:
        try:
            self._sink.write(chunk)
        except BaseException as error:
            self._went_wrong = error
            raise
        self.written += len(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: whoever gave the sink flushes it."""

    def raise_it(self) -> None:
        """Raise what reading or writing raised, if it did."""
        if self._went_wrong is not None:
            raise self._went_wrong from None


def read_recipient(text: str) -> "object":
    """Return the organisation's recipient.

    Raises:
        BadSettings: It is not ``age1…``.
    """
    import pyrage

    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BadSettings(
            "Tocsin did not start",
            because="web.share_recipient is not an age recipient",
            next_move="Give the public key, age1…, as `age-keygen` prints it.",
        ) from None
