"""From one alert to a catch-up, an update, a handover and a postmortem."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin
from tests.story.test_pages import door, sign_in
from tests.story.test_story import cli
from tests.story.test_summaries import ALERT, claiming, saying, told

pytestmark = pytest.mark.slow
TRUE = "The tool send_email ran 12 times within 4 min"
TICK = '"block_id": "ai"'
LIES = ("It ran 13 times", "Mallory Example did it", "<!channel> https://evil.example")
OURS, OTHER = "U0ONCALL", "U0SECOND"


def words(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False)


def heard(bot: Tocsin, who: str, said: str) -> None:
    """Wait until somebody is told something that nobody else sees."""
    path = f"/practice/people/{who}/ephemerals"
    _until(bot, path, lambda found: said in words(found))


def form(bot: Tocsin, holds: str) -> Any:
    """Return the form that stands open once it holds something."""
    path = f"/practice/people/{OURS}/view"
    return _until(bot, path, lambda found: holds in words(found))["view"]


def _until(bot: Tocsin, path: str, enough: Any) -> Any:
    found = bot.ask(path).json
    for _ in range(20):
        if enough(found):
            return found
        bot.ask(f"{path}?after={found['seq']}&wait=1")
        found = bot.ask(path).json
    raise AssertionError(f"it never came: {found}")


def page(bot: Tocsin) -> str:
    """Return the page that `/incident postmortem` leads to."""
    answer = bot.command("U0LEAD", "/incident postmortem INC-0001").json["ack"]
    (row,) = [block for block in answer["blocks"] if block["type"] == "actions"]
    signed_in = sign_in(bot, str(row["elements"][0]["url"]).rpartition("/")[2])
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    where = signed_in.headers["location"]
    assert where == "/incidents/INC-0001/postmortem"
    assert door(bot).ask("GET", where).status == 403
    drawn = door(bot).ask("GET", where, headers={"Cookie": cookie})
    named = door(bot).ask("GET", f"{where}?names=yes", headers={"Cookie": cookie})
    assert b"Sam" not in drawn.body or b"Sam" in named.body
    return drawn.body.decode()


def update(bot: Tocsin) -> str:
    """Post an update with what a model added, and return it."""
    view = bot.command(OURS, "/incident update INC-0001").json["view"]
    # What is drafted may hold the same sentence before the model's own can be ticked.
    now = form(bot, TICK)
    assert now["id"] == view["id"]
    assert TRUE in words(now)
    assert not [lie for lie in LIES if lie in words(now)]
    given = {
        "impact": "About 40 customers; ask bob@corp.example.com",
        "audience": "stakeholders",
        "next": "15 minutes",
        "ai": ["1"],
    }
    sent = bot.do(OURS, "submit", view=view["id"], values=given).json
    assert sent["ok"], sent
    return words(bot.wait_for(saying("Status update for stakeholders")))


def hand_over(bot: Tocsin) -> dict[str, str]:
    """Hand the incident over and return where its button is."""
    typed = f"/incident handover INC-0001 <@{OTHER}>"
    view = bot.command(OURS, typed).json["view"]
    assert bot.do(OURS, "submit", view=view["id"]).json["ok"]
    ts = bot.wait_for(saying("I have it"))["ts"]
    return {"channel": CHANNEL, "ts": ts, "button": "I have it"}


def test_others_are_told_and_the_incident_changes_hands(tmp_path: Path) -> None:
    with told(tmp_path, claiming(*LIES, TRUE)) as (bot, _):
        bot.alert(ALERT)
        bot.wait_for(saying("INC-0001"))
        bot.command(OURS, "/incident ack INC-0001")
        answer = bot.command(OTHER, "/incident catch-up").json["ack"]
        assert "Who has what" in words(answer)
        heard(bot, OTHER, "More on INC-0001, AI-written: check the evidence.")
        posted = update(bot)
        assert TRUE in posted
        assert "AI-written, check evidence" in posted
        assert "bob@corp" not in posted
        button = hand_over(bot)
        bot.do("U0COMMANDER", "click", **button)
        heard(bot, "U0COMMANDER", "was handed to")
        bot.do(OTHER, "click", **button)
        bot.wait_for(saying(" has it."))
        assert "the commander is commander" in page(bot)
        printed = cli(bot, "postmortem", "INC-0001", "--names").stdout
        assert f"@{OTHER} is commander" in printed
        assert "bob@corp" not in printed
