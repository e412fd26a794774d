"""Places for keys and blobs that only remember; they pass the contracts of the real."""

from bot.domain.errors import Conflict
from bot.ports.sharing import ShareKey


class FakeShareKeys:
    """Keeps `bot.ports.sharing.ShareKeys`."""

    def __init__(self) -> None:
        self._kept: dict[str, ShareKey] = {}

    def put(self, share: str, key: ShareKey) -> None:
        if share in self._kept:
            raise _taken(share)
        self._kept[share] = key

    def get(self, share: str) -> ShareKey | None:
        return self._kept.get(share)

    def destroy(self, share: str) -> None:
        self._kept.pop(share, None)

    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self._kept))


class FakeBlobs:
    """Keeps `bot.ports.sharing.Blobs`."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, name: str, content: bytes) -> None:
        if name in self._kept:
            raise _taken(name)
        self._kept[name] = content

    def get(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def delete(self, name: str) -> None:
        self._kept.pop(name, None)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._kept))


def _taken(name: str) -> Conflict:
    return Conflict("It was not kept", because=f"{name} is taken", next_move="Rename.")
