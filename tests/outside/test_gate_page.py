"""One destructive action, as two people live it in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.outside.hands import become, confirm, plan_card, propose, roll_back
from tests.outside.screens import watched
from tests.story.running import Tocsin, running
from tests.story.test_gate import LEAK, deployer_key, wait, works
from tests.story.test_story import cli

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside


@pytest.fixture
def tocsin(tmp_path: Path, transport: str) -> Iterator[Tocsin]:
    with running(tmp_path, transport=transport) as started:
        wait(lambda: started.run_json()["cloud_url"])
        started.alert(LEAK)
        started.wait_for(lambda messages: messages)
        yield started


def test_two_people_kill_a_leaked_key_in_the_browser_and_bring_it_back(
    tocsin: Tocsin, browser: "Browser"
) -> None:
    key = deployer_key(tocsin)
    with watched(browser, tocsin.facts["practice_url"]) as screen:
        screen.cards.first.wait_for()
        propose(screen, screen.cards.first, key["id"])
        card = plan_card(screen, "ci-deployer")
        card.get_by_role("button", name="Review and confirm").wait_for()
        assert key["id"] in card.inner_text()
        confirm(screen, "ci-deployer")
        screen.whispers.filter(has_text="cannot also approve").wait_for()
        become(screen, "Sam")
        confirm(screen, "ci-deployer")
        card.get_by_role("button", name="Propose rollback").wait_for()
        assert not works(tocsin, key)
        roll_back(screen, card)
        undo = plan_card(screen, "Undoes")
        undo.get_by_role("button", name="Review and confirm").wait_for()
        become(screen, "Dana")
        confirm(screen, "Undoes")
        plan_card(screen, "Done and verified").filter(has_text="Undoes").wait_for()
        assert works(tocsin, key)
        screen.cards.filter(has_text="has undone it").wait_for()
    tells_it_all(tocsin)


def tells_it_all(tocsin: Tocsin) -> None:
    """Timeline and log tell what two people did and who was refused."""
    story = cli(tocsin, "timeline", "INC-0001").stdout
    for part in ("@U0SECOND agreed.", "@U0COMMANDER agreed.", "refused @U0ONCALL"):
        assert part in story
    tocsin.stop()
    assert cli(tocsin, "log", "verify").returncode == 0
