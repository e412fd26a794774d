"""Sealing with age v1, and what a link carries.

Every share has an X25519 identity of its own; the optional second recipient is the
organisation's, for the day when the bot is dead. There is no passphrase mode.

    https://host/d/<share>#<ticket>.<AGE-SECRET-KEY-1…>

The part after # is never sent to a server. The key in it is a standard age identity,
so `age -d -i` opens the same bytes.

Source: C2SP, "age-encryption.org/v1".
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.domain.errors import BadRequest, BadSettings, Tampered

PAGE = "/d/"
_WHOLE = 2


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
    """Encrypt to the key's own recipient, and to `also` if it is given.

    Args:
        key: age identity.
        also: The organisation's recipient, ``age1…``.

    Raises:
        BadSettings: `also` is not an age recipient.
    """
    import pyrage

    recipients = [pyrage.x25519.Identity.from_str(key).to_public()]
    if also:
        recipients.append(read_recipient(also))
    return bytes(pyrage.encrypt(plain, recipients))


def unseal(sealed: bytes, *, key: str) -> bytes:
    """Decrypt.

    Raises:
        Tampered: The key is not the one, or a byte was changed.
    """
    import pyrage

    try:
        identity = pyrage.x25519.Identity.from_str(key)
        return bytes(pyrage.decrypt(sealed, [identity]))
    except (pyrage.IdentityError, pyrage.DecryptError):
        raise Tampered(
            "Nothing was decrypted",
            because="this key does not open it, or it was changed",
            next_move="Ask for a new link.",
        ) from None


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
