"""No value comes to light through a running bot.

Not where it is kept, not where it goes, not in what is said about it.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canary import speaking
from tests.canary.canaries import canaries, sung
from tests.canary.hearing import SETTINGS, files, shown
from tests.story.running import Tocsin, running
from tests.story.test_story import cli

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Say every value at every door; return what was heard, by where."""
    folder = tmp_path_factory.mktemp("canary")
    values = canaries()
    with running(
        folder, program="tests.canary.renamed_bot", settings=SETTINGS
    ) as tocsin:
        heard: dict[str, str] = {}
        speaking.alerts(tocsin, values)
        tocsin.wait_for(lambda messages: messages)
        heard["acks"] = "\n".join(speaking.commands(tocsin, values[::4]))
        heard["forms"] = "\n".join(speaking.presses(tocsin, values))
        heard["answers"] = "\n".join(speaking.requests(tocsin, values[1::4]))
        heard |= dict(shown(tocsin))
        tocsin.stop()
        heard["stdout"] = "\n".join(tocsin.printed)
        heard["stderr"] = tocsin.stderr()
        heard["files"] = files(tocsin.home)
        heard |= dict(_printed(tocsin, folder))
    return heard


def _printed(tocsin: Tocsin, folder: Path) -> Iterator[tuple[str, str]]:
    orders = [
        *(("timeline", "INC-0001", "--format", one) for one in _FORMATS),
        ("log", "export", str(folder / "export"), "--words"),
        ("gate", "list", "--json"),
        ("drill", "list", "--json"),
        ("doctor", "--json"),
    ]
    for n, value in enumerate(canaries()[:2]):
        body = folder / f"body-{n}.json"
        body.write_text(json.dumps({"title": value.text, value.text: value.text}))
        orders.append(("triage", "--json", str(body)))
        orders += [("timeline", value.text), ("gate", "show", value.text)]
        orders += [("drill", "report", value.text), ("unseal", value.text)]
    for order in orders:
        done = cli(tocsin, *order)
        yield " ".join(order), done.stdout + done.stderr
    for one in sorted((folder / "export").rglob("*")):
        if one.is_file():
            yield f"export {one.name}", one.read_bytes().decode("latin-1")


_FORMATS = ("md", "json", "csv", "html")


def test_no_value_comes_to_light(said: dict[str, str]) -> None:
    found = {place: sung(text) for place, text in said.items()}
    assert {place: what[:5] for place, what in found.items() if what} == {}


def test_something_was_heard_everywhere(said: dict[str, str]) -> None:
    assert [place for place, text in said.items() if not text] in ([], ["stderr"])
    shown = said["messages"] + said["page /incidents/INC-0001"] + said["ephemerals"]
    assert shown.count("\u2039") > 100
