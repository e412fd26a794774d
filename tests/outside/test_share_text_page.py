"""A text that one person seals for another, at the screen: from form to page."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.outside.album import keep
from tests.outside.screens import watched
from tests.outside.test_share_page import PHONE, press_open
from tests.story.running import running
from tests.story.test_gate import wait
from tests.story.test_share_text import PASTED, links, offer, press
from tests.story.test_sharing import QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.outside


def test_a_text_goes_from_the_form_to_the_page(
    tmp_path: Path, browser: "Browser"
) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        tocsin.alert({"title": "Queue of the chat model is long", "severity": "high"})
        tocsin.wait_for(lambda messages: messages)
        with watched(browser, tocsin.facts["practice_url"]) as screen:
            screen.cards.first.wait_for()
            screen.say("/incident share")
            screen.modal.wait_for()
            screen.modal.get_by_label("What?").fill(PASTED)
            screen.modal.get_by_label("For whom?").select_option("U0SECOND")
            keep(screen.page, tmp_path / "form.png")
            screen.modal.get_by_role("button", name="Seal it").click()
            offer(tocsin)
            keep(screen.page, tmp_path / "slack.png")
        press(tocsin, "U0SECOND")
        (url,) = wait(lambda: links(tocsin, "U0SECOND"))
        home = tocsin.facts["url"]
        with watched(browser, url, within=home, viewport=PHONE) as page:
            press_open(page)
            title = "What Olu Adeyemi (U0ONCALL) sealed for you"
            page.page.get_by_role("heading", name=title).wait_for()
            said = page.page.get_by_text(
                "Pasted by Olu Adeyemi (U0ONCALL), not masked."
            )
            assert said.is_visible()
            assert page.page.locator(".log bdi").first.text_content() == PASTED
            assert page.page.locator("b").count() == 0
            keep(page.page, tmp_path / "page.png")
