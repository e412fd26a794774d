"""The keys of shares, wrapped: kept, opened, and wrapped anew.

A key that was wrapped with the old key while keys are rotated must not be kept after
the old key is gone: so what is kept is looked at under the lock that rotating holds.
What is destroyed, and when, is `bot/shares/vault.py`'s business.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.domain.errors import Tampered, Unreachable
from bot.ports.storage import KeyContext, ShareKey, ShareKeys, Wrapping
from bot.sharing import proof


class NotWrapped(Unreachable):
    """Whoever has the wrapping key does not answer; nothing else is wrong."""


@contextmanager
def _asking() -> Iterator[None]:
    """Tell a silent wrapping from a disk that fails."""
    try:
        yield
    except Unreachable as fault:
        told = fault.what, fault.because, fault.next_move
        raise NotWrapped(told[0], because=told[1], next_move=told[2]) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Keeps what opens shares.

    Attributes:
        rows: Where the wrapped keys lie.
        wrapping: How they are wrapped.
    """

    rows: ShareKeys
    wrapping: Wrapping
    _keeping: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, identity: str, context: KeyContext) -> None:
        """Keep an identity, wrapped; durable when it returns.

        Raises:
            NotWrapped: It could not be wrapped; nothing is kept.
            Unreachable: It could not be written.
        """
        with _asking():
            wrapped = self.wrapping.wrap(identity, context)
        with self._keeping:
            with _asking():
                if not self.wrapping.is_current(wrapped):
                    wrapped = self.wrapping.wrap(identity, context)
            key = ShareKey(wrapped=wrapped, auth=proof.auth_key(identity))
            self.rows.put(context.share, key)

    def identity(self, context: KeyContext) -> str:
        """Return a share's identity, "" once it is destroyed or was never here.

        Raises:
            Tampered: What was unwrapped is not the key that the share was sealed with.
            NotWrapped: Whoever has the wrapping key does not answer.
        """
        key = self.rows.get(context.share)
        if key is None or not key.wrapped:
            return ""
        return self._unwrapped(key, context)

    def _unwrapped(self, key: ShareKey, context: KeyContext) -> str:
        with _asking():
            identity = self.wrapping.unwrap(key.wrapped, context)
        if proof.auth_key(identity) != key.auth:
            raise Tampered(
                "The key of a share was not opened",
                because="it is not the one that proves itself at the door",
                next_move="Collect the diagnostics again.",
            )
        return identity

    def rewrap(self, context_of: Callable[[str], KeyContext | None]) -> int:
        """Wrap anew what the current key did not wrap; return how many that were.

        Args:
            context_of: Returns a share's context, None where the log has no such
                share: its key is nobody's and is left to be destroyed.

        Raises:
            Unreachable: Whoever has a wrapping key does not answer; what was done
                stays done.
        """
        changed = sum(self._rewrap(share, context_of) for share in self.rows.all())
        self.rows.clean()
        return changed

    def all_current(self) -> bool:
        """Tell whether nothing here needs an older key; nothing is kept meanwhile."""
        with self._keeping:
            keys = (self.rows.get(share) for share in self.rows.all())
            return all(
                self.wrapping.is_current(key.wrapped)
                for key in keys
                if key is not None and key.wrapped
            )

    def _rewrap(
        self, share: str, context_of: Callable[[str], KeyContext | None]
    ) -> bool:
        with self._keeping:
            key, context = self.rows.get(share), context_of(share)
            if key is None or not key.wrapped or context is None:
                return False
            if self.wrapping.is_current(key.wrapped):
                return False
            identity = self._unwrapped(key, context)
            self.rows.rewrap(share, self.wrapping.wrap(identity, context))
            return True
