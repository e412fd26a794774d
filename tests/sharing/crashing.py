"""A process that dies by SIGKILL in the middle of an opening.

Run by `test_share_crash.py`: python -m tests.sharing.crashing FOLDER WHERE. Prints the
link first. WHERE: `claimed`, `before_key`, `after_key`, `after_blob`.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.sharing.stage import Stage


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(work: Any) -> Any:
    def worked(*given: Any) -> None:
        work(*given)
        die()

    return worked


def main() -> None:
    stage, where = Stage(Path(sys.argv[1])), sys.argv[2]
    link = stage.sealed(b"evidence")
    os.write(1, f"{link.text()}\n".encode())
    keys: Any = stage.vault.share_keys
    blobs: Any = stage.vault.blobs
    if where == "claimed":
        lease = stage.claim(link).lease
        os.write(1, f"{lease}\n".encode())
        die()
    if where == "before_key":
        keys.destroy = die
    if where == "after_key":
        keys.destroy = then_die(keys.destroy)
    if where == "after_blob":
        blobs.delete = then_die(blobs.delete)
    stage.open(link)


if __name__ == "__main__":
    main()
