"""The reader's process with a budget so small that a few addresses are too many.

`python -m tests.story.strict_reader` speaks as `python -m bot.reading` does.
"""

import socket
from dataclasses import replace

from bot.deciding import Texts, decide_by
from bot.reading import child, frames
from bot.redact import Budget, Redactor

if __name__ == "__main__":
    wire = socket.socket(fileno=0)
    _, told = frames.receive(wire)
    texts = Texts.from_json(told)
    deciding = decide_by(texts)
    strict = Redactor(
        deciding.redactor.definition,
        key=bytes.fromhex(texts.key),
        budget=Budget(max_candidates=2),
    )
    child.serve(wire, replace(deciding, redactor=strict))
