"""The reader's process with one more source, whose payloads do it harm.

`python -m tests.reading.poisoned` speaks as `python -m bot.reading` does.
"""

import os
import signal
import socket
from dataclasses import replace

from bot.deciding import Texts, decide_by
from bot.domain.envelope import Envelope
from bot.domain.untrusted import Untrusted
from bot.ports.integration import Manifest, Payload
from bot.reading import child, frames

SOURCE = "poison"


class Poison:
    MANIFEST = Manifest(name=SOURCE, title="Poison", docs="", summary="")

    def recognizes(self, payload: Payload) -> bool:
        return False

    def parse(self, payload: Payload) -> tuple[Envelope, ...]:
        match payload.body:
            case b"kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case b"spin":
                while True:
                    pass
            case b"grow":
                bytearray(2 * child.MOST_BYTES)
            case b"speak":
                os.write(0, b"\xff" * 64)
            case text if text.startswith(b"print "):
                os.write(2, text + b"\n")
            case _:
                pass
        title = payload.body.decode("utf-8", "surrogatepass")
        return (Envelope(source=SOURCE, dedup_key="one", title=Untrusted(title)),)


if __name__ == "__main__":
    # Of a processor: enough for 300 alerts on a busy machine, and soon over in a spin.
    child.MOST_S = 1.0
    wire = socket.socket(fileno=0)
    child.limit_memory()
    _, told = frames.receive(wire)
    deciding = decide_by(Texts.from_json(told))
    more = {**deciding.integrations, SOURCE: Poison()}
    child.serve(wire, replace(deciding, integrations=more))
