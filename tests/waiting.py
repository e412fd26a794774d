"""The process that has loaded Tocsin and waits: whoever is asked for is its fork.

`python -m tests.waiting` is asked over its standard input, a socket, with files: a pipe
on which a process's id and later its end are told, the program's output, its
complaints, and what it reads, if anything. A bot that was forked asks in its turn, over
a wire that its forks have: for the reader of payloads, which would else load what is
loaded here. Who asks is `tests/preloaded.py`.
"""

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.forks import Forks
from tests.preloaded import TOLD_BYTES

_MOST_BYTES = 256 * 1024
_MOST_FILES = 4
_AWS = (
    *("bedrock", "bedrock-agent", "cloudwatch", "iam", "kms", "lambda"),
    *("logs", "s3", "sns", "sqs", "ssm", "sts"),
)
_Files = Sequence[int]


def serve(wire: socket.socket) -> None:
    """Fork whoever is asked for, until nobody can ask any more."""
    assert threading.active_count() == 1, "what is forked must have no threads"
    forks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    while True:
        for one in select.select([wire, forks], [], [])[0]:
            asked, files, _, _ = socket.recv_fds(one, _MOST_BYTES, _MOST_FILES)
            if not asked:
                return
            if os.fork() == 0:
                wire.close()
                forks.close()
                _watch(json.loads(asked), files, theirs)
                return
            for file in files:
                os.close(file)


def _watch(asked: Mapping[str, Any], files: _Files, wire: socket.socket) -> None:
    """Be who waits for the program's end, and the program itself in a fork."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    tells, *given = files
    pid = os.fork()
    if pid == 0:
        os.close(tells)
        _become(asked, given, wire)
        return
    for one in given:
        os.close(one)
    _tell(tells, pid)
    _, status = os.waitpid(pid, 0)
    _tell(tells, os.waitstatus_to_exitcode(status))
    os._exit(0)


def _tell(tells: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # who asked may have ended before
        os.write(tells, b"%*d" % (TOLD_BYTES, number))


def _become(asked: Mapping[str, Any], files: _Files, wire: socket.socket) -> None:
    for given, taken in zip(files, (1, 2, 0), strict=False):
        os.dup2(given, taken)
        os.close(given)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["in"])
    os.environ.clear()  # noqa: TID251 - the environment is what was asked for
    os.environ.update(asked["environment"])  # noqa: TID251 - as above
    time.tzset()
    _fork_readers(wire)
    sys.argv = [asked["program"], *asked["arguments"]]
    runpy.run_module(asked["program"], run_name="__main__", alter_sys=True)


def _fork_readers(wire: socket.socket) -> None:
    """Have the bot's readers forked as well, where it starts the shipped one."""
    from bot.reading import process

    vars(process)["subprocess"] = Forks({process.PROGRAM: "bot.reading"}, wire=wire)


def _load() -> None:
    from bot.store.lean import load_lean

    load_lean()
    import boto3  # noqa: F401
    import uvloop  # noqa: F401

    import bot.cli.serving  # noqa: F401

    _read()
    _read_aws()
    gc.collect()
    gc.freeze()


def _read() -> None:
    """Read what ships and is remembered, as every start does."""
    from bot.config import Settings
    from bot.config.runbooks_section import Runbooks
    from bot.reading.child import NOTHING_ADDED
    from bot.rulings import read_rulings

    settings = Settings(runbooks=Runbooks(semantic="off"))
    read = read_rulings(settings, key=b"", registry=NOTHING_ADDED.registry)
    for lexicon in (read.rulebook.lexicon, read.rulebook.instruction_lexicon):
        lexicon.found_in("")


def _read_aws() -> None:
    """Read the SDK's models of what the practice cloud is furnished with."""
    from bot.aws.practice_seed import REGION, ROOT
    from bot.aws.session import AwsSettings, open_session

    nowhere = AwsSettings(region=REGION, endpoint_url="http://127.0.0.1:1", key=ROOT)
    session = open_session(nowhere)
    for service in _AWS:
        session.client(service)


def _standard_input() -> socket.socket:
    """Return the wire, and leave nothing where a program would read."""
    wire = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return wire


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _load()
    serve(_standard_input())
