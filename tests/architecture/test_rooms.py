"""The house keeps its rooms: who may import whom, and who may know what.

The import contracts live in pyproject.toml; this file runs them with the suite
and adds the rules that a table says better than a contract. Style rules for
single files are in test_files.py.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.sources import OURS, ROOT, SHIPPED

KNOWN_ONLY_BY = {
    "apscheduler": ("bot.jobs",),
    "boto3": ("bot.aws", "integrations"),
    "botocore": ("bot.aws", "integrations"),
    "kubernetes": ("bot.outside",),
    **dict.fromkeys(
        (
            *("langchain", "langchain_core", "langsmith", "langgraph"),
            *("langchain_openai", "langchain_anthropic", "langchain_aws"),
            *("openai", "anthropic", "bot.assistant.line"),
        ),
        ("bot.assistant.door",),
    ),
    "numpy": ("bot.assistant.embedding", "bot.assistant.nearness"),
    "onnxruntime": ("bot.assistant.embedding",),
    "tokenizers": ("bot.assistant.embedding",),
    "httpx2": ("bot.assistant.line",),
    "slack_bolt": ("bot.slack", "bot.practice"),
    "slack_sdk": ("bot.slack", "bot.practice"),
    "sqlite3": ("bot.store", "bot.assistant", "bot.practice", "bot.cli"),
    "sqlite_utils": ("bot.store", "bot.practice", "bot.cli"),
}
"""A library, and the only rooms that may import it, at the top or lazily."""

NO_IO_ROOMS = ("bot.domain", "bot.redact", "bot.envelopes", "bot.rules")
"""Rooms that compute. Files they ship are read through importlib.resources."""

IO = frozenset(
    {
        *("os", "shutil", "sqlite3", "sqlite_utils", "tempfile", "subprocess"),
        *("asyncio", "http", "httpx", "requests", "socket", "ssl", "urllib.request"),
        *("aiohttp", "boto3", "slack_bolt", "slack_sdk", "starlette", "uvicorn"),
        *("bot.aws", "bot.store"),
    }
)
"""Modules through which a program reaches a disk, a network or a process."""


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [linter, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_room_of_the_bot_stands_on_a_floor() -> None:
    floors, bot = _floors(), ROOT / "bot"
    rooms = {file.with_suffix("").name for file in bot.glob("[a-z]*.py")}
    rooms |= {folder.parent.name for folder in bot.glob("*/__init__.py")}
    # The files of one matter may stand on floors of their own: then all of them do.
    for room in rooms - {name.removeprefix("bot.") for name in floors}:
        files = {file.stem for file in (bot / room).glob("[a-z]*.py")}
        assert files, room
        assert {f"bot.{room}.{file}" for file in files} <= floors


def test_a_library_is_known_only_to_the_rooms_that_speak_its_language() -> None:
    strays = [
        f"{source.path} imports {name}"
        for source in SHIPPED
        if source.mentions(*KNOWN_ONLY_BY)
        for name in source.facts.imports
        for known in _known(name)
        if not source.is_in(*KNOWN_ONLY_BY[known])
    ]
    assert strays == []


def _known(name: str) -> list[str]:
    """Return the libraries of the table that an imported name belongs to."""
    return [known for known in KNOWN_ONLY_BY if f"{name}.".startswith(f"{known}.")]


def test_rooms_that_compute_do_no_io() -> None:
    strays = [
        f"{source.path} imports {name}"
        for source in SHIPPED
        if source.is_in(*NO_IO_ROOMS)
        for name in sorted(IO & source.facts.imports)
    ]
    assert strays == []


def test_only_the_configuration_reads_the_environment() -> None:
    strays = [
        str(source.path)
        for source in SHIPPED
        if source.mentions("environ", "getenv")
        and not source.is_in("bot.config")
        and ENVIRONMENT & (source.facts.imports | source.facts.attributes)
    ]
    assert strays == []


ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb"})


def test_nothing_pretends_with_mocks() -> None:
    strays = [
        str(source.path)
        for source in OURS
        if source.mentions("mock")
        and {"unittest.mock", "mock", "pytest_mock"} & source.facts.imports
    ]
    assert strays == []


def _floors() -> set[str]:
    """Return the rooms that the contract called rooms names."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = table["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "rooms")
    return {word.strip("()") for layer in layers for word in layer.split()}
