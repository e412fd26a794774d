"""People ask the running bot; it answers from evidence and does nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.model_server import Says, model_server
from tests.story.running import CHANNEL, Tocsin, running

pytestmark = pytest.mark.slow
ALERT = {
    "title": "Prompt injection: guardrail support-gr let 3 documents through",
    "description": "Tool send_email ran 12 times in 4 min, usual 0 to 1.",
    "guardrail": "support-gr",
}
TRUE, LIE = "send_email ran 12 times in 4 min", "send_email ran 13 times"
RUBBISH = "<!channel> <@U0LEAD> `x` \N{RIGHT-TO-LEFT OVERRIDE}" + "?" * 3000


def _model(_: int, sent: Any) -> Says:
    """Say what is true and what is not, to a question and for a card."""
    lines = sent["messages"][-1]["content"].splitlines()
    ids = [one.removeprefix("id: ") for one in lines if one.startswith("id: al_")][:1]
    claims = [{"text": text, "evidence": ids} for text in (LIE, TRUE)]
    is_question = '"known"' in json.dumps(sent)
    more: dict[str, Any] = {"known": True} if is_question else {"unknown": []}
    return Says(value={"claims": claims, **more})


def say(bot: Tocsin, text: str, *, who: str = "U0SECOND", **more: Any) -> int:
    text = f"@tocsin {text}"
    return bot.do(who, "say", channel=CHANNEL, text=text, **more).status


def below(card: dict[str, Any], words: str) -> Any:
    """Return who finds the messages in a card's thread that say so."""

    def found(messages: list[dict[str, Any]]) -> Any:
        mine = [one for one in messages if one.get("thread_ts") == card["ts"]]
        return [one for one in mine if words in json.dumps(one, ensure_ascii=False)]

    return found


def test_a_mention_is_answered_with_what_it_rests_on_and_nothing_happens(
    tmp_path: Path,
) -> None:
    with (
        model_server(m=_model) as server,
        running(tmp_path, settings=_settings(server.url)) as bot,
    ):
        bot.alert(ALERT)
        card = bot.wait_for(lambda found: found[0] if found else None)
        thread: dict[str, Any] = {"thread_ts": card["ts"]}
        assert say(bot, RUBBISH, **thread) == 200
        say(bot, "who owns support-bot?", who="U0BOT2", forge=True, **thread)
        assert say(bot, "who owns support-bot?", **thread) == 200
        [answer] = bot.wait_for(below(card, "is owned by @support-platform"))
        assert "[1] registry" in json.dumps(answer)
        say(bot, "restart it", **thread)
        assert bot.wait_for(below(card, "/incident propose"))
        say(bot, "how often did send_email run?", **thread)
        bot.kill()
        bot.start()
        # A post that was on its way may stand twice; it is an answer, no decision.
        answer = bot.wait_for(below(card, "AI-written, check evidence · incident-q"))[0]
        assert TRUE in json.dumps(answer)
        assert LIE not in json.dumps(bot.messages())
        _asked_alone(bot)
        assert "nobody has acknowledged" in json.dumps(bot.cards()[0])


def _settings(url: str) -> dict[str, str]:
    return {
        "TOCSIN_PRACTICE_CLOUD": "false",
        "TOCSIN_MODEL_PROVIDER": "openai",
        "TOCSIN_MODEL_NAME": "m",
        "TOCSIN_MODEL_API_KEY": "k" * 8,
        "TOCSIN_MODEL_BASE_URL": f"{url}/v1",
        "TOCSIN_MODEL_RETRIES": "0",
    }


def _asked_alone(bot: Tocsin) -> None:
    """Ask so that nobody else sees it, and as somebody who may not."""
    bot.command("U0ONCALL", "/incident ask INC-0001 who is commander?")
    bot.command("U0GUEST", "/incident ask INC-0001 who is commander?")
    drafted = bot.command("U0ONCALL", "/incident runbook INC-0001").json["ephemerals"]
    assert "A runbook from INC-0001" in json.dumps(drafted)
    say(bot, "what is next?")
    bot.wait_for(lambda found: [one for one in found if "step 1" in one["text"]])
    bot.wait_for(lambda _: "Nobody is commander yet" in str(bot.whispers("U0ONCALL")))
    bot.wait_for(lambda _: "guests do not ask" in str(bot.whispers("U0GUEST")))
    assert not any("commander yet" in one["text"] for one in bot.messages())
