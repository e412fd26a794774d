"""What is loaded when Tocsin is ready: what it works with from then on, and no more.

A start takes as long as what it loads. No clock is asked here: names are.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import inherited

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# How many modules a start may load, with room for a few dozen of ours.
MOST_OF_THE_BOT, MOST_OF_THE_READER = 1940, 650
FOR_LATER = {
    *("boto3", "botocore", "kubernetes", "numpy", "playwright"),
    *("langchain", "langchain_core", "langsmith", "openai", "anthropic", "httpx"),
    *("moto", "pandas", "requests", "pytest", "detect_secrets", "cryptography.x509"),
}
NOT_FOR_HELP = FOR_LATER | {
    *("asyncio", "ssl", "http.client", "pydantic", "yaml", "sqlite3", "bot.config"),
    *("bot.redact", "bot.service", "bot.wire", "integrations"),
}
NOT_FOR_THE_READER = FOR_LATER | {
    *("aiohttp", "asyncio", "click", "cryptography", "slack_sdk", "sqlite3"),
    *("starlette", "uvicorn", "apscheduler", "cedarpy", "jinja2", "bot.store"),
}
BOT = """
import asyncio, json, sys
from bot.store.lean import load_lean
load_lean()
from bot.cli.serving import standing
from bot.config import load

async def ready():
    home = {"TOCSIN_HOME": sys.argv[1], "TOCSIN_SERVER_PORT": "0"}
    settings = load(home)
    settings.home.mkdir()
    async with standing(settings):
        print(json.dumps(sorted(sys.modules)))

asyncio.run(ready())
"""
HELP = """
import json, sys
import bot.cli
print(json.dumps(sorted(sys.modules)))
"""
READER = """
import json, sys
from bot.reading import child
from bot.deciding import decide_by
decide_by(child.NOTHING_ADDED)
print(json.dumps(sorted(sys.modules)))
"""


def loaded(program: str, *words: str) -> set[str]:
    said = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env=inherited(("PATH", "HOME")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return set(json.loads(said.stdout))


def test_a_bot_that_is_ready_has_loaded_nothing_that_may_never_be_needed(
    tmp_path: Path,
) -> None:
    found = loaded(BOT, str(tmp_path / "home"))
    assert found & FOR_LATER == set()
    assert len(found) <= MOST_OF_THE_BOT


def test_whoever_asks_for_help_waits_for_no_bot() -> None:
    assert loaded(HELP) & NOT_FOR_HELP == set()


def test_the_reader_knows_nothing_of_the_house_around_it() -> None:
    found = loaded(READER)
    assert found & NOT_FOR_THE_READER == set()
    assert len(found) <= MOST_OF_THE_READER
