"""How the keys of shares are wrapped: by this installation's own keys, or elsewhere.

The first byte of what is wrapped says by whom, so that what was wrapped before the
settings changed still opens, until `tocsin keys rotate` wraps it anew. Wrapping by KMS
is `bot/aws/wrapping.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import Tampered
from bot.ports.keys import SealingKeys
from bot.ports.storage import WRAPPED_BEFORE, WRAPPED_HERE, KeyContext, Wrapping


def text_of(context: KeyContext) -> str:
    """Return a context as one line; no part of it can hold a slash but the first."""
    expires = context.expires_at.isoformat()
    return f"share/{context.share}/{context.incident}/{expires}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWrapping:
    """Wraps with the newest key file that seals. Keeps `ports.storage.Wrapping`."""

    keys: SealingKeys

    @property
    def mark(self) -> int:
        """Return the first byte of what is wrapped here."""
        return WRAPPED_HERE

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Return the identity wrapped."""
        sealed = self.keys.seal(identity.encode(), about=text_of(context))
        return bytes((WRAPPED_HERE,)) + sealed

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity.

        Raises:
            Tampered: It was changed, wrapped in another context, or its key is gone.
        """
        return self.keys.open(wrapped[1:], about=text_of(context)).decode()

    def is_current(self, wrapped: bytes) -> bool:
        """Tell whether the newest key wrapped it."""
        return wrapped[:1] == bytes((WRAPPED_HERE,)) and self.keys.is_newest(
            wrapped[1:]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWrapping:
    """Opens what was wrapped before wrappings had marks; wraps nothing."""

    keys: SealingKeys

    @property
    def mark(self) -> int:
        """Return the first byte of what was wrapped then."""
        return WRAPPED_BEFORE

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Raise: nothing is wrapped like that any more."""
        raise NotImplementedError

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity; of the context only the share was bound then.

        Raises:
            Tampered: It was changed, it is another share's, or its key is gone.
        """
        return self.keys.open(wrapped, about=f"share/{context.share}").decode()

    def is_current(self, _: bytes) -> bool:
        """Say no: it is wrapped anew when keys are rotated."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrappings:
    """Wraps one way and opens several. Keeps `ports.storage.Wrapping`.

    Attributes:
        ways: The first one wraps; each opens what carries its mark.
    """

    ways: Sequence[Wrapping]

    @property
    def mark(self) -> int:
        """Return the first byte of what is wrapped now."""
        return self.ways[0].mark

    def wrap(self, identity: str, context: KeyContext) -> bytes:
        """Return the identity wrapped the way the settings say.

        Raises:
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        return self.ways[0].wrap(identity, context)

    def unwrap(self, wrapped: bytes, context: KeyContext) -> str:
        """Return the identity, whichever way it was wrapped.

        Raises:
            Tampered: It was changed, or nothing here wraps like that.
            Unreachable: Whoever has the wrapping key does not answer, or refuses.
        """
        for way in self.ways:
            if wrapped[:1] == bytes((way.mark,)):
                return way.unwrap(wrapped, context)
        raise Tampered(
            "The key of a share was not opened",
            because="it is wrapped in a way that the settings do not name",
            next_move="Set store.kms_key again until `tocsin keys rotate` has run.",
        )

    def is_current(self, wrapped: bytes) -> bool:
        """Tell whether it is wrapped the way, and by the key, that wraps now."""
        return self.ways[0].is_current(wrapped)


def local(keys: SealingKeys, *others: Wrapping) -> Wrappings:
    """Return wrapping by key files; `others` still open what they wrapped."""
    earlier = EarlierWrapping(keys=keys)
    return Wrappings(ways=(LocalWrapping(keys=keys), earlier, *others))


def elsewhere(wrapping: Wrapping, keys: SealingKeys) -> Wrappings:
    """Return wrapping elsewhere; what key files wrapped still opens."""
    here = LocalWrapping(keys=keys), EarlierWrapping(keys=keys)
    return Wrappings(ways=(wrapping, *here))
