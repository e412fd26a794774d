"""`tocsin` whose reader withholds what holds more than two things to look at."""

import sys

from bot.cli import start
from bot.reading.apart import Apart
from bot.reading.process import Process

if __name__ == "__main__":
    program = (sys.executable, "-m", "tests.story.strict_reader")
    # The one that is begun with the bot, and those that come after it.
    Process.__init__.__defaults__ = (program,)
    later = Apart.__init__.__kwdefaults__
    assert later is not None
    later["program"] = program
    start()
