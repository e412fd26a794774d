"""What a running bot shows, keeps and prints, to be searched for values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.story.running import Tocsin
from tests.story.test_pages import door, sign_in, token

SETTINGS = {"TOCSIN_PRACTICE_CLOUD": "false"}
# The stage stands for Slack: it holds what people typed there, and it is not ours. The
# rest are keys and the tokens of this installation.
NOT_OURS = ("practice.db", "practice.db-wal", "practice.db-shm", "keys", "run.json")
PEOPLE = ("U0ONCALL", "U0LEAD", "U0GUEST", "U0EXTERNAL", "U0SECOND")


def shown(tocsin: Tocsin, *, incidents: int = 11) -> Iterator[tuple[str, str]]:
    """Yield what people see, by where."""
    messages = [
        one for one in tocsin.messages() if one.get("bot_id") or one.get("app_id")
    ]
    yield "messages", json.dumps(messages, ensure_ascii=False)
    told = [
        tocsin.ask(f"/practice/people/{one}/ephemerals").json["ephemerals"]
        for one in PEOPLE
    ]
    yield "ephemerals", json.dumps(told, ensure_ascii=False)
    views = [_screen(tocsin, one) for one in PEOPLE]
    yield "views", json.dumps(views, ensure_ascii=False)
    yield "metrics", str(tocsin.ask("/metrics").json)
    yield "readyz", str(tocsin.ask("/readyz").json)
    cookie = sign_in(tocsin, token(tocsin)).headers["set-cookie"].partition(";")[0]
    for path in (
        "/incidents",
        *(f"/incidents/INC-{n:04d}" for n in range(1, incidents + 1)),
    ):
        page = door(tocsin).ask("GET", path, headers={"Cookie": cookie})
        yield f"page {path}", page.body.decode()


def _screen(tocsin: Tocsin, who: str) -> Any:
    """Return somebody's home and forms: what was typed into them is theirs."""
    found = tocsin.ask(f"/practice/people/{who}/view").json
    return {key: one for key, one in found.items() if key in ("home", "stack", "view")}


def files(home: Path) -> str:
    """Return every byte that is ours to keep, but keys."""
    kept = [
        one
        for one in sorted(home.rglob("*"))
        if one.is_file() and not set(one.relative_to(home).parts) & set(NOT_OURS)
    ]
    return "\n".join(one.read_bytes().decode("latin-1") for one in kept)
