"""`python -m bot.reading` is the reader's process; the bot starts it.

Its standard input is the socket over which it is asked.
"""

import signal
import socket
import sys

from bot.reading.child import run

# Ctrl-C in a terminal is meant for the bot, which ends us in its turn.
signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    run(socket.socket(fileno=0))
except Exception as error:  # noqa: BLE001 - its words may be the payload's
    sys.exit(f"the reader ended with {type(error).__name__}")
