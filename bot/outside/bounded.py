"""Connections that wait for the head of an answer no longer than allowed.

A time-out of a socket begins anew with every byte, so that a head that drips would
hold its caller up for ever. This one does not begin anew. Bodies are read by whoever
asks, who looks at the clock between the pieces.
"""

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable
from typing import Any


def bounded(pool: Any, seconds: Callable[[], float]) -> Any:
    """Return a pool manager of urllib3 whose connections are bounded from now on.

    Args:
        seconds: Returns how long a head may take.
    """
    pool.pool_classes_by_scheme = {
        scheme: _pool(kind, seconds)
        for scheme, kind in pool.pool_classes_by_scheme.items()
    }
    return pool


def _pool(kind: Any, seconds: Callable[[], float]) -> Any:
    class Connection(kind.ConnectionCls):  # type: ignore[misc]
        def getresponse(self) -> Any:
            late = threading.Event()
            timer = threading.Timer(seconds(), _cut, (self.sock, late))
            timer.daemon = True
            timer.start()
            try:
                found = super().getresponse()
            except (OSError, http.client.HTTPException):
                if late.is_set():  # what it looks like is only how the cut shows
                    raise TimeoutError from None
                raise
            finally:
                timer.cancel()
            if late.is_set():  # a head that was cut may look whole
                found.close()
                raise TimeoutError
            return found

    return type("Pool", (kind,), {"ConnectionCls": Connection})


def _cut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # it may be closed already
        # Not the method of a TLS socket, which would first take its TLS away.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
