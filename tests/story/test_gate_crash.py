"""The bot dies in the middle of a call: it asks in the channel, people settle it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.counted import effects
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, hears
from tests.story.test_gate_flood import ACTION, LEAK, waiting
from tests.story.test_story import cli

pytestmark = pytest.mark.slow


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Tocsin]:
    settings = {"TOCSIN_PRACTICE_CLOUD": "false"}
    with running(tmp_path, program="tests.story.counted", settings=settings) as started:
        started.alert(LEAK)
        started.wait_for(lambda m: m)
        yield started


def plan_card(tocsin: Tocsin) -> dict[str, Any]:
    card = tocsin.cards()[0]["ts"]
    press = {"channel": CHANNEL, "ts": card, "action_id": "action.propose"}
    view = tocsin.do("U0ONCALL", "click", **press).json["view"]["id"]
    chosen = tocsin.do("U0ONCALL", "submit", view=view, values={"action": ACTION}).json
    values = {"param.switch": "s1", "reason": "it leaks"}
    tocsin.do("U0ONCALL", "submit", view=chosen["view"]["id"], values=values)
    return dict(tocsin.wait_for(waiting)[0])


def dies_in_the_call(tocsin: Tocsin, when: str) -> dict[str, Any]:
    """Approve a plan whose call kills the process; start the bot again."""
    card = plan_card(tocsin)
    (tocsin.home.parent / "die.txt").write_text(when)
    confirm(tocsin, "U0SECOND", card, "s1")
    tocsin.wait_for_end()
    tocsin.start()
    card_says(tocsin, card, "Not known whether it happened")
    return card


@pytest.mark.parametrize(
    ("when", "answer", "stands", "made"),
    [
        ("after", "committed", "Done and verified", 1),
        ("before", "not_committed", "Failed", 0),
    ],
)
def test_a_person_says_in_the_channel_what_happened(
    tocsin: Tocsin, when: str, answer: str, stands: str, made: int
) -> None:
    card = dies_in_the_call(tocsin, when)
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "plan.reconcile"}
    view = tocsin.do("U0SECOND", "click", **press).json["view"]["id"]
    values = {"happened": answer, "reason": "I looked at the switch"}
    assert tocsin.do("U0SECOND", "submit", view=view, values=values).json["ok"]
    card_says(tocsin, card, stands)
    assert sum(effects(tocsin.home).values()) == made


def test_an_order_from_a_terminal_settles_it_too(tocsin: Tocsin) -> None:
    card = dies_in_the_call(tocsin, "after")
    name = cli(tocsin, "gate", "list").stdout.split()
    plan = next(word for word in name if word.startswith("pl_"))
    given = ("--committed", "--reason", "I looked at the switch")
    done = cli(tocsin, "gate", "reconcile", plan, *given)
    assert (done.returncode, done.stderr) == (0, "")
    card_says(tocsin, card, "Done and verified")
    assert sum(effects(tocsin.home).values()) == 1


def test_a_guest_does_not_say_what_happened(tocsin: Tocsin) -> None:
    card = dies_in_the_call(tocsin, "after")
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "plan.reconcile"}
    assert "view" not in tocsin.do("U0GUEST", "click", **press).json
    hears(tocsin, "U0GUEST", "guests do not decide")
