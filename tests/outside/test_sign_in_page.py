"""Signing in for a sealed link in a real browser, and scripts without the key."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.outside.album import keep
from tests.outside.screens import watched
from tests.story.running import running
from tests.story.scanners import SCANNERS
from tests.story.test_sharing import QUIET, link

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside
REQUIRED = {**QUIET, "TOCSIN_WEB_SIGN_IN": "required"}
PHONE = {"width": 390, "height": 844}


def sign_in(page: Any, pictures: Path) -> None:
    """Sign in as Olu in the tab that the page opens, and close it."""
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Sign in with Slack").click()
    slack = opening.value
    slack.get_by_role("link", name=re.compile("Olu Adeyemi")).wait_for()
    keep(slack, pictures / "slack.png", full_page=True)
    slack.get_by_role("link", name=re.compile("Olu Adeyemi")).click()
    slack.get_by_text("waits in the other tab").wait_for()
    keep(slack, pictures / "done.png", full_page=True)
    slack.close()


def test_a_link_waits_while_its_person_signs_in_and_then_opens(
    tmp_path: Path, browser: "Browser"
) -> None:
    with running(tmp_path, settings=REQUIRED) as tocsin:
        tocsin.alert({"title": "Queue of the chat model is long", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        url = link(tocsin, "U0ONCALL")
        here = tocsin.facts["url"]
        with watched(browser, url, within=here, viewport=PHONE) as screen:
            page = screen.page
            page.get_by_role("link", name="Sign in with Slack").wait_for()
            assert not page.get_by_role("button", name="Open now").is_visible()
            keep(page, tmp_path / "asks.png", full_page=True)
            sign_in(page, tmp_path)
            page.bring_to_front()
            page.evaluate("dispatchEvent(new Event('focus'))")
            page.get_by_text("You are signed in as Olu Adeyemi").wait_for()
            kept = page.evaluate("JSON.stringify([{...localStorage}, document.cookie])")
            assert kept == '[{},""]'
            assert page.url == url.partition("#")[0]
            keep(page, tmp_path / "ready.png", full_page=True)
            page.get_by_role("button", name="Open now").click()
            page.get_by_role("heading", name="Diagnostics of INC-0001").wait_for()


def test_scripts_that_press_the_button_without_the_key_burn_nothing(
    tmp_path: Path, browser: "Browser"
) -> None:
    """What a mail scanner's browser does: it presses whatever there is to press."""
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert({"title": "Queue of the chat model is long", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        url = link(tocsin, "U0ONCALL")
        bare, ticket = url.partition("#")[0], url.partition("#")[2].partition(".")[0]
        for agent in SCANNERS:
            context = browser.new_context(user_agent=agent)
            page = context.new_page()
            for address in (bare, f"{bare}#{ticket}", f"{bare}#{ticket}.AGE-SECRET"):
                page.goto(address)
                page.evaluate(
                    "document.querySelectorAll('button').forEach((one) => one.click())"
                )
                page.locator("#failed:not([hidden])").wait_for()
            context.close()
        with watched(browser, url, within=tocsin.facts["url"]) as screen:
            screen.page.get_by_role("button", name="Open now").click()
            opened: Any = screen.page.get_by_role("heading", name="Diagnostics of INC")
            opened.wait_for()
