"""A process that dies by SIGKILL while it changes keys.

Run by `test_rotation_crash.py`: python -m tests.sharing.rotating FOLDER WHERE. Prints a
link first. WHERE: `new_key`, `one_share`, `shares`, `payloads`, `evidence`, `removing`.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.store.inbox import SqliteInbox
from tests.sharing.crashing import die, then_die
from tests.sharing.stage import Stage


def main() -> None:
    stage, where = Stage(Path(sys.argv[1])), sys.argv[2]
    stage.incident()
    link = stage.link()
    stage.sealed(b"another")
    stage.evidence.keep("pl_1", b"what was seen")
    os.write(1, f"{link.text()}\n".encode())
    keys: Any = stage.core.keys
    rows: Any = stage.vault.keyring.rows
    points: dict[str, Callable[[], None]] = {
        "new_key": lambda: setattr(keys, "rotate_seal", then_die(keys.rotate_seal)),
        "one_share": lambda: setattr(rows, "rewrap", then_die(rows.rewrap)),
        "shares": lambda: setattr(rows, "clean", then_die(rows.clean)),
        "payloads": lambda: setattr(SqliteInbox, "renew", die),
        "evidence": lambda: setattr(keys, "older", after(2, keys.older)),
        "removing": lambda: setattr(keys, "remove_older", die),
    }
    points[where]()
    stage.rotate()


def after(times: int, work: Callable[[], Any]) -> Callable[[], Any]:
    """Return work that is done so often, and then is the end."""
    left = [times]

    def worked() -> Any:
        left[0] -= 1
        if left[0] <= 0:
            die()
        return work()

    return worked


if __name__ == "__main__":
    main()
