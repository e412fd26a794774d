"""The prompts: one Markdown file each, with an owner, a version and a hash.

A file begins with YAML between ``---``: `id` (as the file is called), `version`,
`owner`, `purpose`. The rest is what the model is told to do. What a model is told of
an incident, and the rules about that, are put around it by `assembling.py`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.domain.plain_yaml import read_shipped

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_KEYS = frozenset({"id", "version", "owner", "purpose"})
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told to do.

    Attributes:
        owner: Who answers for it, a Slack-like name with ``@``.
        digest: SHA-256 hex of the whole file.
    """

    id: str
    version: int
    owner: str
    purpose: str
    text: str
    digest: str


def prompt_from(content: str, *, name: str) -> Prompt:
    """Return a prompt.

    Args:
        name: The file's name without its ending.

    Raises:
        ValueError: Something is missing or wrong; says what and where.
    """
    found = _FRONT.match(content)
    if found is None:
        raise ValueError(f"{name}: no front matter between two lines of ---")
    front, text = read_shipped(found["front"]), found["body"].strip()
    wrong = next(_problems(front, text, name), "")
    if wrong:
        raise ValueError(f"{name}: {wrong}")
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Prompt(**front, text=text, digest=digest)


def _problems(front: object, text: str, name: str) -> Iterator[str]:
    if not isinstance(front, dict) or front.keys() != _KEYS:
        yield f"the front matter needs {', '.join(sorted(_KEYS))}, and no more"
        return
    if front["id"] != name:
        yield f"its id is {front['id']}"
    version = front["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield "its version is no whole number from 1"
    if not re.fullmatch(r"@[\w.-]+", str(front["owner"])):
        yield "nobody owns it: the owner is a name with @"
    if not str(front["purpose"]).strip():
        yield "it has no purpose"
    if not text or len(text) > _LONGEST:
        yield f"its text is empty or longer than {_LONGEST} characters"


@cache
def shipped_prompts() -> Mapping[str, Prompt]:
    """Return the prompts that ship with the package, by id."""
    files = sorted(Path(__file__).parent.glob("*.md"))
    read = (prompt_from(one.read_text("utf-8"), name=one.stem) for one in files)
    return {one.id: one for one in read}
