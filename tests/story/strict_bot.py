"""`tocsin` whose reader withholds what holds more than two things to look at."""

import sys

from bot.cli import start
from bot.reading.apart import Apart

if __name__ == "__main__":
    defaults = Apart.__init__.__kwdefaults__
    assert defaults is not None
    defaults["program"] = (sys.executable, "-m", "tests.story.strict_reader")
    start()
