"""Three people, one afternoon: everything that stands, lived in one real browser.

The engineer opens sealed evidence and kills a key with a colleague, the commander
plays a drill, the lead reads what happened. The bot, the practice workspace and the
practice cloud are real processes; only the browser is driven. Each scene leaves a
picture in the test's folder, for whoever wants to see.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sharing.seal import read_link
from tests.outside.album import TALL, WINDOW, Album
from tests.outside.hands import (
    become,
    confirm,
    incident_card,
    plan_card,
    press,
    propose,
    roll_back,
)
from tests.outside.screens import Screen, watched
from tests.story.running import Tocsin, running
from tests.story.test_alarms import ALARM, cloud, cross
from tests.story.test_gate import LEAK, deployer_key, wait, works
from tests.story.test_sharing import key_files
from tests.story.test_story import cli

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.outside

ONCE = {"TOCSIN_WEB_SHARE_OPENS": "1"}
LEAK_OF_CLAIMS = {**LEAK, "repo": "acme-ai/claims-assistant-demo"}
PLANS = ("the key is switched off", "and on again")
ALARMED, LEAKED, DRILLED = "INC-0001", "INC-0002", "INC-0003"


@dataclass(frozen=True)
class Scene:
    """Where the story plays: the bot, the page people share, and the album."""

    tocsin: Tocsin
    screen: Screen
    album: Album

    def picture(self, name: str) -> None:
        self.album.picture(name, self.screen.page)

    def tall_picture(self, name: str) -> None:
        """Keep a window that is tall enough for a whole plan."""
        self.screen.page.set_viewport_size(TALL)
        self.picture(name)
        self.screen.page.set_viewport_size(WINDOW)

    def card(self, incident: str) -> "Locator":
        return incident_card(self.screen, incident)

    def whisper(self, words: str) -> "Locator":
        return self.screen.whispers.filter(has_text=words).last


def test_three_people_live_the_whole_story_in_one_browser(
    tmp_path: Path, transport: str, browser: "Browser"
) -> None:
    with running(tmp_path, transport=transport, settings=ONCE) as tocsin:
        practice, home = tocsin.facts["practice_url"], tocsin.facts["url"] + "/"
        with watched(browser, practice, within=home, viewport=WINDOW) as screen:
            scene = Scene(tocsin, screen, Album(tmp_path))
            a_metric_becomes_a_card(scene)
            the_engineer_opens_the_evidence_once(scene)
            two_people_kill_the_leaked_key(scene)
            two_people_bring_it_back(scene)
            the_commander_plays_a_drill(scene)
            the_lead_reads_the_incident(scene)
        assert tocsin.stop() == 0
        assert "Traceback" not in tocsin.stderr()
        verified = cli(tocsin, "log", "verify")
        assert verified.returncode == 0, verified.stderr


# --- the engineer ---


def a_metric_becomes_a_card(scene: Scene) -> None:
    """Nothing is posted: the alarm finds its way by itself."""
    cross(cloud(scene.tocsin))
    card = scene.card(ALARMED)
    card.get_by_text("nobody has acknowledged").wait_for()
    assert ALARM in card.inner_text()
    assert "SEV2" in card.get_by_role("heading").inner_text()


def the_engineer_opens_the_evidence_once(scene: Scene) -> None:
    press(scene.card(ALARMED), "Diagnostics")
    link = scene.whisper("sealed for you").get_by_role("link", name="open them")
    share = read_link(str(link.get_attribute("href"))).share
    assert share.encode() in key_files(scene.tocsin)
    scene.picture("engineer-card")
    the_evidence_is_readable(scene, link)
    wait(lambda: share.encode() not in key_files(scene.tocsin))
    assert list((scene.tocsin.home / "blobs").iterdir()) == []
    it_does_not_open_again(scene, link)
    the_thread_names_whose_ticket_it_was(scene)


def the_evidence_is_readable(scene: Scene, link: "Locator") -> None:
    page = scene.screen.tab(link)
    page.get_by_role("button", name="Open now").click()
    page.get_by_role("heading", name=f"Diagnostics of {ALARMED}").wait_for()
    said = page.inner_text("body")
    for part in ("was made for Olu Adeyemi (U0ONCALL)", ALARM, "InvocationThrottles"):
        assert part in said
    assert "AGE-SECRET" not in page.url
    scene.album.picture("engineer-evidence", page)
    scene.album.beside("engineer", scene.screen.page, page)
    page.close()


def it_does_not_open_again(scene: Scene, link: "Locator") -> None:
    page = scene.screen.tab(link)
    page.get_by_role("button", name="Open now").click()
    page.get_by_role("heading", name="This link does not open").wait_for()
    assert ALARM not in page.inner_text("body")
    scene.album.picture("engineer-used", page)
    page.close()
    # The browser reports the refusal of the server, and that is all it reports.
    (refused,) = scene.screen.troubles
    assert "Failed to load resource" in refused
    scene.screen.troubles.clear()


def the_thread_names_whose_ticket_it_was(scene: Scene) -> None:
    scene.card(ALARMED).get_by_role("button", name="repl").click()
    line = "The diagnostics were opened with @olu's ticket"
    scene.screen.thread.filter(has_text=line).wait_for()
    scene.picture("engineer-thread")
    scene.screen.page.get_by_role("button", name="Close the thread").click()


# --- two engineers and a leaked key ---


def two_people_kill_the_leaked_key(scene: Scene) -> None:
    screen, key = scene.screen, deployer_key(scene.tocsin)
    assert scene.tocsin.alert(LEAK_OF_CLAIMS).status == 202
    press(scene.card(LEAKED), "Acknowledge")
    propose(screen, scene.card(LEAKED), key["id"])
    confirm(screen, "ci-deployer")
    scene.whisper("cannot also approve").wait_for()
    assert works(scene.tocsin, key)
    scene.tall_picture("plan-refused")
    become(screen, "Sam")
    confirm(screen, "ci-deployer")
    done = plan_card(screen, "ci-deployer")
    done.get_by_role("button", name="Propose rollback").wait_for()
    assert not works(scene.tocsin, key)
    scene.picture("plan-done")


def two_people_bring_it_back(scene: Scene) -> None:
    screen, key = scene.screen, deployer_key(scene.tocsin)
    roll_back(screen, plan_card(screen, "ci-deployer"))
    plan_card(screen, "Undoes").wait_for()
    become(screen, "Dana")
    screen.say(f"/incident role {LEAKED} commander me")
    scene.card(LEAKED).get_by_text("IC @dana").wait_for()
    confirm(screen, "Undoes")
    plan_card(screen, "Done and verified").filter(has_text="Undoes").wait_for()
    assert works(scene.tocsin, key)
    screen.cards.filter(has_text="has undone it").wait_for()
    scene.picture("plan-undone")


# --- the commander ---


def the_commander_plays_a_drill(scene: Scene) -> None:
    screen = scene.screen
    become(screen, "Dana")
    screen.say("/incident drill start first-hour")
    card = scene.card(DRILLED)
    card.get_by_text("EXERCISE: this is a drill.").wait_for()
    press(card, "Acknowledge")
    card.get_by_text("acknowledged by @dana").wait_for()
    card.scroll_into_view_if_needed()
    scene.picture("commander")
    for real in (ALARMED, LEAKED):
        assert "EXERCISE" not in scene.card(real).inner_text()
    screen.say("/incident drill stop")
    card.get_by_text("resolved as drill over").wait_for()
    screen.cards.filter(has_text="The drill is over: it was stopped.").wait_for()
    scene.picture("commander-stopped")


# --- the lead ---


def the_lead_reads_the_incident(scene: Scene) -> None:
    become(scene.screen, "Lee")
    scene.screen.say(f"/incident page {LEAKED}")
    asked = scene.whisper(f"The page of {LEAKED}")
    page = scene.screen.tab(asked.get_by_role("button", name=f"Open {LEAKED}"))
    scene.album.picture("lead-sign-in", page)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/incidents/{LEAKED}")
    the_page_tells_it_all(page)
    page.set_viewport_size(TALL)
    scene.album.picture("lead", page)
    scene.album.picture("lead-incident", page, full_page=True)
    page.get_by_role("link", name="Board", exact=True).click()
    page.get_by_role("heading", name="Open incidents").wait_for()
    board = page.get_by_role("main").inner_text()
    assert board.index(LEAKED) < board.index(ALARMED)  # the worst first
    assert DRILLED in page.locator("section", has_text="Resolved last").inner_text()
    scene.album.picture("lead-board", page)


def the_page_tells_it_all(page: "Page") -> None:
    """What was asked, who was refused, who agreed, and what proves it."""
    said = page.get_by_role("main").inner_text()
    for part in (
        "Acknowledged by\nOlu Adeyemi",
        "Commander\nDana Ruiz",
        "was refused: approve (self approval)",
        "Sam Berg U0SECOND agreed",
        "Dana Ruiz U0COMMANDER agreed",
        "Read again: Inactive. A call with the key was refused",
    ):
        assert part in said
    assert page.locator("#timeline li").count() > len(PLANS)
    assert page.locator("#approvals article").count() == len(PLANS)
    root = page.locator("#log dd code").first.inner_text()
    assert re.fullmatch(r"[0-9a-f]{64}", root)
