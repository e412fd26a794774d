"""`python -m bot.reading` is the reader's process; the bot starts it.

Its standard input is the socket over which it is asked.
"""

import gc
import signal
import socket
import sys

# Ctrl-C in a terminal is meant for the bot, which ends us in its turn.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# What is loaded and read until it is ready stays; `child.serve` looks for garbage then.
gc.disable()
try:
    from bot.reading.child import run

    run(socket.socket(fileno=0))
except Exception as error:  # noqa: BLE001 - its words may be the payload's
    sys.exit(f"the reader ended with {type(error).__name__}")
