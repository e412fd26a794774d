"""The last lines that the containers of a pod wrote, without prompts.

A model server may write what people asked it: such a line is cut where that begins.
What else is sensitive in a line is the redactor's business.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import re2

from bot.domain.errors import NotFound, Unreachable
from bot.outside import objects as kinds
from bot.outside.service import Service

_MOST_CONTAINERS = 2
_LINES, _LINES_BEFORE = 200, 100
_MOST_BYTES = 128 * 1024
_LONGEST_LINE = 4_000
_PROMPT = re2.compile(
    r"""(?i)["']?\b(prompt|prompts|messages|completion|generated_text|prompt_token_ids)"""
    r"""\b["']?\s*[:=]\s*["'\[{]"""
)


def lines_of(server: Service, space: str, pod: Mapping[str, Any]) -> Iterator[str]:
    """Yield the last lines of each container; of one that ended also those before.

    Raises:
        NotFound, Unreachable: The first container's lines could not be read.
    """
    path = f"/api/v1/namespaces/{space}/pods/{kinds.name_of(pod)}/log"
    told = sorted(kinds.statuses(pod), key=lambda one: bool(one.get("ready")))
    for place, one in enumerate(told[:_MOST_CONTAINERS]):
        name = str(one.get("name"))
        if one.get("restartCount"):
            yield f"--- {name}, before it was started again"
            yield from _if_any(server, path, name, before=True)
        yield f"--- {name}"
        if place:
            yield from _if_any(server, path, name, before=False)
        else:
            yield from _read(server, path, name, before=False)


def without_prompt(line: str) -> str:
    """Return a line up to where it tells what somebody asked a model."""
    found = _PROMPT.search(line)
    kept = f"{line[: found.start()]}(a prompt, left out)" if found else line
    return kept[:_LONGEST_LINE]


def _if_any(server: Service, path: str, name: str, *, before: bool) -> Iterator[str]:
    """Yield the lines, or why there are none: the others are worth reading anyway."""
    try:
        yield from _read(server, path, name, before=before)
    except (NotFound, Unreachable) as error:
        yield f"(not read: {error.because})"


def _read(server: Service, path: str, name: str, *, before: bool) -> Iterator[str]:
    asked = [
        ("container", name),
        ("tailLines", str(_LINES_BEFORE if before else _LINES)),
        ("limitBytes", str(_MOST_BYTES)),
        ("timestamps", "true"),
    ]
    asked += [("previous", "true")] * before
    text = server.text(path, asked, most=2 * _MOST_BYTES)
    yield from (without_prompt(line) for line in text.splitlines())
