"""Where a request comes from, as far as limits by address are concerned.

Whom to believe about it, when proxies stand before us, is decided before requests get
here (`web.trusted_proxies`, `bot/cli/serving.py`).
"""

import ipaddress

from starlette.requests import Request

# Whoever has one IPv6 address usually has a whole network of this size.
_NETWORK_BITS = 64


def caller(request: Request) -> str:
    """Return the address that a request is counted under; "" if it has none.

    IPv6 addresses count by network, so that nobody gets round a limit with the many
    that they own.
    """
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
