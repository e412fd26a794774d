"""People ask the running bot; it answers from evidence and does nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow
ALERT = {
    "title": "Guardrail support-gr let 3 documents through",
    "description": "Tool send_email ran 12 times in 4 min, usual 0 to 1.",
    "guardrail": "support-gr",
}
RUBBISH = (
    "",
    "?" * 3000,
    "<!channel> <@U0LEAD> `x` \N{RIGHT-TO-LEFT OVERRIDE}",
    "restart it",
)


def say(bot: Tocsin, text: str, *, who: str = "U0SECOND", **more: Any) -> int:
    text = f"@tocsin {text}"
    return bot.do(who, "say", channel=CHANNEL, text=text, **more).status


def below(card: dict[str, Any], words: str) -> Any:
    """Return who finds the message in a card's thread that says so."""

    def found(messages: list[dict[str, Any]]) -> Any:
        mine = [one for one in messages if one.get("thread_ts") == card["ts"]]
        shown = [one for one in mine if words in json.dumps(one, ensure_ascii=False)]
        return shown[0] if shown else None

    return found


def test_a_mention_is_answered_with_what_it_rests_on_and_nothing_happens(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings={"TOCSIN_PRACTICE_CLOUD": "false"}) as bot:
        bot.alert(ALERT)
        card = bot.wait_for(lambda found: found[0] if found else None)
        assert say(bot, "who owns support-bot?", thread_ts=card["ts"]) == 200
        answer = bot.wait_for(below(card, "is owned by @support-platform"))
        assert "[1] registry" in json.dumps(answer)
        for text in RUBBISH:
            assert say(bot, text, thread_ts=card["ts"]) == 200
        told = bot.wait_for(below(card, "/incident propose"))
        assert "then it runs" in json.dumps(told)
        forged = {"forge": True, "thread_ts": card["ts"]}
        assert say(bot, "who owns support-bot?", who="U0BOT2", **forged) == 200
        say(bot, "how often did send_email run?", thread_ts=card["ts"])
        answer = bot.wait_for(below(card, "12 times in 4 min"))
        ours = [one for one in bot.messages() if one["user"] == answer["user"]]
        assert sum("is owned by" in one["text"] for one in ours) == 1
        _asked_alone(bot)
        assert "nobody has acknowledged" in json.dumps(bot.cards()[0])


def _asked_alone(bot: Tocsin) -> None:
    """Ask so that nobody else sees it, and as somebody who may not."""
    bot.command("U0ONCALL", "/incident ask INC-0001 who is commander?")
    bot.command("U0GUEST", "/incident ask INC-0001 who is commander?")
    drafted = bot.command("U0ONCALL", "/incident runbook INC-0001").json["ephemerals"]
    assert "A runbook from INC-0001" in json.dumps(drafted)
    say(bot, "what is next?")
    bot.wait_for(lambda found: [one for one in found if "step 1" in one["text"]])
    assert any("Nobody is commander yet" in one for one in bot.whispers("U0ONCALL"))
    assert any("guests do not ask" in one for one in bot.whispers("U0GUEST"))
    assert not any("commander yet" in one["text"] for one in bot.messages())
