"""Which addresses that a sender gave may become links, by their host.

Whoever can write into an alert can write an address into it, and a link on a page of
ours looks as if we had put it there. Only addresses of hosts that the operator named
become links; all others stay text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_LONGEST = 2000
# Read differently by browsers and by us, or never part of an address.
_ODD = frozenset(" \\\"'<>`{}|^")


@dataclass(frozen=True, slots=True)
class LinkHosts:
    """Host names that links may lead to.

    Attributes:
        hosts: In small letters; ``*.example.org`` stands for every host below
            ``example.org``, and not for itself.
    """

    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> "LinkHosts":
        """Return the list of some names; case and blanks around them do not matter."""
        return cls(frozenset(name.strip().casefold() for name in names if name.strip()))

    def allows(self, address: str) -> bool:
        """Tell whether an address is https, without credentials, and of such a host."""
        if len(address) > _LONGEST or not _is_plain(address):
            return False
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if parts.scheme != "https" or "@" in parts.netloc or not host:
            return False
        return host in self.hosts or any(
            f"*.{parent}" in self.hosts for parent in _parents(host)
        )


NO_HOSTS = LinkHosts()
"""No address becomes a link."""


def _is_plain(address: str) -> bool:
    return address.isascii() and address.isprintable() and _ODD.isdisjoint(address)


def _parents(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(1, len(labels)))
