"""A server of sealed links that can be killed at any instant, with a clock of its own.

Run by `test_share_kills.py`: python -m tests.sharing.serving_child FOLDER LATER_S.
Prints its address once it serves; LATER_S seconds have passed since noon.
"""

import sys
import threading
from pathlib import Path

from tests.serving import serving
from tests.sharing.stage import Stage
from tests.web.test_shares_door import app


def main() -> None:
    stage = Stage(Path(sys.argv[1]))
    stage.core.wait(seconds=float(sys.argv[2]))
    stage.vault.tidy_after_crash()
    stage.house.step()
    with serving(app(stage)) as door:
        print(door.url, flush=True)  # noqa: T201 - the parent reads it
        threading.Event().wait()


if __name__ == "__main__":
    main()
