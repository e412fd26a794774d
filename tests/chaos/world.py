"""The other side of every effect: a server that counts, and can hold a call.

It stands in the process that pulls the plug: what it counts does not come from Tocsin
and outlives every kill. A switch is on until it is turned off; each turn is
counted by the idempotency key of its call.

A plan's run comes by five moments. Arming one lets the next call that reaches it wait,
so that whoever kills does it exactly there:

    probe   the world is looked at once more; nothing has begun
    before  the call is written down and was not made yet
    late    the call is on its way, and has its effect only after the caller is dead
    during  the effect is made, and its answer never comes back
    after   the answer has come, and is not written down yet
"""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MOMENTS = ("probe", "before", "late", "during", "after")
_HELD_S = 60


@dataclass
class World:
    """Switches that are off, and how often each call was made.

    Attributes:
        effects: Effects made, by idempotency key.
        caught: Set once a call waits at the armed moment.
        held: Idempotency key of that call; "" for a look.
    """

    url: str = ""
    off: set[str] = field(default_factory=set)
    effects: Counter[str] = field(default_factory=Counter)
    caught: threading.Event = field(default_factory=threading.Event)
    held: str = ""
    _armed: str = ""
    _free: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, moment: str) -> None:
        """Hold the next call that comes by a moment."""
        assert moment in MOMENTS
        self.caught.clear()
        self._free.clear()
        self._armed = moment

    def let_go(self) -> None:
        """Hold nothing any more; what was held goes on."""
        self._armed = ""
        self._free.set()

    def pass_by(self, moment: str, key: str = "") -> None:
        """Wait here if this is the moment."""
        with self._lock:
            if self._armed != moment:
                return
            self._armed, self.held = "", key
        self.caught.set()
        assert self._free.wait(_HELD_S), f"held at {moment} and never let go"

    # --- what Tocsin asks ---

    def look(self, switch: str, why: str) -> dict[str, Any]:
        if why == "probe":
            self.pass_by("probe")
        return {"on": switch not in self.off}

    def turn(self, switch: str, to: str, key: str) -> dict[str, Any]:
        self.pass_by("late", key)
        with self._lock:
            self.effects[key] += 1
            (self.off.discard if to == "True" else self.off.add)(switch)
        self.pass_by("during", key)
        return {"on": to == "True"}


@contextlib.contextmanager
def counting() -> Iterator[World]:
    """Serve a world for as long as the block lasts."""
    world = World()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            why = parse_qs(asked.query).get("why", [""])[0]
            self._answer(world.look(asked.path.strip("/"), why))

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "moment" in given:
                world.pass_by(given["moment"], given["key"])
                self._answer({})
                return
            self._answer(world.turn(given["switch"], given["to"], given["key"]))

        def _answer(self, found: dict[str, Any]) -> None:
            body = json.dumps(found).encode()
            with contextlib.suppress(OSError):  # who asked may be dead
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: thousands of lines help nobody."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield world
    finally:
        world.let_go()
        server.shutdown()
        thread.join()
        server.server_close()
