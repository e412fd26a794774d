"""Web addresses that an operator may name: what is one, and what is this machine.

Pure: nothing is looked up. Whether something answers there is not known here.
"""

import ipaddress
from urllib.parse import urlsplit


def is_this_machine(host: str) -> bool:
    """Tell whether a host is surely this machine: by its number, or ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def complaint(url: str, *, plain: bool = False) -> str:
    """Return what is wrong with an address, "" if nothing is.

    Args:
        plain: HTTP without TLS is fine everywhere, not only to this machine.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "it is no web address"
    if parts.scheme not in ("https", "http") or not host:
        return "it is no web address"
    if parts.username or parts.password:
        return "it holds a user or a password"
    if parts.scheme == "http" and not plain and not is_this_machine(host):
        return "it does not start with https://"
    return ""


def no_proxy(text: str) -> str:
    """Return what is wrong with the address or network of a proxy, "" if nothing is.

    A network as wide as everybody would let everybody choose where they come from.
    """
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        return "is no address and no network, such as 10.0.0.5 or 10.0.0.0/24"
    return "" if network.prefixlen else "is every address there is"
