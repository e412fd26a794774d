"""A card stands at once whatever a model does; what it says must be true to show."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.model_server import ModelServer, Says, Script, model_server
from tests.payloads import alert, group
from tests.story.running import Tocsin, running

pytestmark = pytest.mark.slow

ALERT = {
    "title": "Guardrail support-gr let 3 documents through",
    "description": "Tool send_email ran 12 times in 4 min, usual 0 to 1.",
}
# Of the last claim only the year is made up; the alert says the rest better.
HALF = "The usual of 2023 is 0 to 1"
TRUE = "The tool send_email ran 12 times within 4 min"
LIES = (
    "The tool send_email ran 13 times",
    "Call evil.example.org",
    "Mallory Example did it",
    "<!channel> see https://evil.example.org",
    "Everything is fine and nobody needs to act",
)


def _ids(sent: Any) -> list[str]:
    """Return the ids that a model was told, as a model reads them."""
    said = sent["messages"][-1]["content"]
    lines = said.splitlines()
    return [one.removeprefix("id: ") for one in lines if one.startswith("id: ")]


def claiming(*texts: str) -> Script:
    def says(_: int, sent: Any) -> Says:
        ids = list(dict.fromkeys(_ids(sent)))
        claims = [{"text": text, "evidence": ids} for text in texts]
        return Says(value={"claims": claims, "unknown": ["<!here>"]})

    return says


@contextmanager
def told(
    folder: Path, script: Script | Says, **more: str
) -> Iterator[tuple[Tocsin, ModelServer]]:
    """Run a bot whose model says what a test tells it to."""
    with (
        model_server(m=script) as server,
        running(folder, settings=_settings(server, more)) as bot,
    ):
        yield bot, server


def _settings(server: ModelServer, more: dict[str, str]) -> dict[str, str]:
    return {
        "TOCSIN_PRACTICE_CLOUD": "false",
        "TOCSIN_MODEL_PROVIDER": "openai",
        "TOCSIN_MODEL_NAME": "m",
        "TOCSIN_MODEL_API_KEY": "k" * 8,
        "TOCSIN_MODEL_BASE_URL": f"{server.url}/v1",
        "TOCSIN_MODEL_RETRIES": "0",
        **more,
    }


def saying(words: str) -> Any:
    """Return who finds the card that says so."""

    def found(messages: list[dict[str, Any]]) -> Any:
        shown = [
            one for one in messages if words in json.dumps(one, ensure_ascii=False)
        ]
        return shown[0] if shown else None

    return found


def test_what_is_true_stands_on_the_card_and_what_is_not_does_not(
    tmp_path: Path,
) -> None:
    with told(tmp_path, claiming(*LIES, TRUE, HALF)) as (bot, _):
        assert bot.alert(ALERT).status == 202
        card = bot.wait_for(saying("AI-written"))
        shown = json.dumps(card, ensure_ascii=False)
        assert TRUE in shown
        assert "check evidence · incident-summary v2, " in shown
        assert ALERT["description"] in shown
        for lie in ("13 times", "evil", "Mallory", "!channel", "!here", "fine", "2023"):
            assert lie not in shown
        assert len(bot.cards()) == 1


BAD = (
    Says(refusal="I will not"),
    Says(text="<!channel> {not json"),
    Says(value={"claims": []}),
    Says(status=500, text="<!channel>"),
    Says(hangs=True),
)


def failing(before: int, _: Any) -> Says:
    return BAD[min(before, len(BAD) - 1)]


@pytest.mark.parametrize(
    ("says", "more", "count"),
    [
        (failing, {}, len(BAD)),
        (Says(value={}), {"TOCSIN_MODEL_TOKENS_PER_INCIDENT": "1"}, 1),
        (Says(), {"TOCSIN_MODEL_BASE_URL": "http://127.0.0.1:9/v1"}, 1),
    ],
    ids=["refuses, garbage, empty, fails, hangs", "over budget", "missing"],
)
def test_a_card_waits_for_no_model(
    tmp_path: Path, says: Script | Says, more: dict[str, str], count: int
) -> None:
    with told(tmp_path, says, **more) as (bot, _):
        for n in range(1, count + 1):
            body = group([alert(n)], key=f"g{n}")
            assert bot.alert(body, source="alertmanager").status == 202
            card = bot.wait_for(saying(f"INC-000{n}"))
            shown = json.dumps(card, ensure_ascii=False)
            assert "no model" in shown
            assert f"Host {n} answers slowly" in shown
            assert "AI-written" not in shown


def test_after_kill_9_nobody_is_asked_again_and_the_words_stay(
    tmp_path: Path,
) -> None:
    with told(tmp_path, claiming(TRUE)) as (bot, server):
        bot.alert(ALERT)
        bot.wait_for(saying("AI-written"))
        bot.kill()
        bot.start()
        bot.command("U0ONCALL", "/incident ack INC-0001")
        card = bot.wait_for(saying("acknowledged by"))
        assert TRUE in json.dumps(card, ensure_ascii=False)
        bot.alert({**ALERT, "title": "Another one ran 12 times"})
        bot.wait_for(lambda _: len(server.asked) > 1)
        assert len(server.asked) == 2
