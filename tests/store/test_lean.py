"""sqlite_utils is there, numpy is not loaded for it, and both can be loaded after."""

import subprocess
import sys

PROGRAM = """
import sys
from bot.store.lean import load_lean
load_lean()
print("sqlite_utils" in sys.modules, "numpy" in sys.modules)
load_lean()
import numpy
"""


def test_sqlite_utils_brings_no_numpy_along_and_numpy_can_be_loaded_after() -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert said.stdout == "True False\n"
