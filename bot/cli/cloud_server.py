"""Runs the practice cloud's server and ends with the process that started it.

This file is run by the Python of another environment, in which Tocsin is not
installed: it may import nothing but the standard library. Its standard input is a
pipe whose other end the parent holds; when the parent ends, however it ends, the
pipe closes. (PR_SET_PDEATHSIG would fire when the thread that started us ends.)
"""

import contextlib
import fcntl
import importlib
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

_GRACE_S = 4.0


def _end_with_parent() -> None:
    with contextlib.suppress(OSError):
        while sys.stdin.buffer.read(4096):
            pass
    # Kept state is written on SIGTERM; if that hangs, the server still ends.
    last = threading.Timer(_GRACE_S, os._exit, args=(1,))
    last.daemon = True
    last.start()
    os.kill(os.getpid(), signal.SIGTERM)


def _alone() -> IO[str]:
    """Hold the room for as long as we run; wait for the server before us.

    It writes its state when it ends, and ours reads that. We are started in the
    room's scratch folder; the lock lies beside it.
    """
    lock = (Path.cwd().parent / "lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _judge_concurrency_by_method() -> None:
    """Tell reading a function's reserved concurrency from writing it.

    The server asks for ``PutFunctionConcurrency`` in all three cases; with that, a
    role that may only read would have to be allowed to write.
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions._lambda_action  # noqa: SLF001 - there is no other place for it
    by_method = {"GET": "GetFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"}

    def action(method: str, path: str) -> str | None:
        found: str | None = judged(method, path)
        is_limit = found == "PutFunctionConcurrency"
        return by_method.get(method, found) if is_limit else found

    actions._lambda_action = action  # noqa: SLF001 - as above


def _judge_converse_as_aws_does() -> None:
    """Take a conversation with a model for what it is in AWS: invoking that model.

    The server asks for ``bedrock:Converse``, which AWS does not have. Source: Amazon
    Bedrock API reference, Converse: "requires permission for bedrock:InvokeModel".
    """
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    judged = actions._match_rest_action  # noqa: SLF001 - as above

    def action(service: str, *request: Any) -> str | None:
        found: str | None = judged(service, *request)
        is_talk = service == "bedrock-runtime" and found == "Converse"
        return "InvokeModel" if is_talk else found

    actions._match_rest_action = action  # noqa: SLF001 - as above


if __name__ == "__main__":
    lock = _alone()
    _judge_concurrency_by_method()
    _judge_converse_as_aws_does()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
