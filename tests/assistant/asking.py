"""Asks a model once, in a process of its own, as the environment of it says.

    python -m tests.assistant.asking URL door|bare

`bare` asks with langchain alone: what would happen if nothing were done about it.
"""

import sys
from types import SimpleNamespace
from typing import Any, cast

from tests.assistant.doors import door_to, question
from tests.fakes.model_server import ModelServer


def _through_the_door(url: str) -> None:
    server = cast("ModelServer", SimpleNamespace(url=url))
    told = {"api_key": "k" * 8}
    with door_to(server, model=told) as door:
        sys.stdout.write(type(door.ask(question())).__name__)


def _bare(url: str) -> None:
    from langchain.chat_models import init_chat_model
    from langchain_core.tracers.langchain import wait_for_all_tracers

    told: dict[str, Any] = {"base_url": f"{url}/v1", "api_key": "k", "max_retries": 0}
    model = init_chat_model("m", model_provider="openai", **told)
    model.invoke("hello")
    wait_for_all_tracers()


if __name__ == "__main__":
    ways = {"door": _through_the_door, "bare": _bare}
    ways[sys.argv[2]](sys.argv[1])
