"""Names of the workspace's people: out of alerts as they come in, kept on what they do.

Kept, shown and exported without the name; who acknowledged is still told by name.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story.running import Tocsin, running
from tests.story.test_pages import door, sign_in, token
from tests.story.test_sharing import QUIET
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

NAMES = ("Dana Ruiz", "Ruiz, Dana", "Lee Novak", "Gina Gone", "asked Olu", "Mr Berg")
ALERT = {
    "title": "Agent mailed a customer list to Dana Ruiz",
    "severity": "high",
    "service": "claims-assistant",
    "description": "Noticed by Lee Novak; asked Olu and Mr Berg. ruiz, dana opened it.",
    "left": "GINA  GONE ran it before she left",
    "owner": "Lee Novak",
    "Dana Ruiz": "is the name of a field",
}


@pytest.fixture(scope="module")
def tocsin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    with running(tmp_path_factory.mktemp("names"), settings=QUIET) as started:
        taken = started.alert(ALERT).json["id"]
        started.wait_for(lambda messages: messages)
        assert started.alert_state(taken)["state"] == "done"
        started.command("U0COMMANDER", "/incident ack INC-0001")
        started.wait_for(lambda found: "U0COMMANDER" in json.dumps(found))
        yield started


def named(text: str) -> list[str]:
    folded = " ".join(text.split()).casefold()
    return [one for one in NAMES if one.casefold() in folded]


def files(home: Path) -> str:
    ours = [one for one in sorted(home.rglob("*")) if one.is_file()]
    kept = [one for one in ours if not one.name.startswith("practice.db")]
    return "\n".join(one.read_bytes().decode("latin-1") for one in kept)


def test_an_alert_is_shown_kept_and_exported_without_the_names(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    card = json.dumps(tocsin.cards()[0], ensure_ascii=False)
    assert named(card) == []
    assert "known name" in card
    assert named(files(tocsin.home)) == []
    assert named(tocsin.stderr() + "\n".join(tocsin.printed)) == []
    for form in ("md", "json", "csv", "html"):
        done = cli(tocsin, "timeline", "INC-0001", "--format", form)
        assert done.returncode == 0
        assert named(done.stdout) == []
    cli(tocsin, "log", "export", str(tmp_path / "export"), "--words")
    assert named(files(tmp_path / "export")) == []


def test_who_acknowledged_is_still_told_by_name_on_the_page(tocsin: Tocsin) -> None:
    cookie = sign_in(tocsin, token(tocsin)).headers["set-cookie"].partition(";")[0]
    answer = door(tocsin).ask("GET", "/incidents/INC-0001", headers={"Cookie": cookie})
    page = answer.body.decode()
    assert named(page.replace("Signed in as Lee Novak", "")) == ["Dana Ruiz"]
    assert page.count("Dana Ruiz") == page.count("Dana Ruiz <code>U0COMMANDER</code>")
    assert "\u2039known_name:" in page


def test_a_name_stays_out_after_the_bot_was_killed(tocsin: Tocsin) -> None:
    tocsin.kill()
    tocsin.start()
    again = {**ALERT, "title": "Another list went to Dana Ruiz", "service": "other"}
    tocsin.alert(again)
    tocsin.wait_for(lambda found: "Another list" in json.dumps(found))
    assert named(json.dumps(tocsin.cards(), ensure_ascii=False)) == []


def test_the_doctor_counts_the_names_and_says_none(tocsin: Tocsin) -> None:
    done = cli(tocsin, "doctor", "redaction", "--json")
    (found,) = [
        one
        for one in json.loads(done.stdout)["checks"]
        if one["check"] == "known names"
    ]
    assert found["state"] == "ok"
    assert "7 people of the workspace" in found["says"]
    assert named(done.stdout) == []
