"""What could not be checked is withheld, and whoever may opens the original."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sharing.reading import Opened
from tests.story.running import Tocsin, running
from tests.story.test_names import files
from tests.story.test_originals import address, ask, press
from tests.story.test_pages import door, sign_in, token
from tests.story.test_sharing import QUIET, unseal

pytestmark = pytest.mark.slow

MANY = " ".join(f"reader{n}@corp.example.org" for n in range(9))
ALERT = {"title": "A list went out", "severity": "high", "description": f"To {MANY}"}
MOVE = "Whoever may opens it with \u201cOpen original\u2026\u201d on the card."


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    program = "tests.story.strict_bot"
    with running(tmp_path, program=program, settings=QUIET) as started:
        started.alert(ALERT)
        started.wait_for(lambda messages: messages)
        yield started


def page(tocsin: Tocsin) -> str:
    cookie = sign_in(tocsin, token(tocsin)).headers["set-cookie"].partition(";")[0]
    answer = door(tocsin).ask("GET", "/incidents/INC-0001", headers={"Cookie": cookie})
    return answer.body.decode()


def test_a_withheld_text_says_where_its_original_is_and_it_is_there(
    tocsin: Tocsin,
) -> None:
    card = json.dumps(tocsin.cards()[0], ensure_ascii=False)
    assert "text withheld unchecked" in card
    assert "Open original\u2026" in card
    assert MOVE in page(tocsin)
    ask(tocsin, "U0ONCALL")
    original = unseal(tocsin, address(tocsin, "U0ONCALL"))
    told, *_ = Opened(original.stdout.encode()).files.values()
    assert json.loads(told)["description"] == ALERT["description"]


def test_nobody_else_sees_a_piece_of_it(tocsin: Tocsin) -> None:
    assert press(tocsin, "U0GUEST").json.get("view") is None
    shown = json.dumps(tocsin.messages()) + page(tocsin)
    assert "@corp.example.org" not in shown + files(tocsin.home) + tocsin.stderr()
