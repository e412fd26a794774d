"""`tocsin` with two collectors more: one answers, one hangs as long as a file is there.

Run like `bot.cli`. The file is ``hang`` in TOCSIN_HOME.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import wire_diagnostics
from bot.cli import main
from bot.ports import Collected, Collector


def _well(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
    return (Collected(name="well.txt", content="all is well", says="Here."),)


def _hanging(alert: Any, window: Any, *, reader: Any) -> tuple[Collected, ...]:
    file = Path(os.environ["TOCSIN_HOME"]) / "hang"  # noqa: TID251 - of this test
    while file.exists():
        time.sleep(0.05)
    return (Collected(name="late.txt", content="at last", says="Here."),)


def _collectors(*_: Any, **__: Any) -> Mapping[str, Collector]:
    both = {"well": _well, "hanging": _hanging}
    return {
        name: Collector(name=name, collect=one, concerns=lambda alert: bool(alert.id))
        for name, one in both.items()
    }


if __name__ == "__main__":
    vars(wire_diagnostics)["collectors"] = _collectors
    main()
