"""People say what they think of suggestions and of a model, and it can be seen."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin
from tests.story.test_summaries import claiming, saying, told

pytestmark = pytest.mark.slow

ALERT = {
    "title": "Prompt injection: guardrail support-gr let 3 documents through",
    "description": "Tool send_email ran 12 times in 4 min, usual 0 to 1.",
}
TRUE = "The tool send_email ran 12 times within 4 min"
ALSO = "Guardrail support-gr let 3 documents through"
OLU, SAM, GUEST = "U0ONCALL", "U0SECOND", "U0GUEST"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tocsin]:
    with told(tmp_path_factory.mktemp("judged"), claiming(TRUE, ALSO)) as (made, _):
        yield made


def opened(bot: Tocsin, service: str) -> tuple[str, Any]:
    """Have an incident of its own opened; return its id and its card."""
    title = f"{ALERT['title']} of {service}"
    sent = {**ALERT, "title": title, "id": service, "service": service}
    assert bot.alert(sent).status == 202

    def stands(_: Any) -> Any:
        found = [one for one in bot.cards() if title in shown(one)]
        return found[0] if found and "AI-written" in shown(found[0]) else None

    at = bot.wait_for(stands)
    return re.findall(r"INC-\d{4}", shown(at))[0], at


def hears(bot: Tocsin, who: str, words: str) -> None:
    """Wait until somebody is told something that only they see."""
    bot.wait_for(lambda _: any(words in one for one in bot.whispers(who)))


def shown(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False)


def card(bot: Tocsin, incident: str, words: str) -> str:
    """Return an incident's card once it says so."""

    def says(_: Any) -> str:
        found = [shown(one) for one in bot.cards()]
        return next((one for one in found if incident in one and words in one), "")

    return str(bot.wait_for(says))


def answer(bot: Tocsin, who: str, button: str, at: Any, **values: str) -> Any:
    """Press a button that opens a form, and send the form."""
    pressed = bot.do(who, "click", channel=CHANNEL, ts=at["ts"], button=button)
    assert pressed.json["ok"], pressed.json
    view = pressed.json["view"]["id"]
    return bot.do(who, "submit", view=view, values=values).json


def history(bot: Tocsin, *more: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "runbooks", "history", "--json", *more],
        env={"TOCSIN_HOME": str(bot.home), "TOCSIN_CONFIG": str(bot.home / "no.toml")},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_step_that_does_not_fit_is_rejected_and_seen_in_the_figures(
    bot: Tocsin,
) -> None:
    incident, at = opened(bot, "mailer")
    assert "RB-02" in shown(at)
    wrong = "It is wrong: it does not fit this incident"
    sent = answer(bot, OLU, "Not this…", at, choice=wrong)
    assert "reason" in shown(sent), "wrong needs a reason"
    answer(bot, GUEST, "Not this…", at, choice="None of them fits")
    answer(bot, OLU, "Not this…", at, choice=wrong, reason="no mail was sent")
    assert "RB-06" in card(bot, incident, "runbook RB-06 step 1")
    hears(bot, GUEST, "guests may read")
    bot.wait_for(saying("RB-02 does not fit this incident: no mail was sent"))

    listed = bot.command(SAM, f"/incident runbooks {incident}").json
    told = shown(listed)
    assert "called wrong by " in told
    assert "ASI01" in told or "LLM01" in told
    learned = history(bot)
    (found,) = [one for one in learned["runbooks"] if one["wrong"]]
    assert (found["runbook"], found["wrong_by"], found["weight"]) == (
        "RB-02",
        1,
        -0.167,
    )
    assert learned["suggestions"]["wrong_rate"] > 0

    offered_again_and_forgotten(bot, incident, listed["ephemerals"][-1])


def offered_again_and_forgotten(bot: Tocsin, incident: str, again: Any) -> None:
    bot.do(SAM, "click", channel=CHANNEL, ts=again["ts"], button="Offer RB-02 again")
    card(bot, incident, "runbook RB-02 step 1")
    done = history(bot, "--reset", "RB-02", "--because", "it was written anew")
    assert done["by"] == "admin"
    learned = history(bot)
    assert learned["forgotten"][-1]["because"] == "it was written anew"
    assert not [one for one in learned["runbooks"] if one["wrong"]]


def test_a_bullet_that_is_wrong_leaves_the_card_and_a_thumb_counts_once(
    bot: Tocsin,
) -> None:
    incident, at = opened(bot, "reader")
    assert TRUE in shown(at)
    for label in ("Helpful", "Not helpful", "Helpful"):
        bot.do(OLU, "click", channel=CHANNEL, ts=at["ts"], button=label)
    view = bot.do(
        SAM, "click", channel=CHANNEL, ts=at["ts"], button="This is wrong…"
    ).json["view"]
    (choice,) = [
        one["value"]
        for block in view["blocks"]
        for one in block.get("element", {}).get("options", ())
        if "12 times" in one["text"]["text"]
    ]
    values = {"choice": choice, "reason": "it ran twice"}
    assert bot.do(SAM, "submit", view=view["id"], values=values).json["ok"]
    after = card(bot, incident, "1 AI-written bullet taken back by")
    assert TRUE not in after
    assert ALSO in after
    (told,) = history(bot)["texts"]
    assert (told["up"], told["down"], told["taken_back"]) == (1, 0, 1)
    hears(bot, OLU, "thumbs up counts")
    figures = bot.ask("/metrics").json.decode()
    assert "tocsin_suggestion_incidents{" in figures
