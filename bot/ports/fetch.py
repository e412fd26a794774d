"""Reading one address that its caller has already judged to be safe."""

from typing import Protocol


class Fetch(Protocol):
    """One GET over HTTPS, without a body, redirects, cookies or credentials."""

    def __call__(self, url: str) -> bytes:
        """Return what stands at an address; only a plain 200 counts.

        Args:
            url: Judged by the caller: scheme, host and path.

        Raises:
            Unreachable: It did not answer so; trying again is safe.
        """
        ...
