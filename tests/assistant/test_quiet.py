"""What libraries of models would do by themselves, and do not do here."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import inherited
from tests.assistant.doors import GOOD
from tests.fakes.model_server import Says, model_server

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
_NEEDED = ("PATH", "HOME", "LD_LIBRARY_PATH")


def _run(code: list[str], **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *code],
        cwd=ROOT,
        env={**inherited(_NEEDED), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _tracing_to(url: str) -> dict[str, str]:
    """Return an environment that wants every question traced."""
    return {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": url,
        "LANGCHAIN_ENDPOINT": url,
        "LANGSMITH_API_KEY": "lsv2_pt_" + "x" * 20,
        "LANGSMITH_PROJECT": "p",
    }


def _sending_to(url: str) -> dict[str, str]:
    """Return an environment that wants every question sent elsewhere."""
    names = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY", "HTTP_PROXY")
    return {one: url for name in names for one in (name, name.lower())}


@dataclass(frozen=True)
class _Heard:
    said: str
    asked: list[str]
    traced: list[bytes]
    elsewhere: list[bytes]


@pytest.fixture(scope="module")
def heard() -> _Heard:
    """Ask once through the door in an environment that wants all of it."""
    with (
        model_server(m=GOOD) as server,
        model_server() as tracer,
        model_server(m=GOOD) as elsewhere,
    ):
        tracer.anything = Says(value={})
        said = _run(
            ["-m", "tests.assistant.asking", server.url, "door"],
            **_tracing_to(tracer.url),
            **_sending_to(elsewhere.url),
        )
        return _Heard(said, server.names(), tracer.heard, elsewhere.heard)


def test_no_tracing_leaves_although_the_environment_asks_for_it(heard: _Heard) -> None:
    assert (heard.said, heard.asked) == ("Answered", ["m"])
    assert heard.traced == []


def test_the_environment_sends_no_question_elsewhere(heard: _Heard) -> None:
    assert (heard.said, heard.asked) == ("Answered", ["m"])
    assert heard.elsewhere == []


def test_without_the_door_tracing_would_leave() -> None:
    with model_server(m=GOOD) as server, model_server() as tracer:
        tracer.anything = Says(value={})
        asking = ["-m", "tests.assistant.asking", server.url, "bare"]
        _run(asking, **_tracing_to(tracer.url))
        assert server.names() == ["m"]
        assert tracer.heard


_WITHOUT_A_MODEL = """
import sys
from bot.cli import serving
from bot.config import load
from pathlib import Path
settings = load({"TOCSIN_HOME": sys.argv[1], "TOCSIN_PRACTICE_CLOUD": "false"})
settings.home.mkdir(parents=True)
house, _ = serving.built(settings, "http://127.0.0.1:1")
print(type(house.model).__name__)
house.model.close()
heavy = ("langchain", "langchain_core", "langsmith", "openai", "httpx2", "anthropic")
heavy += ("onnxruntime", "tokenizers", "huggingface_hub")
print([one for one in heavy if one in sys.modules])
house.store.close()
"""


def test_nothing_of_langchain_is_imported_where_no_model_is_configured(
    tmp_path: Path,
) -> None:
    said = _run(["-c", _WITHOUT_A_MODEL, str(tmp_path / "home")])
    assert said == "NoModel\n[]\n"
