"""Whom we believe that a host is the host: the machine's certificate authorities."""

import functools
import ssl


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return the context that believes them, read once, when first needed.

    Reading some hundred certificates takes as long as a tenth of a small start, and
    most starts reach nothing over TLS for a while.
    """
    return ssl.create_default_context()
