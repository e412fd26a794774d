"""The bot dies in the middle of a call: it asks in the channel, people settle it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.world import World, counting
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm, hears
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

ACTION = "test.switch.turn_off"
LEAK = {"title": "Model m1 answers 503", "severity": "critical", "service": "m1"}


@dataclass(frozen=True)
class Scene:
    """A running bot and the world that its plans change."""

    tocsin: Tocsin
    world: World

    @property
    def effects(self) -> int:
        return sum(self.world.effects.values())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with counting() as world:
        settings = {"TEST_WORLD": world.url}
        with running(
            tmp_path, program="tests.chaos.bot", cloud=False, settings=settings
        ) as started:
            started.alert(LEAK)
            started.wait_for(lambda m: m)
            yield Scene(started, world)


def plan_card(tocsin: Tocsin) -> dict[str, Any]:
    card = tocsin.cards()[0]["ts"]
    press = {"channel": CHANNEL, "ts": card, "action_id": "action.propose"}
    view = tocsin.do("U0ONCALL", "click", **press).json["view"]["id"]
    chosen = tocsin.do("U0ONCALL", "submit", view=view, values={"action": ACTION}).json
    values = {"param.switch": "s1", "reason": "it leaks"}
    tocsin.do("U0ONCALL", "submit", view=chosen["view"]["id"], values=values)
    return dict(tocsin.wait_for(waiting)[0])


def waiting(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [m for m in messages if "plan.review" in json.dumps(m.get("blocks", []))]


def dies_in_the_call(scene: Scene, moment: str) -> dict[str, Any]:
    """Approve a plan, kill the bot at a moment of its call, and start it again."""
    card = plan_card(scene.tocsin)
    scene.world.arm(moment)
    confirm(scene.tocsin, "U0SECOND", card, "s1")
    assert scene.world.caught.wait(20)
    scene.tocsin.kill()
    scene.world.let_go()
    scene.tocsin.start()
    card_says(scene.tocsin, card, "Not known whether it happened")
    return card


@pytest.mark.parametrize(
    ("moment", "answer", "stands", "made"),
    [
        ("during", "committed", "Done and verified", 1),
        ("before", "not_committed", "Failed", 0),
    ],
)
def test_a_person_says_in_the_channel_what_happened(
    scene: Scene, moment: str, answer: str, stands: str, made: int
) -> None:
    card, tocsin = dies_in_the_call(scene, moment), scene.tocsin
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "plan.reconcile"}
    view = tocsin.do("U0SECOND", "click", **press).json["view"]["id"]
    values = {"happened": answer, "reason": "I looked at the switch"}
    assert tocsin.do("U0SECOND", "submit", view=view, values=values).json["ok"]
    card_says(tocsin, card, stands)
    assert scene.effects == made


def test_an_order_from_a_terminal_settles_it_too(scene: Scene) -> None:
    card, tocsin = dies_in_the_call(scene, "after"), scene.tocsin
    name = cli(tocsin, "gate", "list").stdout.split()
    plan = next(word for word in name if word.startswith("pl_"))
    given = ("--committed", "--reason", "I looked at the switch")
    done = cli(tocsin, "gate", "reconcile", plan, *given)
    assert (done.returncode, done.stderr) == (0, "")
    card_says(tocsin, card, "Done and verified")
    assert scene.effects == 1


def test_a_guest_does_not_say_what_happened(scene: Scene) -> None:
    card, tocsin = dies_in_the_call(scene, "after"), scene.tocsin
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "plan.reconcile"}
    assert "view" not in tocsin.do("U0GUEST", "click", **press).json
    hears(tocsin, "U0GUEST", "guests do not decide")
