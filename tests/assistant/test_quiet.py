"""What libraries of models would do by themselves, and do not do here."""

import subprocess
import sys
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


def _traced(way: str) -> tuple[str, list[bytes]]:
    """Ask once where the environment wants tracing; return what the tracer heard."""
    with (
        model_server(m=GOOD) as server,
        model_server() as tracer,
    ):
        tracer.anything = Says(value={})
        said = _run(
            ["-m", "tests.assistant.asking", server.url, way],
            LANGSMITH_TRACING="true",
            LANGCHAIN_TRACING_V2="true",
            LANGSMITH_ENDPOINT=tracer.url,
            LANGCHAIN_ENDPOINT=tracer.url,
            LANGSMITH_API_KEY="lsv2_pt_" + "x" * 20,
            LANGSMITH_PROJECT="p",
        )
        assert server.names() == ["m"]
        return said, tracer.heard


def test_no_tracing_leaves_although_the_environment_asks_for_it() -> None:
    said, heard = _traced("door")
    assert said == "Answered"
    assert heard == []


def test_without_the_door_tracing_would_leave() -> None:
    _, heard = _traced("bare")
    assert heard


def test_the_environment_sends_no_question_elsewhere() -> None:
    names = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY", "HTTP_PROXY")
    with model_server(m=GOOD) as server, model_server(m=GOOD) as elsewhere:
        told = {one: elsewhere.url for name in names for one in (name, name.lower())}
        said = _run(["-m", "tests.assistant.asking", server.url, "door"], **told)
        assert said == "Answered"
        assert server.names() == ["m"]
        assert elsewhere.heard == []


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
